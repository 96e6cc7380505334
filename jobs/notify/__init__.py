"""Telling people: a Notifier is one function, the durable outbox feeds it, a digest for each target leaves."""

from __future__ import annotations

from jobs.notify.choosing import BACKOFF, MAX_ATTEMPTS
from jobs.notify.delivery import Delivered, Delivery, deliver
from jobs.notify.message import Message, Notifier, NotifyFailed, name_of
from jobs.notify.notifiers import NOTIFIERS, send

__all__ = [
    "BACKOFF",
    "MAX_ATTEMPTS",
    "NOTIFIERS",
    "Delivered",
    "Delivery",
    "Message",
    "Notifier",
    "NotifyFailed",
    "deliver",
    "name_of",
    "send",
]
