"""The one face that everything in this package wears, and the budget that a visit spends."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Protocol

from crawler.model import FetchRequest, FetchResult


class Fetcher(Protocol):
    """Turns a request into what came of it."""

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """Fetch one URL; never raises for what the network or the server does, and lets cancellation through."""

    def pause(self, url: str) -> float:
        """Seconds for which the host of a URL is still to be left alone, as far as it was asked through this."""

    async def aclose(self) -> None:
        """Close every connection. The fetcher is not used afterwards."""


# Seconds that the visit under way in this task has spent with servers: what its deadline counts. Waiting for a
# host's turn is left out, so that a long queue does not eat the time a page needs once its turn has come.
spent: ContextVar[float] = ContextVar("spent", default=0.0)
