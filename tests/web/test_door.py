"""Who may read, and what every answer carries."""

from __future__ import annotations

import base64

import pytest
from starlette.routing import Mount

from crawler.errors import ConfigurationError
from crawler.model import Article, Outcome, Source
from store import open_store
from tests.web.shelf import HOSTILE, NOW, QUIET, START, Shelf, asker, snapshot, verdict
from web import create_app, must_have_token
from web.safe import FRAMED_POLICY, FRAMING_POLICY, PAGE_POLICY, RAW_POLICY

TOKEN = "wort-für-wort-字"
# Every route with a query that it answers; test_every_route_is_listed keeps this whole.
ROUTES = {
    "/": {},
    "/changes": {},
    "/findings": {"open": 1},
    "/pages": {"source": "press"},
    "/sources": {},
    "/source": {"name": "press"},
    "/search": {"q": "学校食堂"},
    "/health": {},
    "/notifications": {},
    "/events": {},
    "/page": {"url": QUIET},
    "/version": {"url": QUIET, "n": 1},
    "/diff": {"url": QUIET, "a": 1, "b": 2},
    "/raw": {"url": HOSTILE, "n": 2},
    "/raw/view": {"url": HOSTILE, "n": 2},
    "/raw/html": {"url": HOSTILE, "n": 2},
    "/finding": {"id": 1},
    "/healthz": {},
    "/metrics": {},
    "/login": {},
    "/feeds/changes.atom": {},
    "/feeds/findings.atom": {},
    "/api/v1/openapi.json": {},
    "/api/v1/sources": {},
    "/api/v1/source": {"name": "press"},
    "/api/v1/events": {},
    "/api/v1/notifications": {},
    "/api/v1/page": {"url": QUIET},
    "/api/v1/change": {"id": 1},
    "/api/v1/finding": {"id": 1},
    "/api/v1/search": {"q": "食堂"},
    "/api/v1/figures": {},
    "/api/v1/health": {},
    "/api/v1/pages": {},
    "/api/v1/changes": {},
    "/api/v1/findings": {},
    "/api/v1/log": {"url": QUIET},
    "/api/v1/versions": {"url": QUIET},
    "/api/v1/version": {"url": QUIET, "n": 1},
    "/api/v1/diff": {"url": QUIET, "a": 1, "b": 2},
    "/static/palimpsest.css": {},
}


# What somebody needs who is to log in.
OPEN = {"/login", "/static/palimpsest.css"}


POLICIES = {"/raw": RAW_POLICY, "/raw/view": FRAMING_POLICY, "/raw/html": FRAMED_POLICY}


def basic(password, user="reader"):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture(scope="module")
def locked(shelf):
    return asker(create_app(shelf.history, clock=lambda: NOW, token=TOKEN), base="http://room.example:8000")


def test_every_route_is_listed(app):
    """A route added without a line above would escape the tests of this file."""
    declared = set(app.openapi()["paths"])
    assert declared <= set(ROUTES)
    assert {route.path for route in app.routes if isinstance(route, Mount)} <= {"/static"}


@pytest.mark.parametrize("path", ROUTES)
def test_every_answer_is_guarded(ask, path):
    """No route forgets the policy that keeps a payload from running."""
    answer = ask(path, **ROUTES[path])
    # Where nobody has to log in, the form to do so sends on.
    assert answer.status_code == (303 if path == "/login" else 200)
    assert answer.headers.get_list("content-security-policy") == [POLICIES.get(path, PAGE_POLICY)]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == ("no-referrer" if path == "/raw/html" else "same-origin")


@pytest.mark.parametrize("path", ["/nowhere", "/page?url=https://unknown.example/", "/version?url=x&n=0", "/page"])
def test_problems_are_guarded_too(ask, path):
    """An error page echoes what was asked, so it needs the policy most."""
    answer = ask(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-security-policy"] == PAGE_POLICY


class Broken:
    """A history that fails in a way nobody foresaw."""

    def __getattr__(self, name):
        raise RuntimeError("secret inside")


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html; charset=utf-8"), ("/api/v1/pages", "application/problem+json")]
)
def test_a_surprise_is_a_guarded_page(path, kind):
    """A fault of ours tells the reader nothing of the machine, and still carries the policy."""
    answer = asker(create_app(Broken(), clock=lambda: NOW))(path)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ROUTES)
def test_with_a_token_every_route_asks_for_it(locked, path):
    """Only the health check is open, and it tells nothing."""
    answer = locked(path, **ROUTES[path])
    if path in OPEN:
        assert answer.status_code == 200
        assert QUIET not in answer.text
    elif path == "/healthz":
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    else:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        assert QUIET not in answer.text


@pytest.mark.parametrize("value", [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", basic(TOKEN), basic(TOKEN, user="")])
def test_the_token_opens(locked, value):
    """As Bearer for programs, as the password of Basic for browsers and feed readers."""
    assert locked("/pages", headers={"Authorization": value.encode()}).status_code == 200


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", f"Token {TOKEN}", basic("wrong"), basic(""), "Basic %%%", f"Basic {TOKEN}"]
)
def test_anything_else_does_not(locked, value):
    """Malformed credentials are refused like wrong ones, never with an error."""
    assert locked("/pages", headers={"Authorization": value.encode()}).status_code == 401


def test_an_empty_token_is_refused_at_the_start(shelf):
    """An unset variable must not turn into a door that anybody opens."""
    with pytest.raises(ConfigurationError):
        create_app(shelf.history, clock=lambda: NOW, token=" ")


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_without_a_token_loopback_is_served(app, base):
    """The names under which a browser on this machine asks."""
    assert asker(app, base)("/").status_code == 200


def test_without_a_token_foreign_names_are_refused(app):
    """A page elsewhere that points its own name at loopback must not read the store."""
    assert asker(app, "http://rebound.example:8000")("/").status_code == 421


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "::1", "[::1]", "::ffff:127.0.0.1"]
)
def test_loopback_needs_no_token(host):
    """Nobody else can reach it."""
    assert not must_have_token(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.4", "example.org", "127.0.0.1.example.org", "::ffff:8.8.8.8"]
)
def test_all_else_needs_one(host):
    """Also an empty host, which means every address of the machine."""
    assert must_have_token(host)


def test_head_is_answered_like_get_without_a_body(ask):
    """Link checkers and feed readers ask with HEAD."""
    answer = ask("/pages", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/html")


def test_nothing_can_be_written(ask):
    """The room only shows."""
    for path in ("/", "/api/v1/pages"):
        assert ask(path, "POST").status_code == 405


def test_only_a_large_answer_is_compressed(tmp_path):
    """Where that pays; what it holds is the same, and it is guarded like any other."""
    with open_store(tmp_path, None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        page = Shelf(store).admit(QUIET, "长文")
        article = Article(title="长文", paragraphs=("全市共有学校食堂212所。" * 4000,))
        kept = snapshot(QUIET, START, b"<p>")
        store.archive.record(page, verdict(START, Outcome.NEW, article=article, snap=kept))
        asked = asker(create_app(store.history, clock=lambda: NOW))
        answers = [
            asked("/version", headers={"Accept-Encoding": encoding}, url=QUIET, n=1)
            for encoding in ("gzip", "identity")
        ]
        assert [answer.headers.get("content-encoding") for answer in answers] == ["gzip", None]
        assert answers[0].text == answers[1].text
        assert answers[0].headers["content-security-policy"] == PAGE_POLICY
        assert "content-encoding" not in asked("/sources", headers={"Accept-Encoding": "gzip"}).headers
