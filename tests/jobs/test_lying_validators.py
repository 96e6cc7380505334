"""A server that answers 304 while its page says something else is found out, and not asked that way again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.model import FindingKind, Source
from jobs.sweep import Pass
from jobs.wiring import sweeper
from store import Store, open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town
from tests.outside import Answer, Asked, Outside

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STEP = timedelta(hours=6)
WEEK = 28  # visits
EDITED = (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])
ETAG = ("ETag", '"always the same"')
WEAK = ("ETag", 'W/"always the same"')
DATE = ("Last-Modified", "Mon, 02 Feb 2026 08:00:00 GMT")
LIES = {"strong": (ETAG,), "weak": (WEAK,), "date": (DATE,), "both": (WEAK, DATE), "a date that moves": (ETAG, None)}


def conditional(asked: Asked) -> bool:
    return "if-none-match" in asked.headers or "if-modified-since" in asked.headers


class Liar:
    """Lets a path of the town answer 304 to whoever asks on a condition, with the same validators whatever it says."""

    made = 0

    def __init__(self, town: Town, path: str, *validators: tuple[str, str] | None) -> None:
        Liar.made += 1
        moved = ("Last-Modified", f"Mon, 02 Feb 2026 08:{Liar.made % 60:02d}:00 GMT")
        self.path, self._town = path, town
        self.validators = tuple(one or moved for one in validators)
        self.truth = town.outside._routes.answers[path]
        town.outside.answer(path, self._answer)

    def _answer(self, asked: Asked) -> Answer:
        if conditional(asked):
            return Answer(status=304, headers=self.validators)
        honest = self.truth(asked)
        return Answer(body=honest.body, headers=(*honest.headers, *self.validators))

    @property
    def asked(self) -> list[bool]:
        """Of each request for it, whether it was on a condition."""
        return [conditional(one) for one in self._town.outside.requests if one.path == self.path]


class Watch:
    """Visits everything every six hours, by a clock of its own."""

    def __init__(self, store: Store, town: Town) -> None:
        self.store = store
        self.source = Source(name="town", url=town.outside.url("/zwgk/index.html"), host_delay=timedelta(0))
        self.now = START

    def visit(self, times: int = 1, *, until: Callable[[], bool] = lambda: False) -> int:
        """So many passes, or fewer if it came to be so; how many were made."""
        for made in range(times):
            if until():
                return made
            asyncio.run(self._pass())
            self.now += STEP
        return times

    async def _pass(self) -> Pass:
        async with sweeper(self.store, [self.source], clock=lambda: self.now) as sweep:
            return await sweep.run(everything=True)

    def told(self, url: str) -> list[str]:
        return [view.kind.value for view in self.store.history.changes(page=url, newest_first=False)]

    def notes(self) -> list[str]:
        found = self.store.history.findings(kind=FindingKind.LYING_VALIDATORS, open_only=True)
        return [view.page for view in found]


@pytest.fixture
def watch(tmp_path: Path, town: Town):
    with open_store(tmp_path / "data") as store:
        yield Watch(store, town)


def lie(town: Town, number: int, paragraphs: tuple[str, ...], *validators: tuple[str, str] | None) -> Liar:
    town.publish(number, paragraphs)
    return Liar(town, town.path(number), *validators)


@pytest.mark.parametrize("kind", LIES)
def test_an_edit_behind_a_304_is_told_within_a_week_and_the_next_at_once(watch: Watch, town: Town, kind: str) -> None:
    lie(town, 2, PARAGRAPHS, *LIES[kind])
    watch.visit()
    lie(town, 2, EDITED, *LIES[kind])
    watch.visit(WEEK + 1, until=lambda: len(watch.told(town.url(2))) > 1)
    assert watch.told(town.url(2)) == ["created", "edited"]
    assert watch.notes() == [town.url(2)]
    liar = lie(town, 2, (*EDITED, "四、本通知自印发之日起施行。"), *LIES[kind])
    watch.visit()
    assert watch.told(town.url(2)) == ["created", "edited", "edited"]
    assert liar.asked[-1] is False
    watch.visit(3)
    assert liar.asked[-3:] == [False] * 3
    assert watch.notes() == [town.url(2)]


def test_honest_validators_are_believed_all_the_week_but_once(watch: Watch, town: Town) -> None:
    watch.visit(1 + 4 * WEEK)
    for number in (1, 2, 3):
        whole = [not conditional(asked) for asked in town.asked_for(number)]
        assert whole[0], "nothing was held"
        assert sum(whole[1:]) == 4
    assert watch.notes() == []


def test_pages_are_asked_for_whole_each_at_a_time_of_its_own(watch: Watch, town: Town) -> None:
    """A thousand pages admitted in one pass must not all be fetched whole in one pass a week later."""
    for number in range(4, 41):
        town.publish(number)
    watch.visit()
    whole: list[int] = []
    for _ in range(WEEK):
        before = len(town.outside.requests)
        watch.visit()
        asked = [one for one in town.outside.requests[before:] if "t202106" in one.path]
        assert len(asked) == 40
        whole.append(sum(not conditional(one) for one in asked))
    assert sum(whole) == 40
    assert max(whole) <= 12


def test_what_differs_at_every_visit_is_no_lie(watch: Watch, town: Town) -> None:
    """A counter moves under the same validator: that is what validators of content are for."""
    liar = lie(town, 2, PARAGRAPHS, WEAK)
    watch.visit(2 * WEEK)
    assert liar.asked.count(False) >= 2
    assert watch.told(town.url(2)) == ["created"]
    assert watch.notes() == []


def test_after_a_failure_the_page_is_asked_for_whole(watch: Watch, town: Town) -> None:
    """Whatever brought the server back may have brought back old times of change as well."""
    watch.visit()
    for number in (1, 2, 3):
        town.outside.page(town.path(number), "down", status=500)
    watch.visit()
    for number in (1, 2, 3):
        town.publish(number)
    watch.visit()
    assert not any(conditional(town.asked_for(number)[-1]) for number in (1, 2, 3))


def test_validators_that_change_with_the_text_are_believed_again(watch: Watch, town: Town) -> None:
    lie(town, 2, PARAGRAPHS, ETAG)
    watch.visit()
    lie(town, 2, EDITED, ETAG)
    watch.visit(WEEK + 1)
    assert watch.notes() == [town.url(2)]
    town.publish(2, PARAGRAPHS)
    watch.visit()
    assert watch.notes() == []
    watch.visit(2)
    assert any(conditional(asked) for asked in town.asked_for(2)[-2:])


def test_a_listing_that_lies_hides_a_new_article_for_a_day_once(watch: Watch, town: Town) -> None:
    liar = Liar(town, "/zwgk/index.html", ETAG, DATE)
    watch.visit()
    town.publish(4)
    liar = Liar(town, "/zwgk/index.html", ETAG, DATE)
    made = watch.visit(5, until=lambda: bool(watch.told(town.url(4))))
    assert made <= 4
    assert watch.told(town.url(4)) == ["created"]
    town.publish(5)
    liar = Liar(town, "/zwgk/index.html", ETAG, DATE)
    watch.visit()
    assert watch.told(town.url(5)) == ["created"]
    assert liar.asked[-1] is False
    (source,) = watch.store.history.sources()
    assert source.lying
    assert source.as_json()["lying"] is True


def test_a_file_replaced_behind_a_304_is_told(watch: Watch, town: Town, outside: Outside) -> None:
    path = "/zwgk/202106/a.pdf"
    tail = f'<p>附件：<a href="{path}">附件1</a></p>'
    town.publish(2, PARAGRAPHS, tail=tail)
    outside.page(path, b"%PDF-1.7 one", content_type="application/pdf")
    Liar(town, path, DATE)
    watch.visit()
    outside.page(path, b"%PDF-1.7 another", content_type="application/pdf")
    Liar(town, path, DATE)
    watch.visit(WEEK + 1, until=lambda: len(watch.told(town.url(2))) > 1)
    assert watch.told(town.url(2)) == ["created", "attachments"]


def test_explain_says_what_lies(desk: Desk, town: Town) -> None:
    with open_store(desk.data) as store:
        watch = Watch(store, town)
        lie(town, 2, PARAGRAPHS, ETAG)
        Liar(town, "/zwgk/index.html", DATE)
        watch.visit()
        lie(town, 2, EDITED, ETAG)
        town.publish(4)
        Liar(town, "/zwgk/index.html", DATE)
        watch.visit(WEEK + 1)
    lines = [line for line in desk.json("explain") if line["what"] == "note"]
    assert {line["page"] for line in lines} == {town.url(2), town.outside.url("/zwgk/index.html")}
    assert all("304" in line["summary"] for line in lines)
    (note,) = desk.json("findings", "--kind", "lying_validators")
    assert note["evidence"]["etag"] == ETAG[1]
