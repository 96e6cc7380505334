"""The captures of an index, in its order → which of them are worth asking for.

Of captures that follow one another and have the same digest the first is asked for, and that the same was still there
at the last is known without asking. A redirect to the same page by another scheme or with `www.` says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.archives.addresses import same_address
from crawler.archives.index import Row

# A crawler follows a redirect at once.
_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A capture to take. `like` is an earlier one with the same bytes, if there is one: then no request is needed."""

    row: Row
    like: Row | None = None


@dataclass(slots=True)
class Collapsing:
    """Takes rows as they come, sorted by key and time, and holds two of them at most. `skipped` counts the rest."""

    skipped: int = 0
    _first: Row | None = field(default=None, init=False)
    _last: Row | None = field(default=None, init=False)
    _turned: Row | None = field(default=None, init=False)

    def feed(self, rows: Iterable[Row]) -> Iterator[Seen]:
        """What these rows add. The end of a run is known when the next begins, or at `finish`."""
        for row in rows:
            if _redirects(row):
                if self._last is not None and _beside(row, self._last):
                    self.skipped += 1
                    continue
                yield from self._let_go()
                self._turned = row
                continue
            if self._turned is not None and _beside(self._turned, row):
                self._turned = None
                self.skipped += 1
            yield from self._let_go()
            yield from self._take(row)

    def finish(self) -> Iterator[Seen]:
        """What is still held."""
        yield from self._let_go()
        yield from self._end()

    def _let_go(self) -> Iterator[Seen]:
        turned, self._turned = self._turned, None
        if turned is not None:
            yield from self._take(turned)

    def _take(self, row: Row) -> Iterator[Seen]:
        first, last = self._first, self._last
        if first is None or last is None or not _same(first, row):
            yield from self._end()
            self._first = self._last = row
            yield Seen(row=row)
        elif row.at > last.at:
            # The one that was the last by now lies within.
            self.skipped += last is not first
            self._last = row
        else:
            self.skipped += 1

    def _end(self) -> Iterator[Seen]:
        first, last = self._first, self._last
        self._first = self._last = None
        if first is not None and last is not None and last is not first:
            yield Seen(row=last, like=first)


def _redirects(row: Row) -> bool:
    return row.status is not None and 300 <= row.status < 400


def _beside(turned: Row, row: Row) -> bool:
    """Whether a redirect leads to this very capture: of one key, under another address, at once."""
    at_once = turned.key == row.key and abs(turned.at - row.at) <= _AT_ONCE
    return at_once and turned.url != row.url and same_address(turned.url, row.url)


def _same(first: Row, row: Row) -> bool:
    alike = first.key == row.key and first.digest == row.digest and row.status in (None, first.status)
    # A key can be a lie, or stand for addresses that a server tells apart.
    return alike and (first.url == row.url or same_address(first.url, row.url))
