"""Guesses the encoding of a text that is not Unicode, by the letters of languages.

Each encoding reads the same words. What it reads costs bits: few for letters that a language has often, many for a
letter that no language has, a capital inside a word, or a sign between letters. The reading of fewest bits is the
guess; it is certain if every other reading costs many more.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import log2

from charset_normalizer.constant import FREQUENCIES

CERTAIN = 7.0  # bits between the best reading and the next
CERTAIN_WIDE = 15.0  # the same for Chinese, Japanese and Korean, which have many signs
MOST_CELLS = 400
NEVER = 12.0  # bits of what no text has
SWITCH = 9.0  # bits of a word in another language than the rest

# letters beyond ASCII of the languages of Latin script, the commonest first
LATIN = {
    "German": "üäöß", "French": "éèàêçôâîûùëïœ", "Spanish": "óíáéñúü", "Portuguese": "ãçáéíóêõúâà",
    "Italian": "àèùòìé", "Swedish": "äåöé", "Danish": "øåæé", "Finnish": "äöå", "Icelandic": "áíðóéúýþæö",
    "Polish": "łóąężśćńź", "Czech": "íáéřěčšýžůúťňóď", "Slovak": "áíéčýžšľúťňôďäĺŕó", "Hungarian": "áéöóőíüúű",
    "Romanian": "ăâîșțşţ", "Croatian": "čšžćđ", "Turkish": "ıüşğçöİâ", "Lithuanian": "ėšąžūįčųę",
    "Latvian": "āīēšūļžņģķč", "Estonian": "äõöüšž", "Dutch": "ëéïèö", "Catalan": "àèéíòóçúïü",
}  # fmt: skip
# all letters of other alphabets, the commonest first
ALPHABETS = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ", "Ukrainian": "оанивіертсклмудпябьзгйчхцюжєїшфщґ",
    "Bulgarian": "аоиетнрсвлкдпмзяубъгчжщшцхйюфь", "Serbian": "аиоенрусткјвдмплзгбјчшцњжћхљфђџ",
    "Greek": "αοιετσνηυρπκμλςωδγέχίθάόφήύβώξζψϊΐϋ", "Hebrew": "יוהלארתבםמנשדקעפחגכטזסצןךףץ",
    "Arabic": "المينرتوبةعدسفهكقحجشطصخضذثغظىءأإآؤئ", "Thai": "านรอกเงมยลวดทสตะปบคหแจพชขใไผธซุิีึื่้์ั็ูโฟภศถฉณษญฐฎฤฆฏฑฒฬฮฝำ",
}  # fmt: skip
VOWELS = frozenset("aeiouyøæœı")
CONTROL = re.compile("[\x80-\x9f]")
BEFORE_LETTERS = frozenset("„“«»‘‚‹¿¡")
AFTER_LETTERS = frozenset("“”»«’›‘…²³ªº°™®")
SIGNS = frozenset("€£№§·•½¼±´×µ–—©") | BEFORE_LETTERS | AFTER_LETTERS
SPACES = re.compile(r"[\xa0\u2007\u2009\u202f\u3000]")
TOKEN = re.compile(r"(?:[A-Za-z0-9]|[^\x00-\x7f])+")
BESIDE_NUMBER = re.compile(r"^[-+0-9.,\s]*[0-9]\s?([^\x00-\x7f])$", re.MULTILINE)  # a currency, not a letter
CELL = re.compile(rb'[^\r\n,;\t"]*[\x80-\xff][^\r\n,;\t"]*')  # a | may be half of a letter

# bits by which an encoding is rarer than the commonest
SINGLE = {
    "cp1252": 0, "cp1251": 0, "cp1250": 1, "iso8859_2": 3, "iso8859_15": 3, "mac_roman": 3, "koi8_r": 2, "cp866": 2,
    "iso8859_5": 3, "mac_cyrillic": 4, "cp850": 3, "cp852": 4, "cp1253": 2, "iso8859_7": 4, "cp1254": 2,
    "iso8859_9": 4, "cp1257": 3, "cp1255": 2, "cp1256": 2, "koi8_u": 3, "mac_latin2": 5, "cp874": 3,
}  # fmt: skip
DOUBLE = {"cp932": 1, "euc_jp": 2, "gbk": 1, "big5": 2, "cp949": 1}
_CHINESE = frozenset(FREQUENCIES["Chinese"])
_JAPANESE = frozenset("".join("".join(FREQUENCIES[name]) for name in ("Japanese", "Japanese—", "Japanese——")))
FREQUENT = {
    "cp932": _JAPANESE, "euc_jp": _JAPANESE, "gbk": _CHINESE, "big5": _CHINESE,
    "cp949": frozenset(FREQUENCIES["Korean"]),
}  # fmt: skip
NAMES = {"iso8859_2": "iso-8859-2", "iso8859_15": "iso-8859-15", "iso8859_5": "iso-8859-5", "iso8859_7": "iso-8859-7",
         "iso8859_9": "iso-8859-9", "koi8_r": "koi8-r", "koi8_u": "koi8-u", "cp932": "shift_jis", "cp949": "euc_kr",
         "mac_roman": "mac-roman", "mac_cyrillic": "mac-cyrillic"}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What an encoding makes of the words, and how many bits that costs."""

    encoding: str
    bits: float
    words: tuple[str, ...]


def name(encoding: str) -> str:
    """The usual name of an encoding."""
    return NAMES.get(encoding, encoding)


def readings(start: bytes) -> list[Reading]:
    """Each encoding that can read these bytes, the likeliest first."""
    cells = list(dict.fromkeys(CELL.findall(start)))[:MOST_CELLS]
    sample = b"\n".join(cells)
    results = []
    for encoding, prior in {**SINGLE, **DOUBLE}.items():
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text):
            continue
        words = [word for word in TOKEN.findall(SPACES.sub(" ", text)) if not word.isascii()]
        bits = prior + (_bits_of_wide if encoding in DOUBLE else _bits)(list(dict.fromkeys(words)), encoding)
        bits += min(20.0, 3.0 * sum(map(str.isalpha, BESIDE_NUMBER.findall(text))))
        results.append(Reading(encoding, bits, tuple(words)))
    return sorted(results, key=lambda reading: reading.bits)


def likely(start: bytes) -> list[Reading]:
    """The likeliest reading, and the others that are nearly as likely and read something else."""
    results = readings(start)
    if not results:
        return []
    best = results[0]
    limit = best.bits + (CERTAIN_WIDE if best.encoding in DOUBLE else CERTAIN)
    return [best, *(other for other in results[1:] if other.bits < limit and other.words != best.words)]


def _bits(words: list[str], encoding: str) -> float:
    """Bits of the words in an encoding of one byte a letter: of each word in its best language, mostly one for all."""
    shapes = sum(map(_bits_of_shape, words))
    costs = [{name: _bits_of_letters(word, name) for name in (*LATIN, *ALPHABETS)} for word in words]
    if not costs:
        return 0.0
    bests = [min(cost.values()) + SWITCH for cost in costs]
    letters = min(
        sum(min(cost[name], best) for cost, best in zip(costs, bests, strict=True)) for name in (*LATIN, *ALPHABETS)
    )
    return shapes + letters


@cache
def _frequencies(language: str) -> dict[str, float]:
    """The bits of each letter of a language."""
    letters = LATIN.get(language) or ALPHABETS[language]
    decay = 0.8 if language in LATIN else 0.92
    weights = {letter: decay**place for place, letter in enumerate(letters)}
    total = sum(weights.values())
    return {letter: log2(total / weight) for letter, weight in weights.items()}


def _bits_of_letters(word: str, language: str) -> float:
    frequencies = _frequencies(language)
    return sum(
        frequencies.get(letter, frequencies.get(letter.lower(), NEVER))
        for letter in word
        if not letter.isascii() and letter.isalpha()
    )


def _bits_of_shape(word: str) -> float:
    """Bits of capitals, signs and letters of several alphabets at their places in a word."""
    bits = 0.0
    for place, letter in enumerate(word):
        before = word[place - 1] if place else ""
        after = word[place + 1] if place + 1 < len(word) else ""
        if not letter.isascii():
            bits += _bits_of_place(letter, before, after)
        if before and letter.isalpha() and before.isalpha():
            bits += 10 * (_alphabet(letter) != _alphabet(before))
            bits += 10 * (letter.isupper() and before.islower())
        if letter.isupper():
            bits += 1 if not before else 1.5
    return bits


def _bits_of_place(letter: str, before: str, after: str) -> float:
    if not letter.isalpha() or letter in SIGNS:
        return _bits_of_sign_at(letter, before, after)
    bits = 6.0 * sum(near.isdigit() for near in (before, after))
    if _alphabet(letter) != "LATIN":
        return bits
    bits += 3.5 * (bool(before) and not before.isascii() and before.isalpha())
    neighbours = sum(bool(near) and _is_vowel(near) for near in (before, after))
    if _is_vowel(letter):
        return bits + (0.5, 2.0, 5.0)[neighbours]
    return bits + (1.0 if neighbours else 4.0)


def _bits_of_sign_at(sign: str, before: str, after: str) -> float:
    if unicodedata.category(sign) == "Mn":
        return 2.0 if before and _alphabet(before) == _alphabet(sign) else NEVER
    if sign not in SIGNS:
        return NEVER + 4
    if before.isalpha() and after.isalpha():
        return 5.0 if sign == "’" else NEVER
    if before.isalpha():
        return 5.0 if sign in AFTER_LETTERS else NEVER
    if after.isalpha():
        return 6.0 if sign in BEFORE_LETTERS else NEVER
    return 5.0


@cache
def _alphabet(letter: str) -> str:
    return "LATIN" if letter.isascii() else unicodedata.name(letter, "NONE ").split()[0]


@cache
def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[0] in VOWELS


def _bits_of_wide(words: Iterable[str], encoding: str) -> float:
    """Bits of the words in an encoding of Chinese, Japanese or Korean."""
    return sum(_bits_of_sign(letter, encoding) for word in words for letter in word if not letter.isascii())


@cache
def _bits_of_sign(letter: str, encoding: str) -> float:
    if "\uff61" <= letter <= "\uff9f":  # katakana of half width, one byte each
        return 9.0
    if "\u3000" <= letter <= "\u303f" or "\uff01" <= letter <= "\uff5e" or letter in SIGNS:
        return 8.0
    if "\u3041" <= letter <= "\u30fe":
        return 6.5 if encoding in ("cp932", "euc_jp") else 14.0
    frequent = 4.0 * (letter in FREQUENT[encoding])
    lead = _lead(letter, {"cp932": "euc_jp", "gbk": "gb2312", "cp949": "euc_kr"}.get(encoding, encoding))
    if "\uac00" <= letter <= "\ud7a3":
        return 9.0 - frequent if 0xB0 <= lead <= 0xC8 else 15.0
    last = {"cp932": 0xCF, "euc_jp": 0xCF, "gbk": 0xD7, "big5": 0xC6, "cp949": 0}[encoding]
    is_common = "\u4e00" <= letter <= "\u9fff" and 0xA4 <= lead <= last
    return 10.5 - frequent if is_common else 17.0


def _lead(letter: str, encoding: str) -> int:
    """The first byte, by which such encodings order what is common before what is rare; 0 without a place."""
    try:
        return letter.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0
