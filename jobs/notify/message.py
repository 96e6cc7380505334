"""What a Notifier is given, and what it may answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One digest for one target: a subject line, a plain-text body, and the same items as JSON objects for machines."""

    subject: str
    body: str
    payload: tuple[Mapping[str, Any], ...] = ()

    @property
    def id(self) -> str:
        """The same where the same is said again."""
        said = json.dumps([self.subject, self.body, *self.payload], sort_keys=True, default=str)
        return hashlib.sha256(said.encode("utf-8")).hexdigest()[:32]


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


# What may be shown of an address: where the server is alone what stands between :// and the path, no secret.
_OPEN = re.compile(r"(?i)(?:webhook\+)?https?|jsons?|mailtos?")
_PLACE = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")

# How the rest of an address of mail begins, which has an @ of its own.
_OF_MAIL = re.compile(r"/?\?(?:to|from|cc|bcc|reply|name|user|pass|smtp|mode)=")


def name_of(target: str) -> str:
    """A target's scheme and host, for messages: what else stands in it may be a secret."""
    scheme, found, rest = target.partition("://")
    if not found:
        return "a target without a scheme"
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    place = authority.rpartition("@")[2]
    # A secret with one of / ? # in it reaches behind what looks like the host, up to its @.
    behind = rest[len(authority) :]
    unclear = "@" in behind and not _OF_MAIL.match(behind)
    shown = _OPEN.fullmatch(scheme) and _PLACE.fullmatch(place) and not unclear
    return f"{scheme}://{place if shown else '…'}"
