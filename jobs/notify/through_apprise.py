"""Everything that Apprise can reach: mail, chat, push, its own json:// and a hundred more."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import Any

from jobs.notify.message import Message, NotifyFailed, name_of

_DEADLINE = 60.0


async def send_apprise(target: str, message: Message) -> None:
    """Hand `message` to an Apprise URL. Raises NotifyFailed; a URL that Apprise does not know is not worth a retry."""
    hub = _hub_for(target)
    if hub is None:
        raise NotifyFailed(f"{name_of(target)} is not a URL that Apprise understands", retryable=False)
    try:
        async with asyncio.timeout(_DEADLINE):
            taken = await hub.async_notify(title=message.subject, body=message.body, body_format="text")
    except TimeoutError as error:
        raise NotifyFailed(f"{name_of(target)} did not answer in {_DEADLINE:.0f} s", retryable=True) from error
    except (OSError, TypeError, ValueError) as error:
        raise NotifyFailed(f"{name_of(target)} failed in {type(error).__name__}", retryable=True) from error
    if not taken:
        raise NotifyFailed(f"{name_of(target)} did not take the message", retryable=True)


def _hub_for(target: str) -> Any | None:  # noqa: ANN401 - Apprise carries no types
    """Apprise with this one target, or None if it is none of its URLs."""
    # Its hundred plug-ins are loaded with the first target; whoever notifies nobody does not wait for that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its own imports
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its log lines repeat what is secret in a target
        hub = apprise.Apprise()
        return hub if target and hub.add(target) else None
