"""The column of --weight: how much each row counts. It is never guessed."""

from core.base.errors import UserError
from core.draft.column_profile import ColumnProfile
from core.draft.examples import shown
from core.draft.guess import WEIGHT, Guess
from core.draft.number_column import figure
from core.draft.options import Wish


def refuse_another_use(wish: Wish, target: str) -> None:
    """Raises UserError if the column is to be something else too."""
    uses = {"--target": [target], "--ignore": wish.ignore, "--by": [wish.by], "--group": [wish.group]}
    for option, names in uses.items():
        if wish.weight is not None and wish.weight in names:
            raise UserError(
                f"--weight {wish.weight}: is named by {option} too; name a column that only says how much a row counts"
            )


def weight(profile: ColumnProfile) -> Guess:
    """The column, or its trouble: each row needs a number of 0 or more."""
    guess = Guess(profile.name, WEIGHT, "set by --weight")
    guess.trouble = _trouble(profile)
    if not guess.trouble:
        guess.evidence += f"; from {figure(profile.numbers.low)} to {figure(profile.numbers.high)}"
    return guess


def _trouble(profile: ColumnProfile) -> str:
    numbers, missing = profile.numbers, profile.rows - profile.present
    if missing:
        return f"{missing:,} of {profile.rows:,} rows have no weight: fill it in; 0 leaves a row out"
    if not profile.is_numeric:
        return f"a weight is a number, not {shown(numbers.odd)}"
    if numbers.low < 0:
        return f"a weight is 0 or more, not {figure(numbers.low)}"
    return "the weight of every row is 0" if numbers.high == 0 else ""
