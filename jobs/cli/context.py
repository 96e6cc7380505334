"""What every command shares: the settings of this run, its configuration, its store."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer

from crawler.model import Source
from jobs.settings import Settings, read_sources
from jobs.wiring import opened_store
from store import Store

T = TypeVar("T")


def settings_of(context: typer.Context) -> Settings:
    """The Settings that the global options made."""
    settings = context.find_root().obj
    assert isinstance(settings, Settings)  # noqa: S101 - set by the root callback before any command runs
    return settings


@contextmanager
def store_of(context: typer.Context) -> Iterator[Store]:
    """The store of this run."""
    with opened_store(settings_of(context)) as store:
        yield store


def sources_of(context: typer.Context) -> tuple[Source, ...]:
    """The configured Sources. Raises ConfigurationError."""
    return read_sources(settings_of(context).config)


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a fresh event loop. SIGTERM stops it as Ctrl-C does: KeyboardInterrupt is raised."""
    result = asyncio.run(_supervised(main))
    if result is None:
        raise KeyboardInterrupt
    return result[0]


def run_service(main: Coroutine[Any, Any, None]) -> None:
    """Run what only ends when it is told to: SIGTERM is its ordinary end, Ctrl-C still an interruption."""
    asyncio.run(_supervised(main))


async def _supervised(main: Coroutine[Any, Any, T]) -> tuple[T] | None:
    """What `main` returns, in a tuple; None where SIGTERM ended it."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(main)
    terminated = False

    def terminate() -> None:
        nonlocal terminated
        terminated = True
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        return (await task,)
    except asyncio.CancelledError:
        if terminated:
            return None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
