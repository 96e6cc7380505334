"""Asking the addresses beside a suspect Page, once for all the Pages of its folder and as politely as anything else."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from crawler.fetch import Fetcher
from crawler.model import FetchRequest, FetchResult, Snapshot, Source
from crawler.standins import Beside, answers, by_witness, sibling, witness

# As long as an answer stands for its folder: over the Pages of one pass, and not over a repair of the site.
_KEPT = timedelta(minutes=10)


@dataclass(slots=True)
class Prober:
    """Asks for siblings and witnesses, and remembers for a while what they said."""

    fetcher: Fetcher
    _answers: dict[str, tuple[datetime, FetchResult]] = field(default_factory=dict)
    _asking: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def ask(
        self, source: Source, page: FetchRequest, said: Snapshot, now: datetime, *, before_each: Callable[[], None]
    ) -> Beside:
        """What the addresses beside the page that `said` this tell of it. `page` is the page's own request."""
        address = sibling(page.url, secrets.randbelow(900_000_000) + 100_000_000)
        if address is None:
            return Beside.OTHER
        before_each()
        found = await self._answer(str(sibling(page.url, 0)), replace(page, url=address), now)
        told = answers(source, said, found)
        there = witness(source, page.url)
        if told is not Beside.SAME or there is None:
            return told
        before_each()
        known = await self._answer(there, replace(page, url=there), now)
        return by_witness(source, said, known)

    async def _answer(self, key: str, request: FetchRequest, now: datetime) -> FetchResult:
        # Pages of one host may be under way side by side: the first asks, the others wait for what it is told.
        async with self._asking.setdefault(key, asyncio.Lock()):
            self._answers = {one: kept for one, kept in self._answers.items() if now - kept[0] < _KEPT}
            if key not in self._answers:
                answer = await self.fetcher.fetch(request, now)
                self._answers[key] = now, answer
            return self._answers[key][1]
