"""Look for canaries in everything that is kept or said, whatever it is wrapped in."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.db import connection

from tests.canaries.canaries import CANARIES

#: Text as it may stand in a page, an address or a message of the queue, besides plainly.
_CODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_DEEPEST = 3

PIECES = tuple((piece, canary.place) for canary in CANARIES.values() for piece in canary.pieces)


def found_in(value: Any, depth: int = 0) -> set[str]:
    """The places of the canaries that a value holds: text, bytes, or a structure of them, packed or encoded or not."""
    if isinstance(value, dict):
        return set().union(*(found_in(one, depth) for pair in value.items() for one in pair), set())
    if isinstance(value, list | tuple):
        return set().union(*(found_in(one, depth) for one in value), set())
    if isinstance(value, memoryview | bytearray):
        value = bytes(value)
    if isinstance(value, bytes):
        return _in_bytes(value, depth)
    return _in_text(str(value), depth) if value is not None else set()


def _in_bytes(value: bytes, depth: int) -> set[str]:
    found = _in_text(value.decode("utf-8", "replace"), depth)
    return found | set().union(*(_in_bytes(unpacked, depth + 1) for unpacked in _unpacked(value)), set())


def _unpacked(value: bytes) -> Iterator[bytes]:
    """What zlib or gzip made small."""
    if value[:1] == b"\x78" or value[:2] == b"\x1f\x8b":
        with suppress(zlib.error):
            yield zlib.decompress(value, zlib.MAX_WBITS | 32)


def _in_text(text: str, depth: int) -> set[str]:
    found = _plainly(text)
    if depth < _DEEPEST:
        if "%" in text and (plain := unquote(text)) != text:
            found |= _in_text(plain, depth + 1)
        for coded in _CODED.findall(text):
            found |= _in_code(coded)
    return found


def _plainly(text: str) -> set[str]:
    return {place for piece, place in PIECES if piece in text}


@lru_cache(200_000)
def _in_code(coded: str) -> frozenset[str]:
    """The canaries in what may be base64 or hexadecimal."""
    bare = coded.rstrip("=").replace("-", "+").replace("_", "/")
    found: set[str] = set()
    with suppress(binascii.Error, ValueError):
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4))
        found |= _plainly(decoded.decode("latin-1")).union(*(_in_bytes(one, 1) for one in _unpacked(decoded)))
    with suppress(ValueError):
        found |= _plainly(bytes.fromhex(coded).decode("latin-1"))
    return frozenset(found)


def found_in_database() -> dict[str, set[str]]:
    """Table.column → the canaries in it, over every table that the database has, those of no model included."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            while rows := cursor.fetchmany(500):
                for row in rows:
                    for column, value in zip(columns, row, strict=True):
                        if places := found_in(value):
                            found.setdefault(f"{table}.{column}", set()).update(places)
    return found


def found_in_files(folders: Iterable[Path]) -> dict[str, set[str]]:
    """File → the canaries in it, in its name included."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    told = {str(path): found_in(path.name) | found_in(path.read_bytes()) for path in files}
    return {name: places for name, places in told.items() if places}


def found_in_queue(messages: Iterable[Any]) -> set[str]:
    """The canaries in messages of a broker, whose bodies are JSON in base64."""
    return found_in([json.dumps(message, default=str) for message in messages])
