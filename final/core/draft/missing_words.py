"""Words that may mean a missing value."""

import pyarrow as pa
import pyarrow.compute as pc

# error texts of Excel, Calc and Numbers in the languages that translate them
ERRORS = (
    *("#DIV/0!", "#N/A", "#NA", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#FIELD!"),
    *("#BLOCKED!", "#CONNECT!", "#GETTING_DATA", "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#VALEUR!", "#NOM?", "#NOMBRE!"),
    *("#NUL!", "#¡DIV/0!", "#¡VALOR!", "#¡REF!", "#¿NOMBRE?", "#¡NUM!", "#¡NULO!", "#N/D", "#VALOR!", "#NÚM!"),
    *("#VALORE!", "#RIF!", "#NOME?", "#ДЕЛ/0!", "#ЗНАЧ!", "#ССЫЛКА!", "#ЧИСЛО!", "#ИМЯ?", "#ПУСТО!", "#Н/Д"),
    *("#ADR!", "#ARG!", "#LICZBA!", "#NAZWA?", "#WAARDE!", "#VERW!", "#GETAL!", "#NAAM?", "#N/B"),
)
ALWAYS = ("N/A", "n/a", "NaN", "nan", "NULL", "null", *ERRORS)  # never a value, not even among words
AMONG_NUMBERS = (  # in small letters
    *("na", "n/a", "n.a.", "#na", "nan", "null", "(null)", "<na>", "nil", "none", "?", "-", "--", "---", "–", "—"),
    *(".", "..", "...", "…", "unknown", "missing", "not available", "not applicable", "no data", "nodata", "blank"),
    *("(blank)", "not known", "undefined", "k.a.", "k. a.", "keine angabe", "unbekannt", "inconnu", "desconocido"),
    *("sconosciuto", "onbekend", "okänd", "ukendt", "nieznany", "neznámý", "brak", "brak danych", "н/д", "нет данных"),
    *("неизвестно", "не указано", "неизвестен", "nr", "n.d.", "s/d", "sin datos", "sem dados"),
)
WORDS = frozenset({*AMONG_NUMBERS, *(word.lower() for word in ERRORS)})
_WORDS = pa.array(sorted(WORDS))
_CODE = r"^Err:\d{3}$|^#[\p{L}\p{N}/]{1,12}[!?]$"


def may_be_missing(cells: pa.Array) -> pa.Array:
    """Whether each cell is a word that means a missing value if it stands among numbers or dates."""
    bare = pc.utf8_lower(pc.utf8_trim_whitespace(cells))
    is_word = pc.is_in(bare, value_set=_WORDS)
    may_be_code = pc.or_(pc.starts_with(cells, "#"), pc.starts_with(cells, "Err:"))
    if not pc.any(may_be_code).as_py():
        return is_word  # the expression has classes of Unicode, which cost more to prepare than a table of some rows
    return pc.or_(is_word, pc.match_substring_regex(cells, _CODE))
