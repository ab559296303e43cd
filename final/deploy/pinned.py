"""The name by which an image is deployed: one that always means the same bytes, whatever is built or pushed later."""

from dataclasses import dataclass

from deploy import engine
from deploy.engine import EngineError, docker, inspect
from product.errors import UserError


@dataclass(frozen=True)
class Pinned:
    """`name` is repository@sha256:... where a registry has the image, else repository:id-... on this engine alone."""

    name: str
    model: str
    commit: str


def pin(image: str, product: str) -> Pinned:
    """Pull the image if it is not here. Raises UserError where it can't be had, or is not this product's."""
    found = inspect("image", image)
    if found is None:
        try:
            docker("pull", "--quiet", image)
        except EngineError as error:
            raise UserError(f"{image}: is not here and cannot be pulled: {error}") from None
        found = inspect("image", image) or {}
    said = engine.labels(found)
    if said.get("mlops.product") != product:
        raise UserError(
            f"{image}: holds {said.get('mlops.product') or 'no product'}, not {product}: "
            f"its label mlops.product says so. Build it by bash final/deploy/build.sh {product} build"
        )
    repository = image.partition("@")[0]
    if ":" in repository.rpartition("/")[2]:
        repository = repository.rpartition(":")[0]
    digests = [digest for digest in found["RepoDigests"] or [] if digest.startswith(f"{repository}@")]
    name = digests[0] if digests else f"{repository}:id-{found['Id'].removeprefix('sha256:')[:12]}"
    if not digests:
        docker("tag", found["Id"], name)
    return Pinned(name, said["mlops.model"], said.get("org.opencontainers.image.revision", "unknown"))
