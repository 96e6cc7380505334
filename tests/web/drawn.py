"""The reading room as a real browser draws it: served on loopback, watched for everything that should not happen."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.chromium import chromium

# Noted before any script of a page runs, in every frame that runs any.
_WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a port of loopback, in a thread of its own; its origin."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium; skips aloud where there is none."""
    found = chromium()
    with sync_playwright() as driver:
        options = [] if found.sandbox else ["--no-sandbox"]
        drawn = driver.chromium.launch(executable_path=found.executable, args=options)
        try:
            yield drawn
        finally:
            drawn.close()


@dataclass
class Watched:
    """A page of a browser, and what happened in it, in any of its frames, that should not have.

    `refused`: what the browser said that it did not let a document do, by the document's address.
    """

    origin: str
    page: Page
    wrong: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def go(self, path: str) -> bool:
        """Open a path of the room; False where the browser was given a file to keep instead of something to show."""
        try:
            self.page.goto(self.origin + path, wait_until="load")
        except PlaywrightError as error:
            if "Download is starting" in str(error) or "ERR_ABORTED" in str(error):
                return False
            raise
        return True

    def look(self, where: str) -> None:
        """Notes what fired in any frame of what is shown, and what its policy had to stop in a page of ours."""
        if self.page.main_frame.evaluate("window.__fired !== undefined"):
            self.wrong.append(f"{where}: a payload fired")
        # A frame in which no script can run has nothing to say of itself. What it asks for, says and opens is watched
        # from outside; and where it leads: to nothing but what the browser shows in the place of what it refused.
        for frame in self.page.frames[1:]:
            if not frame.url.startswith((f"{self.origin}/raw/html?", "about:", "chrome-error:")):
                self.wrong.append(f"{where}: a frame was led to {frame.url[:200]}")
        if "/raw" not in where and "/memento" not in where:
            stopped = self.page.evaluate("window.__violations || []")
            self.wrong += [f"{where}: stopped by the policy only: {one}" for one in stopped]


def watched(context: BrowserContext, origin: str) -> Watched:
    """A page whose every request beyond the room, dialog, window and navigation elsewhere is noted."""
    context.add_init_script(_WATCH)
    page = context.new_page()
    seen = Watched(origin=origin, page=page)

    def pass_on(route: Route, request: Request) -> None:
        inner = not request.is_navigation_request() and request.frame.parent_frame is not None
        if inner and not request.url.startswith("data:"):
            seen.wrong.append(f"{request.frame.url}: a frame asked for {request.url[:200]}")
        if request.url.startswith(origin + "/") and request.url != origin + "/__fired":
            route.continue_()
            return
        if not request.url.startswith("data:"):
            seen.wrong.append(f"{page.url}: asked for {request.url[:200]}")
        route.abort()

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.refused.append((message.location["url"], message.text))
        if "fired" in message.text and "blocked" not in message.text.lower():
            seen.wrong.append(f"{page.url}: said {message.text[:200]}")

    context.route("**/*", pass_on)
    page.on("dialog", lambda dialog: (seen.wrong.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda other: seen.wrong.append(f"{page.url}: opened {other.url}"))
    page.on("console", said)
    return seen
