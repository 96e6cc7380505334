"""What was given up is seen and can be sent again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.cli import run
from store import Fate, Telling, open_store
from tests.store.verdicts import CREATED, NOW, SOURCE, admit, saying


def test_dead_letters_are_listed_with_their_reason_and_sent_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(tmp_path) as store:
        store.archive.declare([SOURCE], NOW)
        for number in (1, 2):
            page = admit(store, f"https://www.example.gov.cn/xwfb/{number}.html")
            store.archive.record(page, saying(page, NOW, "一条", CREATED))
        first, _ = store.outbox.pending(NOW)
        refused = {"mark": Telling(attempts=1, error="no such address")}
        store.outbox.note([first.id], NOW, lambda item: Fate(targets=refused))
    here = ["--data", str(tmp_path)]

    def listed(*more: str) -> list[dict[str, object]]:
        assert run(["outbox", "--json", *more, *here]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [(item["state"], item["last_error"]) for item in listed()] == [("waiting", ""), ("dead", "no such address")]
    assert [item["id"] for item in listed("--dead")] == [first.id]
    assert run(["outbox", "resend", "99", *here]) == 2
    assert "no undelivered notification has the number 99" in capsys.readouterr().err
    assert run(["outbox", "resend", *here]) == 2
    assert run(["outbox", "resend", str(first.id), *here]) == 0
    capsys.readouterr()
    assert [item["state"] for item in listed()] == ["waiting", "waiting"]
