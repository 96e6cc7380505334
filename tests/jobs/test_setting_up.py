"""`init`, `add`, `doctor`, `inspect`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town
from tests.outside import Outside

SEEDS = Path(__file__).parents[2] / "jobs" / "demo" / "seeds"


def test_init_writes_once_and_never_over(desk: Desk) -> None:
    assert desk("init").status == 0
    text = desk.config.read_text("utf-8")
    assert "[defaults]" in text
    desk.config.write_text(text + "# mine\n", encoding="utf-8")
    assert desk("init").status == 2
    assert desk.config.read_text("utf-8").endswith("# mine\n")


def test_init_says_in_json_what_it_wrote(desk: Desk) -> None:
    assert desk.json("init") == [{"config": str(desk.config)}]


def test_add_explains_what_it_saw_and_the_result_can_be_checked(desk: Desk, town: Town) -> None:
    answered = desk("add", town.outside.url("/zwgk/index.html"), "--name", "town")
    assert answered.status == 0
    assert "listing" in answered.out
    assert town.title(3) in answered.out
    assert desk("check").status == 0
    assert len(desk.json("pages")) == 3


def test_add_knows_one_page_from_a_listing(desk: Desk, town: Town) -> None:
    (found,) = desk.json("add", town.url(1))
    assert found["kind"] == "page"
    assert desk("check").status == 0
    (page,) = desk.json("pages")
    assert page["title"] == town.title(1)


def test_add_refuses_what_is_there_already_and_what_does_not_answer(desk: Desk, town: Town) -> None:
    listing = town.outside.url("/zwgk/index.html")
    assert desk("add", listing).status == 0
    before = desk.config.read_text("utf-8")
    assert desk("add", listing).status == 2
    assert desk("add", town.outside.url("/nothing-here")).status == 1
    assert desk("add", "javascript:alert(1)").status == 2
    assert desk.config.read_text("utf-8") == before


def test_add_keeps_what_a_person_wrote(desk: Desk, town: Town) -> None:
    assert desk("init").status == 0
    before = desk.config.read_text("utf-8")
    assert desk("add", town.outside.url("/zwgk/index.html"), "--dry-run").status == 0
    assert desk.config.read_text("utf-8") == before
    assert desk("add", town.outside.url("/zwgk/index.html")).status == 0
    assert desk.config.read_text("utf-8").startswith(before.rstrip("\n"))


def test_doctor_is_content_with_a_healthy_store(watched: Desk) -> None:
    examined = watched.json("doctor")
    assert {one["check"] for one in examined} >= {"configuration", "database", "raw responses"}
    assert all(one["ok"] for one in examined)


def test_doctor_finds_a_damaged_response(watched: Desk) -> None:
    with sqlite3.connect(watched.data / "palimpsest.sqlite3") as database:
        database.execute("UPDATE bodies SET packed = substr(packed, 1, length(packed) - 3) || x'787878' WHERE id = 1")
    answered = watched("doctor", "--json")
    assert answered.status == 1
    assert [one for one in answered.lines if not one["ok"]]


def test_doctor_moves_responses_to_where_they_are_kept_now(desk: Desk, town: Town) -> None:
    assert desk("add", town.outside.url("/zwgk/index.html"), "--name", "town").status == 0
    assert desk("check", "--blobs", "folder").status == 0
    (examined,) = [one for one in desk.json("doctor") if one["check"] == "raw responses"]
    assert "3 where they were kept before (--repair moves them)" in examined["detail"]
    (examined,) = [one for one in desk.json("doctor", "--repair") if one["check"] == "raw responses"]
    assert examined["detail"] == "3 snapshots in 3 blobs, every digest checked, 3 moved"
    assert [path for path in (desk.data / "blobs").rglob("*") if path.is_file()] == []


def test_doctor_names_wrong_configuration_and_failing_sources(watched: Desk, outside: Outside) -> None:
    outside.page("/zwgk/index.html", "gone", status=500)
    assert watched("check", "--all").status == 1
    answered = watched("doctor")
    assert answered.status == 1
    assert "town" in answered.out
    watched.config.write_text("[[source]]\n", encoding="utf-8")
    assert watched("doctor").status == 1


# ---- inspect -----------------------------------------------------------------------------------------------------

KEYS = {
    *("input", "url", "encoding", "encoding_from", "page_kind", "title", "published", "issuer", "author"),
    *("document_number", "paragraphs", "text", "attachments", "findings"),
}


def test_inspect_stores_nothing_and_has_the_keys_of_the_contract(desk: Desk, town: Town) -> None:
    saved = desk.folder / "saved.html"
    saved.write_bytes(town._answer(2).body)
    (result,) = desk.json("inspect", str(saved), "--page-url", "https://www.example.gov.cn/a.html")
    assert set(result) >= KEYS
    assert (result["title"], result["published"], result["issuer"]) == (town.title(2), "2021-06-02", "市教育局")
    assert result["paragraphs"] == list(PARAGRAPHS)
    assert result["text"] == "\n".join(PARAGRAPHS)
    assert (result["page_kind"], result["encoding"], result["findings"]) == ("article", "utf-8", [])
    assert not desk.data.exists()


def test_inspect_reads_a_url(desk: Desk, town: Town) -> None:
    (result,) = desk.json("inspect", town.url(1))
    assert result["title"] == town.title(1)


def test_inspect_finds_the_block_in_the_press_conference(desk: Desk) -> None:
    """A text file is a page without markup: offsets count in the file itself."""
    seed = SEEDS / "suqian-press-conference.txt"
    (result,) = desk.json("inspect", str(seed), "--page-text")
    (block,) = [finding for finding in result["findings"] if finding["kind"] == "spam_block"]
    text = seed.read_bytes().decode("utf-8")
    assert result["page_text"] == text
    assert block["start"] == text.index("主站蜘蛛池模板")
    assert text[block["end"] :].strip(" |\n") == ""
    assert block["quote"] == text[block["start"] : block["end"]]
    assert block["severity"] in ("critical", "high")


def test_inspect_has_nothing_above_low_to_say_of_a_clean_article(desk: Desk) -> None:
    (result,) = desk.json("inspect", str(SEEDS / "huzhou-article.txt"))
    assert [finding for finding in result["findings"] if finding["severity"] != "low"] == []


@pytest.mark.parametrize("name", sorted(path.name for path in SEEDS.glob("*.txt")))
def test_every_finding_quotes_the_text_at_its_offsets(desk: Desk, name: str) -> None:
    (result,) = desk.json("inspect", str(SEEDS / name), "--page-text")
    texts = {"article": result["text"], "page": result["page_text"], "title": result["title"] or ""}
    for finding in result["findings"]:
        if finding["region"] in texts:
            assert texts[finding["region"]][finding["start"] : finding["end"]] == finding["quote"]


def test_inspect_goes_on_after_a_missing_file(desk: Desk) -> None:
    answered = desk("inspect", "no-such-file.html", str(SEEDS / "huzhou-article.txt"), "--json")
    assert answered.status == 1
    assert "no-such-file.html" in answered.err
    assert len(json.loads(answered.out)["paragraphs"]) > 3
