"""Users and tokens are made on the command line, and a room that others can reach does not start without one."""

from __future__ import annotations

import asyncio
import io
import json
import socket

import pytest

from crawler.errors import ConfigurationError
from jobs.serving import TOKEN_VARIABLE, listening, reading_room
from jobs.wiring import utc_now
from store import Store, open_store
from tests.jobs.conftest import Desk
from web.door.identity import digest_of
from web.door.passwords import matches

PASSWORD = "correct horse 电池"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_user_is_added_listed_given_a_new_password_and_disabled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, PASSWORD + "\n")
    added = desk("user", "add", "林", "--role", "editor")
    assert (added.status, PASSWORD in added.out + added.err) == (0, False)
    (listed,) = desk.json("user", "list")
    assert (listed["name"], listed["role"], listed["disabled_at"]) == ("林", "editor", None)
    typed(monkeypatch, PASSWORD + " 2\r\n")
    assert desk("user", "password", "林", "--stdin").status == 0
    with open_store(desk.data) as store:
        assert matches(PASSWORD + " 2", store.people.password_of("林"))
        assert not matches(PASSWORD, store.people.password_of("林"))
    gone = desk("user", "disable", "林")
    assert gone.status == 0
    assert "Nobody can log in now" in gone.err
    assert desk.json("user", "list")[0]["disabled_at"] is not None


@pytest.mark.parametrize("name", ["", "a b", "../x", "local", "Token", "x" * 65, "a\nb", "\x1b[31m"])
def test_names_that_could_be_mistaken_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    typed(monkeypatch, PASSWORD)
    refused = desk("user", "add", "--", name)
    assert refused.status == 2
    assert "cannot be a name" in refused.err
    assert desk.json("user", "list") == []


def test_bad_passwords_and_wrong_names_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, said in (("short\n", "at least 10"), ("", "no password came")):
        typed(monkeypatch, text)
        refused = desk("user", "add", "lin")
        assert (refused.status, said in refused.err) == (2, True)
    for words in (("user", "disable", "nobody"), ("token", "revoke", "nobody")):
        refused = desk(*words)
        assert (refused.status, "nobody" in refused.err) == (1, True)
    typed(monkeypatch, PASSWORD)
    assert desk("user", "add", "lin").status == 0
    typed(monkeypatch, PASSWORD)
    assert desk("user", "add", "lin").status == 2


def test_a_token_is_shown_once_and_kept_as_a_digest(desk: Desk) -> None:
    made = desk("token", "add", "feeds", "--role", "reader", "--expires", "12h")
    assert made.status == 0
    secret = made.out.strip()
    assert len(secret) > 40
    listed = desk("token", "list", "--json")
    assert secret not in listed.out
    (token,) = listed.lines
    assert (token["name"], token["role"], token["last_used_at"]) == ("feeds", "reader", None)
    with open_store(desk.data) as store:
        (view,) = store.people.tokens()
        assert view.expires_at is not None
        assert store.people.of_token(digest_of(secret.encode()), view.created_at) is not None
        assert secret.encode() not in b"".join(path.read_bytes() for path in desk.data.iterdir() if path.is_file())
    assert desk("token", "revoke", "feeds").status == 0
    assert desk("token", "revoke", "feeds").status == 1
    assert json.loads(desk("token", "add", "feeds", "--expires", "never", "--json").out)["expires_at"] is None
    for wrong in ("soon", "0d", "-1d", "1y", "99999d"):
        assert desk("token", "add", "other", f"--expires={wrong}").status == 2


def test_what_was_done_is_listed(desk: Desk) -> None:
    with open_store(desk.data) as store:
        store.people.note("lin", "silenced", "https://e/\x1b[2J", {"why": "ours"}, utc_now())
    (deed,) = desk.json("audit")
    assert (deed["who"], deed["what"], deed["detail"]) == ("lin", "silenced", {"why": "ours"})
    assert "\x1b" not in desk("audit").out
    assert desk.json("audit", "--who", "wu") == []


def test_beyond_loopback_it_starts_with_a_user_or_a_token_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    desk.config.write_text('[[source]]\nname = "press"\nurl = "http://127.0.0.1:9/"\n', "utf-8")
    for words in (("serve", "--listen", "0.0.0.0:0"), ("run", "--web", "0.0.0.0:0"), ("run", "--metrics", "[::]:0")):
        refused = desk(*words)
        assert refused.status == 2
        assert "user add" in refused.err
    assert desk("token", "add", "feeds").status == 0
    assert started(desk) == "started"
    assert desk("token", "revoke", "feeds").status == 0
    assert "nobody would be asked" in started(desk)
    monkeypatch.setenv(TOKEN_VARIABLE, "a-long-random-word")
    assert started(desk) == "started"


def started(desk: Desk) -> str:
    """What came of serving at every address of the machine."""

    async def start(store: Store) -> str:
        async with reading_room(store, "0.0.0.0:0", lambda _: None):
            return "started"

    with open_store(desk.data) as store:
        try:
            return asyncio.run(start(store))
        except ConfigurationError as error:
            return str(error)


def test_an_answer_is_sent_at_once() -> None:
    """Asyncio lets small packets wait, 40 ms at a time, for all but a socket that says it is TCP."""
    with listening("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
