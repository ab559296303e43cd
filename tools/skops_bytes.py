"""Saves a scikit-learn object by skops so that equal objects are equal bytes."""

import io
import re
from typing import Any
from zipfile import ZipFile, ZipInfo

import skops.io


def dumps(model: Any) -> bytes:
    """What `skops.io.dumps` returns, without the addresses and the time that it writes down.

    skops names an object, and the member of the archive that holds its array, by `id()`. Here they are numbered in the
    order of the schema, and every member gets the date of a new `ZipInfo` (1980).
    """
    with ZipFile(io.BytesIO(skops.io.dumps(model))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return match[1] + numbers.setdefault(match[2], str(len(numbers)))

    schema = re.sub(r'("__id__": |"file": ")(\d+)', number, members.pop("schema.json").decode())
    renamed = {".".join([numbers[name.partition(".")[0]], name.partition(".")[2]]): name for name in members}
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr(ZipInfo("schema.json"), schema)
        for name in sorted(renamed):
            archive.writestr(ZipInfo(name), members[renamed[name]])
    return buffer.getvalue()
