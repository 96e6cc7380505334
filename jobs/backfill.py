"""The past, brought in through the same judge: captures in a folder, or a listing walked to its end.

A backfill asks nobody's permission to be stopped: each capture is kept in one transaction, and what is kept is skipped
the next time; the history is told anew once, when all are kept. It notifies nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from crawler.errors import ConfigurationError, PalimpsestError
from crawler.model import Json, Link, Page, Snapshot, Source
from crawler.urls import canonical
from jobs.discovery import visit_source
from jobs.settings import Settings
from jobs.settling import settle
from jobs.wiring import sweeper, utc_now
from store import Store

Tell = Callable[[int, int | None], None]
# The source that owns pages whose captures were brought in without any configuration.
LOOSE_SOURCE = "backfill"
_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T_-]?(\d\d)[:-]?(\d\d)[:-]?(\d\d)Z?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for on the command line."""

    source: str | None
    origin: str
    page_url: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(slots=True, kw_only=True)
class Imported:
    """What a backfill brought: captures recorded, those already there, Versions among them, and what failed."""

    recorded: int = 0
    known: int = 0
    versions: int = 0
    changes: int = 0
    admitted: int = 0
    planned: int = 0
    dry_run: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """One line for a person."""
        if self.dry_run:
            return f"would bring in {self.planned}; {self.known} already there; nothing was done"
        return (
            f"{self.recorded} brought in ({self.versions} versions, {self.changes} changes, "
            f"{self.admitted} pages newly tracked), {self.known} already there, {len(self.problems)} failed"
        )

    def as_json(self) -> dict[str, Json]:
        """The object of `backfill --json`."""
        return {
            "recorded": self.recorded,
            "known": self.known,
            "versions": self.versions,
            "changes": self.changes,
            "admitted": self.admitted,
            "planned": self.planned,
            "dry_run": self.dry_run,
            "failed": list(self.problems),
        }


class Backfill(Protocol):
    """One way into the past. `total` is how much there is to do, None where that cannot be known before."""

    @property
    def total(self) -> int | None: ...

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Bring it in; `tell` hears (done, of how many)."""
        ...


def plan(store: Store, sources: Sequence[Source], wanted: Plan) -> Backfill:
    """The Backfill that was asked for. Raises ConfigurationError where it makes no sense, saying what would."""
    by_name = {source.name: source for source in sources}
    if wanted.origin == "listing":
        return ListingWalk(store=store, sources=sources, source=_source(by_name, wanted.source), wanted=wanted)
    kind, _, path = wanted.origin.partition(":")
    if kind == "dir" and path:
        return _folder(store, sources, by_name, Path(path), wanted)
    raise ConfigurationError(f"--from {wanted.origin}: not a way into the past. Use listing, or dir:PATH")


def _source(by_name: Mapping[str, Source], name: str | None) -> Source:
    if name is None and len(by_name) == 1:
        return next(iter(by_name.values()))
    if name is None or name not in by_name:
        asked = "no source given" if name is None else f"no source {name!r} is configured"
        raise ConfigurationError(f"{asked}. Configured: {', '.join(sorted(by_name)) or 'none'}")
    return by_name[name]


# ---- dir: --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One kept file: when it was captured and where it lies."""

    at: datetime
    path: Path


def _folder(
    store: Store, sources: Sequence[Source], by_name: Mapping[str, Source], path: Path, wanted: Plan
) -> FolderOfCaptures:
    if not path.is_dir():
        raise ConfigurationError(f"dir:{path}: no such folder")
    captures, ignored = captures_in(path, wanted)
    if not captures:
        raise ConfigurationError(
            f"dir:{path}: no captures in it. Files must be named by their UTC time, like 20210615T080000Z.html"
        )
    if not sources and wanted.page_url:
        loose = Source(name=LOOSE_SOURCE, url=wanted.page_url, kind="page")
        sources, source = (loose,), loose
    else:
        source = _source(by_name, wanted.source)
    url = canonical(wanted.page_url or source.url)
    if url is None:
        raise ConfigurationError(f"--page-url {wanted.page_url}: not an http(s) URL")
    return FolderOfCaptures(
        store=store,
        sources=sources,
        source=source,
        page=Page(url=url, source=source.name),
        captures=captures,
        ignored=ignored,
    )


def captures_in(folder: Path, wanted: Plan) -> tuple[tuple[Capture, ...], tuple[Path, ...]]:
    """The captures of a folder by time, within the limits asked for; and the files that are none."""
    captures: list[Capture] = []
    ignored: list[Path] = []
    for path in sorted(folder.iterdir()):
        at = time_in_name(path.name) if path.is_file() else None
        if at is None:
            ignored.append(path)
        elif (wanted.since is None or at >= wanted.since) and (wanted.until is None or at <= wanted.until):
            captures.append(Capture(at=at, path=path))
    captures.sort(key=lambda capture: capture.at)
    return tuple(captures[: wanted.limit]), tuple(ignored)


def time_in_name(name: str) -> datetime | None:
    """The UTC time by which a file is named (`20210615T080000Z.html`, `20210615080000`), or None."""
    match = _STAMP.match(name)
    if match is None:
        return None
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOfCaptures:
    """The history of one page, as files."""

    store: Store
    sources: Sequence[Source]
    source: Source
    page: Page
    captures: tuple[Capture, ...]
    ignored: tuple[Path, ...] = ()

    @property
    def total(self) -> int | None:
        """How many captures lie in the folder."""
        return len(self.captures)

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Keep the captures one after another, then tell the page's history anew with all of them."""
        result = Imported(dry_run=dry_run)
        archive = self.store.archive
        if not dry_run:
            archive.declare(self.sources, utc_now())
            result.admitted = len(archive.admit(self.source.name, [Link(url=self.page.url)], utc_now()))
        known_page = archive.page(self.page.url)
        for done, capture in enumerate(self.captures, start=1):
            if known_page and archive.has_check(self.page, capture.at):
                result.known += 1
            elif dry_run:
                result.planned += 1
            else:
                self._bring(capture, result)
            if tell:
                tell(done, self.total)
        if not dry_run and self.page in self.store.rereading.waiting([self.page.source]):
            self._settle(result)
        return result

    def _settle(self, result: Imported) -> None:
        try:
            made = settle(self.store, self.source, self.page)
        except PalimpsestError as error:
            result.problems.append(f"{self.page.url}: {error}")
        else:
            result.versions, result.changes = made.added, made.changes

    def _bring(self, capture: Capture, result: Imported) -> None:
        try:
            body = capture.path.read_bytes()
        except OSError as error:
            result.problems.append(f"{capture.path}: {error.strerror}")
            return
        snapshot = Snapshot(
            url=self.page.url,
            final_url=self.page.url,
            status=200,
            headers=_headers_beside(capture.path),
            body=body,
            fetched_at=capture.at,
        )
        self.store.rereading.keep(self.page, snapshot)
        result.recorded += 1


def _headers_beside(path: Path) -> tuple[tuple[str, str], ...]:
    """Response headers kept beside a capture as `NAME.headers.json` (an object of strings), where there are any."""
    beside = path.with_name(path.name + ".headers.json")
    try:
        kept = json.loads(beside.read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple((str(name), str(value)) for name, value in kept.items()) if isinstance(kept, dict) else ()


# ---- listing -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingWalk:
    """A Source's listing, page after page to its end, and a visit to every page it names."""

    store: Store
    sources: Sequence[Source]
    source: Source
    wanted: Plan

    @property
    def total(self) -> int | None:
        """Not known before the walk."""
        return None

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Walk, admit, and visit what was never visited; politely, and without notifying anybody."""
        result = Imported(dry_run=dry_run)
        async with sweeper(self.store, self.sources, notify=False) as sweep:
            archive = self.store.archive
            walked = await visit_source(
                self.source,
                archive,
                sweep.fetcher,
                utc_now,
                to_the_end=True,
                dry_run=dry_run,
                progress=(lambda read, found: tell(read, None)) if tell else None,
            )
            if walked.problem:
                result.problems.append(f"{self.source.name}: {walked.problem}")
            if dry_run:
                result.planned, result.known = len(walked.admitted), walked.found - len(walked.admitted)
                return result
            result.admitted = len(walked.admitted)
            pages = archive.never_checked(self.source.name)[: self.wanted.limit]
            result.known = walked.found - len(walked.admitted)
            visited = await sweep.run_pages(pages)
            result.recorded, result.versions, result.changes = visited.checked, visited.versions, visited.changes
            result.problems.extend(visited.problems)
        return result
