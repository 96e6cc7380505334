"""The rhythm of a Source is learned once a day, and costs its visits nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import ORDINARY, Link, Past, Source
from jobs.rhythms import Rhythms
from store import Archive, Store, open_store
from tests.store.verdicts import HOUR, NOW, SOURCE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        opened.archive.declare([SOURCE], NOW)
        yield opened


def test_a_source_is_asked_for_its_past_once_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    past = Archive.past

    def heard(archive: Archive, source: Source) -> Past:
        asked.append(source.name)
        return past(archive, source)

    monkeypatch.setattr(Archive, "past", heard)
    rhythms = Rhythms()
    before = rhythms.of(SOURCE, store.archive, NOW)
    store.archive.admit(SOURCE.name, [Link(url="https://www.example.gov.cn/1.html")], NOW + HOUR)
    assert rhythms.of(SOURCE, store.archive, NOW + 23 * HOUR) is before
    assert before.weeks == pytest.approx(ORDINARY.weeks)
    assert rhythms.of(SOURCE, store.archive, NOW + timedelta(days=1)).pages == 1
    assert asked == [SOURCE.name] * 2
