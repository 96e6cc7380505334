"""What a machine asks of a running process: is it well, and what has it counted. Tells nothing of any page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crawler.model import Json
from web.door.guard import Guard
from web.door.identity import Door


class Panel(Protocol):
    """What a process shows of itself."""

    async def health(self) -> tuple[bool, Mapping[str, Json]]:
        """Whether it can do its work, and how what it needs stands; soon, whatever has gone away."""
        ...

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        """What it counts, in the form that Prometheus asks for, and the name of that form."""
        ...


class Unwatched:
    """The panel of a process that nobody gave one: it answers, and that is all that can be said."""

    async def health(self) -> tuple[bool, Mapping[str, Json]]:
        """Always well."""
        return True, {}

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        """Nothing is counted."""
        return b"", "text/plain; version=0.0.4; charset=utf-8"


def routes(panel: Panel) -> list[Route]:
    """/healthz, which needs no token, and /metrics."""

    async def healthz(_: Request) -> Response:
        well, parts = await panel.health()
        return JSONResponse({"status": "ok" if well else "unwell", **parts}, 200 if well else 503)

    async def metrics(request: Request) -> Response:
        body, kind = await panel.metrics(request.headers.get("accept", ""))
        return Response(body, media_type=None, headers={"Content-Type": kind})

    return [Route("/healthz", healthz), Route("/metrics", metrics)]


def create_panel(panel: Panel, door: Door) -> Starlette:
    """The application that shows a panel and nothing else, behind the same door as the reading room."""
    return Starlette(routes=routes(panel), middleware=[Middleware(Guard, door=door)])
