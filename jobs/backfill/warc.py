"""`warc:PATH`: the captures in WARC files of any size, read as a stream."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.errors import ConfigurationError
from crawler.model import Json, Source
from crawler.urls import canonical
from jobs.backfill.keeper import Keeper, opened
from jobs.backfill.wanted import Imported, Plan, Tell, source_of
from jobs.backfill.warc_captures import MOST, Found, NotTaken, found_in, is_other, redirected, snapshot_of, time_of
from jobs.backfill.warc_files import WarcFile, files_at
from jobs.backfill.warc_records import Record, records
from jobs.backfill.warc_redirects import Redirects, as_led
from jobs.backfill.warc_streams import Place
from store import Capture, KeptResponse, Store

# Payloads whose place is remembered for what refers to them by digest alone.
_REMEMBERED = 10_000
# Records between two moments at which others have their turn, and Ctrl-C is heard.
_TURN = 20


def warc(store: Store, sources: Sequence[Source], wanted: Plan) -> WarcCaptures:
    """The files that were asked for. Raises ConfigurationError."""
    path = Path(wanted.origin.partition(":")[2])
    if not path.exists():
        raise ConfigurationError(f"warc:{path}: no such file or folder")
    if not sources:
        raise ConfigurationError("no source is configured whose pages these could be; `palimpsest add URL` adds one")
    source = source_of(sources, wanted.source) if wanted.source or len(sources) == 1 else None
    return WarcCaptures(store=store, sources=sources, source=source, path=path, wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcCaptures:
    """The captures of one Source, or of any that is configured, in a file or a folder of files."""

    store: Store
    sources: Sequence[Source]
    source: Source | None
    path: Path
    wanted: Plan

    @property
    def total(self) -> int | None:
        """Not known before they are read."""
        return None

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Keep what is a page of the Sources, file by file, then tell the histories anew."""
        result = Imported(dry_run=dry_run)
        origin = f"warc:{self.path.resolve()}"
        keeper = opened(self.store, self.sources, self.source, self.wanted, result, origin=origin)
        name, after = _place_in(keeper.position)
        # What is no WARC was named, and counted, when it was begun.
        files = list(files_at(self.path, keeper.refused if name is None else _unnamed))
        # Where the file in which it was stopped is not there any more, all are read: what is kept is known.
        first = next((number for number, file in enumerate(files) if file.name == name), 0)
        reading = _Reading(keeper)
        done, total = sum(file.size for file in files[:first]), sum(file.size for file in files)
        for file in files[first:]:

            def hear(at: int, done: int = done) -> None:
                if tell:
                    tell(done + at, total, f"reading, {keeper.came:,} captures", "MB")

            await reading.read(file, after if file.name == name else None, hear)
            done += file.size
            if keeper.full:
                break
        reading.end()
        await keeper.finish(tell)
        return result


def _unnamed(what: str, why: str) -> None:
    """It was named before."""


class _Reading:
    """Reads files one after another and hands what it finds to the Keeper."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        # By the digest of a payload: of what it was, None where that was no page.
        self._payloads: OrderedDict[str, tuple[str, datetime] | None] = OrderedDict()
        self._redirects = Redirects()
        # Of the last record that was dealt with.
        self._position = keeper.position

    async def read(self, file: WarcFile, after: Place | None, tell: Callable[[int], None]) -> None:
        """Takes all records of a file, those behind `after`. Raises StoreError."""

        def report(place: Place, why: str) -> None:
            self._keeper.refused(_called(file, place), why)

        try:
            with file.opened() as stream:
                for number, record in enumerate(records(stream, report, after=after, most=MOST)):
                    self._take(file, record)
                    if self._keeper.full:
                        return
                    if number % _TURN == 0:
                        tell(min(stream.tell(), file.size))
                        await asyncio.sleep(0)
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            self._keeper.refused(file.name, str(error))

    def end(self) -> None:
        """There is no further file."""
        self._no_pages(self._redirects.ended())

    def _take(self, file: WarcFile, record: Record) -> None:
        position: Json = {"file": file.name, "at": list(record.place)}
        captures: list[Capture] = []
        try:
            found = found_in(record)
            if found is not None:
                captures = list(self._captures(record, found))
        except NotTaken as why:
            self._keeper.refused(_called(file, record.place), str(why))
        self._position = position
        self._no_pages(self._redirects.passed())
        place = self._redirects.place(position)
        for capture in captures:
            self._keeper.keep(capture, place)
        self._keeper.passed(place)

    def _captures(self, record: Record, found: Found) -> Iterator[Capture]:
        """What the record is a capture of, as far as it is wanted; what is not is counted. Raises NotTaken."""
        if record.type == "response" and (location := redirected(record)) is not None:
            self._lead(found, canonical(location, found.url))
            return
        led = self._redirects.arrived(found)
        own = self._snapshot(record, found)
        if own is not None:
            yield own
        if led:
            there = own or (self._again(record, found) if record.type == "revisit" else snapshot_of(record, found))
            yield from (as_led(one, there) for one in led if there is not None)

    def _lead(self, found: Found, target: str | None) -> None:
        """A redirect waits for what it leads to; one to the same page, or to nowhere, says nothing of it."""
        if target is not None:
            self._redirects.led_on(found, target)
        if not self._keeper.wants(found.url, found.at):
            return
        page = self._keeper.page_of(found.url)
        if target is None or self._keeper.page_of(target) == page:
            self._no_page(found)
        else:
            self._redirects.led(found, target, self._position)

    def _snapshot(self, record: Record, found: Found) -> Capture | None:
        """The capture of its own address, if it is wanted. Raises NotTaken."""
        page = self._keeper.page_of(found.url)
        if page is not None and self._is_other(record, found):
            self._no_page(found)
            return None
        if record.type == "revisit":
            return self._again(record, found) if self._keeper.wants(found.url, found.at) else None
        if page is not None:
            self._remember(found.payload, (page.url, found.at))
        if not self._keeper.wants(found.url, found.at):
            return None
        snapshot = snapshot_of(record, found)
        if snapshot is None:
            self._no_page(found)
        return snapshot

    def _is_other(self, record: Record, found: Found) -> bool:
        return is_other(record, found) or (
            record.type == "revisit" and self._payloads.get(found.payload, (found.url, found.at)) is None
        )

    def _no_pages(self, number: int) -> None:
        for _ in range(number):
            self._keeper.other()

    def _no_page(self, found: Found) -> None:
        self._keeper.other()
        self._remember(found.payload, None)

    def _remember(self, payload: str, what: tuple[str, datetime] | None) -> None:
        if payload:
            self._payloads[payload] = what
            self._payloads.move_to_end(payload)
            if len(self._payloads) > _REMEMBERED:
                self._payloads.popitem(last=False)

    def _again(self, record: Record, found: Found) -> KeptResponse:
        """A capture of what was captured before, of which the record has no body. Raises NotTaken."""
        if self._keeper.dry_run:
            return KeptResponse(
                url=found.url, final_url=found.url, status=200, headers=(), fetched_at=found.at, digest="", size=0
            )
        before = self._before(record, found)
        if before is None:
            raise NotTaken(f"{found.url}: the same as a capture that is neither here nor kept")
        own = record.http and record.status not in (None, 304)
        return replace(
            before,
            url=found.url,
            final_url=found.url,
            status=record.status if own and record.status else before.status,
            headers=record.http if own else before.headers,
            fetched_at=found.at,
        )

    def _before(self, record: Record, found: Found) -> KeptResponse | None:
        """The capture that a revisit refers to: by address and time, by its digest, or the last of its own page."""
        refers = canonical(record.headers.get("warc-refers-to-target-uri", "").strip("<> "))
        at = time_of(record.headers.get("warc-refers-to-date", ""))
        if refers and (kept := self._keeper.response(refers, at or found.at, exactly=at is not None)):
            return kept
        if (place := self._payloads.get(found.payload)) and (kept := self._keeper.response(*place, exactly=True)):
            return kept
        last = self._keeper.response(found.url, found.at)
        not_modified = "not-modified" in record.headers.get("warc-profile", "") and not refers
        return last if last and (not_modified or _is_of(found.payload, self._keeper.body(last))) else None


def _is_of(digest: str, body: bytes) -> bool:
    """Whether a digest as WARC writes it, in hex or base32, is that of a body."""
    algorithm, _, value = digest.partition(":")
    try:
        made = hashlib.new(algorithm.replace("-", ""), body, usedforsecurity=False).digest()
    except (ValueError, TypeError):
        return False
    return value in (made.hex(), base64.b32encode(made).decode("ascii").lower().rstrip("="))


def _place_in(position: Json) -> tuple[str | None, Place | None]:
    """The file and the place in it of the last record taken, as `_take` writes them."""
    if not isinstance(position, dict):
        return None, None
    at = position["at"]
    assert isinstance(at, list)  # noqa: S101 - written so
    return str(position["file"]), (int(str(at[0])), int(str(at[1])))


def _called(file: WarcFile, place: Place) -> str:
    return f"{file.name} at {place[0]}" + (f"+{place[1]}" if place[1] else "")
