"""The guess for a column with cells that are words: mistakes, a category, numbers with a unit, codes or free text."""

from core.base.rounding import next_round
from core.draft import texts
from core.draft.column_profile import ColumnProfile
from core.draft.examples import shown
from core.draft.guess import ID_NAME, LEFT_OUT, LIKE_AN_ID, Guess

MOST = 0.9  # share of the cells that make the others look like mistakes


def guess_mistakes(profile: ColumnProfile) -> Guess | None:
    """Trouble if nearly all cells are numbers, or dates, and the rest look like mistakes."""
    name, numbers, present = profile.name, profile.numbers, profile.present
    if numbers.infinite and numbers.count + numbers.infinite == present:
        trouble = f"not a finite number: {shown(numbers.odd)}. Leave such cells empty, or --as {name}=text"
        return Guess(name, "text", "infinite", trouble=trouble)
    if numbers.count >= present * MOST:
        trouble = (
            f"mixed types: {numbers.count:,} of {present:,} are numbers, but not {shown(numbers.odd)}. "
            f"Correct them, or --as {name}=text"
        )
        return Guess(name, "text", "mixed", trouble=trouble)
    formats = profile.dates.formats()
    if formats and sum(formats.values()) >= present * MOST:
        trouble = (
            f"mixed types: most are dates ({', '.join(formats)}), but not {shown(profile.dates.not_days)}. "
            f"Correct them, or leave such cells empty, or --as {name}=text"
        )
        return Guess(name, "text", "mixed", trouble=trouble)
    return None


def guess_category(profile: ColumnProfile) -> Guess | None:
    """A category if the values are few and each is frequent."""
    counts = profile.values.counts
    rarest = min(counts.values(), default=0)
    if not profile.has_at_most(30) or rarest < max(5, profile.rows * 0.002):
        return None
    evidence = f"{len(counts)} values, the rarest {rarest:,} times"
    return Guess(profile.name, "category", evidence, {"values": sorted(counts)})


def guess_units(profile: ColumnProfile) -> Guess | None:
    """Trouble if most cells are numbers with a unit."""
    half = profile.present / 2
    if profile.numbers.with_unit <= half or profile.numbers.count > half:
        return None
    trouble = (
        f"numbers with a unit inside: {shown(profile.numbers.odd)}. Write bare numbers, with the unit in the column's "
        f"name, or --as {profile.name}=text"
    )
    return Guess(profile.name, "text", "numbers with units", trouble=trouble)


def guess_text(profile: ColumnProfile) -> Guess:
    name, counts = profile.name, profile.values.counts
    max_length = max(50, int(next_round(max(1, 2 * profile.longest))))
    if texts.are_mostly_different(counts) and texts.have_words(counts):
        evidence = "texts, most of them different: the model sees their words"
        return Guess(name, "text", evidence, {"words": True, "max_length": max_length})
    if profile.unique:
        evidence = f"every value is different: an id or a name, nothing to learn from; --as {name}=text takes its words"
        return Guess(name, LEFT_OUT, evidence)
    count = "many" if profile.values.overflow else str(len(counts))
    evidence = f"{count} values, some of them rare: a value that comes later is accepted as new"
    if ID_NAME.search(name):
        evidence += LIKE_AN_ID
    return Guess(name, "text", evidence, {"max_length": max_length})
