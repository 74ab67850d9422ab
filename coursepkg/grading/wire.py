"""Plain data between the trusted process and the student's: nothing is unpickled or evaluated.

A message is one JSON text and the raw bytes of its arrays. `pack` and `unpack` turn values into
messages and back; `Channel` moves messages over a socket, bounded in size and time. The student's
process may send anything: `unpack` builds only the types listed in it, an array only when its bytes
are exactly as many as its shape asks for, and each array once, so a message cannot grow when it is read.
"""

import dataclasses
import json
import math
import re
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from coursepkg.grading.errors import ProtocolError, WorkerDied, WorkerTimeout

MAX_DEPTH = 40
ARRAY_KINDS = "biufcU"
MAX_KEYS = 10_000  # of all sets and dictionaries of a message: keys can be chosen so that they collide
WATCH_SECONDS = 0.25  # how often a message's sender is looked at while it is awaited
MAX_INT_TEXT = 3500  # hexadecimal digits; Python refuses to write longer integers in decimal
_DTYPE = re.compile(rf"[<|][{ARRAY_KINDS}][1-9]\d{{0,8}}")


@dataclasses.dataclass(frozen=True)
class Opaque:
    """A value that is not plain data; only the name of its type crosses."""

    type_name: str


@dataclasses.dataclass(frozen=True)
class Reference:
    """A callable that stays on its own side; `key` names it there."""

    key: str


def pack(value: Any, refer: Callable[[Any], "str | Reference"] | None = None) -> list[bytes]:
    """Turn a value into frames: JSON first, then the bytes of each array.

    Parameters
    ----------
    value : any
        Plain data: None, bool, int, float, complex, str, bytes, list, tuple, dict, set, NumPy arrays
        and numbers, torch tensors, `numpy.random.Generator` (by its state). Dataclasses and named
        tuples become dictionaries of their fields.
    refer : callable, optional
        Keeps a callable and returns its key, or returns the `Reference` of a callable of the other
        side. Without it a callable is opaque.

    Returns
    -------
    list of bytes

    Raises
    ------
    ProtocolError
        If the value is nested more than 40 deep, or holds itself.
    """
    blobs: list[bytes] = []

    def encode(item: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ProtocolError(f"the value is nested more than {MAX_DEPTH} deep, or holds itself")
        if item is None or type(item) in (bool, str):
            return item
        if isinstance(item, np.generic):
            kept = item.dtype.kind in ARRAY_KINDS
            return {"t": "scalar", "a": array(np.asarray(item))} if kept else opaque(item)
        if isinstance(item, int):
            return {"t": "int", "v": hex(item)}
        if isinstance(item, float):
            return {"t": "float", "v": float(item).hex()}
        if isinstance(item, complex):
            return {"t": "complex", "v": [item.real.hex(), item.imag.hex()]}
        if isinstance(item, str):
            return str(item)
        if isinstance(item, bytes):
            return {"t": "bytes", "v": blob(item)}
        if isinstance(item, np.ndarray):
            return {"t": "array", "a": array(item)} if item.dtype.kind in ARRAY_KINDS else opaque(item)
        if type(item).__module__.split(".")[0] == "torch" and hasattr(item, "detach"):
            return {"t": "tensor", "a": array(item.detach().cpu().numpy())}
        if isinstance(item, np.random.Generator):
            if type(item.bit_generator) is not np.random.PCG64:
                return opaque(item)
            return {"t": "generator", "v": json.dumps(item.bit_generator.state)}
        if dataclasses.is_dataclass(item) and not isinstance(item, type | Reference | Opaque):
            item = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
        if isinstance(item, tuple) and hasattr(item, "_fields"):
            item = dict(zip(item._fields, item, strict=True))
        if isinstance(item, dict):
            pairs = [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in item.items()]
            return {"t": "dict", "v": pairs}
        for name, kind in (("list", list), ("tuple", tuple), ("set", set), ("set", frozenset)):
            if isinstance(item, kind):
                return {"t": name, "v": [encode(v, depth + 1) for v in item]}
        if isinstance(item, Reference):
            return {"t": "reference", "v": item.key}
        if callable(item) and refer is not None:
            key = refer(item)
            return (
                {"t": "reference", "v": key.key}
                if isinstance(key, Reference)
                else {"t": "callable", "v": key}
            )
        return opaque(item)

    def opaque(item: Any) -> dict[str, Any]:
        return {
            "t": "opaque",
            "v": f"{type(item).__module__}.{type(item).__qualname__}".removeprefix("builtins."),
        }

    def array(item: np.ndarray) -> dict[str, Any]:
        item = np.ascontiguousarray(item).reshape(item.shape)
        item = item.astype(item.dtype.newbyteorder("<"), copy=False)
        return {"d": item.dtype.str, "s": list(item.shape), "b": blob(item.tobytes())}

    def blob(raw: bytes) -> int:
        blobs.append(raw)
        return len(blobs) - 1

    head = encode(value, 0)
    return [json.dumps(head).encode("utf-8", errors="backslashreplace"), *blobs]


def unpack(frames: list[bytes], resolve: Callable[[str, Any], Any] | None = None) -> Any:
    """Turn frames back into a value.

    Parameters
    ----------
    frames : list of bytes
    resolve : callable, optional
        ``resolve("callable", key)`` makes a stand-in for a callable of the other side,
        ``resolve("reference", key)`` finds one of this side, ``resolve("tensor", array)`` makes what
        stands for a torch tensor here.

    Returns
    -------
    any
        Built-in types and base-class NumPy arrays (writeable copies), `Opaque` for what is not plain.

    Raises
    ------
    ProtocolError
        If the frames are not of the form that `pack` writes.
    """

    room = MAX_KEYS
    used: set[int] = set()

    def keys(items: Any) -> Any:
        nonlocal room
        room -= len(items)
        if room < 0:
            raise ProtocolError(f"sets and dictionaries of more than {MAX_KEYS} entries; send arrays")
        return items

    def blob(index: Any) -> bytes:
        if type(index) is not int or index < 0 or index in used:
            raise ProtocolError("bytes that are named twice, or not at all")
        used.add(index)
        return frames[1 + index]

    def decode(item: Any) -> Any:
        if item is None or isinstance(item, bool | str):
            return item
        kind, value = item["t"], item.get("v")
        match kind:
            case "int":
                if len(value) > MAX_INT_TEXT:
                    raise ProtocolError(f"an integer of more than {MAX_INT_TEXT} hexadecimal digits")
                return int(value, 16)
            case "float":
                return float.fromhex(value)
            case "complex":
                return complex(float.fromhex(value[0]), float.fromhex(value[1]))
            case "bytes":
                return blob(value)
            case "array":
                return array(item["a"])
            case "tensor":
                return array(item["a"]) if resolve is None else resolve(kind, array(item["a"]))
            case "scalar":
                return array(item["a"])[()]
            case "generator":
                generator = np.random.Generator(np.random.PCG64())
                generator.bit_generator.state = json.loads(value)
                return generator
            case "dict":
                return {decode(k): decode(v) for k, v in keys(value)}
            case "list":
                return [decode(v) for v in value]
            case "tuple":
                return tuple(decode(v) for v in value)
            case "set":
                return {decode(v) for v in keys(value)}
            case "opaque":
                return Opaque(str(value)[:100])
            case "callable" | "reference" if resolve is not None:
                return resolve(kind, str(value))
        raise ProtocolError(f"unknown kind of value: {str(kind)[:40]}")

    def array(spec: Any) -> np.ndarray:
        if not _DTYPE.fullmatch(spec["d"]) or len(spec["s"]) > 32:
            raise ProtocolError("an array of a kind that is not sent")
        dtype = np.dtype(spec["d"])
        shape = tuple(int(n) for n in spec["s"])
        raw = blob(spec["b"])
        if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(raw):
            raise ProtocolError("an array whose bytes do not fit its shape")
        if not raw:
            return np.zeros(shape, dtype)
        if dtype.kind == "b":
            return np.frombuffer(raw, np.uint8).reshape(shape).astype(bool)
        if dtype.kind == "U" and np.frombuffer(raw, "<u4").max() > sys.maxunicode:
            raise ProtocolError("text that is not Unicode")
        return np.frombuffer(raw, dtype).reshape(shape).astype(dtype.newbyteorder("="))

    try:
        return decode(json.loads(frames[0]))
    except ProtocolError:
        raise
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise ProtocolError(f"a message that is not of the agreed form ({type(error).__name__})") from error


class Channel:
    """Messages over a connected socket: a count, the length of each frame, the frames.

    Parameters
    ----------
    sock : socket.socket
    max_bytes : int
        The most that one received message may hold.

    Attributes
    ----------
    watch : callable
        Called again and again while a message is awaited; may raise.
    """

    def __init__(self, sock: socket.socket, max_bytes: int = 1 << 26):
        self.sock = sock
        self.max_bytes = max_bytes
        self.watch: Callable[[], object] = int

    def send(self, frames: list[bytes], seconds: float | None = None) -> None:
        """Send frames; `WorkerTimeout` or `WorkerDied` if the other side does not take them."""
        head = struct.pack(f"<I{len(frames)}Q", len(frames), *map(len, frames))
        try:
            self.sock.settimeout(seconds)
            self.sock.sendall(b"".join([head, *frames]))
        except TimeoutError as error:
            raise WorkerTimeout from error
        except OSError as error:
            raise WorkerDied from error

    def receive(self, seconds: float | None = None) -> list[bytes]:
        """Receive frames, all of them within `seconds`; `ProtocolError` if they are too large."""
        deadline = None if seconds is None else time.monotonic() + seconds
        (count,) = struct.unpack("<I", self._read(4, deadline))
        if count == 0 or 64 * count > self.max_bytes:  # what a frame costs here at least
            raise ProtocolError("a message with no frames, or too many")
        sizes = struct.unpack(f"<{count}Q", self._read(8 * count, deadline))
        if sum(sizes) > self.max_bytes:
            raise ProtocolError(f"a value of more than {self.max_bytes >> 20} MiB")
        return [self._read(size, deadline) for size in sizes]

    def _read(self, size: int, deadline: float | None) -> bytes:
        buffer = bytearray()
        while len(buffer) < size:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise WorkerTimeout
            self.watch()
            try:
                self.sock.settimeout(left if left is None else min(left, WATCH_SECONDS))
                chunk = self.sock.recv(min(size - len(buffer), 1 << 20))
            except TimeoutError:
                continue
            except OSError as error:
                raise WorkerDied from error
            if not chunk:
                raise WorkerDied
            buffer += chunk
        return bytes(buffer)

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()
