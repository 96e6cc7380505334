"""Trying once more, where that can help and the deadline leaves room.

A connection that was refused or broken off and an answer that was cut short may come right at once. A time-out has
used its time up, a status has been answered, and everything else stays as it is until somebody does something.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from crawler.fetch.face import Fetcher
from crawler.model import FailureReason, FetchFailed, FetchRequest, FetchResult

WORTH_ANOTHER = frozenset({FailureReason.CONNECT, FailureReason.TRUNCATED, FailureReason.PROTOCOL})
ATTEMPTS = 2
BACKOFF_SECONDS = 0.5


class RetryFetcher:
    """Repeats what `inner` failed at, at most ATTEMPTS times in all and never beyond the request's deadline."""

    def __init__(
        self,
        inner: Fetcher,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
    ) -> None:
        self._inner = inner
        self._monotonic = monotonic
        self._sleep = sleep
        self._chance = chance

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher."""
        began = self._monotonic()
        result = await self._inner.fetch(request, now)
        if not worth_another(result):
            return result
        return await self._again(request, now, began, result)

    async def _again(self, request: FetchRequest, now: datetime, began: float, first: FetchResult) -> FetchResult:
        def left() -> float:
            return request.deadline.total_seconds() - (self._monotonic() - began)

        def wait(state: RetryCallState) -> float:
            # Never sooner than the host's own delay would allow.
            backoff: float = BACKOFF_SECONDS * 2 ** (state.attempt_number - 1)
            return max(request.host_delay.total_seconds(), backoff) * (1 + self._chance() / 4)

        def enough(state: RetryCallState) -> bool:
            return state.attempt_number >= ATTEMPTS or wait(state) >= left()

        earlier = [first]

        async def attempt() -> FetchResult:
            if earlier:
                return earlier.pop()
            return await self._inner.fetch(replace(request, deadline=timedelta(seconds=left())), now)

        return await AsyncRetrying(
            retry=retry_if_result(worth_another),
            stop=enough,
            wait=wait,
            sleep=self._sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else first,
        )(attempt)

    def pause(self, url: str) -> float:
        """See Fetcher."""
        return self._inner.pause(url)

    async def aclose(self) -> None:
        """See Fetcher."""
        await self._inner.aclose()


def worth_another(result: FetchResult) -> bool:
    """Whether the same request may do better a moment later."""
    return isinstance(result, FetchFailed) and result.reason in WORTH_ANOTHER
