"""`dir:PATH`: the history of one page as files, each named by the time of its capture."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.errors import ConfigurationError
from crawler.model import Page, Snapshot, Source
from crawler.urls import canonical
from jobs.backfill.keeper import Keeper, opened
from jobs.backfill.wanted import Imported, Plan, Tell, source_of
from store import Store

# The source that owns pages whose captures were brought in without any configuration.
LOOSE_SOURCE = "backfill"
_HEADERS = ".headers.json"
_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T_-]?(\d\d)[:-]?(\d\d)[:-]?(\d\d)Z?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One kept file: when it was captured and where it lies."""

    at: datetime
    path: Path


def folder(store: Store, sources: Sequence[Source], wanted: Plan) -> FolderOfCaptures:
    """The folder that was asked for. Raises ConfigurationError, saying what would do."""
    path = Path(wanted.origin.partition(":")[2])
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
        source = source_of(sources, wanted.source)
    url = canonical(wanted.page_url or source.url)
    if url is None:
        raise ConfigurationError(f"--page-url {wanted.page_url}: not an http(s) URL")
    return FolderOfCaptures(
        store=store,
        sources=sources,
        source=source,
        page=Page(url=url, source=source.name),
        captures=captures,
        wanted=wanted,
        ignored=ignored,
    )


def captures_in(folder: Path, wanted: Plan) -> tuple[tuple[Capture, ...], tuple[Path, ...]]:
    """The captures of a folder by time, within the limits asked for; and the files that are none."""
    captures: list[Capture] = []
    ignored: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.endswith(_HEADERS):
            continue
        at = time_in_name(path.name) if path.is_file() else None
        if at is None:
            ignored.append(path)
        elif wanted.in_time(at):
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
    wanted: Plan
    ignored: tuple[Path, ...] = ()

    @property
    def total(self) -> int | None:
        """How many captures lie in the folder."""
        return len(self.captures)

    async def run(self, *, dry_run: bool = False, tell: Tell | None = None) -> Imported:
        """Keep the captures one after another, then tell the page's history anew with all of them."""
        result = Imported(dry_run=dry_run, skipped=[path.name for path in self.ignored])
        # Where it was stopped does not matter: what is kept costs no more than a look at its name.
        keeper = opened(self.store, self.sources, self.source, self.wanted, result, again=True)
        keeper.assign(self.page)
        for done, capture in enumerate(self.captures, start=1):
            if keeper.wants(self.page.url, capture.at):
                self._bring(capture, keeper)
            if tell:
                tell(done, self.total)
        await keeper.finish(tell)
        return result

    def _bring(self, capture: Capture, keeper: Keeper) -> None:
        try:
            body = capture.path.read_bytes()
        except OSError as error:
            keeper.refused(str(capture.path), error.strerror or str(error))
            return
        snapshot = Snapshot(
            url=self.page.url,
            final_url=self.page.url,
            status=200,
            headers=_headers_beside(capture.path),
            body=body,
            fetched_at=capture.at,
        )
        keeper.keep(snapshot)


def _headers_beside(path: Path) -> tuple[tuple[str, str], ...]:
    """Response headers kept beside a capture as `NAME.headers.json` (an object of strings), where there are any."""
    beside = path.with_name(path.name + _HEADERS)
    try:
        kept = json.loads(beside.read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple((str(name), str(value)) for name, value in kept.items()) if isinstance(kept, dict) else ()
