"""Bodies of every protocol, and what becomes of them when something is changed: by structure, or by bytes."""

import csv
import io
import json
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from service.batch.process import answer
from service.batch.sample import Sample
from service.model.live import Live
from service.problems import Problem

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
ROW: dict[str, Any] = {
    "size": 0.5,
    "count": 3,
    "kind": "a",
    "flag": True,
    "day": "2024-03-15",
    "note": "arrived in time",
}
DATATYPES = {"size": "FP64", "count": "INT64", "kind": "BYTES", "flag": "BOOL", "day": "BYTES", "note": "BYTES"}
DEEP = "[" * 20_000 + "]" * 20_000


ODD_BYTES = (b"\xef\xbb\xbf", b"\x00", b"\xed\xa0\x80", b'"', b"[{", b"\xff\xff\xff\xff")


@dataclass(frozen=True)
class Body:
    """What is sent: the job that answers it (`predict` is none), what its request says, and its bytes."""

    job: str
    order: dict[str, Any]
    content: bytes


@dataclass(frozen=True)
class Raw:
    """A part of a JSON text that no value of Python writes."""

    text: str


class Pairs(list[tuple[Any, Any]]):
    """A JSON object whose names can be there twice, or be no strings."""


ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 3.0, 1e308, 2**53 + 1, 2**63, 10**400, "", "a", "NaN", "1" * 400, "\x00", "x" * 2000),
    *([], [[]], [1], [None], {}, {"a": 1}, {"size": 1}, {"name": "size"}, {"binary_data_size": 3}, {"binary_data": 1}),
    *(
        Raw("NaN"),
        Raw("-Infinity"),
        Raw("1e400"),
        Raw("-0"),
        Raw("9" * 5000),
        Raw('"\\ud83d"'),
        Raw('"\\ud83d\\ude00"'),
    ),
    *(
        Raw(DEEP),
        Raw('{"a":' * 3000 + "1" + "}" * 3000),
        Raw("nul"),
        Raw(""),
        Raw('{"a":1,"a":2}'),
        Raw("[" * 900 + "]" * 900),
    ),
)


def binary_tensors(rows: list[dict[str, Any]]) -> tuple[bytes, int]:
    """A v2 body whose tensors are bytes behind the JSON, and the length of the JSON."""
    inputs, raw = [], b""
    for name, kind in DATATYPES.items():
        values = [row[name] for row in rows]
        if kind == "BYTES":
            texts = [value.encode() for value in values]
            part = b"".join(struct.pack("<I", len(text)) + text for text in texts)
        else:
            part = struct.pack(f"<{len(values)}{ {'FP64': 'd', 'INT64': 'q', 'BOOL': '?'}[kind] }", *values)
        parameters = {"binary_data_size": len(part)}
        inputs.append({"name": name, "datatype": kind, "shape": [len(rows), 1], "parameters": parameters})
        raw += part
    head = json.dumps({"id": "7", "inputs": inputs, "parameters": {"binary_data_output": True}}).encode()
    return head + raw, len(head)


def trees(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any], Any]]:
    """Job, order and JSON value of each protocol that takes JSON."""
    names, cells = list(rows[0]), [list(row.values()) for row in rows]
    columns = {name: [row[name] for row in rows] for name in names}
    tensors = [
        {"name": name, "datatype": kind, "shape": [len(rows)], "data": columns[name]}
        for name, kind in DATATYPES.items()
    ]
    split = {"columns": names, "index": list(range(len(rows))), "data": cells}
    mlflow = [
        {"dataframe_split": split},
        {"dataframe_split": dict(reversed(split.items()))},
        {"dataframe_records": rows},
        {"instances": cells},
        {"inputs": columns},
        {"inputs": rows[0]},
    ]
    return [
        ("predict", {}, rows[0]),
        ("explain", {"most": 100}, rows[0]),
        ("explain", {"most": 100}, rows),
        ("batch", {"form": JSON, "most": 100, "target": "compare"}, rows),
        ("v2", {"header": 0, "most": 100}, {"id": "1", "inputs": tensors, "outputs": [{"name": "prediction"}]}),
        *(("mlflow", {"type": JSON, "most": 100}, body) for body in mlflow),
    ]


def flat(rows: list[dict[str, Any]]) -> list[Body]:
    """The bodies that are no JSON values."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    lines = "\n".join(map(json.dumps, rows)).encode()
    binary, header = binary_tensors(rows)
    asked = {"most": 100, "target": "refuse"}
    return [
        Body("batch", {"form": NDJSON, **asked}, lines),
        Body("batch", {"form": CSV, **asked}, text.getvalue().encode()),
        Body("batch", {"form": ARROW, **asked}, arrow(pa.Table.from_pylist(rows))),
        Body("mlflow", {"type": CSV, "most": 100}, text.getvalue().encode()),
        Body("v2", {"header": header, "most": 100}, binary),
    ]


def arrow(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as stream:
        stream.write_table(table)
    return out.getvalue()


def good(rows: list[dict[str, Any]]) -> list[Body]:
    return [Body(job, order, json.dumps(tree).encode()) for job, order, tree in trees(rows)] + flat(rows)


def arrow_streams(rows: list[dict[str, Any]]) -> list[bytes]:
    """The rows as different writers send them: pandas, polars, with categories, packed."""
    table = pa.Table.from_pylist(rows)

    def cast(**kinds: pa.DataType) -> pa.Table:
        return table.cast(pa.schema([field.with_type(kinds.get(field.name, field.type)) for field in table.schema]))

    categories = table.set_column(2, "kind", table["kind"].dictionary_encode())
    views = cast(kind=pa.string_view(), note=pa.string_view(), day=pa.date32())
    small = cast(note=pa.large_string(), count=pa.int8(), size=pa.float32(), day=pa.timestamp("us"))
    kinds = table["kind"].combine_chunks().dictionary_encode()
    texts = kinds.dictionary.cast(pa.string_view())
    polars = views.set_column(2, "kind", pa.DictionaryArray.from_arrays(kinds.indices.cast(pa.uint32()), texts))
    packed = [arrow(views, compression="lz4"), arrow(categories, compression="zstd")]
    return [*map(arrow, (table, categories, views, small, polars)), *packed]


def outcome(live: Live, body: Body) -> tuple[int, str]:
    """The status, and what is answered: the text of an answer, or the detail of a refusal."""
    if body.job == "predict":
        try:
            live.answers.of(live.require_model().scores(live.rows.columns([live.rows.read(body.content)])))
        except Problem as problem:
            return problem.status, str(orjson.loads(problem.body())["detail"])
        return 200, ""
    out = io.BytesIO()
    order = json.dumps({"job": body.job, **body.order}).encode() + b"\n"
    reply = answer(live, io.BytesIO(order + body.content), out, Sample())
    assert reply is not None
    assert orjson.dumps(reply)
    return reply["status"], reply.get("detail") or out.getvalue().decode(errors="replace")


def mutants(count: int, seed: int = 0) -> Iterator[Body]:
    """Good bodies, each with one to three changes."""
    draw = random.Random(seed)
    rows = [{**ROW, "size": 0.1 * number, "count": number} for number in range(3)]
    values, others = trees(rows), good(rows)
    for _ in range(count):
        if draw.random() < 0.6:
            job, order, tree = draw.choice(values)
            tree = as_pairs(tree)
            for _ in range(draw.randint(1, 3)):
                tree = changed(tree, draw)
            yield Body(job, order, written(tree).encode(errors="surrogatepass"))
        else:
            body = draw.choice(others)
            yield Body(body.job, body.order, with_other_bytes(body.content, draw))


def as_pairs(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs((name, as_pairs(member)) for name, member in value.items())
    return [as_pairs(element) for element in value] if isinstance(value, list) else value


def written(value: Any) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{written(name)}:{written(member)}" for name, member in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


def changed(tree: Any, draw: random.Random) -> Any:
    """The tree with one change, somewhere."""
    if isinstance(tree, list) and tree and draw.random() < 0.8:
        place = draw.randrange(len(tree))
        if isinstance(tree, Pairs):
            name, member = tree[place]
            return Pairs([*tree[:place], (name, changed(member, draw)), *tree[place + 1 :]])
        return [*tree[:place], changed(tree[place], draw), *tree[place + 1 :]]
    if isinstance(tree, list) and tree and draw.random() < 0.7:
        return draw.choice(CHANGES)(tree, draw)
    return as_pairs(draw.choice(ODD))


def _kind(tree: list[Any], elements: Any) -> Any:
    return type(tree)(elements)


def _left_out(tree: list[Any], draw: random.Random) -> Any:
    place = draw.randrange(len(tree))
    return _kind(tree, [*tree[:place], *tree[place + 1 :]])


def _twice(tree: list[Any], draw: random.Random) -> Any:
    return _kind(tree, [*tree, draw.choice(tree)])


def _another_name(tree: list[Any], draw: random.Random) -> Any:
    if not isinstance(tree, Pairs):
        return [*tree, as_pairs(draw.choice(ODD))]
    place = draw.randrange(len(tree))
    name = draw.choice(("", "sise", "data", "name", "size", "y", "__class__", Raw('"\\udc00"'), 3, None))
    return Pairs([*tree[:place], (name, tree[place][1]), *tree[place + 1 :]])


def _in_a_list(tree: list[Any], draw: random.Random) -> Any:
    return [tree]


def _of_another_kind(tree: list[Any], draw: random.Random) -> Any:
    if isinstance(tree, Pairs):
        return [member for _, member in tree]
    return Pairs((str(number), element) for number, element in enumerate(tree))


CHANGES: tuple[Callable[[list[Any], random.Random], Any], ...] = (
    _left_out,
    _twice,
    _another_name,
    _in_a_list,
    _of_another_kind,
)


def with_other_bytes(content: bytes, draw: random.Random) -> bytes:
    """The bytes with one to four changes."""
    changed_bytes = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(changed_bytes) + 1)
        end = min(len(changed_bytes), at + draw.choice((1, 1, 4, 30)))
        way = draw.randrange(6)
        if way == 0:
            changed_bytes[at:end] = draw.randbytes(end - at)
        elif way == 1 and at < end:
            changed_bytes[at] ^= 1 << draw.randrange(8)
        elif way == 2:
            del changed_bytes[at:end]
        elif way == 3:
            changed_bytes[at:at] = changed_bytes[at:end]
        elif way == 4:
            changed_bytes[at:at] = draw.choice(
                (b"\xef\xbb\xbf", b"\x00", b"\xed\xa0\x80", b'"', b"[{", b"\xff\xff\xff\xff")
            )
        else:
            del changed_bytes[draw.choice((at, len(changed_bytes))) :]
    return bytes(changed_bytes)
