"""One HTTP client over all pages in a process of its own: `python -m bench.fetch_client NAME PORT PAGES HOSTS PASSES`.

Prints `{"200": [SECONDS …], "304": [SECONDS …]}`: the CPU seconds of each pass, every page asked for once, without
validators and with them. The pages lie on the hosts in turns; on each host as many are in flight as a host without a
delay has with us.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from time import process_time

import httpx

from bench.fetch_pages import pieces
from crawler.fetch import build_fetcher
from crawler.fetch.pace import UNPACED
from crawler.model import FetchFailed, FetchRequest, NotModified, Validators

OURS, BARE = "palimpsest", "httpx"
# Of an answer: its status and its validators.
Got = tuple[int, Validators]
Get = Callable[[str, str, Validators], Awaitable[Got]]
Pages = dict[str, dict[str, Validators]]


async def _palimpsest(hosts: list[str], stack: AsyncExitStack) -> Get:
    fetcher = build_fetcher()
    stack.push_async_callback(fetcher.aclose)

    async def get(host: str, url: str, known: Validators) -> Got:
        request = FetchRequest(
            url=url, validators=known, host_delay=timedelta(0), may_be_private=frozenset({host.partition(":")[0]})
        )
        answer = await fetcher.fetch(request, datetime.now(UTC))
        if isinstance(answer, FetchFailed):
            raise RuntimeError(answer.detail)
        return (304, known) if isinstance(answer, NotModified) else (answer.status, answer.validators)

    return get


async def _httpx(hosts: list[str], stack: AsyncExitStack) -> Get:
    clients = {host: await stack.enter_async_context(httpx.AsyncClient()) for host in hosts}

    async def get(host: str, url: str, known: Validators) -> Got:
        wanted = (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified))
        answer = await clients[host].get(url, headers=[(name, value) for name, value in wanted if value])
        validators = Validators(etag=answer.headers.get("etag"), last_modified=answer.headers.get("last-modified"))
        return answer.status_code, validators

    return get


async def ask_all(get: Get, pages: Pages, expected: int, *, remember: bool) -> float:
    """Ask for every page once; the CPU seconds that it took. Raises RuntimeError for any other status."""

    async def take_turns(host: str, waiting: Iterator[str]) -> None:
        known = pages[host]
        for url in waiting:
            status, validators = await get(host, url, known[url] if expected == 304 else Validators())
            if status != expected:
                raise RuntimeError(f"{url} answered {status}, not {expected}")
            if remember:
                known[url] = validators

    begun = process_time()
    async with asyncio.TaskGroup() as group:
        for host, known in pages.items():
            waiting = iter(list(known))
            for _ in range(UNPACED):
                group.create_task(take_turns(host, waiting))
    return process_time() - begun


async def measure(name: str, port: int, count: int, hosts: int, passes: int) -> dict[str, list[float]]:
    """The CPU seconds of each pass, by status."""
    names = [f"127.0.0.{number + 1}:{port}" for number in range(hosts)]
    pages: Pages = {host: {} for host in names}
    for number, piece in enumerate(pieces(count)):
        host = names[number % hosts]
        pages[host][f"http://{host}{piece.page.path}"] = Validators()
    async with AsyncExitStack() as stack:
        get = await {OURS: _palimpsest, BARE: _httpx}[name](names, stack)
        await ask_all(get, pages, 200, remember=True)
        return {
            str(status): [await ask_all(get, pages, status, remember=False) for _ in range(passes)]
            for status in (200, 304)
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], *map(int, sys.argv[2:])))))
