"""A list that a site's pages fetch as JSON is a source like any other: read, followed, and missed when it fails."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import Town
from tests.outside import Answer, Asked, Outside

PER_PAGE = 3


@pytest.fixture
def town(outside: Outside) -> Town:
    """Eight articles, which an API lists by three."""
    made = Town(outside)
    for number in range(1, 9):
        made.publish(number)
    outside.answer("/api/list", lambda asked: page_of(made, asked))
    return made


def page_of(town: Town, asked: Asked) -> Answer:
    (page,) = parse_qs(urlsplit(asked.path).query)["page"]
    first = (int(page) - 1) * PER_PAGE
    numbers = sorted(town.articles, reverse=True)[first : first + PER_PAGE]
    items = [{"id": f"{n:02d}_{n}", "bt": town.title(n), "sj": 1700000000000 + n} for n in numbers]
    return answer({"code": 0, "data": {"rows": items}})


def answer(value: object) -> Answer:
    body = f"callback({json.dumps(value)});".encode()
    return Answer(body=body, headers=(("Content-Type", "application/javascript"),))


@pytest.fixture
def watched(desk: Desk, town: Town) -> Desk:
    desk.config.write_text(
        f'[[source]]\nname = "api"\nurl = "{town.outside.url("/api/list?page=1")}"\nhost_delay = "0s"\n'
        'next = "?page={n}"\n'
        'json = { items = "data.rows", link = "/zwgk/202106/t202106{id}.html", title = "bt", date = "sj" }\n',
        encoding="utf-8",
    )
    assert desk("check").status == 0
    return desk


def asked_pages(town: Town) -> list[str]:
    return [path for path in town.outside.paths if path.startswith("/api/")]


def test_every_page_of_the_list_is_followed_at_first_and_only_the_first_later(watched: Desk, town: Town) -> None:
    assert {page["url"] for page in watched.json("pages")} == {town.url(number) for number in range(1, 9)}
    assert asked_pages(town) == [f"/api/list?page={n}" for n in (1, 2, 3, 4)]
    town.publish(9)
    lines = watched.json("check", "--all")
    assert [line["outcome"] for line in lines if line.get("page") == town.url(9)] == ["new"]
    assert asked_pages(town)[4:] == ["/api/list?page=1", "/api/list?page=2"]
    (source,) = watched.json("sources")
    assert (source["kind"], source["failures"]) == ("json", 0)


@pytest.mark.parametrize(
    "value", [{"code": 500, "msg": "busy"}, {"data": {"rows": []}}, {"data": {"rows": [{"x": 1}]}}]
)
def test_a_list_that_suddenly_yields_nothing_is_an_alarm(
    watched: Desk, town: Town, outside: Outside, value: object
) -> None:
    outside.answer("/api/list", lambda asked: answer(value))
    answered = watched("check", "--all")
    assert answered.status == 1
    assert "no article links found" in answered.err
    (source,) = watched.json("sources")
    assert source["failures"] == 1
    assert {page["state"] for page in watched.json("pages")} == {"live"}


def test_a_list_that_gives_the_same_page_under_every_number_ends(watched: Desk, town: Town, outside: Outside) -> None:
    """A walk to the end of it must not take ten thousand requests to see that."""
    town.publish(9)
    same = page_of(town, Asked("GET", "/api/list?page=1", {}))
    outside.answer("/api/list", lambda asked: same)
    before = len(asked_pages(town))
    assert watched("backfill", "api", "--from", "listing").status == 0
    assert len(asked_pages(town)) - before == 2


def test_pages_without_a_wanted_link_are_walked_over_but_not_for_ever(desk: Desk, outside: Outside) -> None:
    """What is wanted may begin on page 20; a list that gives an empty page under every number has no end."""
    made = Town(outside)
    wanted = made.publish(1)

    def listing(asked: Asked) -> Answer:
        number = int(parse_qs(urlsplit(asked.path).query)["page"][0])
        items = [f"/other/{number}/{n}.html" for n in range(5)] if number < 30 else []
        links = [*items, made.path(1)] if number == 20 else items
        rows = "".join(f'<li><a href="{to}">{made.title(n)}</a><i>2021-06-01</i></li>' for n, to in enumerate(links))
        return Answer(f"<html><body><ul>{rows}</ul></body></html>".encode(), headers=(("Content-Type", "text/html"),))

    outside.answer("/list", listing)
    desk.config.write_text(
        f'[[source]]\nname = "list"\nurl = "{outside.url("/list?page=1")}"\nkind = "listing"\nhost_delay = "0s"\n'
        'include = ["/zwgk/"]\nnext = "?page={n}"\n',
        encoding="utf-8",
    )
    assert desk("backfill", "list", "--from", "listing").status == 0
    assert [page["url"] for page in desk.json("pages")] == [wanted]
    assert len([path for path in outside.paths if path.startswith("/list")]) < 60


def test_the_declaration_may_be_taken_back(watched: Desk, town: Town) -> None:
    kept = [line for line in watched.config.read_text("utf-8").splitlines() if not line.startswith(("json", "next"))]
    watched.config.write_text("\n".join(kept), encoding="utf-8")
    assert watched("check", "--all").status == 1
    (source,) = watched.json("sources")
    assert source["failures"] == 1
