"""The name by which an image is deployed; it always means the same bytes, whatever is built or pushed later."""

from dataclasses import dataclass

from core.base.errors import UserError
from deploy import engine
from deploy.engine import EngineError, docker, inspect


@dataclass(frozen=True)
class Pinned:
    """`name` is repository@sha256:... if a registry has the image, or else repository:id-..., on this engine only."""

    name: str
    model: str
    commit: str


def pin(image: str, product: str) -> Pinned:
    """Pull the image if it is not here. Raises UserError if it cannot be pulled, or is not this product's."""
    details = inspect("image", image)
    if details is None:
        try:
            docker("pull", "--quiet", image)
        except EngineError as error:
            raise UserError(f"{image}: is not here and cannot be pulled: {error}") from None
        details = inspect("image", image) or {}
    labels = engine.labels(details)
    if labels.get("mlops.product") != product:
        raise UserError(
            f"{image}: holds {labels.get('mlops.product') or 'no product'}, not {product}, "
            f"by its label mlops.product. Build it with bash final/deploy/build.sh {product} build"
        )
    repository = image.partition("@")[0]
    if ":" in repository.rpartition("/")[2]:
        repository = repository.rpartition(":")[0]
    digests = [digest for digest in details["RepoDigests"] or [] if digest.startswith(f"{repository}@")]
    if digests:
        name = digests[0]
    else:
        name = f"{repository}:id-{details['Id'].removeprefix('sha256:')[:12]}"
        docker("tag", details["Id"], name)
    return Pinned(name, labels["mlops.model"], labels.get("org.opencontainers.image.revision", "unknown"))
