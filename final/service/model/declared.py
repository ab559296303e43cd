"""What is declared of the served product, without loading a model: enough to announce it."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.base.errors import UserError
from core.spec.contract import Contract

if TYPE_CHECKING:
    from service.settings import Settings


class FolderError(UserError):
    """A folder that is no artifact, or not the one that was meant."""


def contract_of(settings: "Settings") -> tuple[Contract, str]:
    """The contract, and what the product is called. Raises UserError where there is none."""
    if settings.model:
        contract = contract_in(settings.model)
        return contract, contract.target.name
    from core.spec.yaml_file import load

    declared = load(settings.product)
    return declared.contract, declared.title


def contract_in(folder: Path) -> Contract:
    """Raises FolderError where the folder is no artifact."""
    try:
        return Contract.model_validate_json((folder / "contract.json").read_bytes())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise FolderError(f"{folder}/contract.json: {reason}; --model names the folder of an artifact") from None
