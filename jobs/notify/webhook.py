"""A signed JSON POST: `webhook+https://SECRET@host/path`, without `SECRET@` unsigned.

The body is one JSON object: {"id", "subject", "body", "items": [{"id", …}, …]}. An item that is sent again has the
same `id`, whatever other items it comes with; the `id` of the whole is the same where all of it is. A secret signs it:
the header `Palimpsest-Signature` is `t=<seconds since 1970>,v1=<hex>`, where the hex is the HMAC-SHA256 under the
secret of `<t>.<body>`. A receiver computes the same, compares in constant time, and refuses a `t` that is too old.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from jobs.notify.message import Message, NotifyFailed, name_of

SIGNATURE = "Palimpsest-Signature"
_TIMEOUT = httpx.Timeout(20.0)
# 408, 425 and 429 ask for another try; every other 4xx is the sender's mistake, and so is a redirect.
_RETRYABLE = frozenset({408, 425, 429})


async def send_webhook(target: str, message: Message) -> None:
    """POST `message` to the URL after `webhook+`. Taken means 2xx. Raises NotifyFailed."""
    url, secret = _address(target)
    body = json.dumps(
        {"id": message.id, "subject": message.subject, "body": message.body, "items": list(message.payload)},
        ensure_ascii=False,
        default=str,
    ).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Palimpsest"}
    if secret:
        headers[SIGNATURE] = signature(secret, body, int(time.time()))
    try:
        # What it answers beside the status is not read: it may never end.
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            pass
    except httpx.InvalidURL as error:
        raise NotifyFailed(f"{name_of(target)} is not a URL", retryable=False) from error
    except httpx.HTTPError as error:
        detail = str(error) or type(error).__name__
        raise NotifyFailed(f"{name_of(target)} could not be reached: {detail}", retryable=True) from error
    if not response.is_success:
        retryable = response.status_code in _RETRYABLE or response.status_code >= 500
        raise NotifyFailed(f"{name_of(target)} answered {response.status_code}", retryable=retryable)


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the signature header for `body` signed at `at`, in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _address(target: str) -> tuple[str, str]:
    """The URL to post to and the secret to sign with ("" for none)."""
    try:
        parts = urlsplit(target.removeprefix("webhook+"))
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise NotifyFailed(f"{name_of(target)} should be webhook+https://host/path", retryable=False)
    userinfo, _, place = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, "")), unquote(userinfo)
