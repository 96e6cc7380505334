"""Telling people: a Notifier is one function, the durable outbox feeds it, a digest per source and target leaves."""

from __future__ import annotations

from jobs.notify.delivery import BACKOFF, MAX_ATTEMPTS, Delivered, deliver
from jobs.notify.message import Message, Notifier, NotifyFailed
from jobs.notify.notifiers import NOTIFIERS, send

__all__ = [
    "BACKOFF",
    "MAX_ATTEMPTS",
    "NOTIFIERS",
    "Delivered",
    "Message",
    "Notifier",
    "NotifyFailed",
    "deliver",
    "send",
]
