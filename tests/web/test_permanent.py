"""Links that hold for good: by page and time, whatever numbers versions and findings have by then."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.shelf import HOSTILE, QUIET


def permanent(answer):
    """The address that a page gives for itself."""
    links = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', answer.text)]
    (found,) = [one for one in links if one.startswith(("/at?", "/finding/of?"))]
    return found


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/version", {"url": QUIET, "n": 1}),
        ("/version", {"url": HOSTILE, "n": 2}),
        ("/diff", {"url": QUIET, "a": 1, "b": 2}),
        ("/diff", {"url": QUIET, "a": 2, "b": 1, "view": "sides"}),
        ("/finding", {"id": 1}),
    ],
)
def test_each_view_gives_a_link_that_leads_back_to_it(ask, path, query):
    """Without a number of a row or of a version in it."""
    shown = ask(path, **query)
    link = permanent(shown)
    assert not re.search(r"[?&](n|a|b|id)=", link)
    answer = ask(link)
    assert answer.status_code == 302
    assert ask(answer.headers["location"]).text.split("<main")[1] == shown.text.split("<main")[1]


def test_a_time_between_is_that_of_the_version_in_force(ask):
    for time, number in (("2026-03-02T01:00:00Z", 1), ("2026-03-02T03:59:59Z", 1), ("2026-03-04", 2)):
        assert ask("/at", url=QUIET, time=time).headers["location"].endswith(f"&n={number}")


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/at", {"url": QUIET, "time": "2020-01-01"}, 404),
        ("/at", {"url": "https://unknown.example/", "time": "2026-03-04"}, 404),
        ("/at", {"url": QUIET, "time": "yesterday"}, 422),
        ("/finding/of", {"url": QUIET, "fingerprint": "none", "opened": "2026-03-02"}, 404),
        ("/finding/of", {"url": "https://unknown.example/", "fingerprint": "x", "opened": "2026-03-02"}, 404),
    ],
)
def test_what_was_not_there_is_said_to_be_unknown(ask, path, query, status):
    assert ask(path, **query).status_code == status


def test_a_finding_that_opened_anew_is_found_by_what_it_is(ask):
    """Where the past is told anew it may have opened at another time; the same one at another time is nearest to it."""
    link = permanent(ask("/finding", id=1))
    elsewhere = re.sub("opened=[^&]*", "opened=2020-01-01", link)
    assert ask(elsewhere).headers["location"] == ask(link).headers["location"] == "/finding?id=1"
