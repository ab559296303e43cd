"""`python -m deploy.image PRODUCT COMMAND`: lab3/image.sh with what the image of a product needs."""

import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.artifact import Artifact, champion
from product.errors import UserError

FINAL = Path(__file__).resolve().parents[1]


class Command(StrEnum):
    build = "build"
    smoke = "smoke"
    push = "push"
    all = "all"


def options(product: str, artifact: Artifact, image: str, mounted: bool) -> list[str]:
    """Arguments of image.sh: what to build, the labels it carries, how it is started and asked."""
    smoke = f'bash {shlex.quote(str(FINAL / "deploy" / "smoke.sh"))} "$URL" {shlex.quote(product)}'
    found = ["--image", image, "--context", str(FINAL), "--file", str(FINAL / "deploy" / "Dockerfile")]
    found += ["--smoke", f"{smoke} --model {shlex.quote(str(artifact.folder))}", "--run", "--env=SERVICE_INSECURE=1"]
    found += ["--build", f"--build-arg=REQUIREMENTS={artifact.requirements}"]
    if mounted:
        return [*found, "--target", "mounted", "--run", f"--volume={artifact.folder}:/model:ro"]
    found += ["--target", "baked", "--build", f"--build-arg=ARTIFACT={artifact.folder.relative_to(FINAL)}"]
    for name, value in artifact.facts.items():
        found += ["--build", f"--build-arg={name}={value}"]
    return found


def main(
    product: Annotated[str, typer.Argument(help="A product of products/, trained by pipeline.sh.")],
    command: Annotated[Command, typer.Argument(help="As lab3/image.sh --help says; push and all take REGISTRY.")],
    image: Annotated[str, typer.Option(help="Name of the image.", show_default="final-PRODUCT")] = "",
    model: Annotated[Path | None, typer.Option(help="Folder of another artifact than the champion.")] = None,
    mounted: Annotated[bool, typer.Option("--mounted", help="No model inside: it is mounted at /model.")] = False,
) -> None:
    """Build, try and push the image of a product's service, tagged by commit and branch."""
    try:
        artifact = Artifact.read(model.resolve()) if model else champion(product)
    except UserError as error:
        sys.exit(f"build: {error}")
    name = image or ("final-service" if mounted else f"final-{product}")
    script = FINAL.parent / "lab3" / "image.sh"
    os.execvp("bash", ["bash", str(script), command.value, *options(product, artifact, name, mounted)])  # noqa: S606


if __name__ == "__main__":
    typer.run(main)
