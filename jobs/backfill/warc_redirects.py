"""Redirects that were captured, until what they led to comes: then they are what a visit would have had that day.

What they led to is a record of its own, as a rule soon behind. While one waits, the place in the journal stays before
it, so that a backfill that is stopped meanwhile reads it again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta

from crawler.model import Json
from jobs.backfill.warc_captures import Found
from store import Capture

# A visit follows a redirect at once; so many records later nothing comes any more.
_SOON, _RECORDS = timedelta(minutes=1), 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """A redirect of a page: where it leads, by way of which addresses, and the place before it."""

    found: Found
    to: str
    by: tuple[str, ...]
    number: int
    before: Json


class Redirects:
    """Those that wait, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[Led] = deque()
        self._number = 0

    def led(self, found: Found, to: str, before: Json) -> None:
        """A page's address was answered by a redirect; `before` is the place to go on from to meet it again."""
        self._waiting.append(Led(found=found, to=to, by=(found.url,), number=self._number, before=before))

    def led_on(self, found: Found, to: str) -> None:
        """What led here was sent on."""
        self._waiting = deque(
            replace(led, to=to, by=(*led.by, found.url)) if self._leads_to(led, found) else led for led in self._waiting
        )

    def arrived(self, found: Found) -> list[Led]:
        """Those that led here, which wait no more."""
        if not any(led.to == found.url for led in self._waiting):
            return []
        here = [led for led in self._waiting if self._leads_to(led, found)]
        self._waiting = deque(led for led in self._waiting if led not in here)
        return here

    @staticmethod
    def _leads_to(led: Led, found: Found) -> bool:
        return led.to == found.url and abs(found.at - led.found.at) <= _SOON

    def passed(self) -> int:
        """A record was dealt with; how many redirects wait no more, as what they led to did not come."""
        self._number += 1
        lost = 0
        while self._waiting and self._number - self._waiting[0].number > _RECORDS:
            self._waiting.popleft()
            lost += 1
        return lost

    def ended(self) -> int:
        """Nothing comes any more; how many waited for it."""
        lost = len(self._waiting)
        self._waiting.clear()
        return lost

    def place(self, position: Json) -> Json:
        """Where to go on, when all up to `position` is dealt with but for what waits."""
        return self._waiting[0].before if self._waiting else position


def as_led(led: Led, capture: Capture) -> Capture:
    """What a visit to the page would have had: what it was led to, and by which way."""
    return replace(capture, url=led.found.url, redirects=led.by, fetched_at=led.found.at)
