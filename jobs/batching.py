"""Checks recorded together: what several visits came to in one transaction, since a commit costs more than a Check."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from crawler.model import Verdict
from store import Archive

Made = TypeVar("Made")
# Writes what one visit came to through the Archive that it is given.
Write = Callable[[Archive], Made]

# So many Checks are recorded at once, and none waits longer for others to come.
MOST = 64
LONGEST = timedelta(milliseconds=250)


@dataclass(slots=True)
class _Waiting(Generic[Made]):
    verdict: Verdict
    write: Write[Made]
    done: asyncio.Future[Made]


class Batch(Generic[Made]):
    """The Checks of one pass that wait to be recorded.

    They are recorded as soon as every visit under way waits for it, so that a visit by itself waits for nobody.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._waiting: list[_Waiting[Made]] = []
        self._visiting = 0
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def visiting(self) -> Iterator[None]:
        """While the context lasts, a visit is under way."""
        self._visiting += 1
        try:
            yield
        finally:
            self._visiting -= 1
            if self._waiting and len(self._waiting) >= self._visiting:
                self.flush()

    async def record(self, verdict: Verdict, write: Write[Made]) -> Made:
        """What `write` returns, once it is committed. Raises what it raises."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Made] = loop.create_future()
        self._waiting.append(_Waiting(verdict, write, done))
        if len(self._waiting) >= min(self._visiting, MOST):
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_later(LONGEST.total_seconds(), self.flush)
        return await done

    def flush(self) -> None:
        """Records all that wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if waiting and not self._recorded(waiting) and len(waiting) > 1:
            for one in waiting:
                self._recorded([one])

    def _recorded(self, waiting: Sequence[_Waiting[Made]]) -> bool:
        """Records these in one transaction; False where that failed, of which only a visit by itself hears.

        Whose fault it was, each of them finds out alone.
        """
        try:
            with self._archive.together([one.verdict for one in waiting]) as archive:
                made = [one.write(archive) for one in waiting]
        except Exception as error:
            if len(waiting) == 1 and not waiting[0].done.done():
                waiting[0].done.set_exception(error)
            return False
        for one, result in zip(waiting, made, strict=True):
            # A visit may have been given up meanwhile; it is recorded all the same.
            if not one.done.done():
                one.done.set_result(result)
        return True
