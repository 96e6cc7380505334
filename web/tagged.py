"""Answers with an ETag, and none but 304 to who has them already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from web.packing import LARGE

# What a 304 repeats of the answer that it stands for.
_REPEATED = ("etag", "link", "vary", "last-modified", "content-location", "cache-control", "memento-datetime")


class Tagged(APIRoute):
    """A route whose answers carry a strong ETag of their bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, and the tag."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return tagged(request, await inner(request))

        return handler


def tagged(request: Request, response: Response) -> Response:
    """The answer with the ETag of its body, or 304 where If-None-Match names it. What is no 200 passes as it is."""
    if response.status_code != 200:
        return response
    if len(response.body) >= LARGE:
        # As of the answer itself, so of the 304 that stands for it.
        response.headers.add_vary_header("Accept-Encoding")
    tag = response.headers.setdefault("ETag", f'"{hashlib.sha256(response.body).hexdigest()[:32]}"')
    if not _named(request.headers.get("if-none-match"), tag):
        return response
    kept = {name: response.headers[name] for name in _REPEATED if name in response.headers}
    return Response(status_code=304, headers=kept)


def _named(header: str | None, tag: str) -> bool:
    """Whether If-None-Match names the tag. Compared weakly, as RFC 9110 has it: a proxy that packs makes tags weak."""
    offered = [one.strip().removeprefix("W/") for one in (header or "").split(",")]
    return tag in offered or "*" in offered
