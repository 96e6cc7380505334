"""Who logs in, who may write, and that nobody else can make them."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from store import Person, Role, Store, open_store
from tests.web.shelf import NOW
from web import create_app
from web.door import Editor, InAudit, Reader
from web.door.csrf import csrf_token
from web.door.identity import digest_of
from web.door.limits import Limits
from web.door.passwords import hashed

PASSWORD = "学校食堂 212 所"
HTTPS = "https://room.example"
# Made once: each takes as long as it must.
HASH = hashed(PASSWORD)


@dataclass
class Clock:
    """A clock that is put forward by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Browser:
    """A browser at an application: it keeps its cookies and goes where it is sent."""

    app: FastAPI
    base: str = HTTPS
    client: str = "203.0.113.7"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    # As a browser has it that navigates.
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "text/html,*/*;q=0.8"})

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.client, 5000))
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                answer = await client.request(method, path, headers={**self.headers, **(headers or {})}, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(go())

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers)

    def post(self, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
        return self.ask("POST", path, {"Sec-Fetch-Site": "same-origin", **headers}, data=data)

    def word(self, path: str = "/login") -> str:
        """What the form there holds against forgery."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def login(self, name: str = "lin", password: str = PASSWORD, following: str = "/pages") -> httpx.Response:
        return self.post("/login", {"name": name, "password": password, "next": following, "csrf": self.word()})


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path, None) as opened:
        yield opened


def peopled(store: Store, clock: Clock, **more: object) -> FastAPI:
    """A room with a reader and an editor, and a route that writes."""
    store.people.add("lin", Role.EDITOR, HASH, NOW)
    store.people.add("wu", Role.READER, HASH, NOW)
    app = create_app(store.history, clock=clock, people=store.people, **more)
    with_a_deed(app)
    return app


def with_a_deed(app: FastAPI) -> None:
    @app.post("/deed")
    def deed(person: Editor, audit: InAudit) -> Person:
        audit(person, "acknowledged", "https://www.example.gov.cn/1", {"why": "known"})
        return person

    @app.get("/who")
    def who(person: Reader) -> Person:
        return person


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(store: Store, clock: Clock) -> FastAPI:
    return peopled(store, clock)


# ---- logging in --------------------------------------------------------------------------------------------------


def test_who_is_nobody_is_sent_to_log_in_and_comes_back_to_where_they_wanted(app: FastAPI) -> None:
    browser = Browser(app)
    sent = browser.get("/findings?open=1&kind=spam_block")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=%2Ffindings%3Fopen%3D1%26kind%3Dspam_block"
    form = browser.get(sent.headers["location"]).text
    assert 'name="next" value="/findings?open=1&amp;kind=spam_block"' in form
    done = browser.login(following="/findings?open=1&kind=spam_block")
    assert (done.status_code, done.headers["location"]) == (303, "/findings?open=1&kind=spam_block")
    assert browser.get("/who").json() == {"name": "lin", "role": "editor"}
    assert browser.get("/login?next=/pages").headers["location"] == "/pages"


def test_the_cookie_is_read_by_no_script_and_sent_over_https_only(app: FastAPI) -> None:
    browser = Browser(app)
    (cookie,) = browser.login().headers.get_list("set-cookie")
    assert cookie.startswith("__Host-palimpsest-session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(cookie.split("; "))
    plain = Browser(app, base="http://room.example")
    (cookie,) = plain.login().headers.get_list("set-cookie")
    assert cookie.startswith("palimpsest-session=")
    assert "Secure" not in cookie


def test_nothing_that_opens_is_kept_as_it_is(store: Store, app: FastAPI) -> None:
    """Neither the password nor what the cookie holds can be read from a database that was taken."""
    browser = Browser(app)
    browser.login()
    secret = browser.cookies["__Host-palimpsest-session"]
    assert store.people.of_session(digest_of(secret.encode()), NOW) == Person(name="lin", role=Role.EDITOR)
    assert store.people.of_session(secret, NOW) is None
    assert PASSWORD not in (store.people.password_of("lin") or "")


def test_a_session_is_always_a_new_one_and_the_old_one_ends(app: FastAPI) -> None:
    """Who had set the cookie before somebody logged in is not in with them."""
    browser = Browser(app)
    browser.cookies.set("__Host-palimpsest-session", "set-by-somebody-else", domain="room.example")
    browser.login()
    first = browser.cookies["__Host-palimpsest-session"]
    assert first != "set-by-somebody-else"
    word = re.search(r'name="csrf" value="([^"]+)"', browser.get("/pages").text)
    assert word
    browser.post("/login", {"name": "lin", "password": PASSWORD, "csrf": word[1]})
    old = Browser(app)
    old.cookies.set("__Host-palimpsest-session", first, domain="room.example")
    assert old.get("/pages").status_code == 303
    assert browser.get("/pages").status_code == 200


def test_a_session_ends_by_logging_out_by_time_and_with_its_person(store: Store, app: FastAPI, clock: Clock) -> None:
    browser = Browser(app)
    for end in ("logout", "time", "password", "disabled"):
        assert browser.login().status_code == 303
        assert browser.get("/pages").status_code == 200
        kept = browser.cookies["__Host-palimpsest-session"]
        if end == "logout":
            assert browser.post("/logout", {"csrf": browser.word("/pages")}).headers["location"] == "/login"
        elif end == "time":
            clock.now += timedelta(days=7)
        elif end == "password":
            store.people.set_password("lin", HASH)
        else:
            store.people.disable("lin", clock.now)
        browser.cookies = httpx.Cookies()
        browser.cookies.set("__Host-palimpsest-session", kept, domain="room.example")
        assert browser.get("/pages").status_code == 303, end
        browser.cookies = httpx.Cookies()
    assert browser.login().status_code == 401, "a disabled person has no password"


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/login?next=/login",
        "",
        "/a\r\nSet-Cookie: a=b",
    ],
)
def test_logging_in_leads_nowhere_else(app: FastAPI, following: str) -> None:
    browser = Browser(app)
    assert browser.login(following=following).headers["location"] == "/"
    assert browser.ask("GET", "/login", params={"next": following}).headers["location"] == "/"


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in what is reckoned for it: who times the answers learns no names."""
    reckoned: list[bytes] = []
    monkeypatch.setattr("web.door.passwords._scrypt", lambda *of: reckoned.append(repr(of[2:]).encode()) or b"\1" * 32)
    answers = [Browser(app).login(name=name, password="wrong wrong wrong") for name in ("lin", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    alike = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(alike) == 1
    assert "The name or the password is not right." in answers[0].text
    assert len(reckoned) == 2
    assert len(set(reckoned)) == 1


def test_the_form_speaks_chinese_too(app: FastAPI) -> None:
    said = Browser(app, headers={"Accept": "text/html", "Accept-Language": "zh-CN"}).login(password="wrong wrong").text
    assert "用户名或密码不正确。" in said
    assert '<html lang="zh-Hans"' in said


# ---- guessing ----------------------------------------------------------------------------------------------------


def test_who_guesses_waits_longer_each_time(app: FastAPI, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.door.login.matches", lambda password, kept: password == PASSWORD and kept is not None)
    browser = Browser(app)
    assert {browser.login(password="wrong").status_code for _ in range(5)} == {401}
    refused = browser.login(password=PASSWORD)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2"), "also with the right one"
    clock.now += timedelta(seconds=1)
    assert browser.login(password="wrong").status_code == 401
    clock.now += timedelta(seconds=1)
    elsewhere = Browser(app, client="198.51.100.1")
    assert elsewhere.login(password="wrong").status_code == 429, "the name is counted wherever it is tried"
    assert elsewhere.login(name="wu").status_code == 303, "and other names are not"
    clock.now += timedelta(seconds=60)
    assert browser.login().status_code == 303
    assert {browser.ask("GET", "/pages").status_code} == {200}


def test_an_address_that_tries_many_names_is_slowed_down_whatever_it_says_of_itself(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.door.login.matches", lambda password, kept: False)
    browser = Browser(app)
    word = browser.word()
    said = [
        browser.post(
            "/login",
            {"name": f"name{number}", "password": "wrong", "csrf": word},
            **{"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"},
        ).status_code
        for number in range(25)
    ]
    assert said == [401] * 20 + [429] * 5


def test_wrong_tokens_are_slowed_down_too(store: Store, app: FastAPI) -> None:
    store.people.add_token(digest_of(b"right"), "feeds", Role.READER, NOW, None)
    program = Browser(app)
    said = [program.get("/api/v1/pages", Authorization=f"Bearer wrong{n}").status_code for n in range(22)]
    assert said == [401] * 20 + [429] * 2
    late = program.get("/api/v1/pages", Authorization="Bearer right")
    assert (late.status_code, late.headers["content-type"]) == (429, "application/problem+json")
    assert Browser(app, client="2001:db8::1").get("/pages", Authorization="Bearer right").status_code == 200


def test_the_memory_of_attempts_is_bounded() -> None:
    limits = Limits(free=1, longest=timedelta(seconds=60), most=100)
    assert [limits.attempt("lin", NOW) for _ in range(2)] == [0.0, 1.0]
    for number in range(1000):
        limits.attempt(f"name{number}", NOW)
    assert len(limits._tried) == 100


def test_waiting_doubles_up_to_its_longest_and_is_forgotten() -> None:
    limits, now, waits = Limits(free=2, longest=timedelta(seconds=8)), NOW, []
    for _ in range(8):
        wait = limits.attempt("lin", now)
        waits.append(wait)
        now += timedelta(seconds=wait)
        if wait:
            assert limits.attempt("lin", now) == 0.0
    assert waits == [0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert limits.attempt("lin", now + timedelta(hours=1)) == 0.0


# ---- writing -----------------------------------------------------------------------------------------------------


def test_an_editor_writes_and_it_is_noted(store: Store, app: FastAPI) -> None:
    browser = Browser(app)
    browser.login()
    assert browser.post("/deed", {"csrf": browser.word("/pages")}).json() == {"name": "lin", "role": "editor"}
    done, login = store.people.deeds()
    assert (done.who, done.what, done.target, done.detail) == (
        "lin",
        "acknowledged",
        "https://www.example.gov.cn/1",
        {"why": "known"},
    )
    assert (login.what, login.detail) == ("login", {"address": "203.0.113.7"})


def test_a_reader_does_not(store: Store, app: FastAPI) -> None:
    browser = Browser(app)
    browser.login(name="wu")
    answer = browser.post("/deed", {"csrf": browser.word("/pages")})
    assert answer.status_code == 403
    assert "wu may only read here" in answer.text
    assert [deed.what for deed in store.people.deeds()] == ["login"]


def test_a_form_from_elsewhere_does_nothing(store: Store, app: FastAPI) -> None:
    """Whatever one of the signs says, the other ones hold."""
    browser = Browser(app)
    browser.login()
    word = browser.word("/pages")
    other = Browser(app)
    other.login(name="wu")
    refused = {
        "without the word": browser.post("/deed", {}),
        "with an empty word": browser.post("/deed", {"csrf": ""}),
        "with somebody else's": browser.post("/deed", {"csrf": other.word("/pages")}),
        "with another word": browser.post("/deed", {"csrf": word[:-4] + "AAA="}),
        "from another site": browser.post("/deed", {"csrf": word}, **{"Sec-Fetch-Site": "cross-site"}),
        "from a host beside": browser.post("/deed", {"csrf": word}, **{"Sec-Fetch-Site": "same-site"}),
    }
    for origin in ("https://evil.example", "null", "https://room.example.evil.example", "https://room.example:444"):
        refused[origin] = browser.ask("POST", "/deed", {"Origin": origin}, data={"csrf": word})
    assert {how: answer.status_code for how, answer in refused.items()} == dict.fromkeys(refused, 403)
    assert {deed.what for deed in store.people.deeds()} == {"login"}
    same = browser.ask("POST", "/deed", {"Origin": HTTPS}, data={"csrf": word})
    assert same.status_code == 200, "a browser that says no Sec-Fetch-Site"


def test_the_word_looks_different_in_every_answer_and_holds_in_all(app: FastAPI) -> None:
    """So that a compressed answer does not tell it."""
    browser = Browser(app)
    browser.login()
    first, second = browser.word("/pages"), browser.word("/pages")
    assert first != second
    for word in (first, second):
        assert browser.post("/deed", {"csrf": word}).status_code == 200
        header = browser.post("/deed", {}, **{"X-CSRF-Token": word})
        assert header.status_code == 200


def test_a_token_needs_no_word_but_as_a_password_it_does(store: Store, app: FastAPI) -> None:
    """A browser sends a password again by itself, and could be made to."""
    store.people.add_token(digest_of(b"machine"), "machine", Role.EDITOR, NOW, None)
    program = Browser(app)
    assert program.ask("POST", "/deed", {"Authorization": "Bearer machine"}).json()["name"] == "token machine"
    basic = httpx.BasicAuth("any", "machine")
    assert program.ask("POST", "/deed", auth=basic).status_code == 403
    assert program.ask("GET", "/who", auth=basic).json()["role"] == "editor"


def test_more_than_a_form_holds_is_not_read(app: FastAPI) -> None:
    browser = Browser(app)
    word = browser.word()
    assert browser.post("/login", {"name": "x" * 300_000, "csrf": word}).status_code == 413


# ---- tokens ------------------------------------------------------------------------------------------------------


def test_a_token_opens_until_it_expires_is_revoked_or_its_person_goes(store: Store, app: FastAPI, clock: Clock) -> None:
    people = store.people
    people.add_token(digest_of(b"one"), "one", Role.READER, NOW, NOW + timedelta(days=1))
    people.add_token(digest_of(b"two"), "two", Role.READER, NOW, None)
    people.add_token(digest_of(b"three"), "three", Role.EDITOR, NOW, None, "wu")

    def opened() -> list[bool]:
        program = Browser(app, headers={})
        return [
            program.get("/who", Authorization=f"Bearer {one}").status_code == 200 for one in ("one", "two", "three")
        ]

    assert opened() == [True, True, True]
    three = Browser(app).get("/who", Authorization="Bearer three").json()
    assert three == {"name": "wu", "role": "reader"}, "no more than its person may"
    clock.now += timedelta(days=1)
    assert opened() == [False, True, True]
    people.revoke("two", clock.now)
    assert opened() == [False, False, True]
    people.disable("wu", clock.now)
    assert opened() == [False, False, False]


def test_when_a_token_was_used_is_noted_once_a_minute(store: Store, app: FastAPI, clock: Clock) -> None:
    store.people.add_token(digest_of(b"one"), "one", Role.READER, NOW, None)
    noted = []
    for seconds in (0, 30, 31):
        clock.now += timedelta(seconds=seconds)
        assert Browser(app).get("/who", Authorization="Bearer one").status_code == 200
        noted.append(store.people.tokens()[0].last_used_at)
    assert noted == [NOW, NOW, NOW + timedelta(seconds=61)]


def test_the_token_of_the_environment_still_opens_beside_people(store: Store, clock: Clock) -> None:
    app = peopled(store, clock, token="of-the-house")
    assert Browser(app).ask("POST", "/deed", {"Authorization": "Bearer of-the-house"}).status_code == 200
    assert store.people.deeds()[0].who == "token"


# ---- open and closed ---------------------------------------------------------------------------------------------


def test_on_this_machine_everybody_may_write_until_there_is_somebody(store: Store, clock: Clock) -> None:
    """From the first user on nobody else comes in, and that stays so when the last one is disabled."""
    app = create_app(store.history, clock=clock, people=store.people)
    with_a_deed(app)

    @app.get("/form")
    def form(request: Request) -> str:
        return csrf_token(request)

    browser = Browser(app, base="http://localhost:8000")
    assert browser.get("/who").json() == {"name": "local", "role": "editor"}
    assert browser.post("/deed", {}).status_code == 403, "a page elsewhere could send this too"
    assert browser.post("/deed", {"csrf": browser.get("/form").json()}).status_code == 200
    store.people.add("lin", Role.EDITOR, HASH, NOW)
    clock.now += timedelta(seconds=1)
    assert browser.get("/pages").status_code == 303
    assert Browser(app, base="http://localhost:8000", headers={}).get("/pages").status_code == 401
    store.people.disable("lin", clock.now)
    clock.now += timedelta(days=1)
    assert browser.get("/pages").status_code == 303
    assert create_and_ask(store, clock) == 303


def create_and_ask(store: Store, clock: Clock) -> int:
    """After a restart."""
    again = create_app(store.history, clock=clock, people=store.people)
    return Browser(again, base="http://localhost:8000").get("/pages").status_code


def test_no_address_of_the_room_but_those_before_the_login_is_open(app: FastAPI) -> None:
    stranger = Browser(app, headers={})
    for path in ("/", "/metrics", "/api/v1/pages", "/api/v1/openapi.json", "/feeds/changes.atom", "/loginx", "//login"):
        assert stranger.get(path).status_code == 401, path
    for path in ("/healthz", "/static/palimpsest.css"):
        assert stranger.get(path).status_code == 200
