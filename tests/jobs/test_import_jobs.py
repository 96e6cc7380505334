"""`import` of the job files of urlwatch and webchanges: what comes over, what does not and why, and hostile YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler.sources import parse_sources
from jobs.elsewhere.selecting import of_attribute, of_css, of_xpath
from tests.jobs.conftest import Answered, Desk

JOBS = """\
name: "Notices of the office"
url: "https://www.example.gov.cn/tzgg/"
filter:
  - css: "ul.list"
  - html2text
  - grep: "2024"
timeout: 10
headers:
  Cookie: "secret=1"
---
# a page that needs its scripts
name: Press
navigate: https://www.example.gov.cn/press/app.html
wait_until: networkidle
ssl_no_verify: true
---
url: https://www.example.gov.cn/xwfb/index.html
filter: element-by-id:zoom,html2text,strip
"""


def given(desk: Desk, text: str | bytes, name: str = "urls.yaml") -> str:
    path = desk.folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def imported(desk: Desk, text: str | bytes, *words: str, status: int = 0) -> dict[str, Any]:
    answered: Answered = desk("import", given(desk, text), "--json", *words)
    assert answered.status == status, answered.err
    (result,) = answered.lines
    return dict(result)


def said(result: dict[str, Any], level: str) -> list[tuple[str, str]]:
    return [(one["where"], one["what"]) for one in result["not_carried"] if one["level"] == level]


def test_jobs_become_sources_in_their_order(desk: Desk) -> None:
    result = imported(desk, JOBS)
    assert result["kind"] == "urlwatch"
    first, second, third = parse_sources(desk.config.read_text("utf-8"))
    assert (first.name, first.url) == ("Notices of the office", "https://www.example.gov.cn/tzgg/")
    assert (first.kind, first.article.body, first.render) == ("page", "ul.list", False)
    assert (second.name, second.url, second.render) == ("Press", "https://www.example.gov.cn/press/app.html", True)
    assert (third.name, third.article.body) == ("example-xwfb", "#zoom")
    assert [one["where"] for one in result["added"]] == ["urls.yaml:2", "urls.yaml:13", "urls.yaml:17"]


def test_what_is_lost_is_named_with_its_line_and_why_and_no_secret(desk: Desk) -> None:
    answered = desk("import", given(desk, JOBS))
    assert answered.status == 0
    assert "urls.yaml:6: filter 'grep' was not carried over: all of the article is kept" in answered.err
    assert "urls.yaml:8: headers was not carried over: Palimpsest says who it is" in answered.err
    assert "urls.yaml:15: ssl_no_verify was not carried over: certificates are always checked" in answered.err
    assert "urls.yaml:5: filter 'html2text' is not needed" in answered.err
    assert "secret" not in answered.err + answered.out + desk.config.read_text("utf-8")


def test_a_dry_run_shows_exactly_what_would_be_appended_and_writes_nothing(desk: Desk) -> None:
    dry = imported(desk, JOBS, "--dry-run")
    assert not desk.config.exists()
    assert not desk.data.exists()
    told = desk("import", given(desk, JOBS), "--dry-run")
    assert dry["toml"].strip() in told.out
    assert desk("init").status == 0
    before = desk.config.read_text("utf-8")
    imported(desk, JOBS)
    assert desk.config.read_text("utf-8") == before + "\n" + dry["toml"]


def test_what_is_there_already_is_known_and_not_added_twice(desk: Desk) -> None:
    imported(desk, JOBS)
    before = desk.config.read_bytes()
    again = imported(desk, JOBS)
    assert (again["added"], [one["name"] for one in again["known"]]) == (
        [],
        ["Notices of the office", "Press", "example-xwfb"],
    )
    assert desk.config.read_bytes() == before


def test_one_address_twice_and_one_name_twice(desk: Desk) -> None:
    text = (
        "name: a\nurl: https://e.gov.cn/1\n---\nname: a\nurl: https://e.gov.cn/2\n---\nurl: HTTPS://E.gov.cn:443/1#x\n"
    )
    result = imported(desk, text)
    assert [one["name"] for one in result["added"]] == ["a", "a-2"]
    assert said(result, "lost") == [("urls.yaml:7", "the entry")]


def test_a_job_that_would_watch_something_else_is_refused_and_the_rest_goes_in(desk: Desk) -> None:
    text = """\
command: "rm -rf ~"
name: mine
---
url: https://e.gov.cn/search
data: {q: a}
---
url: https://e.gov.cn/search2
method: PUT
---
url: https://e.gov.cn/search3
params: {q: a}
---
name: nothing
kind: url
---
url: ftp://e.gov.cn/a
---
url: https://e.gov.cn/good
method: GET
"""
    result = imported(desk, text, status=1)
    assert [one["url"] for one in result["added"]] == ["https://e.gov.cn/good"]
    assert [where for where, _ in said(result, "refused")] == [
        *("urls.yaml:1", "urls.yaml:4", "urls.yaml:7", "urls.yaml:10", "urls.yaml:13", "urls.yaml:16"),
    ]


def test_webchanges_is_known_by_its_keys(desk: Desk) -> None:
    text = """\
name: Rendered
url: https://e.gov.cn/app
use_browser: true
wait_for_selector: "#list"
note: "ask Li\\nbefore changing"
filters:
  - xpath: '//div[@id="main"]/ul'
  - css: p
  - html2text: {method: strip_tags}
user_agent: Mozilla/5.0
additions_only: true
---
name: Off
url: https://e.gov.cn/off
enabled: false
---
url: https://e.gov.cn/plain
use_browser: false
monospace: false
"""
    result = imported(desk, text)
    assert result["kind"] == "webchanges"
    text = desk.config.read_text("utf-8")
    first, last = parse_sources(text)
    assert (first.render, first.article.body, last.render) == (True, "div#main > ul", False)
    assert "# note: ask Li before changing\n[[source]]" in text
    assert '#| name = "Off"' in text
    assert [what for _, what in said(result, "lost")] == ["filter 'css'", "user_agent", "additions_only"]
    assert [what for _, what in said(result, "note")] == ["wait_for_selector", "filter 'html2text'"]
    before = desk.config.read_bytes()
    assert desk("import", str(desk.folder / "urls.yaml")).status == 0
    assert desk.config.read_bytes() == before


def test_nothing_that_yaml_says_makes_an_object_reads_a_file_or_unfolds(desk: Desk, tmp_path: Path) -> None:
    mark = tmp_path / "made"
    bomb = "url: https://e.gov.cn/bomb\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    text = "\n---\n".join(
        [
            f"url: !!python/object/apply:os.mkdir ['{mark}']",
            "!include /etc/hostname",
            bomb,
            "url: &a [*a]",
            "&b url: https://e.gov.cn/cycle\nfilter: &c [*c]",
            "url: " + "[" * 5000,
            "url: " + "{a: " * 5000,
            "url: https://e.gov.cn/broken\n name: [",
            "just a text",
            "url: https://e.gov.cn/good",
        ]
    )
    result = imported(desk, text, status=1)
    assert [one["url"] for one in result["added"]] == ["https://e.gov.cn/good"]
    assert len(said(result, "refused")) == 9
    assert not mark.exists()


def test_anchors_and_merged_keys_are_read(desk: Desk) -> None:
    text = "- &usual\n  url: https://e.gov.cn/1\n  filter: [{css: '#a'}]\n- <<: *usual\n  url: https://e.gov.cn/2\n"
    assert imported(desk, text)["kind"] == "urlwatch"
    assert [source.article.body for source in parse_sources(desk.config.read_text("utf-8"))] == ["#a", "#a"]


def test_what_css_cannot_say_is_named(desk: Desk) -> None:
    text = (
        "url: https://e.gov.cn/1\nfilter:\n  - xpath: //div[3]\n---\nurl: https://e.gov.cn/2\nfilter:\n  - css: '((('\n"
    )
    text += "---\nurl: https://e.gov.cn/3\nfilter:\n  - css: {selector: p, skip: 1}\n  - nonsense\nfrobnicate: 1\n"
    result = imported(desk, text)
    assert said(result, "lost") == [
        ("urls.yaml:3", "filter 'xpath'"),
        ("urls.yaml:7", "filter 'css'"),
        ("urls.yaml:11", "skip of filter 'css'"),
        ("urls.yaml:12", "filter 'nonsense'"),
        ("urls.yaml:13", "frobnicate"),
    ]


@pytest.mark.parametrize(
    ("path", "css"),
    [
        ('//div[@id="zoom"]/p', "div#zoom > p"),
        ("//*[contains(@class, 'text')]", '[class*="text"]'),
        ("/html/body//main", "html > body main"),
        ("//p[@data-a]", "p[data-a]"),
        ("/div", None),
        ("//div[1]", None),
        ("//a/@href", None),
        ("string(//a)", None),
        ("", None),
        ("//div[@id='" + "a" * 5000, None),
    ],
)
def test_plain_paths_are_said_in_css(path: str, css: str | None) -> None:
    assert of_xpath(path) == css


def test_ids_that_are_no_names_are_quoted() -> None:
    assert of_attribute("id", "main") == "#main"
    assert of_attribute("id", 'a.b"c') == '[id="a.b\\"c"]'
    assert of_attribute("class", "2nd") == '[class~="2nd"]'
    assert of_attribute("style", " ") is None
    assert of_css(" a\n b ") == "a b"
