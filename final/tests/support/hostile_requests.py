"""Requests for one row, good, bad and hostile, as bytes on the wire."""

import gzip
import json
from typing import Any

DEEP = b"[" * 10_000 + b"]" * 10_000


def request(
    body: bytes,
    *fields: str,
    method: str = "POST",
    path: str = "/predict",
    version: str = "1.1",
    content_type: str | None = "application/json",
) -> bytes:
    """One request, after whose answer the connection is closed."""
    lines = [f"{method} {path} HTTP/{version}", "host: a", "connection: close", *fields]
    if content_type is not None:
        lines.append(f"content-type: {content_type}")
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def in_chunks(*pieces: bytes) -> bytes:
    head = b"POST /predict HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n"
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return head + b"transfer-encoding: chunked\r\n\r\n" + chunks


def bodies(row: dict[str, Any]) -> dict[str, bytes]:
    """Bodies by what is the matter with them; `row` is one of titanic's."""

    def changed(**cells: Any) -> bytes:
        return json.dumps({**row, **cells}).encode()

    whole = json.dumps(row).encode()
    without = {name: value for name, value in row.items() if name != "Sex"}
    return {
        "good": whole,
        "pretty": json.dumps(row, indent=2).encode(),
        "in another order": json.dumps(dict(reversed(row.items()))).encode(),
        "not ASCII": changed(Name="Åström, Frau Žofie 😀"),
        "escaped": json.dumps({**row, "Name": "Åström"}, ensure_ascii=True).encode(),
        "null where that is allowed": changed(Age=None),
        "null where it is not": changed(Sex=None),
        "a field missing": json.dumps(without).encode(),
        "every field missing": b"{}",
        "an unknown field": changed(Fair=3),
        "a far unknown field": changed(zzz=3),
        "the target": changed(Survived=1),
        "a number as text": changed(Age="31"),
        "a category as text": changed(Pclass="1"),
        "true for a number": changed(Age=True),
        "a list for a number": changed(Age=[31]),
        "an object for a text": changed(Name={"a": 1}),
        "below the minimum": changed(Age=-1),
        "another case": changed(Sex="Female"),
        "a fraction for an integer": changed(SibSp=1.5),
        "a whole float for an integer": changed(SibSp=1.0),
        "minus zero": whole.replace(b'"Age": ', b'"Age": -0.0, "Age": ', 1),
        "a field twice": whole.replace(b"{", b'{"Age": 3, ', 1),
        "NaN": whole.replace(b'"Fare": ', b'"Fare": NaN, "Fare": ', 1),
        "only NaN": b'{"Age": NaN}',
        "Infinity": b'{"Age": Infinity}',
        "1e400": b'{"Age": 1e400}',
        "an integer of 400 digits": b'{"SibSp": ' + b"9" * 400 + b"}",
        "an integer of 5,000 digits": b'{"SibSp": ' + b"9" * 5000 + b"}",
        "deep": DEEP,
        "deep in a field": b'{"Name": ' + DEEP + b"}",
        "empty": b"",
        "only spaces": b"  \n ",
        "null": b"null",
        "a number": b"5",
        "a text": b'"row"',
        "a list of rows": b"[" + whole + b"]",
        "cut off": whole[:-1],
        "cut off in a text": whole[:40],
        "a comma too many": whole[:-1] + b",}",
        "something behind it": whole + b"x",
        "two rows": whole + b"\n" + whole,
        "single quotes": whole.replace(b'"', b"'"),
        "a byte order mark": b"\xef\xbb\xbf" + whole,
        "UTF-16": whole.decode().encode("utf-16"),
        "not UTF-8": whole.replace(b"Name", b"N\xffme", 1),
        "half a surrogate": b'{"Name": "\\ud800"}',
        "a NUL in a text": changed(Name="a\x00b"),
        "a long text": changed(Name="x" * 2000),
        "too long": changed(Name="x" * 70_000),
        "packed": gzip.compress(whole),
        "markup": b"<row/>",
    }


def requests(row: dict[str, Any]) -> dict[str, bytes]:
    """Requests by what is the matter with them."""
    whole = json.dumps(row).encode()
    cases = {f"body: {name}": request(body) for name, body in bodies(row).items()}
    return {
        **cases,
        "no content type": request(whole, content_type=None),
        "content type in capitals": request(whole, content_type="Application/JSON; Charset=UTF-8"),
        "text": request(whole, content_type="text/plain"),
        "XML": request(b"<a/>", content_type="application/xml"),
        "JSON of another kind": request(whole, content_type="application/vnd.row+json"),
        "said to be packed": request(gzip.compress(whole), "content-encoding: gzip"),
        "an id": request(whole, "x-request-id: mine-1"),
        "an id that is no id": request(whole, "x-request-id: a b\tc"),
        "a key where none is needed": request(whole, "x-api-key: sesame"),
        "HTTP/1.0": request(whole, version="1.0"),
        "expecting 100": request(whole, "expect: 100-continue"),
        "another protocol": request(whole, "upgrade: h2c", "http2-settings: AAEA"),
        "in chunks": in_chunks(whole[:30], whole[30:]),
        "in chunks, too long": in_chunks(*[b" " * 40_000] * 2),
        "in chunks, empty": in_chunks(),
        "a query": request(whole, path="/predict?a=b"),
        "GET": request(b"", method="GET"),
        "PUT": request(whole, method="PUT"),
        "OPTIONS": request(b"", method="OPTIONS"),
        "a slash too many": request(whole, path="/predict/"),
        "another path": request(whole, path="/Predict"),
        "a line feed in a header": request(whole, "x-a: b\n c"),
    }
