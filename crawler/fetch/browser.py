"""The system's Chromium, driven by Playwright: one for the process, started when it is wanted and ended when it rests.

It never opens a connection. Every name resolves to nothing, loopback included, behind a proxy that is not there, and
what could go around a proxy (QUIC, WebRTC's UDP) is turned off. Requests get their answers from drawing.py or none.
Each page has a context of its own: no cookie, storage or cache of one is there for the next. Nothing is done to hide
what we are: the user agent is ours, and `navigator.webdriver` is true.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from dataclasses import dataclass

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from crawler.fetch.drawing import Drawing
from crawler.fetch.parts import Parts, RenderFailed
from crawler.model import FailureReason, Snapshot

# A page takes a processor while it is drawn.
AT_ONCE = 2
# Browsers grow; a new one takes a second.
PAGES = 100
IDLE_SECONDS = 60.0
START_SECONDS = 30.0
CLOSE_SECONDS = 5.0

_NOWHERE = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    # Named twice: as Chromium has it today, and as it had it before.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-pings",
    # A script that fills its heap ends its own page, and not the machine.
    "--js-flags=--max-old-space-size=512",
)


@dataclass(slots=True)
class _Running:
    driver: Playwright
    chromium: Chromium
    users: int = 0
    pages: int = 0
    retired: bool = False

    async def stop(self) -> None:
        await _ended(self.chromium.close())
        await _ended(self.driver.stop())


class Browser:
    """Draws pages in the Chromium at `executable`; `sandbox` False leaves out its sandbox, which root cannot have."""

    def __init__(self, executable: str, *, sandbox: bool, user_agent: str) -> None:
        self._executable = executable
        self._sandbox = sandbox
        self._user_agent = user_agent
        self._places = asyncio.Semaphore(AT_ONCE)
        self._changing = asyncio.Lock()
        self._running: _Running | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._resting: set[asyncio.Task[None]] = set()

    async def draw(
        self, served: Snapshot, *, charset: str, timezone: str, parts: Parts, seconds: float
    ) -> tuple[str, str]:
        """The markup of a page after its scripts have run, and the name of the browser. Raises RenderFailed.

        `parts` fetches what the page asks for. Waiting for a place does not count against `seconds`.
        """
        async with self._places:
            running = await self._take()
            sound = False
            try:
                context = await self._context(running, timezone)
                drawing = Drawing(context, served, charset, parts)
                try:
                    return await drawing.text(seconds), f"Chromium/{running.chromium.version}"
                finally:
                    sound = await _ended(context.close())
                    await drawing.end()
            finally:
                await self._give_back(running, sound)

    async def aclose(self) -> None:
        """End the browser. It is not used afterwards."""
        self._wake()
        await asyncio.gather(*self._resting)
        async with self._changing:
            running, self._running = self._running, None
            if running:
                await running.stop()

    async def _context(self, running: _Running, timezone: str) -> BrowserContext:
        try:
            async with asyncio.timeout(START_SECONDS):
                return await running.chromium.new_context(
                    user_agent=self._user_agent,
                    locale="zh-CN",
                    timezone_id=timezone,
                    service_workers="block",
                    accept_downloads=False,
                )
        except (PlaywrightError, TimeoutError) as error:
            raise RenderFailed(FailureReason.RENDER, f"Chromium opened no page: {_brief(error)}") from error

    # ---- its life ----------------------------------------------------------------------------------------------

    async def _take(self) -> _Running:
        async with self._changing:
            self._wake()
            running = self._running
            if running and (running.pages >= PAGES or not running.chromium.is_connected()):
                await self._retire(running)
            if self._running is None:
                self._running = await self._start()
            self._running.users += 1
            self._running.pages += 1
            return self._running

    async def _give_back(self, running: _Running, sound: bool) -> None:
        running.users -= 1
        if not sound or running.retired:
            await self._retire(running)
        elif not running.users:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(IDLE_SECONDS, self._rest, running)

    async def _retire(self, running: _Running) -> None:
        """No new page for this browser; its last user ends it."""
        running.retired = True
        if self._running is running:
            self._running = None
        if not running.users:
            await running.stop()

    def _wake(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None

    def _rest(self, running: _Running) -> None:
        task = asyncio.get_running_loop().create_task(self._retire(running))
        self._resting.add(task)
        task.add_done_callback(self._resting.discard)

    async def _start(self) -> _Running:
        driver = await async_playwright().start()
        try:
            chromium = await driver.chromium.launch(
                executable_path=self._executable,
                chromium_sandbox=self._sandbox,
                args=list(_NOWHERE),
                ignore_default_args=["--disable-popup-blocking"],
                # What our environment holds (a database's password) is none of a page's business.
                env={"PATH": os.defpath},
                # Ctrl-C is ours: a visit that it stops is still due, one whose browser it killed would have failed.
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                timeout=START_SECONDS * 1000,
            )
        except BaseException as error:
            await _ended(driver.stop())
            if isinstance(error, PlaywrightError):
                raise RenderFailed(FailureReason.RENDER, f"Chromium did not start: {_brief(error)}") from error
            raise
        return _Running(driver, chromium)


async def _ended(closing: Awaitable[None]) -> bool:
    """Whether something came to its end by itself, in time."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing
    except (TimeoutError, PlaywrightError):
        return False
    return True


def _brief(error: PlaywrightError | TimeoutError) -> str:
    return str(error).strip().partition("\n")[0][:300] or f"nothing within {START_SECONDS:g} s"
