"""The listings: the keys that scripts rely on, and lines that no reader splits or runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from jobs.cli.output import json_line, printable
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town, configuration

JUNK = (
    "<div style='position:absolute;left:-9999px'>"
    "<a href='http://bet.example.top/'>澳门新葡京娱乐场</a> <a href='http://ag.example.vip/'>真人百家乐</a></div>"
)


def test_pages_have_the_keys_of_the_contract(watched: Desk) -> None:
    keys = {"url", "source", "state", "versions", "checks", "last_checked", "next_check", "last_changed", "title"}
    pages = watched.json("pages")
    assert len(pages) == 3
    assert all(keys <= set(page) for page in pages)
    assert watched.json("pages", "no-such-source") == []


def test_changes_have_the_keys_of_the_contract(watched: Desk, town: Town) -> None:
    keys = ["page", "source", "change", "at", "kind", "minor", "significance", "fields", "added", "removed", "summary"]
    assert list(watched.json("changes", "town")[0]) == [*keys, "evidence"]
    assert len(watched.json("changes", town.url(1))) == 1
    assert len(watched.json("changes", "--limit", "2")) == 2


def test_findings_have_the_keys_of_the_contract_and_resolve(watched: Desk, town: Town) -> None:
    town.publish(1, tail=JUNK)
    assert watched("check", "--all").status == 0
    (finding,) = watched.json("findings", "--open", "--kind", "hidden_link")
    assert set(finding) == {
        *("page", "source", "version", "opened_at", "resolved_at"),
        *("kind", "severity", "region", "quote", "start", "end", "score", "evidence", "repair", "mark"),
    }
    assert (finding["page"], finding["severity"], finding["resolved_at"]) == (town.url(1), "high", None)
    assert watched.json("changes", town.url(1))[0]["kind"] == "injected"
    town.publish(1)
    assert watched("check", "--all").status == 0
    assert watched.json("findings", "--open", "--kind", "hidden_link") == []
    assert watched.json("findings", "--kind", "hidden_link")[0]["resolved_at"] is not None
    assert watched.json("changes", town.url(1))[0]["kind"] == "cleaned"


def test_a_silenced_finding_is_listed_as_such_and_raises_nothing(watched: Desk, town: Town) -> None:
    watched.config.write_text(
        configuration(town, more='silence = [{ kind = "hidden_link", quote = "百家乐" }, { kind = "spam_block" }]\n'),
        encoding="utf-8",
    )
    town.publish(1, tail=JUNK)
    assert watched("check", "--all").status == 0
    (finding,) = watched.json("findings", "--open", "--kind", "hidden_link")
    assert finding["evidence"]["silenced"] == {"kind": "hidden_link", "quote": "百家乐"}
    assert [one["kind"] for one in watched.json("changes", town.url(1))] == ["created"]
    assert "silenced" in watched("findings", "--open").out


def test_sources_and_log_say_how_things_stand(watched: Desk, town: Town) -> None:
    (source,) = watched.json("sources")
    assert (source["name"], source["kind"], source["pages"], source["failures"]) == ("town", "listing", 3, 0)
    (check,) = watched.json("log", town.url(1))
    assert (check["outcome"], check["status"], check["version"]) == ("new", 200, 1)


def test_an_unknown_page_is_named_and_exits_1(watched: Desk) -> None:
    for words in (("log",), ("show",), ("diff",)):
        answered = watched(*words, "https://www.example.gov.cn/nowhere.html")
        assert answered.status == 1
        assert "nowhere.html" in answered.err


def test_a_diff_can_be_written_as_a_page(watched: Desk, town: Town) -> None:
    town.publish(1, (PARAGRAPHS[0], "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>改过的第二段。", PARAGRAPHS[2]))
    assert watched("check", "--all").status == 0
    file = watched.folder / "change.html"
    assert watched("diff", town.url(1), "1..2", "--html", str(file)).status == 0
    html = file.read_text("utf-8")
    assert "改过的第二段" in html
    assert "<script>alert" not in html


def test_people_get_lines_too(watched: Desk, town: Town) -> None:
    """In a pipe: one line a row, tab-separated, no colours, no headings."""
    for command in ("pages", "changes", "sources"):
        answered = watched(command)
        assert answered.status == 0
        assert "\x1b" not in answered.out
        assert len(answered.out.splitlines()) == (1 if command == "sources" else 3)
    assert PARAGRAPHS[0] in watched("show", town.url(1)).out


def test_json_lines_survive_every_separator_and_surrogate() -> None:
    text = "a\u0085b\u2028c\u2029d\ud800e\x1b[31m"
    line = json_line({"title": text, "name": "朱镕基"})
    assert line.splitlines() == [line]
    assert json.loads(line) == {"title": text, "name": "朱镕基"}
    assert "朱镕基" in line
    line.encode("utf-8")


def test_a_hostile_title_cannot_command_the_terminal() -> None:
    assert printable("a\x1b]0;owned\x07b\x9b2J") == "a\ufffd]0;owned\ufffdb\ufffd2J"


def test_a_reader_that_has_seen_enough_is_no_failure(watched: Desk) -> None:
    """`palimpsest pages --json | head -1`."""
    words = ["--data", str(watched.data), "--config", str(watched.config), "pages", "--json"]
    command = [sys.executable, "-c", "from jobs.start import main; main()", *words]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ran = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
