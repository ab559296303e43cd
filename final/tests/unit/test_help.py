"""What --help says is what was written."""

import re

from core.base.paths import FINAL

ROOT = FINAL.parent


def test_no_help_text_holds_what_its_printer_takes_for_markup() -> None:
    """Rich leaves [words] out of what it prints; a default that is not a value is `show_default`."""
    for file in [*ROOT.glob("lab*/*.py"), *ROOT.glob("final/*/*.py")]:
        assert re.findall(r'help="[^"]*\[[a-z][^"]*"', file.read_text(encoding="utf-8")) == [], file
