"""Which product a table is: its name, and whether the product of that name was drafted from the same table."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

from anyascii import anyascii

from core.base.errors import UserError
from core.draft.options import Wish
from core.draft.yaml_text import is_edited
from core.spec.product import Product
from core.spec.source import Source
from core.spec.yaml_file import ProductError, parse


def product_name(data: str) -> str:
    """The name of a product, made of the name of its file or variable, transliterated to ASCII."""
    stem = Path(data.removeprefix("env:")).name.split(".")[0]
    ascii_stem = anyascii(unicodedata.normalize("NFC", stem))
    name = re.sub(r"[^a-z0-9]+", "-", ascii_stem.lower()).strip("-")
    return name if name[:1].isalpha() else f"table-{name}".rstrip("-")


def without_password(data: str) -> str:
    """The table's name for messages."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", data)


def is_database(data: str) -> bool:
    return data.startswith("env:") or "://" in data


def refuse_another_product(name: str, file: Path, data: str, target: str, wish: Wish) -> Product | None:
    """The product that is to be drafted again, None for a new one.

    Raises UserError if the product of that name has another source or target, or was edited by hand.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise UserError(f"--name {name}: a name consists of small letters, digits, - and _, and starts with a letter")
    if not file.exists() or wish.redraft:
        return None
    content = file.read_text(encoding="utf-8")
    earlier = _parsed(content, file)
    is_there = is_database(data) or Path(data).exists()  # a file that is not is refused when it is read
    if earlier is not None and is_there:
        before = f"{_origin_of(earlier.source, file.parent)} (target {earlier.target.name})"
        now = f"{_origin(data, wish.query)} (target {target})"
        if before != now:
            raise UserError(
                f"{file}: product {name} is made from {before}; {now} is another. {_remedy('draft over it')}"
            )
    if is_edited(content):
        raise UserError(
            f"{file}: exists and was edited by hand, so it is not drafted again. Run bash final/pipeline.sh "
            f"{name} to use it, or --redraft to lose the edits, or --name ANOTHER"
        )
    return earlier


def refuse_another_table(earlier: Product | None, columns: Collection[str], table: str) -> None:
    """Raises UserError if most columns of the earlier draft are gone: another table has taken the file's place."""
    if earlier is None:
        return
    before = {*earlier.features, *earlier.ignore, earlier.target.name, *filter(None, (earlier.id, earlier.weight))}
    gone = sorted(before.difference(columns))
    if len(gone) * 2 > len(before):
        raise UserError(
            f"{table}: is another table than the one that product {earlier.name} was drafted from: "
            f"{len(gone)} of its {len(before)} columns are gone, such as {', '.join(gone[:5])}. "
            f"{_remedy('draft over the product')}"
        )


def _remedy(loss: str) -> str:
    return f"Give the new one a name of its own by --name, or {loss} by --redraft"


def _parsed(content: str, file: Path) -> Product | None:
    """The product, None if its file has a mistake."""
    try:
        return parse(content, file)
    except ProductError:
        return None


def _origin(data: str, query: str | None) -> str:
    return f"{without_password(data)}: {query}" if is_database(data) else str(Path(data).resolve())


def _origin_of(source: Source, folder: Path) -> str:
    if source.sql is not None:
        return _origin(source.sql.url or f"env:{source.sql.url_from}", source.sql.query)
    if source.path is not None:
        return str((folder / source.path).resolve())
    return f"the command {source.command}"
