"""Of two classes the one whose probability is of interest, with the evidence: what its word, or the other's, means."""

import re
from contextlib import suppress


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


NO = _words_of(
    "no not non none never without off 0 - false nein nicht kein keine ohne falsch pas sans faux falso sin não nao "
    "sem нет не без ложь ні nie bez fałsz ne není nem hamis ei hayır nej ingen inte nee niet geen 否 无 無 いいえ なし"
)
YES = _words_of(
    "yes yep on + true ja jawohl doch wahr oui vrai si sí sì vero verdadero sim verdadeiro да есть истина так tak "
    "jest prawda ano igen igaz kyllä evet sant 是 有 はい あり"
)
EVENT = _words_of(
    "positive positiv positif positivo pos malignant tumor tumour cancer disease diseased sick ill infected affected "
    "patient case present detected event abnormal anomaly anomalous attack dead died death deceased stroke relapse "
    "churn churned attrited exited cancelled canceled unsubscribed default defaulted fraud fraudulent scam spam bad "
    "failure failed fail faulty defective defect broken delayed treated treatment exposed clicked converted bought "
    "purchased subscribed krank bösartig malade malin enfermo maligno betrug fraude опухоль рак болен больной больна "
    "положительный положительная положительно отток ушел ушёл брак мошенничество дефолт"
)
USUAL = _words_of(
    "negative negativ négatif negatif negativo neg normal benign control healthy unaffected absent absence ham legit "
    "legitimate genuine good ok alive retained stayed placebo unexposed gesund gutartig sain bénin sano benigno "
    "норма здоров здоровый здоровая контроль отрицательный отрицательная отрицательно"
)
YES_LETTERS, NO_LETTERS = set("yjostд"), set("nfн")  # which mean so only next to each other: t and f, j and n


def positive_class(name: str, first: str, second: str) -> tuple[str, str] | None:
    """The positive class of a target with these two, and the evidence; None if nothing speaks for either."""
    for rule in (_by_number, _by_name, _by_letter, _by_word):
        reasons = {a: reason for a, b in ((first, second), (second, first)) if (reason := rule(name, a, b))}
        if len(reasons) == 1:
            return next(iter(reasons.items()))
    return None


def are_numbers(*values: str) -> bool:
    return all(_number(value) is not None for value in values)


def _number(value: str) -> float | None:
    with suppress(ValueError):
        return float(value.replace(",", "."))
    return None


# Each rule gives the reason why the first class is the positive one, an empty text if it knows none.


def _by_number(name: str, value: str, other: str) -> str:
    number, base = _number(value), _number(other)
    is_above = number is not None and base is not None and base <= 0 < number
    return f"a number above {other}" if is_above else ""


def _by_name(name: str, value: str, other: str) -> str:
    is_name = " ".join(_words(name)) == " ".join(_words(value))
    return "the column is called so" if is_name else ""


def _by_letter(name: str, value: str, other: str) -> str:
    is_yes = value.casefold() in YES_LETTERS and other.casefold() in NO_LETTERS
    return "the letter means yes" if is_yes else ""


def _by_word(name: str, value: str, other: str) -> str:
    own, opposite = _distinguishing(value, other), _distinguishing(other, value)
    if len(own) == 1 and own[0] in YES:
        return "it means yes"
    if own and own[0] in NO:
        return f"{other} is the usual case" if USUAL.intersection(_words(other)) else ""
    if opposite and opposite[0] in NO:
        return "" if USUAL.intersection(_words(value)) else f"{other} means no"
    if EVENT.intersection(own):
        return "the word names the event"
    is_other_usual = USUAL.intersection(opposite) and not USUAL.intersection(own) and not EVENT.intersection(opposite)
    return f"{other} is the usual case" if is_other_usual else ""


def _distinguishing(value: str, other: str) -> list[str]:
    """The words of a value that the other one does not have; numbers, as in 1 - yes, only if there are no others."""
    own = [word for word in _words(value) if word not in _words(other)]
    return [word for word in own if not word.isdigit()] or own


def _words(text: str) -> list[str]:
    words = [word for word in re.split(r"[\W_]+", text.casefold()) if word]
    return words or [text.strip()]
