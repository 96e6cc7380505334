"""A list as a file: CSV for a table, JSON lines for a program. Read a part at a time while it is sent."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Protocol, TypeVar

from fastapi.responses import StreamingResponse

from crawler.model import Json
from store import Cursor, Part

# Rows that are read at a time.
AT_ONCE = 500
# Line separators that some readers split at, and lone surrogates, which UTF-8 cannot carry.
_UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
# What a spreadsheet takes for a formula at the start of a cell; the wide ones as well, which some fold.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Form(StrEnum):
    """The forms of file."""

    CSV = "csv"
    JSONL = "jsonl"


class Listed(Protocol):
    """Anything that a listing shows."""

    def as_json(self) -> dict[str, Json]:
        """Its object in the listing."""


L = TypeVar("L", bound=Listed)


def rows_of(read: Callable[[Cursor | None], Part[L]]) -> Iterator[dict[str, Json]]:
    """All rows of a list, part after part; `read` gives the part behind a cursor."""
    after: Cursor | None = None
    while True:
        part = read(after)
        for row in part.rows:
            yield row.as_json()
        if part.next is None:
            return
        after = part.next


def download(rows: Iterable[Mapping[str, Json]], form: Form, name: str) -> StreamingResponse:
    """The rows as a file of that name, to be kept and not shown."""
    lines = csv_lines(rows) if form is Form.CSV else json_lines(rows)
    kind = "text/csv" if form is Form.CSV else "application/x-ndjson"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(lines, media_type=f"{kind}; charset=utf-8", headers=headers)


def json_lines(rows: Iterable[Mapping[str, Json]]) -> Iterator[bytes]:
    """One object a line, as the listing commands print them with --json."""
    for row in rows:
        text = json.dumps(row, ensure_ascii=False)
        yield _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"


def csv_lines(rows: Iterable[Mapping[str, Json]]) -> Iterator[bytes]:
    """A table with a head, marked as UTF-8. Where a spreadsheet would see a formula, the text begins with an '."""
    columns: list[str] | None = None
    for row in rows:
        if columns is None:
            columns = list(row)
            yield "\ufeff".encode() + _csv_line(columns)
        yield _csv_line([_cell(row.get(name)) for name in columns])
    if columns is None:
        yield "\ufeff".encode()


def _csv_line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", "replace")


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text
