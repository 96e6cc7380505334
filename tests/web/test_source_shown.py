"""One source with its rhythm, search over all versions, and the health of the watch."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Source
from store import Fate, open_store
from store.words import Asked
from tests.postgres import fresh_database
from tests.web.shelf import NOW, QUIET, SCRIPT, START, Shelf, asker
from web import create_app, searching
from web.charts import SHADES, Column, calendar, columns, shade_edges
from web.health_shapes import Health
from web.searching import marked

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """A reading room whose versions can all be found."""
    with open_store(tmp_path_factory.mktemp("indexed"), None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        Shelf(store).quiet()
        store.archive.index()
        yield asker(create_app(store.history, clock=lambda: NOW))


def test_a_source_shows_its_health_and_its_rhythm(ask):
    """What failed, when it was last read, and three drawings with the numbers behind them."""
    text = ask("/source", name="press").text
    assert "2 failures in a row" in text
    assert text.count('<svg class="chart" role="img" aria-label="') == 3
    assert "3 changes on 2 days of a year" in text
    assert re.search(r'<th scope="row">2026-03-03</th><td class="right num">\d</td>', text)
    assert "1 findings in 26 weeks" in text
    assert ask("/source", name="nobody").status_code == 404


def test_a_source_is_drawn_by_its_own_clock(shelf):
    """A change in the evening of one zone is one of the next day in another."""
    far = asker(create_app(shelf.history, clock=lambda: NOW, zones={"press": "Pacific/Kiritimati"}))
    near = asker(create_app(shelf.history, clock=lambda: NOW, zones={"press": "Pacific/Honolulu"}))
    assert '<th scope="row">2026-03-01</th>' in near("/source", name="press").text
    assert '<th scope="row">2026-03-01</th>' not in far("/source", name="press").text


@given(st.dictionaries(st.integers(0, 365), st.integers(1, 10**6), max_size=60))
def test_every_day_with_changes_has_its_square(days):
    """And all others are ground; the drawing is sound XML whatever the numbers."""
    last = date(2026, 3, 4)
    counts = {last - timedelta(days=back): count for back, count in days.items()}
    drawn = calendar(counts, last, says='"<&>', weekdays=WEEKDAYS)
    root = ElementTree.fromstring(drawn)
    squares = list(root.iter("rect"))
    assert {one.find("title").text for one in squares} == {f"{day}: {count}" for day, count in counts.items()}
    assert {one.get("class") for one in squares} <= {f"heat-{shade}" for shade in range(1, SHADES + 1)}
    assert root.get("aria-label") == '"<&>'


def test_more_changes_are_never_drawn_fainter():
    """One great day does not hide the small ones, and few different numbers still differ."""
    assert shade_edges([]) == (1,)
    assert shade_edges([1, 1, 1, 1000]) == (1, 1000)
    assert shade_edges([1, 2, 3, 4, 0]) == (1, 2, 3, 4)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=30))
def test_columns_stay_within_their_drawing(parts):
    """The tallest is as high as the drawing, the parts stand on each other, nothing is above or below."""
    root = ElementTree.fromstring(columns([Column(name="x", parts=one) for one in parts], says="x"))
    height = float(root.get("height"))
    for rect in root.iter("rect"):
        assert 0 <= float(rect.get("y")) <= float(rect.get("y")) + float(rect.get("height")) <= height


def test_search_finds_what_was_replaced_since_and_marks_it(indexed):
    """Both versions say it; the words are marked where they stand, the version that was replaced included."""
    text = indexed("/search", q="学校食堂").text
    assert text.count("<mark>学校食堂</mark>") == 2
    assert text.count("/version?") == 2
    assert indexed("/search", q="食堂 212").text.count("<mark>212</mark>") == 1
    assert "No version says all of that" in indexed("/search", q="食堂 不存在的词").text
    assert 'value="学校食堂"' in text


def test_search_says_what_it_does_not_know_yet(tmp_path):
    """An index that is behind is no proof that nothing was said."""
    with open_store(tmp_path, None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        Shelf(store).quiet()
        behind = asker(create_app(store.history, clock=lambda: NOW))
        assert re.search(r"\d+ versions cannot be found yet", behind("/search", q="学校食堂").text)


def test_search_is_exported(indexed):
    """As any list."""
    assert indexed("/search", q="学校食堂", form="jsonl").text.count(QUIET) == 2


@pytest.mark.parametrize(("oldest", "versions"), [("", ["2", "1"]), ("1", ["1", "2"])])
def test_search_goes_on_from_either_end(indexed, monkeypatch, oldest, versions):
    """Following its own links, which keep the order; a file has it too."""
    monkeypatch.setattr(searching, "ROWS", 1)
    seen, address, query = [], "/search", {"q": "学校食堂", "source": "press", "oldest": oldest}
    while address:
        text = indexed(address, **query).text
        seen += re.findall(r'/version\?[^"]*n=(\d+)"', text)
        assert ('<option value="1" selected>' in text) is bool(oldest)
        onwards = re.search(r'<a rel="next" href="([^"]+)"', text)
        address, query = onwards and "/search" + onwards[1].replace("&amp;", "&"), {}
    assert seen == versions
    rows = indexed("/search", q="学校食堂", form="jsonl", oldest=oldest).text.splitlines()
    assert [str(json.loads(row)["version"]) for row in rows] == versions
    assert indexed("/search", form="csv").status_code == 200


@given(st.text("aAｂß食堂 .", max_size=30), st.text("aAbｓ食堂 ", min_size=1, max_size=4))
def test_marking_changes_no_letter(text, question):
    """Whatever is looked for, the runs together are the text, and a marked one is never empty."""
    runs = marked(text, Asked(question))
    assert "".join(run.text for run in runs) == text
    assert all(run.text for run in runs)


def test_health_says_how_the_watch_stands(ask):
    """What is overdue and failing is named; counts are there; a machine alone has no queue."""
    text = ask("/health").text
    assert "2 failures in a row" in text
    assert "One machine watches by itself" in text
    assert re.search(r"<dt>versions</dt><dd>5</dd>", text)
    assert "Every notification was delivered" in text or "dead letters" in text


def test_health_is_told_to_programs_too(ask):
    """The same figures; a machine alone has no queue."""
    said = ask("/api/v1/health").json()
    assert Health.model_validate(said)
    assert (said["queue"], said["notifications"]["dead"]) == (None, 0)
    assert said["overdue"] == len(said["late"])
    assert all(f">{row['name']}<" in html.unescape(ask("/health").text) for row in said["late"])


def test_counts_are_not_counted_for_every_reader(shelf):
    """They read whole tables: one answer serves for a while, and then is asked anew."""
    asked = []
    now = [NOW]

    class Counted(type(shelf.history)):
        def counts(self):
            asked.append(1)
            return super().counts()

    history = Counted(shelf.archive._engine, shelf.blobs)
    ask = asker(create_app(history, clock=lambda: now[0]))
    for _ in range(3):
        ask("/health")
    assert len(asked) == 1
    now[0] += timedelta(hours=1)
    ask("/health")
    assert len(asked) == 2


def test_health_names_the_dead_letters_and_how_to_send_them_again(tmp_path):
    """What nobody could be told is not lost in a count."""
    with open_store(tmp_path, None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        Shelf(store).hostile()
        waiting = store.outbox.pending(None)
        assert waiting
        store.outbox.note([item.id for item in waiting], NOW, lambda item: Fate(targets={}))
        ask = asker(create_app(store.history, clock=lambda: NOW))
        text, said = ask("/health").text, ask("/api/v1/health").json()
    assert Health.model_validate(said)
    assert said["notifications"] == {"waiting": 0, "dead": len(waiting)}
    assert {item["id"] for item in said["dead_letters"]} == {item.id for item in waiting}
    assert text.count("given up") == len(waiting)
    assert "palimpsest outbox resend --all" in text
    assert SCRIPT not in text


def test_health_shows_the_queue_where_there_is_one(tmp_path):
    """On a server: who is elected, which workers live, what waits; and what to do where nobody works."""
    with open_store(tmp_path, fresh_database()) as store:
        ask = asker(create_app(store.history, clock=lambda: NOW))
        text = ask("/health").text
        assert "no daemon is elected" in text
        assert "palimpsest worker" in text
        assert ask("/api/v1/health").json()["queue"] == {"led": False, "jobs": {}, "trouble": [], "workers": []}
        assert store.queue is not None
        with store.queue.election():
            assert "a daemon is elected" in ask("/health").text
            said = ask("/api/v1/health").json()
    assert Health.model_validate(said)
    assert said["queue"]["led"] is True
