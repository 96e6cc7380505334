"""What tests of notifications share: a store with news in it, and targets that remember what they were told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.model import Link, Page, Severity, Source, Target
from jobs.notify import Message, NotifyFailed
from store import Store
from tests.store.verdicts import CREATED, NOW, SOURCE, admit, finding, saying

OTHER = Source(name="other", url="https://other.example.gov.cn/")
A_MINUTE = timedelta(minutes=1)


@dataclass
class Targets:
    """Records what each target is sent; one that is `broken` refuses, for ever (False) or so that a retry may help."""

    got: list[tuple[str, Message]] = field(default_factory=list)
    broken: dict[str, bool] = field(default_factory=dict)

    async def __call__(self, target: str, message: Message) -> None:
        self.got.append((target, message))
        if target in self.broken:
            raise NotifyFailed(f"{target} refused", retryable=self.broken[target])

    def take(self) -> list[tuple[str, list[str]]]:
        """Who was told of which kinds since the last look."""
        got, self.got = self.got, []
        return [(to, sorted(item["kind"] for item in message.payload)) for to, message in got]


def watched(*targets: str | Target, other: tuple[str | Target, ...] = ()) -> dict[str, Source]:
    """Both sources by their names, with who is told of each."""
    return {
        source.name: replace(source, notify=tuple(one if isinstance(one, Target) else Target(to=one) for one in told))
        for source, told in ((SOURCE, targets), (OTHER, other))
    }


def happen(store: Store, count: int = 2, at: datetime = NOW) -> list[Page]:
    """`count` new pages, the last with a critical finding: count + 1 items."""
    pages = [admit(store, f"https://www.example.gov.cn/xwfb/{at:%d%H%M}{number}.html") for number in range(count)]
    for number, page in enumerate(pages):
        found = (finding("主站蜘蛛池", severity=Severity.CRITICAL),) if page is pages[-1] else ()
        store.archive.record(page, saying(page, at, f"第{number}条", CREATED, findings=found))
    return pages


def happen_elsewhere(store: Store, at: datetime = NOW) -> Page:
    """One new page of OTHER."""
    (page,) = store.archive.admit(OTHER.name, [Link(url=f"https://other.example.gov.cn/{at:%d%H%M}.html")], at)
    store.archive.record(page, saying(page, at, "别处", CREATED))
    return page


def flood(store: Store, count: int, at: datetime = NOW, number: int = 1) -> None:
    """So many items at once: one page that says more than anybody would read, with a finding in every part of it."""
    page = admit(store, f"https://www.example.gov.cn/xwfb/flood{number}.html")
    found = tuple(finding(f"第{place}处", start=place, end=place + 1) for place in range(1, count))
    store.archive.record(page, saying(page, at, "洪水", CREATED, findings=found))
