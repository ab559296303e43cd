"""The page's requests to the API, and its errors in words for a reader."""

import os
import re
from typing import Any

import httpx

API = os.environ.get("API_URL", "http://127.0.0.1:8000").rstrip("/")
KEY = os.environ.get("API_KEY", "")
# characters of Markdown that format, link or start a formula, a colour, an emoji; underscores not inside a word
MARKDOWN = re.compile(r"[\\`*\[\]<>#|~$:&]|(?<![^\W_])_|_(?![^\W_])")
LIST = re.compile(r"^(\d*)([-+=.)])")  # what would make the line an item of a list
# what Streamlit replaces after Markdown was read: :emoji: and :material/icons:, addresses, arrows and dashes
REPLACED = re.compile(r"(?<=:)(?=[\w+-])|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)|(?<=(?<!\S)[-<>~])(?=[-=>])", re.IGNORECASE)
JOINER = "\u2060"  # without width


class NoAnswerError(Exception):
    """The reason for no answer, in words for the reader of the page (Markdown)."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


def ask(method: str, path: str, seconds: float = 10, **body: Any) -> httpx.Response:
    """The API's answer; `body` is httpx's json= or content= and headers=. Raises NoAnswerError."""
    headers = dict(body.pop("headers", {}))
    if KEY:
        headers["X-API-Key"] = KEY
    try:
        # a transport of its own, since HTTP_PROXY is for other services than the page's own
        with httpx.Client(transport=httpx.HTTPTransport(), timeout=seconds) as client:
            answer = client.request(method, API + path, headers=headers, **body)
    except httpx.TimeoutException:
        raise NoAnswerError(f"The prediction service took longer than {seconds:.0f} s. Please try again.") from None
    except httpx.HTTPError:
        raise NoAnswerError("The prediction service does not answer now. Please try again in a minute.") from None
    if answer.is_success:
        return answer
    raise NoAnswerError(in_words(answer), answer.status_code)


def in_words(refusal: httpx.Response) -> str:
    """Problem JSON (RFC 9457) as sentences: a line for each mistake, at most ten."""
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
    reason = plain(str(problem.get("detail") or "")) or f"it answered {refusal.status_code}"
    if refusal.status_code == 503:
        return f"The prediction service is not ready: {reason}"
    return f"The prediction service refused: {reason}"


def mistake_in_words(mistake: dict[str, Any]) -> str:
    """One entry of a problem's `errors`: the row if there are several, the field, the reason."""
    steps = str(mistake.get("field", "")).split(".")
    line = mistake.get("line") or mistake.get("row")
    row = f"row {line}, " if line is not None else ""
    if not row and steps[0].isdigit():
        row = f"row {int(steps[0]) + 1}, "
        steps = steps[1:]
    field = f"**{plain('.'.join(steps))}**: " if any(steps) else ""
    return f"- {row}{field}{plain(str(mistake.get('reason', 'not accepted')))}"


def plain(text: str) -> str:
    """A text from the API, escaped so that Streamlit's Markdown shows it unchanged, in one line."""
    line = REPLACED.sub(JOINER, " ".join(text.split()))
    return LIST.sub(r"\1\\\2", MARKDOWN.sub(r"\\\g<0>", line))
