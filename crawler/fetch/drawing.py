"""One page in Chromium: its requests answered by us, its scripts run until they come to rest, its tree written out.

The browser asks for nothing itself (browser.py sees to that): every request is paused, and answered from parts.py or
refused. The page's own address was asked for before, once. A script that sends its reader elsewhere is not followed:
what an injected one would hide is read, and a challenge that wants to see its visitor again is the challenge it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import Error as PlaywrightError

from crawler.fetch.parts import Parts, RenderFailed
from crawler.model import FailureReason, Snapshot

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page, Request, Route

T = TypeVar("T")

# A page is at rest when it has loaded and nothing was under way for so long.
QUIET_SECONDS = 0.5
# In UTF-16 units, as browsers count: the largest honest page is a tenth of it.
MAX_TEXT = 16 * 1024 * 1024

# What spoke of the wire, and what would make the browser do more than show the page.
_NOT_HANDED_ON = frozenset(
    {
        "alt-svc",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-length",
        "content-type",
        "keep-alive",
        "link",
        "location",
        "nel",
        "refresh",
        "report-to",
        "reporting-endpoints",
        "set-cookie",
        "set-cookie2",
        "strict-transport-security",
        "transfer-encoding",
    }
)
# Before any script of the page: once a navigation has begun, Chromium stops reading the page that it is about to leave.
_STAY = """
HTMLFormElement.prototype.submit = HTMLFormElement.prototype.requestSubmit = () => {};
if (window === top) navigation.addEventListener("navigate", event => {
  if (event.cancelable && !event.destination.sameDocument) event.preventDefault();
});
"""
# Run in a world of its own, whose functions the page's scripts cannot replace.
_WRITE_OUT = """
(() => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
  const text = type + (document.documentElement ? document.documentElement.outerHTML : "");
  return text.length > %d ? null : text;
})()
"""


class Drawing:
    """`served` drawn once, as an HTML page in `charset`; `end` must be called after the context is closed."""

    def __init__(self, context: BrowserContext, served: Snapshot, charset: str, parts: Parts) -> None:
        self._context = context
        self._served = served
        self._charset = charset
        self._parts = parts
        self._page: Page | None = None
        self._handed_out = False
        self._over = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._trouble: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._under_way = 0
        self._requests = 0
        self._still = asyncio.Event()
        self._still.set()

    async def text(self, seconds: float) -> str:
        """The page's markup once its scripts have come to rest. Raises RenderFailed."""
        drawing = self._spawn(self._draw())
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait({drawing, self._trouble}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            detail = f"the page's scripts did not come to rest within {seconds:.3g} s"
            raise RenderFailed(FailureReason.TIMEOUT, detail) from None
        finally:
            self._over = True
        if self._trouble.done():
            return self._trouble.result()
        try:
            return drawing.result()
        except PlaywrightError as error:
            raise RenderFailed(FailureReason.RENDER, f"Chromium gave the page up: {_brief(error)}") from error

    async def end(self) -> None:
        """Nothing of this page goes on after it."""
        self._over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if not self._trouble.cancel():
            self._trouble.exception()

    async def _draw(self) -> str:
        await self._context.add_init_script(_STAY)
        self._page = page = await self._context.new_page()
        page.on("crash", lambda _: self._fail(RenderFailed(FailureReason.RENDER, "the page made Chromium crash")))
        page.on("close", lambda _: self._fail(RenderFailed(FailureReason.RENDER, "Chromium ended before the page did")))
        self._context.on("page", lambda opened: self._spawn(_closed(opened)))
        await self._context.route("**/*", self._asked)
        await page.goto(self._served.final_url, wait_until="commit", timeout=0)
        await page.wait_for_load_state("load", timeout=0)
        session, world = await self._world(page)
        while True:
            await self._rest()
            before = self._requests
            text = await self._written(session, world)
            if not page.url.startswith("http"):
                left = f"the page's scripts left it for {page.url[:200]}"
                raise RenderFailed(FailureReason.RENDER, left)
            # A script may have been at work all the while and have asked for more just now.
            if before == self._requests:
                return text

    async def _rest(self) -> None:
        while True:
            await self._still.wait()
            before = self._requests
            await asyncio.sleep(QUIET_SECONDS)
            if self._still.is_set() and before == self._requests:
                return

    async def _world(self, page: Page) -> tuple[CDPSession, int]:
        session = await self._context.new_cdp_session(page)
        frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        made = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "palimpsest"})
        return session, made["executionContextId"]

    async def _written(self, session: CDPSession, world: int) -> str:
        asked = {"expression": _WRITE_OUT % MAX_TEXT, "contextId": world, "returnByValue": True}
        text = (await session.send("Runtime.evaluate", asked))["result"].get("value")
        if not isinstance(text, str):
            raise RenderFailed(FailureReason.TOO_LARGE, f"the rendered page is larger than {MAX_TEXT:,} characters")
        return text

    # ---- its requests ------------------------------------------------------------------------------------------

    def _asked(self, route: Route) -> None:
        if not self._over:
            self._spawn(self._answer(route))

    async def _answer(self, route: Route) -> None:
        # The page may be gone before its request is answered.
        with suppress(PlaywrightError):
            request = route.request
            if self._is_ours(request):
                await self._own(route)
            elif self._leaves(request) or not self._parts.wanted(request.resource_type, request.method):
                if self._leaves(request) and request.frame.page is self._page:
                    sent_on = f"the page's scripts send its reader on to {request.url[:200]}"
                    self._fail(RenderFailed(FailureReason.RENDER, sent_on))
                # "aborted" leaves the page that is there; any other word would put an error page in its place.
                await route.abort("aborted")
            else:
                await self._part(route, request)

    def _is_ours(self, request: Request) -> bool:
        return self._leaves(request) and not self._handed_out and request.frame.page is self._page

    def _leaves(self, request: Request) -> bool:
        """Whether this would put another page in the place of a whole page, ours or one that a script has opened."""
        return request.is_navigation_request() and request.frame.parent_frame is None

    async def _own(self, route: Route) -> None:
        self._handed_out = True
        await route.fulfill(
            status=200,
            headers=_handed_on(self._served) | {"content-type": f"text/html; charset={self._charset}"},
            body=self._served.body,
        )

    async def _part(self, route: Route, request: Request) -> None:
        self._requests += 1
        self._under_way += 1
        self._still.clear()
        try:
            part = await self._parts.ask(request.url, request.resource_type, request.headers)
            if part is None:
                await route.abort("failed")
                return
            kind = part.header("content-type")
            headers = _handed_on(part) | ({"content-type": kind} if kind else {})
            await route.fulfill(status=part.status, headers=headers, body=part.body)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._still.set()

    # ---- what goes on beside it --------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, PlaywrightError):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._trouble.done():
            self._trouble.set_exception(error)


def _handed_on(answer: Snapshot) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        name = name.lower()
        if name not in _NOT_HANDED_ON:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _closed(page: Page) -> None:
    await page.close()


def _brief(error: PlaywrightError) -> str:
    return error.message.strip().partition("\n")[0][:300]
