"""The model file that product.yaml names: its path and its kind."""

from pathlib import Path

from core.base.errors import UserError
from core.spec.product import Product

KINDS = (".cbm", ".skops")
PICKLES = (".pkl", ".pickle", ".joblib", ".dill")


class ModelFileError(UserError):
    """A model file that cannot be used; str() names the product file, the key, the reason and the remedy."""


def refuse(folder: Path, reason: str) -> ModelFileError:
    return ModelFileError(f"{folder / 'product.yaml'}: model.file: {reason}")


def path(product: Product, folder: Path) -> Path | None:
    """The file, relative to the product's folder; None if the product trains its own model. Raises ModelFileError."""
    if product.model.file is None:
        return None
    file = folder / product.model.file
    if not file.is_file():
        raise refuse(folder, f"{file} is not a file")
    if file.suffix in PICKLES:
        raise refuse(folder, f"{file} is a pickle, which runs the code it holds when it is read: {_remedy()}")
    if file.suffix not in KINDS:
        raise refuse(folder, f"{file} is of an unknown kind: {_remedy()}")
    return file


def _remedy() -> str:
    return "save CatBoost with save_model('NAME.cbm'), a scikit-learn estimator with skops.io.dump(it, 'NAME.skops')"
