"""Large answers packed on their way out, under a tag of their own.

A strong ETag is of the very bytes (RFC 9110 §8.8.3): what goes out packed has another one than what goes out as it is.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Message, Receive, Scope, Send

# Bytes from which on an answer is worth compressing: on the machine itself smaller ones come sooner without.
LARGE = 64 * 1024
# The tags of this application are hexadecimal, so that none ends like this by itself.
_PACKED = '-gzip"'


class Packing(GZipMiddleware):
    """GZipMiddleware, but for the tags; who names either of an answer's tags has the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks within for the tag of what is not packed, and marks what went out packed."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        had = Headers(scope=scope).get("if-none-match", "")

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                tag = headers.get("etag", "")
                packed = tag.removesuffix('"') + _PACKED
                # What 304 stands for is what they have.
                if tag.startswith('"') and (
                    headers.get("content-encoding") == "gzip" or (message["status"] == 304 and packed in had)
                ):
                    headers["ETag"] = packed
            await send(message)

        await super().__call__(_asking_plainly(scope) if _PACKED in had else scope, receive, send_tagged)


def _asking_plainly(scope: Scope) -> Scope:
    """The request, with the tags of packed answers named as those of the same answers unpacked."""
    asked = MutableHeaders(raw=[*scope["headers"]])
    asked["if-none-match"] = asked["if-none-match"].replace(_PACKED, '"')
    return {**scope, "headers": asked.raw}
