"""The store as tables, one row a Version, Change, Finding or Check: CSV for people, Parquet for programs."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from crawler.errors import ConfigurationError
from jobs.exchange.counting import Counted
from jobs.exchange.selection import Selection
from store import ChangeView, CheckView, FindingView, KeptPage, Moment, Store
from store.views import iso

if TYPE_CHECKING:
    import pyarrow

What = Literal["versions", "changes", "findings", "checks"]
Kind = Literal["text", "word", "time", "count", "number", "truth", "words"]
Row = tuple[Any, ...]


def _columns(*named: str) -> dict[str, Kind]:
    """`kind: names …` as columns in their order, after those that say which page it is."""
    columns: dict[str, Kind] = {"page": "text", "source": "word"}
    for group in named:
        kind, _, names = group.partition(":")
        columns |= dict.fromkeys(names.split(), cast("Kind", kind))
    return columns


COLUMNS: Mapping[What, Mapping[str, Kind]] = {
    "versions": _columns(
        "count: version",
        "time: seen_at",
        "text: title published issuer author document_number text",
        "words: attachments",
        "text: digest snapshot link",
        "word: rules",
    ),
    "changes": _columns(
        "text: change",
        "time: at",
        "word: kind",
        "truth: minor",
        "number: significance",
        "words: fields",
        "count: added removed",
        "text: summary evidence",
    ),
    "findings": _columns(
        "count: version",
        "time: opened_at resolved_at",
        "word: kind severity region",
        "text: quote",
        "count: start end",
        "number: score",
        "text: evidence repair",
    ),
    "checks": _columns(
        "time: at",
        "word: outcome",
        "count: status",
        "text: detail snapshot",
        "count: version",
        "truth: past",
        "count: times",
    ),
}
# What a spreadsheet takes for a formula at the start of a cell; the wide ones as well, which some fold.
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
_UNPRINTABLE = re.compile("[\0\ud800-\udfff]")
# Rows of a row group of Parquet, or characters of text in them, whichever comes first.
_ROWS, _CHARACTERS = 5_000, 4_000_000


def rows(store: Store, selection: Selection, what: What, counted: Counted) -> Iterator[Row]:
    """One row for each thing that is asked for, its values as COLUMNS has them."""
    for kept in store.exporting.pages(selection.sources, selection.urls, articles=what == "versions"):
        before = counted.written
        for moment in kept.moments:
            counted.look(moment)
            if selection.wants(moment):
                for row in _rows(kept, moment, selection, what):
                    counted.written += 1
                    yield (kept.page.url, kept.page.source, *row)
        counted.pages += counted.written > before


def _rows(kept: KeptPage, moment: Moment, selection: Selection, what: What) -> Iterator[Row]:
    if what == "changes":
        yield from map(_change, selection.changes(moment))
    elif what == "findings":
        yield from map(_finding, selection.findings(moment))
    elif what == "checks" and moment.check is not None:
        yield _check(moment.check)
    elif what == "versions" and moment.version is not None:
        version, article = moment.version, moment.version.article
        yield (
            *(version.number, version.seen_at, article.title, article.published, article.issuer, article.author),
            *(article.document_number, article.text, [attachment.url for attachment in article.attachments]),
            *(moment.article_digest, version.snapshot_digest, moment.link or None, version.rules),
        )


def _change(view: ChangeView) -> Row:
    change = view.change
    return (
        *(change.address, view.at, change.kind.value, change.minor, change.significance, list(change.fields)),
        *(change.added, change.removed, change.summary, _json(change.evidence)),
    )


def _finding(view: FindingView) -> Row:
    finding = view.finding
    return (
        *(view.version, view.opened_at, view.resolved_at, finding.kind.value, finding.severity.value),
        *(finding.region.value, finding.quote, finding.start, finding.end, finding.score),
        *(_json(finding.evidence), finding.repair),
    )


def _check(check: CheckView) -> Row:
    return (
        *(check.at, check.outcome.value, check.status, check.detail, check.digest),
        *(check.version, check.past, check.times),
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)


# ---- CSV ---------------------------------------------------------------------------------------------------------


def write_csv(stream: BinaryIO, what: What, found: Iterator[Row], *, mark: bool) -> None:
    """UTF-8 with its `mark` (BOM) for spreadsheets, which take it for something else otherwise.

    A text at whose start a spreadsheet would see a formula begins with an apostrophe.
    """
    text = TextIOWrapper(stream, encoding="utf-8-sig" if mark else "utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text)
        writer.writerow(COLUMNS[what])
        writer.writerows([_cell(value) for value in row] for row in found)
    finally:
        # The stream is the caller's to close.
        text.detach()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, str):
        text = _clean(value)
        return f"'{text}" if _FORMULA.match(text) else text
    return value


# ---- Parquet -----------------------------------------------------------------------------------------------------


def write_parquet(stream: BinaryIO, what: What, found: Iterator[Row]) -> None:
    """Times in UTC, words from short lists as dictionaries, some thousand rows at a time.

    Raises ConfigurationError where pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ConfigurationError("Parquet needs a library: pip install 'palimpsest[parquet]'") from None
    schema = pyarrow.schema([(name, _type(pyarrow, kind)) for name, kind in COLUMNS[what].items()])
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for group in _groups(found):
            columns = [[_clean_value(value) for value in column] for column in zip(*group, strict=True)]
            arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def _type(arrow: Any, kind: Kind) -> pyarrow.DataType:  # noqa: ANN401 - the library, which is loaded late
    types: Mapping[Kind, Callable[[], pyarrow.DataType]] = {
        "text": arrow.string,
        "word": lambda: arrow.dictionary(arrow.int32(), arrow.string()),
        "time": lambda: arrow.timestamp("us", tz="UTC"),
        "count": arrow.int64,
        "number": arrow.float64,
        "truth": arrow.bool_,
        "words": lambda: arrow.list_(arrow.string()),
    }
    return types[kind]()


def _groups(found: Iterator[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    size = 0
    for row in found:
        group.append(row)
        size += sum(len(value) for value in row if isinstance(value, str))
        if len(group) >= _ROWS or size >= _CHARACTERS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _clean_value(value: object) -> object:
    if isinstance(value, str):
        return _clean(value)
    return [_clean(one) for one in value] if isinstance(value, list) else value
