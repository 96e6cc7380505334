"""Which Notifier serves which target."""

from __future__ import annotations

from jobs.notify.message import Message, Notifier
from jobs.notify.through_apprise import send_apprise
from jobs.notify.webhook import send_webhook

# Asked in this order: the beginning of a target and who serves it. Apprise, with the empty beginning, serves the rest.
NOTIFIERS: tuple[tuple[str, Notifier], ...] = (
    ("webhook+https://", send_webhook),
    ("webhook+http://", send_webhook),
    ("", send_apprise),
)


async def send(target: str, message: Message) -> None:
    """Hand `message` to the Notifier that serves `target`. Raises NotifyFailed."""
    for beginning, notifier in NOTIFIERS:
        if target.lower().startswith(beginning):
            await notifier(target, message)
            return
