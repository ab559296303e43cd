"""How often the encoding of a table is guessed right: python -m bench.encodings [TABLES] [SEED]."""

import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from core.base.errors import TableError
from core.source import sniff
from tests.support.encoded_tables import EncodedTable, tables


def verdict(table: EncodedTable, path: Path) -> str:
    """What a draft makes of the table: right, asked, or wrong; right if every word is read as it was written."""
    path.write_bytes(table.content)
    try:
        encoding = sniff.encoding(path)
    except TableError:
        return "asked"
    text = table.content.decode(encoding, errors="replace").removeprefix("\ufeff")
    return "right" if text == table.text else "wrong"


def main(count: int, seed: int) -> None:
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        for table in tables(count, seed):
            verdicts[table.encoding][verdict(table, Path(folder) / "t.csv")] += 1
    kinds = ("right", "asked", "wrong")
    print(f"| encoding | {' | '.join(kinds)} |\n|---|---|---|---|")
    for encoding, counts in verdicts.items():
        print(f"| {encoding} | {' | '.join(str(counts[kind]) for kind in kinds)} |")
    total = sum(verdicts.values(), Counter[str]())
    print(f"| all | {' | '.join(str(total[kind]) for kind in kinds)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
