"""The part of CBOR (RFC 8949) that the smithy rpc-v2-cbor protocol uses."""

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_EPOCH_TAG = 1


def encode(value: Any) -> bytes:
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, datetime):
        return _head(_TAG, _EPOCH_TAG) + encode(value.timestamp())
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        encoded = value.encode()
        return _head(_TEXT, len(encoded)) + encoded
    if isinstance(value, Mapping):
        return _head(_MAP, len(value)) + b"".join(encode(one) for pair in value.items() for one in pair)
    return _head(_LIST, len(value)) + b"".join(map(encode, value))


def _head(kind: int, length: int) -> bytes:
    if length < 24:
        return bytes([kind << 5 | length])
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if length < 1 << (8 * struct.calcsize(form)):
            return bytes([kind << 5 | code]) + struct.pack(form, length)
    raise ValueError("a number too large for CBOR")


def decode(encoded: bytes) -> Any:
    """Raises ValueError or IndexError when the bytes are not CBOR."""
    return _Reader(encoded).value()


class _Reader:
    def __init__(self, encoded: bytes) -> None:
        self._encoded, self._at = encoded, 0

    def _take(self, length: int) -> bytes:
        taken = self._encoded[self._at : self._at + length]
        if len(taken) < length:
            raise ValueError("CBOR ends too early")
        self._at += length
        return taken

    def value(self) -> Any:
        first = self._take(1)[0]
        kind, low = first >> 5, first & 31
        if kind == _SIMPLE:
            return self._simple(low)
        length = None if low == 31 else self._length(low)
        match kind:
            case 0:
                return length
            case 1:
                return -1 - (length or 0)
            case 2:
                return self._chunks(length)
            case 3:
                return self._chunks(length).decode()
            case 4:
                return list(self._several(length))
            case 5:
                return {self.value(): self.value() for _ in self._turns(length)}
            case _:
                return self.value()

    def _length(self, low: int) -> int:
        if low < 24:
            return low
        return int.from_bytes(self._take(1 << (low - 24)))

    def _simple(self, low: int) -> Any:
        match low:
            case 20 | 21:
                return low == 21
            case 25:
                return struct.unpack(">e", self._take(2))[0]
            case 26:
                return struct.unpack(">f", self._take(4))[0]
            case 27:
                return struct.unpack(">d", self._take(8))[0]
            case _:
                return None

    def _turns(self, length: int | None) -> Any:
        """As many turns as announced, or until the mark that ends an open list."""
        if length is not None:
            yield from range(length)
            return
        while self._encoded[self._at] != 0xFF:
            yield None
        self._at += 1

    def _several(self, length: int | None) -> Any:
        for _ in self._turns(length):
            yield self.value()

    def _chunks(self, length: int | None) -> bytes:
        if length is not None:
            return self._take(length)
        return b"".join(one if isinstance(one, bytes) else one.encode() for one in self._several(None))
