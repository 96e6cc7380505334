"""Reading back what `export --format jsonl` wrote: into an empty store to an equal one, into another without harm.

A Page goes in whole or not at all, some hundred lines to a transaction; started again, what is there is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from crawler.errors import ConfigurationError, PalimpsestError
from crawler.model import Json, Page, Source
from jobs.backfill import Tell
from jobs.exchange.lines import FORMAT, MARK
from jobs.exchange.reading import Said, given_from, line_from, page_from, source_from
from jobs.settling import settle
from jobs.wiring import utc_now
from store import FreshPage, KnownPage, Store, Taking
from store.carrying import count_from

# Lines of one transaction, as far as a Page is not divided for it; and from one word of progress to the next.
_TOGETHER, _EVERY = 300, 50


@dataclass(slots=True, kw_only=True)
class Taken:
    """What came of an import. `pages`, `versions` and `checks` went in as they were; `captures` are responses of Pages
    that were here already, whose history they made `changes` more of; `left_out` lines say nothing that could be added.
    """

    sources: int = 0
    pages: int = 0
    versions: int = 0
    checks: int = 0
    captures: int = 0
    changes: int = 0
    known: int = 0
    left_out: int = 0
    dry_run: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """One line for a person."""
        verb = "would bring in" if self.dry_run else "brought in"
        added = f", {self.captures} captures of pages that are tracked already" if self.captures else ""
        left = f", {self.left_out} with nothing to add" if self.left_out else ""
        return (
            f"{verb} {self.pages} pages with {self.versions} versions and {self.checks} checks{added}; "
            f"{self.known} already there{left}, {len(self.problems)} failed"
        )

    def as_json(self) -> dict[str, Json]:
        """The same for programs."""
        return {
            "sources": self.sources,
            "pages": self.pages,
            "versions": self.versions,
            "checks": self.checks,
            "captures": self.captures,
            "changes": self.changes,
            "known": self.known,
            "left_out": self.left_out,
            "dry_run": self.dry_run,
            "failed": list(self.problems),
        }


def take_lines(
    store: Store,
    lines: Iterable[str],
    *,
    name: str,
    dry_run: bool = False,
    tell: Tell | None = None,
    sources: Sequence[Source] = (),
) -> Taken:
    """Takes in the lines of an export called `name`; `tell` hears how many. `dry_run` only says what would come of it.

    A line that cannot be read is named with its number and skipped, and the history of its Page told anew from the
    rest, as `sources` have it read where they own it. Raises ConfigurationError where this is no export, or one of a
    newer format, and StoreError; what was taken in by then stays.
    """
    numbered = enumerate(lines, start=1)
    whole = _header(numbered, name)
    work = _Work(store=store, name=name, whole=whole, now=utc_now(), taken=Taken(dry_run=dry_run), tell=tell)
    more = True
    while more:
        with store.importing.taking(dry_run=dry_run) as taking:
            more = work.some(taking, numbered)
    if not dry_run:
        work.settle({source.name: source for source in sources})
    return work.taken


def _header(numbered: Iterator[tuple[int, str]], name: str) -> bool:
    """Reads the first line; whether Pages are exported with all that is kept of them."""
    said: Said = {}
    with suppress(ValueError):
        said = line_from(next((text for _, text in numbered if text.strip()), ""))
    if MARK not in said:
        raise ConfigurationError(f"{name}: no export of ours: its first line does not say {MARK!r}")
    try:
        written = count_from(said[MARK])
    except ValueError:
        raise ConfigurationError(f"{name}: no export of ours: {MARK!r} in its first line is no number") from None
    if written > FORMAT:
        raise ConfigurationError(
            f"{name}: written by a newer Palimpsest (format {written}, this one reads {FORMAT}). Upgrade, then import."
        )
    selection = said.get("selection")
    limits = selection if isinstance(selection, dict) else {}
    return not any(limits.get(limit) for limit in ("since", "until", "kinds"))


@dataclass(slots=True, kw_only=True)
class _Work:
    """Where an import is: the Page that the lines are about now, and whether any of it was left out."""

    store: Store
    name: str
    whole: bool
    now: datetime
    taken: Taken
    tell: Tell | None
    page: Page | None = None
    fresh: FreshPage | None = None
    known: KnownPage | None = None
    complete: bool = True
    owners: set[str] = field(default_factory=set)
    ahead: tuple[int, Said] | None = None

    def some(self, taking: Taking, numbered: Iterator[tuple[int, str]]) -> bool:
        """Takes in some hundred lines and what is left of their last Page; whether there are more."""
        for done, (number, said) in enumerate(self._lines(numbered)):
            if done >= _TOGETHER and said.get("page") != (self.page.url if self.page else None):
                self.ahead = (number, said)
                self._finish()
                return True
            try:
                self._take(taking, number, said)
            except (ValueError, OverflowError) as error:
                self._failed(number, error)
        self._finish()
        return False

    def _lines(self, numbered: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Said]]:
        if self.ahead is not None:
            ahead, self.ahead = self.ahead, None
            yield ahead
        for number, text in numbered:
            if self.tell and number % _EVERY == 0:
                self.tell(number, None)
            if not text.strip():
                continue
            try:
                said = line_from(text)
            except ValueError as error:
                self._failed(number, error)
            else:
                yield number, said

    def _failed(self, number: int, error: Exception | str) -> None:
        self.complete = False
        self.taken.problems.append(f"{self.name}:{number}: {error}")

    def _take(self, taking: Taking, number: int, said: Said) -> None:
        match said.get("line"):
            case "source":
                source_from(said.get("name"))
                self._count(taking.source(said), "sources")
            case "event":
                source_from(said.get("source"))
                self._count(taking.event(said), "")
            case "page":
                self._begin(taking, page_from(said), said)
            case "version" | "check" | "told":
                self._moment(taking, page_from(said), number, said)
            case other:
                raise ValueError(f"line: there is none that is called {other!r:.40}")

    def _count(self, new: bool, what: str) -> None:
        if not new:
            self.taken.known += 1
        elif what:
            setattr(self.taken, what, getattr(self.taken, what) + 1)

    def _begin(self, taking: Taking, page: Page, said: Said) -> None:
        self._finish()
        self.page, self.complete = page, True
        self.owners.add(page.source)
        self.fresh = taking.page(page, said) if self.whole else None
        if self.fresh is None:
            self.known = taking.known_page(page, self.now)
        self._count(self.known is None or self.known.admitted, "pages")

    def _moment(self, taking: Taking, page: Page, number: int, said: Said) -> None:
        if self.page is None or page.url != self.page.url:
            # Its own line was broken, or is not here: what it answered can still be kept.
            self._finish()
            self.page = page
            self.owners.add(page.source)
            self.known = taking.known_page(page, self.now)
        given = given_from(said)
        if self.fresh is not None and (amiss := self.fresh.amiss(given)):
            self._failed(number, f"{amiss}; the history of its page is told anew from what there is")
        if self.fresh is not None and not self.complete:
            # With a hole in it nothing fits any more: the rest goes in as captures, that nothing be lost.
            self.fresh.finish(whole=False)
            self.fresh, self.known = None, taking.known_page(page, self.now)
        if self.fresh is not None:
            self.fresh.put(given)
            self.taken.versions += given.version is not None
            self.taken.checks += given.check is not None
        elif self.known is not None:
            kept = self.known.put(given)
            self.taken.captures += kept is True
            self.taken.known += kept is False
            self.taken.left_out += kept is None

    def _finish(self) -> None:
        """The Page that the lines were about is over."""
        if self.fresh is not None and self.page is not None:
            complete = self.complete
            if not self.fresh.finish(whole=complete) and complete:
                problem = "lines of it are missing; its history is told anew from what there is"
                self.taken.problems.append(f"{self.name}: {self.page.url}: {problem}")
        self.page = self.fresh = self.known = None

    def settle(self, configured: dict[str, Source]) -> None:
        """Tells the histories anew that wait for it, also those that an import left waiting that was stopped."""
        waiting = self.store.rereading.waiting(self.owners)
        views = {view.name: view for view in self.store.history.sources()} if waiting else {}
        for done, page in enumerate(waiting, start=1):
            view = views[page.source]
            bare = Source(name=view.name, url=view.url or page.url, kind=view.kind)
            try:
                made = settle(self.store, configured.get(page.source, bare), page)
            except PalimpsestError as error:
                self.taken.problems.append(f"{page.url}: {error}")
            else:
                self.taken.changes += made.changes
            if self.tell:
                self.tell(done, len(waiting))
