"""Tensors of the v2 protocol: as JSON lists, or as bytes after the JSON (Triton's binary tensor data extension)."""

import struct
from typing import Any

import numpy as np

from service.problems import Problem

NUMBERS = {
    "BOOL": np.dtype("?"),
    **{f"INT{bits}": np.dtype(f"<i{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": np.dtype(f"<u{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": np.dtype(f"<f{bits // 8}") for bits in (16, 32, 64)},
}


def decode(name: str, tensor: dict[str, Any], body: bytes, at: int) -> tuple[list[Any], int]:
    """The values of one input of shape [n] or [n, 1], and where the next one's bytes begin. Raises Problem (400)."""
    kind, shape = tensor.get("datatype"), tensor.get("shape")
    if kind != "BYTES" and kind not in NUMBERS:
        raise Problem(400, f"{name}: datatype must be BYTES or one of {', '.join(NUMBERS)}")
    if not isinstance(shape, list) or not shape or any(one != 1 for one in shape[1:]):
        raise Problem(400, f"{name}: shape must be [n] or [n, 1]")
    size = (tensor.get("parameters") or {}).get("binary_data_size")
    if size is None:
        values = tensor.get("data")
        if not isinstance(values, list):
            raise Problem(400, f"{name}: data must be a list")
        values = [cell[0] if isinstance(cell, list) and len(cell) == 1 else cell for cell in values]
    else:
        raw = body[at : at + size]
        at += size
        try:
            if len(raw) != size:
                raise ValueError(f"{size} bytes are announced, {len(raw)} came")  # noqa: TRY301
            values = _strings(raw) if kind == "BYTES" else np.frombuffer(raw, NUMBERS[kind]).tolist()
        except (ValueError, struct.error, UnicodeDecodeError) as error:
            raise Problem(400, f"{name}: not {kind}: {error}") from None
    if len(values) != shape[0]:
        raise Problem(400, f"{name}: shape says {shape[0]} values, there are {len(values)}")
    return values, at


def _strings(raw: bytes) -> list[str]:
    """Each is its length (4 bytes, little endian) and its UTF-8."""
    values, at = [], 0
    while at < len(raw):
        (length,) = struct.unpack_from("<I", raw, at)
        values.append(raw[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return values


def encode(name: str, kind: str, shape: list[int], cells: np.ndarray, binary: bool) -> tuple[dict[str, Any], bytes]:
    """An output as JSON, or as JSON that announces the bytes that follow."""
    tensor: dict[str, Any] = {"name": name, "datatype": kind, "shape": shape}
    flat = [str(cell) for cell in cells.ravel()] if kind == "BYTES" else cells.astype(NUMBERS[kind]).ravel()
    if not binary:
        return {**tensor, "data": flat if isinstance(flat, list) else flat.tolist()}, b""
    if isinstance(flat, list):
        raw = b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in flat)
    else:
        raw = flat.tobytes()
    return {**tensor, "parameters": {"binary_data_size": len(raw)}}, raw
