"""That the watch itself is in trouble is told once, and once that it is over, whatever restarts in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.alarm import alarm
from crawler.model import AlarmKind, Link, Source, SourceState, Standing
from crawler.sources import format_source, parse_sources
from jobs.discovery import visit_source
from jobs.wiring import fetcher_for
from store import Store, open_store
from tests.outside import Outside
from tests.store.verdicts import HOUR, NOW, SOURCE, verdict


def wrong(standing: Standing, source: Source = SOURCE) -> AlarmKind | None:
    """As a daemon decides that has run since NOW, seven hours later."""
    return alarm(source, standing, NOW + 7 * HOUR, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(tmp_path)
    opened.archive.declare([SOURCE], NOW)
    return opened


def told(store: Store) -> list[tuple[str, str]]:
    return [(item.what, item.kind) for item in store.outbox.pending(NOW + 1000 * HOUR)]


def test_an_overdue_source_is_told_of_once_over_restarts_and_once_that_it_is_not(store: Store, tmp_path: Path) -> None:
    (page,) = store.archive.admit(SOURCE.name, [Link(url="https://www.example.gov.cn/xwfb/1.html")], NOW)
    later = NOW + 7 * HOUR
    store.archive.save_source_state(SourceState(name=SOURCE.name, url=SOURCE.url, next_check=later + HOUR))
    (begun,) = store.archive.note_alarms(wrong, later)
    assert (begun.kind, begun.late) == ("overdue", 7 * HOUR)
    store.close()
    again = open_store(tmp_path)
    assert again.archive.note_alarms(wrong, later) == ()
    (view,) = again.history.sources()
    assert (view.alarm, view.alarm_since, view.due, view.overdue(later)) == ("overdue", later, NOW, 7 * HOUR)
    again.archive.record(page, verdict(later, next_check=later + HOUR))
    (ended,) = again.archive.note_alarms(wrong, later)
    assert (ended.kind, ended.since) == ("recovered", later)
    assert again.archive.note_alarms(wrong, later) == ()
    assert [one for one in told(again) if one[0] == "alarm"] == [("alarm", "overdue"), ("alarm", "recovered")]
    again.close()


@pytest.mark.parametrize(
    ("hours", "watched", "kind"),
    [(6.9, 9.0, "overdue"), (5.9, 9.0, None), (30.0, 0.2, None), (30.0, None, None)],
)
def test_what_fell_due_while_nobody_watched_begins_to_count_with_the_watch(
    hours: float, watched: float | None, kind: str | None
) -> None:
    standing = Standing(name="press", failures=0, due=NOW - hours * HOUR, alarm=None)
    assert alarm(SOURCE, standing, NOW, None if watched is None else NOW - watched * HOUR) == kind


def test_an_alarm_that_began_goes_on_after_a_restart() -> None:
    standing = Standing(name="press", failures=0, due=NOW - 30 * HOUR, alarm="overdue")
    assert alarm(SOURCE, standing, NOW, NOW) == "overdue"


@pytest.mark.anyio
async def test_a_failing_entry_is_told_of_at_the_third_failure_and_when_it_reads_again(store: Store) -> None:
    """What `check` from cron does too: no daemon need run."""
    with Outside() as outside:
        outside.page("/list", b"", status=500)
        source = Source(name="town", url=outside.url("/list"), host_delay=timedelta(0))
        store.archive.declare([source], NOW)
        fetcher = fetcher_for([source])
        try:
            for count in range(5):
                await visit_source(source, store.archive, fetcher, lambda: NOW)
                assert told(store) == ([("alarm", "failing")] if count >= 2 else [])
            items = "".join(
                f'<li><a href="/a/t2024030{n}_{n}.html">关于第{n}号通知的公告</a></li>' for n in range(1, 8)
            )
            outside.page("/list", f"<meta charset=utf-8><ul>{items}</ul>")
            await visit_source(source, store.archive, fetcher, lambda: NOW)
        finally:
            await fetcher.aclose()
    assert told(store) == [("alarm", "failing"), ("alarm", "recovered")]
    (item, _) = store.outbox.pending(NOW)
    assert (item.source, item.page) == ("town", source.url)
    assert "3 visits running" in item.summary
    store.close()


def test_small_numbers_are_written_as_they_are_read() -> None:
    source = Source(name="a", url="https://a.example/", alarm_after=5, gone_visits=3)
    assert parse_sources(format_source(source)) == (source,)
