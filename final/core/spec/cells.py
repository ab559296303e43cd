"""How the cells of a table are written: numbers with marks, signs and units."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

SPACES = " \u00a0\u2007\u2009\u202f"  # also those that do not break a line
DASHES = "-\u2013\u2014"
AROUND = SPACES + "\t\r\n"
GROUP = {".": r"\.", ",": ",", " ": f"[{SPACES}]", "'": "['\u2019]"}  # marks between thousands
CURRENCIES = (
    *("€", "$", "£", "¥", "₽", "₴", "₹", "₺", "₩", "zł", "Kč", "kr", "Ft", "US$", "R$", "Fr.", "EUR", "USD", "GBP"),
    *("CHF", "JPY", "PLN", "CZK", "SEK", "NOK", "DKK", "HUF", "RUB", "руб.", "руб", "р."),
)
UNITS = (
    *CURRENCIES,
    *(
        "%",
        "‰",
        "°C",
        "°F",
        "°",
        "kg",
        "mg",
        "g",
        "t",
        "lb",
        "lbs",
        "oz",
        "km",
        "cm",
        "mm",
        "m",
        "ft",
        "mi",
        "m²",
        "m³",
    ),
    *("km²", "ha", "l", "L", "ml", "mL", "h", "hrs", "min", "s", "sec", "ms", "km/h", "mph", "kWh", "MWh", "kW", "MW"),
    *("W", "V", "A", "Hz", "kHz", "MHz", "GHz", "kB", "KB", "MB", "GB", "TB", "kcal", "kJ", "bar", "hPa", "kPa", "Pa"),
    *("days", "years", "yrs", "кг", "г", "км", "м", "шт", "шт.", "лет"),
)
# "k" and "M" are not among them: 5k is 5,000


def any_of(units: Iterable[str]) -> str:
    """A pattern of these units, the longest first."""
    return "|".join(map(re.escape, sorted(units, key=len, reverse=True)))


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of a column are written; spaces and apostrophes between thousands are always understood.

    `accounting`: a negative number may be written (5), 5- or with the sign U+2212.
    """

    decimal: str = "."
    thousands: str = ""
    units: tuple[str, ...] = ()
    accounting: bool = False

    @cached_property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Patterns and replacements that leave sign, digits and marks; both Python and Arrow understand them."""
        steps = []
        if self.accounting:
            steps += [
                (r"^\((.+)\)$", r"-\1"),
                ("^\u2212", "-"),
                (rf"([0-9])[.,][{DASHES}]+$", r"\1"),  # a price such as 12,-
                (rf"^([^-+].*?)[{SPACES}]*-$", r"-\1"),
            ]
        if self.units:
            steps.append((rf"([0-9][.,]?)[{SPACES}]*(?:{any_of(self.units)})$", r"\1"))
        if before := [unit for unit in self.units if unit in CURRENCIES]:
            steps.append((rf"^([-+]?)(?:{any_of(before)})[{SPACES}]*([-+]?[.,]?[0-9])", r"\1\2"))
        return tuple(steps)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The marks that part thousands."""
        own = (self.thousands,) if self.thousands in (".", ",") and self.thousands != self.decimal else ()
        return (*own, " ", "'")

    @cached_property
    def pattern(self) -> str:
        """What a number is after `steps`."""
        whole = [f"[1-9][0-9]{{0,2}}(?:{GROUP[mark]}[0-9]{{3}})+" for mark in self.marks]
        if "," in self.marks:
            whole.append("[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")  # lakhs
        decimal = GROUP[self.decimal]
        return rf"^[-+]?(?:(?:{'|'.join(whole)}|[0-9]+)(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][-+]?[0-9]+)?$"

    @cached_property
    def between(self) -> str:
        """The marks between thousands, to be removed."""
        return "|".join(GROUP[mark] for mark in self.marks)

    def plain(self, text: str) -> str | None:
        """The number with a decimal point and no other mark; None if the text is not a number of this form."""
        text = text.strip(AROUND)
        for pattern, replacement in self.steps:
            text = re.sub(pattern, replacement, text)
        if not re.match(self.pattern, text):
            return None
        return re.sub(self.between, "", text).replace(self.decimal, ".")
