"""The model file that product.yaml names: where it is, and which kinds there can be."""

from pathlib import Path

from product.declaration import Product
from product.errors import UserError

KINDS = (".cbm", ".skops")
PICKLES = (".pkl", ".pickle", ".joblib", ".dill")


class ModelFileError(UserError):
    """A given model that can't be used; str() names the product file, the key, the reason and the remedy."""


def refuse(folder: Path, reason: str) -> ModelFileError:
    return ModelFileError(f"{folder / 'product.yaml'}: model.file: {reason}")


def path(product: Product, folder: Path) -> Path | None:
    """The file, relative to the product's folder; None where the product trains its own. Raises ModelFileError."""
    if product.model.file is None:
        return None
    file = folder / product.model.file
    if not file.is_file():
        raise refuse(folder, f"{file} is no file")
    if file.suffix in PICKLES:
        raise refuse(folder, f"{file} is a pickle, which runs whatever code it holds when it is read: {_remedy()}")
    if file.suffix not in KINDS:
        raise refuse(folder, f"{file} is of no known kind: {_remedy()}")
    return file


def _remedy() -> str:
    return "save CatBoost by save_model('NAME.cbm'), an estimator of scikit-learn by skops.io.dump(it, 'NAME.skops')"
