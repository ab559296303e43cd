"""The bad tables that are too large or too binary to be kept as text: made where a test wants them."""

import gzip
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path


def zip_bomb(path: Path) -> None:
    ten_megabytes = gzip.compress((b"1," + 997 * b"0" + b"\n") * 10_000)
    path.write_bytes(gzip.compress(b"a,y\n") + ten_megabytes)  # parts of one archive, as gzip allows


def cut_off_archive(path: Path) -> None:
    rows = "".join(f"{random.Random(k).random()},{k % 2}\n" for k in range(2000))
    path.write_bytes(gzip.compress(("a,y\n" + rows).encode())[:-4000])


def no_text(path: Path) -> None:
    path.write_bytes(b"\x00\x01\x02\x03" * 200)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.mkdir()


def not_there(path: Path) -> None:
    pass


def packed_twice(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.compress(b"a,y\n1,2\n")))


def workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", "")


def pipe(path: Path) -> None:
    os.mkfifo(path)


MADE: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "zip_bomb.csv.gz": (zip_bomb, ["unpacks to more than 200 times", "unpack it and name"]),
    "cut_off.csv.gz": (cut_off_archive, ["is damaged or cut off", "fetch it again"]),
    "no_text.csv": (no_text, ["NUL bytes"]),
    "empty.csv": (empty, ["is empty; the first line"]),
    "folder.csv": (folder, ["is a folder"]),
    "packed_twice.csv.gz": (packed_twice, ["is packed twice: unpack it once"]),
    "workbook.xlsx": (workbook, ["is an Excel workbook; save its sheet as CSV"]),
    "pipe.csv": (pipe, ["is a pipe or a device", "save the table to a file first"]),
    "not_there.csv": (not_there, ["no such file"]),
}
