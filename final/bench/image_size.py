"""`python -m bench.image_size [PRODUCT]`: our image beside MLflow's of the same model, both on the same base."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bench.environments import python_of
from bench.servers import environment
from core.base.errors import UserError
from core.base.paths import FINAL
from deploy.artifact import champion
from deploy.engine import docker, inspect

# what python:3.11-slim has and Debian's own python lacks: a pip that may install
PYTHON = 'RUN python3 -m venv /opt/python\nENV PATH="/opt/python/bin:$PATH"\n'


def script(*words: str) -> str:
    """What a script of the repository prints."""
    return subprocess.run(["bash", *words], cwd=FINAL, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def recipe(artifact: Path, to: Path) -> None:
    """The folder that `mlflow models build-docker` would build from; Dockerfile and model, as MLflow generates them."""
    python = python_of("mlflow")
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
    own = {**environment(artifact), "PATH": path}
    save = [str(python), str(FINAL / "bench/peers/mlflow_model.py"), str(artifact), str(to / "model")]
    make = [str(python), "-m", "mlflow", "models", "generate-dockerfile", "--model-uri", str(to / "model")]
    for command in (save, [*make, "--output-directory", str(to / "image")]):
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UserError(f"{' '.join(command[1:4])}: {done.stderr[-500:]}")


def on_base(dockerfile: Path, base: str) -> None:
    """MLflow's Dockerfile on our base. Raises UserError where it is not on python's slim image, as ours."""
    more = "" if base.startswith("python:") else PYTHON
    text, count = re.subn(r"^FROM python:3\.11\S*-slim$", f"FROM {base}\n{more}", dockerfile.read_text(), flags=re.M)
    if count != 1:
        raise UserError(f"{dockerfile}: MLflow builds on another image than python's slim one of 3.11")
    dockerfile.write_text(text)


def size(image: str) -> int:
    """Bytes. Raises UserError."""
    if (found := inspect("image", image)) is None:
        raise UserError(f"there is no image {image}")
    return int(found["Size"])


def main(
    product: Annotated[str, typer.Argument(help="A product of products/, trained by pipeline.sh.")] = "titanic",
) -> None:
    """Build both images, print their sizes, remove MLflow's."""
    try:
        artifact, base = champion(product).folder, script("../tools/image/base_image.sh")
        ours = script("deploy/build.sh", product, "build")
        with tempfile.TemporaryDirectory() as scratch:
            recipe(artifact, Path(scratch))
            on_base(Path(scratch) / "image" / "Dockerfile", base)
            print("building MLflow's image", file=sys.stderr)
            theirs = docker("build", "--quiet", str(Path(scratch) / "image"))
        try:
            lines = ["| image | MB | of it above the base |", "|---|---|---|"]
            for name, image in (("this service", ours), ("mlflow models build-docker", theirs)):
                whole = size(image)
                lines.append(f"| {name} | {whole / 1e6:.0f} | {(whole - size(base)) / 1e6:.0f} |")
        finally:
            docker("rmi", "--no-prune", theirs)
    except (UserError, subprocess.CalledProcessError) as error:
        sys.exit(f"image_size: {error}")
    print("\n".join(lines))


if __name__ == "__main__":
    typer.run(main)
