"""`palimpsest notify`: what is due is sent, and --test says who can be reached."""

from __future__ import annotations

import json

from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import Town, configuration
from tests.outside import Outside


def test_everybody_is_tried_and_told_of_what(desk: Desk, town: Town, outside: Outside) -> None:
    outside.page("/well", b"")
    outside.page("/away", b"", status=404)
    well = f"webhook+{outside.url('/well')}"
    away = f"webhook+{outside.url('/away').replace('://', '://topsecret@')}"
    more = f'notify = ["{well}", {{ to = "{away}", kinds = ["alarm"] }}]\n'
    second = configuration(town, more=f'notify = ["{well}"]\n').replace('name = "town"', 'name = "village"')
    desk.config.write_text(configuration(town, more=more) + second, encoding="utf-8")
    answered = desk("notify", "--test", "--json")
    shown = f"webhook+http://127.0.0.1:{outside.port}"
    assert answered.lines == [
        {"target": shown, "sources": ["town", "village"], "ok": True, "error": None},
        {"target": shown, "sources": ["town"], "ok": False, "error": f"{shown} answered 404"},
    ]
    assert (answered.status, "topsecret" in answered.out + answered.err) == (1, False)
    assert sorted(outside.paths) == ["/away", "/well"]
    (told,) = (asked for asked in outside.requests if asked.path == "/well")
    assert "town, village" in json.loads(told.body)["body"]
    assert desk("notify", "--test", "village").status == 0
    assert outside.paths.count("/away") == 1


def test_wrong_use_says_what_would_be_right(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    for words, said in (
        (["--test", "twon"], "there are: town"),
        (["--test"], 'write notify = ["mailto://…"]'),
        (["town"], "named with --test"),
    ):
        answered = desk("notify", *words)
        assert (answered.status, answered.out) == (2, "")
        assert said in answered.err


def test_what_is_due_is_sent_and_what_refuses_is_said(desk: Desk, town: Town, outside: Outside) -> None:
    outside.page("/hook", b"", status=503)
    hook = f"webhook+{outside.url('/hook')}"
    desk.config.write_text(configuration(town, more=f'notify = ["{hook}"]\n'), encoding="utf-8")
    assert desk("check").status == 1
    with open_store(desk.data) as store:
        waiting = [str(item.id) for item in store.outbox.undelivered()]
    assert len(waiting) == 3
    assert [(one["state"], one["attempts"]) for one in desk.json("outbox")] == [("waiting", 1)] * 3
    assert desk.json("notify") == [{"sent": 0, "failed": 0, "dead": 0, "errors": []}]
    assert desk("outbox", "resend", *waiting).status == 0
    refused = desk("notify")
    assert (refused.status, refused.out) == (1, "0 delivered, 3 to be tried again, 0 given up\n")
    assert "answered 503" in refused.err
    outside.page("/hook", b"", status=410)
    desk("outbox", "resend", *waiting)
    assert desk("notify", "--json").lines[0]["dead"] == 3
    assert [one["state"] for one in desk.json("outbox", "--dead")] == ["dead"] * 3
    outside.page("/hook", b"")
    assert desk("outbox", "resend", "--all").status == 0
    assert desk.json("notify") == [{"sent": 3, "failed": 0, "dead": 0, "errors": []}]
    assert desk.json("outbox") == []


def test_a_pass_that_tells_nobody_leaves_nothing_for_who_is_named_later(
    desk: Desk, town: Town, outside: Outside
) -> None:
    outside.page("/hook", b"")
    desk.config.write_text(configuration(town), encoding="utf-8")
    assert desk("check").status == 0
    hook = f"webhook+{outside.url('/hook')}"
    desk.config.write_text(configuration(town, more=f'notify = ["{hook}"]\n'), encoding="utf-8")
    assert desk("check").status == 0
    assert outside.paths.count("/hook") == 0
