"""The shape of how the watch itself stands, as the API tells it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from web.shapes import Notification, Shape


class Late(Shape):
    """A source of which something is overdue."""

    name: str
    due: datetime


class Told(Shape):
    """How many notifications wait for their time, and how many were given up."""

    waiting: int
    dead: int


class Visitor(Shape):
    """A process that visits hosts now."""

    name: str
    hosts: int
    until: datetime


class Job(Shape):
    """A job of the queue, as `palimpsest queue --json` has it."""

    id: int
    host: str
    state: str
    worker: int | None
    since: datetime | None


class Worker(Shape):
    """A worker of the queue."""

    id: int
    heard: datetime
    lives: bool


class Queue(Shape):
    """The queue of several machines."""

    led: bool = Field(description="A daemon is elected and defers what is due")
    jobs: dict[str, int] = Field(description="How many by state")
    trouble: list[Job] = Field(description="Those that failed or were given up, at most 50")
    workers: list[Worker]


class Health(Shape):
    """How the watch itself stands."""

    sources: int
    overdue: int = Field(description="Sources of which something has been due for half an hour or longer")
    longest_overdue: int = Field(description="Seconds")
    late: list[Late] = Field(description="The worst of them, at most 20")
    alarms: dict[str, int] = Field(description="Sources about which somebody was told, by kind")
    notifications: Told
    dead_letters: list[Notification] = Field(description="The newest, at most 50")
    visitors: list[Visitor]
    queue: Queue | None = Field(description="null where one machine watches by itself")
    unindexed: int = Field(description="Versions that search does not know yet")
