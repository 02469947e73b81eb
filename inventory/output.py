"""How every command prints rows: as a table for people, as JSON, JSON lines or CSV for programs."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, Protocol

from defusedcsv import csv

Json = Any
Row = Mapping[str, Json]


class Writable(Protocol):
    """Where to print: a file, or a command's own output."""

    def write(self, text: str, /) -> Any: ...


FORMATS = ("table", "json", "jsonl", "csv")

#: What a formula begins with, also in the full width of East Asian keyboards; | and % begin one in old programs.
FORMULA = frozenset("=+-@|%\t\r\n＝＋－＠｜％")

#: A table's column widths are taken from so many rows; later rows that are wider stick out.
MEASURED = 1000


def add_format_option(parser: ArgumentParser, formats: Sequence[str] = FORMATS) -> None:
    """Give a command its `--format`; `options["format"]` is then what `print_rows` takes."""
    parser.add_argument("--format", choices=formats, default=formats[0], help="how to print (default: %(default)s)")


def print_rows(rows: Iterable[Row], columns: Sequence[str], format: str, stream: Writable) -> int:
    """Print rows one by one and return how many there were.

    Tables and CSV show `columns`; JSON shows all a row holds. JSON is one array, also when it is empty.
    """
    writers = {"table": _table, "json": _json, "jsonl": _jsonl, "csv": _csv}
    source = iter(rows)
    # A fault before the first row leaves nothing half-written.
    first = list(islice(source, 1))
    return writers[format](chain(first, source), columns, stream)


def plain(value: Json) -> str:
    """A value as one line of text without control characters (a name from a cloud may not steer a terminal)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(plain(entry) for entry in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(key)}={plain(entry)}" for key, entry in value.items())
    text = str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def as_json(value: Json) -> str:
    """A row as JSON text; times in ISO 8601."""
    return json.dumps(value, default=_jsonable, ensure_ascii=False)


def _jsonable(value: Json) -> Json:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _table(rows: Iterable[Row], columns: Sequence[str], stream: Writable) -> int:
    lines = ([plain(row.get(column)) for column in columns] for row in rows)
    first = list(islice(lines, MEASURED))
    widths = [max(len(name), *(len(line[i]) for line in first), 0) for i, name in enumerate(columns)]

    def write(line: Sequence[str]) -> None:
        stream.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")

    write([name.upper().replace("_", " ") for name in columns])
    count = 0
    for line in chain(first, lines):
        write(line)
        count += 1
    return count


def _json(rows: Iterable[Row], columns: Sequence[str], stream: Writable) -> int:
    stream.write("[")
    count = 0
    for row in rows:
        stream.write(("," if count else "") + "\n" + as_json(row))
        count += 1
    stream.write("\n]\n" if count else "]\n")
    return count


def _jsonl(rows: Iterable[Row], columns: Sequence[str], stream: Writable) -> int:
    count = 0
    for row in rows:
        stream.write(as_json(row) + "\n")
        count += 1
    return count


def _csv(rows: Iterable[Row], columns: Sequence[str], stream: Writable) -> int:
    writer = csv.writer(stream)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
        count += 1
    return count


def cell(value: Json) -> Json:
    """A value as a CSV cell that no spreadsheet takes for a formula; a number stays one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return guarded(value.isoformat() if isinstance(value, datetime) else plain(value))


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would calculate (OWASP, CSV injection).

    Also before one that begins with an apostrophe and goes on so, so that taking one away gives back what it was.
    """
    return f"'{text}" if text.lstrip("'")[:1] in FORMULA else text
