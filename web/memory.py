"""Answers that are good enough for a while: what reads much of the store is not read for every reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """What was answered, by the name of the question, and when. From any thread; whoever asks the same meanwhile waits.

    Nothing is forgotten: names are those of things that the store knows, never what a request makes up.
    """

    def __init__(self) -> None:
        self._answers: dict[str, tuple[datetime, Any]] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def recall(self, name: str, now: datetime, fresh: timedelta, ask: Callable[[], T]) -> tuple[T, datetime]:
        """The answer and the time it is from: asked anew where the last one is older than `fresh`."""
        with self._locks[name]:
            known = self._answers.get(name)
            if known is None or now - known[0] > fresh:
                known = self._answers[name] = now, ask()
            return known[1], known[0]
