"""The daemon tells of what is new while a target keeps it waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from crawler.sources import parse_sources
from jobs.daemon import run_daemon
from store import open_store
from tests.jobs.site import Town, configuration
from tests.outside import Answer, Asked, Outside

OFTEN = 'every = "1s"\nmin_every = "1s"\nmax_every = "2s"\n'


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for is in the store, which rings no bell
            await asyncio.sleep(0.02)


def test_a_target_that_hangs_does_not_keep_others_from_what_is_new(
    tmp_path: Path, town: Town, outside: Outside
) -> None:
    over = threading.Event()

    def slow(asked: Asked) -> Answer:
        over.wait(20)
        return Answer()

    outside.answer("/slow", slow)
    outside.page("/well", b"")
    told = ", ".join(f'"webhook+{outside.url(path)}"' for path in ("/slow", "/well"))
    sources = parse_sources(configuration(town, more=f"{OFTEN}notify = [{told}]\n"))

    async def story() -> None:
        daemon = asyncio.create_task(
            run_daemon(store, sources, say=lambda line: None, tick=timedelta(milliseconds=100))
        )
        try:
            await until(lambda: {"/slow", "/well"} <= set(outside.paths))
            before = outside.paths.count("/well")
            town.publish(9)
            await until(lambda: outside.paths.count("/well") > before)
            assert outside.paths.count("/slow") == 1
            over.set()
            await until(lambda: store.outbox.waiting() == 0)
        finally:
            over.set()
            daemon.cancel()
            await asyncio.gather(daemon, return_exceptions=True)

    with open_store(tmp_path / "data") as store:
        asyncio.run(story())
        assert len(store.history.pages()) == 4
