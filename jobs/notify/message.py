"""What a Notifier is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One digest for one target: a subject line, a plain-text body, and the same items as JSON objects for machines."""

    subject: str
    body: str
    payload: tuple[Mapping[str, Any], ...] = ()


class NotifyFailed(Exception):
    """The target did not take the Message. `retryable` says whether it may take the same Message later.

    `reason` names the target without its secrets.
    """

    def __init__(self, reason: str, *, retryable: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable


class Notifier(Protocol):
    """One way of telling somebody."""

    async def __call__(self, target: str, message: Message) -> None:
        """Hand `message` to `target`; returns when the target has taken it. Raises NotifyFailed."""
        ...


def name_of(target: str) -> str:
    """A target's scheme and host, for messages: what else stands in it may be a secret."""
    scheme, found, rest = target.partition("://")
    if not found:
        return "a target without a scheme"
    place = rest.partition("?")[0].partition("/")[0].rpartition("@")[2]
    return (
        f"{scheme}://{place}"
        if scheme.lower().endswith(("http", "https", "json", "jsons", "mailto", "mailtos"))
        else f"{scheme}://…"
    )
