"""The page's questions to the API, and its refusals in words for a reader."""

import os
import re
from typing import Any

import httpx

API = os.environ.get("API_URL", "http://127.0.0.1:8000").rstrip("/")
KEY = os.environ.get("API_KEY", "")
# what formats, links, or starts a formula, a colour, an emoji; underscores only where they don't stand inside a word
MARKDOWN = re.compile(r"[\\`*\[\]<>#|~$:&]|(?<!\w)_|_(?!\w)")


class NoAnswerError(Exception):
    """Why there is no answer, in words for the reader of the page (Markdown)."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


def ask(method: str, path: str, seconds: float = 10, **body: Any) -> httpx.Response:
    """What the API answers, if it is no refusal; `body` is httpx's json= or content= and headers=."""
    headers = {**({"X-API-Key": KEY} if KEY else {}), **body.pop("headers", {})}
    try:
        answer = httpx.request(method, API + path, timeout=seconds, headers=headers, **body)
    except httpx.TimeoutException:
        raise NoAnswerError(f"The prediction service took longer than {seconds:.0f} s. Please try again.") from None
    except httpx.HTTPError:
        raise NoAnswerError("The prediction service does not answer just now. Please try again in a minute.") from None
    if answer.is_success:
        return answer
    raise NoAnswerError(in_words(answer), answer.status_code)


def in_words(refusal: httpx.Response) -> str:
    """Problem JSON (RFC 9457) as sentences: a line for each mistake, at most ten of them."""
    if refusal.status_code >= 500 and refusal.status_code != 503:
        return "The prediction service made a mistake. Its log has the cause."
    try:
        problem = refusal.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    mistakes = [mistake for mistake in problem.get("errors") or [] if isinstance(mistake, dict)]
    lines = [mistake_in_words(mistake) for mistake in mistakes[:10]]
    if len(mistakes) > 10:
        lines.append(f"- and {len(mistakes) - 10} more")
    if lines:
        return "\n".join(lines)
    said = plain(str(problem.get("detail") or "")) or f"it answered {refusal.status_code}"
    if refusal.status_code == 503:
        return f"The prediction service is not ready: {said}"
    return f"The prediction service refused: {said}"


def mistake_in_words(mistake: dict[str, Any]) -> str:
    """One entry of a problem's `errors`: the row where there are several, the field, the reason."""
    steps = str(mistake.get("field", "")).split(".")
    line = mistake.get("line") or mistake.get("row")
    row = f"row {line}, " if line is not None else ""
    if not row and steps[0].isdigit():
        row, steps = f"row {int(steps[0]) + 1}, ", steps[1:]
    field = f"**{plain('.'.join(steps))}**: " if any(steps) else ""
    return f"- {row}{field}{plain(str(mistake.get('reason', 'not accepted')))}"


def plain(text: str) -> str:
    """A text that is somebody else's, so that Streamlit's Markdown shows it as it stands."""
    return MARKDOWN.sub(r"\\\g<0>", text)
