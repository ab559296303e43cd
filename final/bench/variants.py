"""Images made from a product's image in a second: another release of it, and one whose model was tampered with."""

import json
import subprocess
import tempfile
from pathlib import Path

from core.base.files import folder_hash, write_json
from deploy.engine import docker

FROM = "FROM {image}\nCOPY --chown=0:0 model /model\n"
NEXT = FROM + "ENV SERVICE_MODEL_HASH={model}\nLABEL mlops.model={model}\n"


def release(image: str, name: str) -> str:
    """Another version of the same model: its manifest says one thing more, so it has another hash. Returns the hash."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = _unpack(image, Path(scratch))
        manifest = json.loads((folder / "manifest.json").read_bytes())
        write_json({**manifest, "release": name}, folder / "manifest.json")
        model = folder_hash(folder)
        _build(Path(scratch), NEXT.format(image=image, model=model), name)
        return model


def tampered(image: str, name: str) -> None:
    """The same image, in whose model a byte was changed after the build: all that it says of itself is as it was."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = _unpack(image, Path(scratch))
        content = bytearray((folder / "model.cbm").read_bytes())
        content[len(content) // 2] ^= 1
        (folder / "model.cbm").write_bytes(content)
        _build(Path(scratch), FROM.format(image=image), name)


def _unpack(image: str, scratch: Path) -> Path:
    container = docker("create", image)
    try:
        docker("cp", f"{container}:/model", str(scratch / "model"))
    finally:
        docker("rm", container)
    return scratch / "model"


def _build(scratch: Path, dockerfile: str, name: str) -> None:
    (scratch / "Dockerfile").write_text(dockerfile)
    subprocess.run(["chmod", "-R", "a+rX", str(scratch / "model")], check=True)
    docker("build", "--quiet", "--tag", name, str(scratch))
