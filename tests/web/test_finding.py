"""One finding: the evidence in its place, what it means, and what people decide of it."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from crawler.errors import BlobCorrupt
from crawler.model import Article, Finding, FindingKind, Link, Outcome, Region, Severity, Snapshot, Source
from store import MarkState, Role, open_store
from tests.web.shelf import NOW, QUIET, SCRIPT, START, asker, verdict
from web import create_app
from web.door.passwords import hashed
from web.kinds import EXPLAINED
from web.language import catalogues
from web.places import AROUND, LONGEST, place_of
from web.safe import FRAMING_POLICY

BODY = "<html><head><title>发布会</title></head><body><p>正文。</p><div>友情链接 办证刻章</div></body></html>"


def found(quote, region, start, **values):
    ordinary = {"kind": FindingKind.SPAM_BLOCK, "severity": Severity.HIGH, "score": 0.9}
    return Finding(region=region, quote=quote, start=start, end=start + len(quote), **(ordinary | values))


FOUND = (
    found(
        "正文", Region.ARTICLE, 0, repair="正確", evidence={"list": [1, {"deep": SCRIPT}], "ratio": 2.5, "none": None}
    ),
    found("办证刻章", Region.MARKUP, BODY.index("办证刻章"), kind=FindingKind.HIDDEN_LINK),
    found("发布", Region.TITLE, 0, kind=FindingKind.BRAND_HIJACK),
    found("nowhere at all", Region.PAGE, 3, kind=FindingKind.DEFACED),
)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "data") as opened:
        opened.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/")], START)
        (page,) = opened.archive.admit("press", [Link(url=QUIET, title="页")], START)
        shown = Snapshot(
            url=QUIET,
            final_url=QUIET,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=BODY.encode(),
            fetched_at=START,
        )
        article = Article(title="发布会", paragraphs=("正文。", "第二段。"))
        opened.archive.record(page, verdict(START, Outcome.NEW, article=article, snap=shown, findings=FOUND))
        yield opened


@pytest.fixture
def app(store):
    return create_app(store.history, clock=lambda: NOW, marks=store.marks, people=store.people)


def number(store, kind):
    (view,) = store.history.findings(kind=kind)
    return view.id


@pytest.mark.parametrize(
    ("kind", "marked"),
    [
        (FindingKind.SPAM_BLOCK, "<bdi><mark>正文</mark>。\n第二段。</bdi>"),
        (FindingKind.HIDDEN_LINK, "&lt;div&gt;友情链接 <mark>办证刻章</mark>&lt;/div&gt;"),
        (FindingKind.BRAND_HIJACK, "<bdi><mark>发布</mark>会</bdi>"),
        (FindingKind.DEFACED, "<bdi><mark>nowhere at all</mark></bdi>"),
    ],
)
def test_the_evidence_is_shown_in_its_place(app, store, kind, marked):
    """In the article, the title, the markup as text; what is nowhere any more is shown by itself, and says so."""
    text = asker(app)("/finding", id=number(store, kind)).text
    assert marked in text
    assert ("is not kept under this place" in text) == (kind is FindingKind.DEFACED)


def test_reasons_and_repair_are_readable(app, store):
    """Lists as lists, whatever is in them as text; the repair word by word beside what was served."""
    text = asker(app)("/finding", id=number(store, FindingKind.SPAM_BLOCK)).text
    assert "<del>文</del><ins>確</ins>" in text
    assert "<dt><bdi>deep</bdi></dt>" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_damage_of_the_body_does_not_hide_the_finding(app, store, monkeypatch):
    """The evidence is in the finding; only its surroundings are lost."""

    def corrupt(digest):
        raise BlobCorrupt("its bytes are not what they were")

    monkeypatch.setattr(store.blobs, "get", corrupt)
    answer = asker(app)("/finding", id=number(store, FindingKind.HIDDEN_LINK))
    assert answer.status_code == 200
    assert "<mark>办证刻章</mark>" in answer.text
    assert "is damaged" in answer.text


INJECTED = BODY.replace("友情链接", "时时彩 计划群 友情链接")


def received(at, body):
    headers = (("content-type", "text/html; charset=utf-8"),)
    return Snapshot(url=QUIET, final_url=QUIET, status=200, headers=headers, body=body.encode(), fetched_at=at)


def injected(store, **responses):
    """A finding in the markup that opened an hour after the only version; `hour=body` for what was kept of each."""
    page = store.archive.page(QUIET)
    spam = found("时时彩 计划群", Region.MARKUP, INJECTED.index("时时彩"), kind=FindingKind.TOPIC_SWAP)
    for hour in (1, 2, 3):
        at = START + timedelta(hours=hour)
        body = responses.get(f"h{hour}")
        kept = None if body is None else received(at, body)
        store.archive.record(page, verdict(at, Outcome.UNCHANGED, snap=kept, findings=(*FOUND, spam)))
    return number(store, FindingKind.TOPIC_SWAP)


def test_what_came_outside_of_the_article_is_shown_in_the_response_that_brought_it(app, store):
    """Not in that of the version, which is from before: nothing of the article changed."""
    ask = asker(app)
    text = ask("/finding", id=injected(store, h1=INJECTED, h2=INJECTED)).text
    assert "<mark>时时彩 计划群</mark> 友情链接" in text
    (viewed, raw) = (html.unescape(one) for one in re.findall(r'href="(/raw[^"]*at=[^"]*)"', text))
    assert "n=1" not in viewed + raw
    assert "20260302020000" in viewed
    assert "is not kept" not in text
    assert "时时彩" in ask(raw).text
    drawn = ask(viewed)
    assert drawn.headers["content-security-policy"] == FRAMING_POLICY
    (frame,) = re.findall(r'<iframe class="raw" sandbox [^>]*src="([^"]+)"', drawn.text)
    assert "时时彩" in ask(html.unescape(frame)).text
    (bytes_,) = re.findall(r'href="(/raw[^"]*download=1[^"]*)"', drawn.text)
    assert ask(html.unescape(bytes_)).content.decode() == INJECTED
    alone = ask(html.unescape(frame), headers={"Sec-Fetch-Dest": "document"})
    assert (alone.status_code, alone.headers["location"]) == (303, viewed)


def test_where_the_response_that_brought_it_is_not_kept_another_one_is_named_as_that(app, store):
    text = asker(app)("/finding", id=injected(store, h2=BODY, h3=INJECTED)).text
    assert "at=20260302040000" in text
    assert "What was received when it opened is not kept" in text


def test_where_no_response_has_it_that_is_said(app, store):
    """The version's is still there to be looked at, for what it is."""
    text = asker(app)("/finding", id=injected(store, h2=BODY)).text
    assert "The response that it stood in is not kept." in text
    assert "may be from before it" in text
    assert "at=2026" not in text
    assert "<bdi><mark>时时彩 计划群</mark></bdi>" in text


def test_a_response_is_asked_for_by_a_time_that_it_has(app):
    ask = asker(app)
    for path in ("/raw", "/raw/view", "/raw/html"):
        answers = [
            ask(path, url=QUIET, **which)
            for which in ({}, {"at": "20260302010000"}, {"at": "20260302010001"}, {"at": "20261302010000"}, {"at": "x"})
        ]
        assert [answer.status_code for answer in answers] == [400, 200, 404, 400, 422], path


def test_a_number_that_is_none(app):
    assert asker(app)("/finding", id=999).status_code == 404
    assert asker(app)("/finding", id=2**31).status_code == 422


@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_kind_is_explained_in_both_languages(kind):
    """A kind that is added says at once what it means and what to do."""
    chinese = catalogues()["zh-Hans"]
    for text in (EXPLAINED[kind].means, EXPLAINED[kind].do):
        assert chinese.gettext(text) != text
        assert re.search("[\u4e00-\u9fff]", chinese.gettext(text))


def test_every_kind_that_is_explained_has_its_page():
    """The two sentences are the short of something."""
    pages = {page.stem for page in (Path(__file__).parents[2] / "docs" / "findings").glob("*.md")} - {"README"}
    assert {kind.value for kind in EXPLAINED} == pages


def test_a_quote_without_end_is_shown_by_its_ends():
    """And its surroundings are cut; nothing is shown twice."""
    text = "前" * 1000 + "垃圾" * LONGEST + "后" * 1000
    finding = found("垃圾" * LONGEST, Region.ARTICLE, 1000)
    place = place_of(finding, Article(paragraphs=(text,)), None)
    assert place.exact
    assert len(place.quote) + place.left_out + len(place.end) == 2 * LONGEST
    assert place.before == "…" + "前" * AROUND
    assert place.after == "后" * AROUND + "…"


# ---- deciding ----------------------------------------------------------------------------------------------------


def browse(app, *steps):
    """What a browser gets that keeps its cookies from one step to the next."""

    async def go():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return [await step(client) for step in steps]

    return asyncio.run(go())


def decide(finding, **given):
    """Opens a finding and sends its form."""

    async def step(client):
        text = (await client.get(f"/finding?id={finding}")).text
        word = re.search('name="csrf" value="([^"]+)"', text)
        data = {"id": finding, "csrf": word[1] if word else ""} | given
        return await client.post("/finding/mark", data=data)

    return step


def test_a_decision_is_noted_with_who_and_why(app, store):
    """And comes back to the page of the finding, where it is told; the log of deeds has it too."""
    finding = number(store, FindingKind.SPAM_BLOCK)
    (answer,) = browse(app, decide(finding, state="silenced", why=f"  {SCRIPT}\r\n第二行 "))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/finding?id={finding}#marks")
    (view,) = store.history.findings(state=MarkState.SILENCED)
    assert view.mark is not None
    assert (view.mark.who, view.mark.why, view.mark.at) == ("local", f"{SCRIPT}\n第二行", NOW)
    text = asker(app)("/finding", id=finding).text
    assert "&lt;script&gt;alert(1)" in text.split('id="marks"')[1]
    assert 'value="silenced" checked' in text
    (deed, *_) = store.people.deeds()
    assert (deed.what, deed.target) == ("finding.silenced", f"finding {finding}")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"csrf": ""}, 403),
        ({"csrf": "AAAA"}, 403),
        ({"state": "deleted"}, 422),
        ({"id": "999"}, 404),
        ({"id": "x"}, 422),
        ({"why": "x" * 2001}, 422),
    ],
)
def test_what_is_not_right_is_not_noted(app, store, given, status):
    """A form from elsewhere, a state that is none, a finding that is none, a reason without end."""
    finding = number(store, FindingKind.SPAM_BLOCK)
    (answer,) = browse(app, decide(finding, **{"state": "silenced", **given}))
    assert answer.status_code == status
    assert store.history.findings(state=MarkState.SILENCED) == ()


def test_a_reader_may_not_decide(app, store):
    """They see what was decided, and no form; a form that they make themselves is refused."""
    store.people.add("reader", Role.READER, hashed("a long password"), NOW - timedelta(days=1))
    finding = number(store, FindingKind.SPAM_BLOCK)

    async def log_in(client):
        text = (await client.get("/login")).text
        word = re.search('name="csrf" value="([^"]+)"', text)[1]
        return await client.post("/login", data={"name": "reader", "password": "a long password", "csrf": word})

    async def look(client):
        return await client.get(f"/finding?id={finding}")

    async def forge(client):
        page = (await client.get("/")).text
        word = re.search('name="csrf" value="([^"]+)"', page)[1]
        return await client.post("/finding/mark", data={"id": finding, "state": "silenced", "csrf": word})

    logged_in, looked, forged = browse(app, log_in, look, forge)
    assert logged_in.status_code == 303
    assert 'action="/finding/mark"' not in looked.text
    assert "An editor who is logged in" in looked.text
    assert forged.status_code == 403
    assert store.history.findings(state=MarkState.SILENCED) == ()


def test_a_room_without_a_place_to_write_shows_no_form(store):
    app = create_app(store.history, clock=lambda: NOW)
    finding = number(store, FindingKind.SPAM_BLOCK)
    assert 'action="/finding/mark"' not in asker(app)("/finding", id=finding).text
    (answer,) = browse(create_app(store.history, clock=lambda: NOW), decide(finding, state="silenced"))
    assert answer.status_code in {403, 405}


def test_lists_filter_by_decision(app, store):
    """The filter lives in the URL, and a state that is none says which there are."""
    finding = number(store, FindingKind.SPAM_BLOCK)
    browse(app, decide(finding, state="acknowledged"))
    ask = asker(app)
    assert f'href="/finding?id={finding}"' in ask("/findings", state="acknowledged").text
    assert f'href="/finding?id={finding}"' not in ask("/findings", state="open").text
    assert "silenced" in ask("/findings", state="nonsense").text
