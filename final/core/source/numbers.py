"""Columns of numbers in any form as plain numbers: NumberForm.plain for a whole column."""

import pyarrow as pa
import pyarrow.compute as pc

from core.spec.cells import AROUND, NumberForm


def plain_numbers(column: pa.Array, form: NumberForm) -> pa.Array:
    """The numbers with a decimal point and no other mark, as text; null for every other cell."""
    text = pc.utf8_trim(column, characters=AROUND)
    for pattern, replacement in form.steps:
        text = pc.replace_substring_regex(text, pattern, replacement)
    is_number = pc.match_substring_regex(text, form.pattern)
    bare = pc.replace_substring_regex(text, form.between, "")
    return pc.if_else(is_number, pc.replace_substring(bare, form.decimal, "."), None)
