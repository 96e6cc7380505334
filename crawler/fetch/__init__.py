"""The only inbound network: one GET becomes a Snapshot, a NotModified or a FetchFailed.

`build_fetcher` stacks wrappers of one face, outermost first:

    render   where it is wanted: the page drawn in a browser, whose every request comes back in here
    guard    http(s) only; follows redirects, at most ten, every hop a request like any other
    robots   robots.txt of the hop's own host; a crawl-delay becomes the host's delay
    pace     the hop waits for its host's turn: one at a time, a delay between, Retry-After
    retry    once more where that can help, while the host's turn is held
    http     one exchange over a connection to an address that was checked

So a redirect to another host obeys that host's robots.txt and waits its turn there, a retry is as polite as a
first try, and a deadline counts the time spent with servers, never the time spent queueing. No cookie is ever
kept. Proxies named by environment variables are not used, for the guard could not see where they go; authorities
named by SSL_CERT_FILE or SSL_CERT_DIR are trusted, as everywhere.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from crawler.errors import ConfigurationError
from crawler.fetch.face import Fetcher
from crawler.fetch.guard import GuardFetcher, Lookup, resolve
from crawler.fetch.http import HttpFetcher
from crawler.fetch.pace import PaceFetcher
from crawler.fetch.render import RenderFetcher
from crawler.fetch.retry import RetryFetcher
from crawler.fetch.robots import RobotsFetcher

__all__ = ["USER_AGENT", "Fetcher", "build_fetcher"]

USER_AGENT = "palimpsest/0.1 (keeps versions of public news pages; obeys robots.txt)"


def build_fetcher(
    *,
    user_agent: str = USER_AGENT,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
    lookup: Lookup = resolve,
    robots: bool = True,
    max_clients: int = 64,
    chromium: str | None = None,
    sandbox: bool = True,
) -> Fetcher:
    """The whole stack, ready for use in one event loop; `aclose` it in the same loop.

    `user_agent` is sent with every request (whoever runs this should add where they can be reached), and what stands
    before its first slash is the name looked for in robots.txt. `monotonic`, `sleep` (seconds) and `chance` (0..1, for
    jitter) are for tests, as is `lookup`, which resolves names. `robots=False` leaves robots.txt aside and is for
    archives that are asked for a site's past. `max_clients` bounds the exchanges under way at once, and the hosts to
    which idle connections are kept. `chromium` is the browser for requests that want one, in its own sandbox unless
    `sandbox` is False; it needs Playwright.
    Raises ConfigurationError for a user agent that cannot be sent.
    """
    if not (user_agent.isascii() and user_agent.isprintable() and user_agent.partition("/")[0].strip()):
        raise ConfigurationError(f"the user agent {user_agent!r} is no header value: use name/version in plain ASCII")
    http = HttpFetcher(user_agent=user_agent, lookup=lookup, max_clients=max_clients)
    retry = RetryFetcher(http, monotonic=monotonic, sleep=sleep, chance=chance)
    polite: Fetcher = PaceFetcher(retry, monotonic=monotonic, sleep=sleep, chance=chance)
    if robots:
        polite = RobotsFetcher(polite, agent=user_agent.partition("/")[0].strip())
    browser = None
    if chromium:
        # Playwright is an extra: whoever names a browser has it.
        from crawler.fetch.browser import Browser

        browser = Browser(chromium, sandbox=sandbox, user_agent=user_agent)
    return RenderFetcher(GuardFetcher(polite), browser)
