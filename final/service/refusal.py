"""What was refused, said in the shape that the clients of a path understand."""

from collections.abc import Iterable

from starlette.types import Send

from service import mlflow_protocol, v2_protocol
from service.problems import JSON, Problem

Header = tuple[bytes, bytes]
MISTAKE = Problem(500, "the server made a mistake; its log has the details")


def unpacked(problem: Problem, headers: Iterable[Header]) -> Problem:
    """The same, or a 415 where a packed body was the reason; only looked for where an answer is a refusal anyway."""
    packing = next((value for name, value in headers if name == b"content-encoding"), b"identity")
    if problem.status != 422 or packing.lower() == b"identity":
        return problem
    said = f"content encoding {packing.decode('latin-1')!r}; a body is sent as it is"
    return Problem(415, said, headers={"accept-encoding": "identity"})


async def refuse(path: str, problem: Problem, send: Send) -> int:
    """Answer a problem in the shape that the clients of this path understand; returns the status."""
    status, headers, body = refusal(path, problem)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status


def refusal(path: str, problem: Problem) -> tuple[int, list[Header], bytes]:
    """Status, headers and body of a refusal."""
    status, kind, body = problem.status, JSON, b""
    if path == "/invocations":
        status, kind, body = mlflow_protocol.error(problem)
    elif path.startswith("/v2"):
        status, kind, body = v2_protocol.error(problem)
    else:
        body = problem.body()
    more = [(name.encode(), value.encode()) for name, value in problem.headers.items()]
    return status, [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *more], body
