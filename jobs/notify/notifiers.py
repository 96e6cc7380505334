"""Which Notifier serves which target."""

from __future__ import annotations

import asyncio

from jobs.notify.message import Message, Notifier, NotifyFailed, name_of
from jobs.notify.through_apprise import send_apprise
from jobs.notify.webhook import send_webhook

# Asked in this order: the beginning of a target and who serves it. Apprise, with the empty beginning, serves the rest.
NOTIFIERS: tuple[tuple[str, Notifier], ...] = (
    ("webhook+https://", send_webhook),
    ("webhook+http://", send_webhook),
    ("", send_apprise),
)
# In seconds: how long a target may take over one Message, whatever it sends meanwhile.
DEADLINE = 30.0


async def send(target: str, message: Message, *, deadline: float = DEADLINE) -> None:
    """Hand `message` to the Notifier that serves `target`. Raises NotifyFailed."""
    notifier = next(serves for beginning, serves in NOTIFIERS if target.lower().startswith(beginning))
    try:
        async with asyncio.timeout(deadline):
            await notifier(target, message)
    except TimeoutError as error:
        raise NotifyFailed(f"{name_of(target)} did not answer in {deadline:g} s", retryable=True) from error
