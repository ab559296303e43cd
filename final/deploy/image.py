"""`python -m deploy.image PRODUCT COMMAND`: tools/image/image.sh with the options of a product's image."""

import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.base.errors import UserError
from core.base.paths import FINAL
from deploy.artifact import Artifact, champion


class Command(StrEnum):
    build = "build"
    smoke = "smoke"
    push = "push"
    all = "all"


def options(product: str, artifact: Artifact, image: str, mounted: bool) -> list[str]:
    """Arguments of image.sh: the files to build from, the labels, how to start and to test it."""
    smoke = f'bash {shlex.quote(str(FINAL / "deploy" / "smoke.sh"))} "$URL" {shlex.quote(product)}'
    arguments = ["--image", image, "--context", str(FINAL), "--file", str(FINAL / "deploy" / "Dockerfile")]
    arguments += [
        "--smoke",
        f"{smoke} --model {shlex.quote(str(artifact.folder))}",
        "--run",
        "--env=SERVICE_INSECURE=1",
    ]
    arguments += ["--build", f"--build-arg=REQUIREMENTS={artifact.requirements}"]
    if mounted:
        return [*arguments, "--target", "mounted", "--run", f"--volume={artifact.folder}:/model:ro"]
    arguments += ["--target", "baked", "--build", f"--build-arg=ARTIFACT={artifact.folder.relative_to(FINAL)}"]
    for name, value in artifact.facts.items():
        arguments += ["--build", f"--build-arg={name}={value}"]
    return arguments


def main(
    product: Annotated[str, typer.Argument(help="A product of products/, trained by pipeline.sh.")],
    command: Annotated[Command, typer.Argument(help="As image.sh --help says; push and all take REGISTRY.")],
    image: Annotated[str, typer.Option(help="Name of the image.", show_default="final-PRODUCT")] = "",
    model: Annotated[Path | None, typer.Option(help="Folder of an artifact; by default the champion.")] = None,
    mounted: Annotated[bool, typer.Option("--mounted", help="Without a model: it is mounted at /model.")] = False,
) -> None:
    """Build, try and push the image of a product's service, tagged by commit and branch."""
    try:
        artifact = Artifact.read(model.resolve()) if model else champion(product)
    except UserError as error:
        sys.exit(f"build: {error}")
    name = image or ("final-service" if mounted else f"final-{product}")
    script = FINAL.parent / "tools" / "image" / "image.sh"
    os.execvp("bash", ["bash", str(script), command.value, *options(product, artifact, name, mounted)])  # noqa: S606


if __name__ == "__main__":
    typer.run(main)
