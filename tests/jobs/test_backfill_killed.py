"""A backfill that is killed at any point and started again comes to what an undisturbed one comes to."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import run
from store import Store, open_store
from tests.jobs.site import PARAGRAPHS
from tests.jobs.test_killed import passes, tell
from tests.jobs.warcs import HOST, Made, page, raw, warc
from tests.postgres import fresh_database

PAGES, TURNS = 25, 18
IDENTICAL = ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest")
# A run that is killed so often and not done is done no more.
MOST = 200
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def captures() -> list[Made]:
    """Crawl after crawl: edits, counters, pages that are the same again, some that are lost for a while, and some that
    lead elsewhere."""
    made = []
    for turn in range(TURNS):
        later: list[Made] = []
        for number in range(PAGES):
            url, at = (
                f"{HOST}/zwgk/t{number}.html",
                f"2021-{turn % 12 + 1:02d}-{turn // 12 + 1:02d}T08:00:{number:02d}Z",
            )
            chance = random.Random(f"{turn} {number}").random()
            if turn and chance < 0.3:
                before = (
                    ("WARC-Refers-To-Target-URI", url),
                    ("WARC-Refers-To-Date", f"2021-01-01T08:00:{number:02d}Z"),
                )
                made.append(Made(at=at, url=url, type="revisit", http=(), headers=(IDENTICAL, *before)))
            elif chance < 0.35 and turn:
                new = f"{HOST}/zwgk/new/t{number}.html"
                made.append(Made(at=at, url=url, status="302 Found", http=(("Location", new),)))
                later.append(Made(at=at, url=new, body=page(*PARAGRAPHS, views=turn)))
            elif chance < 0.4 and turn:
                made.append(Made(at=at, url=url, status="404 Not Found", body=b"<p>404</p>"))
            else:
                text = (*PARAGRAPHS, f"附件第{turn // 4}号。") if chance < 0.7 else PARAGRAPHS
                made.append(Made(at=at, url=url, body=page(*text, views=turn)))
        made += later
    return made


def state(store: Store) -> dict[str, Any]:
    """All that a reader sees."""
    view = store.history
    return {
        one.url: {
            "page": replace(one, admitted_at=LONG_AGO),
            "versions": view.versions(one.url),
            "changes": [replace(change, id=0) for change in view.changes(page=one.url)],
            "findings": [replace(finding, id=0).as_json() for finding in view.findings(page=one.url)],
            "log": view.log(one.url),
        }
        for one in sorted(view.pages(), key=lambda page: page.url)
    }


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_any_point_it_comes_to_what_it_would_have(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "w"
    made = captures()
    warc(folder / "a.warc.gz", *made[: len(made) // 2])
    warc(folder / "b.warc.gz", *made[len(made) // 2 :])
    (folder / "c.warc").write_bytes(raw("yesterday", b""))
    (folder / "notes.txt").write_text("ours", encoding="utf-8")
    config = tmp_path / "sources.toml"
    config.write_text(f'[[source]]\nname = "press"\nurl = "{HOST}/zwgk/"\n', encoding="utf-8")

    def words(data: str, database: str | None) -> list[str]:
        where = ["--data", str(tmp_path / data), "--config", str(config)]
        more = ["--database", database] if database else []
        return [*where, *more, "backfill", "press", "--from", f"warc:{folder}"]

    begun = time.monotonic()
    assert run(words("calm", None)) == 1, "one record has no time"
    takes = time.monotonic() - begun
    with open_store(tmp_path / "calm") as store:
        expected = state(store)
    database = None if kind == "sqlite" else fresh_database()
    chance, killed, answer = random.Random(3), 0, "killed"
    with passes(words("killed", database)) as process:
        while answer == "killed" and killed < MOST:
            answer = tell(process, str(chance.uniform(0.02, takes / 3)))
            killed += answer == "killed"
    assert killed > 2
    assert run(words("killed", database)) == 1
    with open_store(tmp_path / "killed", database) as store:
        found = state(store)
        for url, one in expected.items():
            for what, value in one.items():
                assert found[url][what] == value, (url, what)
        assert store.rereading.waiting(["press"]) == ()
        assert store.check_integrity().ok
