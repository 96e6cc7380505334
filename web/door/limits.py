"""How long somebody who keeps guessing has to wait: longer each time, and in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

# After this without an attempt it is forgotten that there were any.
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class _Tried:
    times: int
    last: datetime


class Limits:
    """Attempts by whom they are counted for: `free` of them, then one after 1, 2, 4 … seconds, `longest` at most.

    Of more than `most` keys those that tried the longest ago are forgotten. Usable from any thread.
    """

    def __init__(self, *, free: int, longest: timedelta, most: int = 10_000) -> None:
        self.free = free
        self.longest = longest
        self.most = most
        self._tried: OrderedDict[str, _Tried] = OrderedDict()
        self._lock = Lock()

    def attempt(self, key: str, now: datetime) -> float:
        """0.0, and the attempt counts; or the seconds to wait before the next one, and it was none.

        It is counted before it is known whether it succeeds, so that many at once are not all free.
        """
        with self._lock:
            known = self._tried.get(key)
            if known is None or now - known.last >= FORGOTTEN_AFTER:
                known = self._tried[key] = _Tried(times=0, last=now)
            if known.times >= self.free:
                delay = min(2.0 ** min(known.times - self.free, 30), self.longest.total_seconds())
                left = delay - (now - known.last).total_seconds()
                if left > 0:
                    return left
            known.times, known.last = known.times + 1, now
            self._tried.move_to_end(key)
            if len(self._tried) > self.most:
                self._tried.popitem(last=False)
            return 0.0

    def forgive(self, key: str) -> None:
        """The last attempt succeeded: the next one is the first."""
        with self._lock:
            self._tried.pop(key, None)
