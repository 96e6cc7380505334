"""Everything that Apprise can reach: mail, chat, push, its own json:// and a hundred more."""

from __future__ import annotations

import asyncio
import logging
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jobs.notify.message import Message, NotifyFailed, name_of


async def send_apprise(target: str, message: Message) -> None:
    """Hand `message` to an Apprise URL. Raises NotifyFailed; a URL that Apprise does not know is not worth a retry."""
    hub = _hub_for(target)
    if hub is None:
        raise NotifyFailed(f"{name_of(target)} is not a URL that Apprise understands", retryable=False)
    try:
        taken = await _aside(lambda: bool(hub.notify(title=message.subject, body=message.body, body_format="text")))
    # Whatever a plug-in of a hundred meets is this target's trouble alone.
    except Exception as error:
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
        # A limit of its own would have it wait its turn in a pool, behind those that hang.
        hub = apprise.Apprise(asset=apprise.AppriseAsset(service_timeout=0))
        if not target or not hub.add(target):
            return None
        if "overflow=" not in target:
            # A chat that takes no more than so many characters would else refuse the whole message, for ever.
            for server in hub:
                server.overflow_mode = apprise.OverflowMode.TRUNCATE
        return hub


async def _aside(call: Callable[[], bool]) -> bool:
    """What `call` returns, from a thread of its own: those that hang fill no pool and hold up no end of the process."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def settle(result: bool, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)

    def work() -> None:
        result, failed = False, None
        try:
            result = call()
        except Exception as error:
            failed = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=work, name="apprise", daemon=True).start()
    return await answer
