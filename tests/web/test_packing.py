"""Large answers, packed and as they are: two representations, each with a strong tag of its own (RFC 9110 §8.8.3)."""

from __future__ import annotations

import gzip
import http.client
from datetime import timedelta

import pytest

from crawler.model import Article, Change, ChangeKind, Outcome, Source
from store import open_store
from tests.web.drawn import served
from tests.web.shelf import NOW, START, Shelf, asker, snapshot, verdict
from web import create_app
from web.packing import LARGE

URL = "https://www.example.gov.cn/long.html"
AS_IT_IS, PACKED = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The application over a page with a long text."""
    with open_store(tmp_path_factory.mktemp("long"), None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/")], START)
        page = Shelf(store).admit(URL, "长文")
        long = Article(title="长文", paragraphs=tuple(f"第{number}段，学校食堂。" for number in range(5000)))
        created = Change(before=0, after=1, kind=ChangeKind.CREATED)
        kept = snapshot(URL, START, b"<p>long</p>")
        store.archive.record(page, verdict(START, Outcome.NEW, article=long, snap=kept, changes=(created,)))
        yield create_app(store.history, clock=lambda: NOW + timedelta(hours=1))


def test_each_form_has_a_strong_tag_of_its_own(app):
    """Byte by byte they are two answers; one text."""
    ask = asker(app)
    plain, packed = (ask("/api/v1/version", url=URL, n=1, headers=how) for how in (AS_IT_IS, PACKED))
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content
    assert len(plain.content) > LARGE
    tags = [one.headers["etag"] for one in (plain, packed)]
    assert all(tag.startswith('"') for tag in tags)
    assert tags[1] == tags[0].removesuffix('"') + '-gzip"'
    for one in (plain, packed):
        assert "accept-encoding" in one.headers["vary"].lower()


@pytest.mark.parametrize("how", [AS_IT_IS, PACKED])
def test_who_has_either_form_is_not_sent_it_again(app, how):
    """Whatever they take now: what they have says the same, and 304 names what they named."""
    ask = asker(app)
    plain, packed = (ask("/api/v1/version", url=URL, n=1, headers=one).headers["etag"] for one in (AS_IT_IS, PACKED))
    for named, answered in (
        (plain, plain),
        (packed, packed),
        (f"W/{packed}", packed),
        (f'"other", {packed}', packed),
        (f'"other-gzip", {plain}', plain),
        ("*", plain),
    ):
        again = ask("/api/v1/version", url=URL, n=1, headers={**how, "If-None-Match": named})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answered), named
        assert "accept-encoding" in again.headers["vary"].lower()
    assert ask("/api/v1/version", url=URL, n=1, headers={**how, "If-None-Match": '"other-gzip"'}).status_code == 200


def test_a_small_answer_has_one_form_and_one_tag(app):
    """Whoever asks; and the packed tag that it never had is taken for its own, which does no harm."""
    ask = asker(app)
    first, second = (ask("/api/v1/versions", url=URL, headers=how) for how in (AS_IT_IS, PACKED))
    assert first.headers["etag"] == second.headers["etag"]
    assert "gzip" not in first.headers["etag"]
    assert "accept-encoding" not in first.headers.get("vary", "").lower()


def test_it_is_so_over_the_wire(app):
    """As the server sends it, with what a client of plain sockets sees."""
    with served(app) as origin:
        wire = http.client.HTTPConnection(origin.removeprefix("http://"))
        path = f"/api/v1/version?url={URL}&n=1"
        wire.request("GET", path, headers=PACKED)
        answer = wire.getresponse()
        packed, body = answer.headers["etag"], answer.read()
        assert answer.headers["content-length"] == str(len(body))
        wire.request("GET", path, headers=AS_IT_IS)
        answer = wire.getresponse()
        plain = answer.headers["etag"]
        assert gzip.decompress(body) == answer.read()
        assert packed != plain
        for named in (packed, plain):
            wire.request("GET", path, headers={**PACKED, "If-None-Match": named})
            again = wire.getresponse()
            assert (again.status, again.read(), again.headers["etag"]) == (304, b"", named)
        wire.close()
