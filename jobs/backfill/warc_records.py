"""WARC files, plain or gzip'ed record by record, as records with their places; what is broken is named and passed over.

warcio reads the headers and holds the digests against what they are of. Where a record begins and ends is found here,
so that one that lies about its length, or gzip that breaks off, costs no more than itself.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING

from jobs.backfill.warc_streams import PIECE, Broken, Members, Place, Plain, stream_of

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

Report = Callable[[Place, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One whole record: what it is, its headers, its block after the HTTP headers, and where it begins.

    `cut`: the block was longer than asked for, and the rest is left out. `http` are status line and headers.
    """

    place: Place
    type: str
    headers: dict[str, str]
    status: int | None
    http: tuple[tuple[str, str], ...]
    block: bytes
    cut: bool


class Refused(Exception):
    """A whole record that is not what it says it is."""


def records(file: IO[bytes], report: Report, *, after: Place | None = None, most: int) -> Iterator[Record]:
    """The whole records of one file in their order, those behind the place `after`; blocks up to `most` bytes.

    `report` hears of every stretch that is none: where it begins, and what is wrong.
    """
    stream = stream_of(file)
    stream.open(after[0] if after else 0)
    healthy = True
    while True:
        try:
            if not stream.find():
                return
        except Broken as broken:
            if healthy:
                report(stream.place, str(broken))
            healthy = False
            stream.give_up()
            continue
        place = stream.place
        try:
            record = _whole(stream, place, most)
        except Refused as refused:
            report(place, str(refused))
            continue
        except Broken as broken:
            if healthy:
                report(place, str(broken))
            healthy = False
            stream.give_up()
            continue
        healthy = True
        if after is None or place > after:
            yield record


def _whole(stream: Plain | Members, place: Place, most: int) -> Record:
    """The record that begins here, read to its end and to the blank lines behind it. Raises Broken, Refused."""
    parsed = _parsed(stream)
    block, cut = _block(parsed, most)
    stream.after_record()
    if parsed.digest_checker.passed is False:
        raise Refused(f"its digest is of something else ({'; '.join(map(str, parsed.digest_checker.problems))})")
    http = parsed.http_headers
    return Record(
        place=place,
        type=str(parsed.rec_type or ""),
        headers={str(name).lower(): str(value) for name, value in parsed.rec_headers.headers},
        status=_status(http.get_statuscode()) if http else None,
        http=tuple((str(name), str(value)) for name, value in http.headers) if http else (),
        block=block,
        cut=cut,
    )


def _parsed(stream: Plain | Members) -> ArcWarcRecord:
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    try:
        with stream.head():
            parsed = _loader().parse_record_stream(stream, known_format="warc", check_digests=True)
    except EOFError as error:
        raise Broken("its headers break off") from error
    except (ArchiveLoadFailed, StatusAndHeadersParserException, ValueError, AttributeError, TypeError) as error:
        raise Broken(f"its headers cannot be read ({str(error)[:200] or type(error).__name__})") from error
    declared = parsed.rec_headers.get_header("Content-Length")
    if declared is None or not declared.strip().isdecimal():
        raise Broken(f"it does not say how long it is (Content-Length: {declared})")
    return parsed


@cache
def _loader() -> ArcWarcRecordLoader:
    from warcio.recordloader import ArcWarcRecordLoader, logger

    # It would say on standard error what it mends in an address.
    logger.setLevel("ERROR")
    return ArcWarcRecordLoader(verify_http=False, arc2warc=False)


def _block(parsed: ArcWarcRecord, most: int) -> tuple[bytes, bool]:
    kept, size, cut = io.BytesIO(), 0, False
    while piece := _piece(parsed):
        size += len(piece)
        if size <= most:
            kept.write(piece)
        cut = size > most
    if getattr(parsed.raw_stream, "limit", 0):
        raise Broken(f"it breaks off {parsed.raw_stream.limit:,} bytes before the end that its Content-Length says")
    return kept.getvalue(), cut


def _piece(parsed: ArcWarcRecord) -> bytes:
    try:
        return bytes(parsed.raw_stream.read(PIECE))
    except ValueError as error:
        raise Broken(f"its digest cannot be read ({error})") from error


def _status(code: str | None) -> int | None:
    return int(code) if code and code.isdecimal() and len(code) == 3 else None
