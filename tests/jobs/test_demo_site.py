"""The bundled site keeps its promises: the bytes, the counters, the conditional answers, and the life it leads."""

from __future__ import annotations

import hashlib
import http.client
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from crawler.model import ChangeKind
from jobs.demo.site import (
    BODIES,
    BY_NAME,
    PAGES,
    TIMELINE,
    DemoSite,
    EventKind,
    page_bytes,
    page_state,
    page_states,
    spam_block,
    spam_items,
)
from jobs.demo.site.render import Counters
from jobs.demo.site.seeds import SEEDS

ALIVE_FIRST = [page.name for page in PAGES if page.name != "sampling"]
CODECS = {"gb2312": "gb18030", "gbk": "gb18030"}


class _Visible(HTMLParser):
    """The text a reader sees (nothing of head, script, style or display:none), and the page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        concealed = tag in ("head", "script", "style") or "display:none" in (given.get("style") or "")
        if concealed or (self._hidden and tag == self._hidden[-1]):
            self._hidden.append(tag)
        if tag in ("p", "div", "li", "h1", "h2", "tr", "td", "br"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def read(document: str) -> tuple[str, list[str]]:
    """The visible text with white space folded, and the hrefs."""
    parser = _Visible()
    parser.feed(document)
    parser.close()
    return fold("".join(parser.parts)), parser.links


def fold(text: str) -> str:
    return " ".join(text.split())


def decoded(name: str, number: int, views: int = 1) -> str:
    """The page by the codec its bytes are really in."""
    body, _ = page_bytes(name, number, counters=Counters(page=views, site=views))
    return body.decode(page_state(name, number).dress.codec)


class _Client:
    """Plain HTTP/1.1 over one connection, following nothing."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)

    def get(self, url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        split = urlsplit(url)
        path = split.path + (f"?{split.query}" if split.query else "")
        self._connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = self._connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite() as serving:
        yield serving


@pytest.fixture
def client(site: DemoSite) -> Iterator[_Client]:
    opened = _Client(site.url)
    yield opened
    opened.close()


def conditions(headers: dict[str, str]) -> dict[str, str]:
    """What a polite client sends the next time."""
    sent = {}
    if "etag" in headers:
        sent["If_None_Match"] = headers["etag"]
    if "last-modified" in headers:
        sent["If_Modified_Since"] = headers["last-modified"]
    return sent


# ---- the pages ------------------------------------------------------------------------------------------------------


def test_the_source_documents_are_untouched() -> None:
    """An editor that trims white space would change them without a word."""
    digests = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in SEEDS.glob("*.txt")}
    assert digests == {
        "huzhou-article": "4fa5e21afc1b",
        "qingdao-interview": "9c66dc312205",
        "suqian-press-conference": "4c9888e50df5",
        "weihai-interview": "e7b42533cb12",
        "zibo-interview": "9a402e3ffa0a",
    }


@pytest.mark.parametrize("name", ALIVE_FIRST)
def test_the_whole_body_is_visible_in_order(name: str) -> None:
    """BODIES is what extraction is measured by, so the page must show exactly that, once, in that order."""
    text, _ = read(decoded(name, 0))
    position = 0
    for paragraph in BODIES[name]:
        found = text.find(fold(paragraph), position)
        assert found >= 0, paragraph
        position = found + len(fold(paragraph))


@pytest.mark.parametrize("name", ALIVE_FIRST)
def test_the_frame_is_as_full_as_a_portals(name: str) -> None:
    """A boilerplate stripper is only exercised by pages that have boilerplate."""
    document = decoded(name, 0)
    text, links = read(document)
    frame = len(text) - sum(len(fold(paragraph)) for paragraph in BODIES[name])
    assert len([link for link in links if link.startswith("/col/")]) >= 30
    assert len([link for link in links if link.startswith("/zt/")]) >= 10
    assert frame > 500
    assert "display:none" in document
    assert "not a page of any government" in document
    assert 'name="ArticleTitle"' in document
    assert any(word in text for word in ("扫一扫在手机打开当前页", "掃一掃在手機打開當前頁"))
    assert any(word in text for word in ("上一篇", "ICP"))


def test_every_source_document_has_a_markup_of_its_own() -> None:
    marks = {
        "suqian": '<div class="TRS_Editor">',
        "huzhou": '<div id="zoom">',
        "qingdao": 'id="UCAP-CONTENT"',
        "weihai": '<div class="article-con">',
        "zibo": '<td class="content"',
    }
    for name, mark in marks.items():
        assert [other for other in marks if mark in decoded(other, 0)] == [name]


def test_the_suqian_frame_takes_the_residue_of_its_document() -> None:
    """The article is the press conference itself; search box, info line and QR note belong to the page."""
    text, _ = read(decoded("suqian", 0))
    body = "\n".join(BODIES["suqian"])
    for residue in ("請輸入關鍵字", "確定", "發布日期: 2021-06-15", "來源:", "掃一掃在手機打開當前頁", "最新信息"):
        assert residue in text
    for residue in ("請輸入關鍵字", "訪問量:", "掃一掃", "主站蜘蛛池模板", "最新信息"):
        assert residue not in body
    assert body.startswith("各位媒體記者:")
    assert body.endswith("謝謝各位參與!")


# ---- encodings ------------------------------------------------------------------------------------------------------


def test_gb18030_bytes_are_declared_gb2312() -> None:
    """Both the label and the header understate the charset; the place names are outside GB2312."""
    body, headers = page_bytes("roadworks", 0)
    assert b"charset=gb2312" in body
    assert headers["Content-Type"] == "text/html; charset=gb2312"
    assert "垚山镇至漷河口" in body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        body.decode("gb2312")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_one_page_declares_no_charset_at_all() -> None:
    body, headers = page_bytes("zibo", 0)
    assert b"charset" not in body.lower()
    assert headers["Content-Type"] == "text/html"
    assert BODIES["zibo"][0] in body.decode("gbk")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_one_page_is_big5() -> None:
    body, headers = page_bytes("library", 0)
    assert headers["Content-Type"] == "text/html; charset=big5"
    assert b"charset=big5" in body
    assert "示例市圖書館" in body.decode("big5")


def test_a_label_in_the_document_alone() -> None:
    body, headers = page_bytes("weihai", 0)
    assert headers["Content-Type"] == "text/html"
    assert b"charset=gb2312" in body
    assert "建設(shè)" in body.decode("gb18030")


def test_reencoding_changes_bytes_and_not_a_word() -> None:
    before, after = decoded("qingdao", 0), decoded("qingdao", 1)
    assert page_bytes("qingdao", 0)[0] != page_bytes("qingdao", 1)[0]
    assert page_bytes("qingdao", 1)[1]["Content-Type"] == "text/html; charset=utf-8"
    assert read(before) == read(after)


# ---- the server -----------------------------------------------------------------------------------------------------


def test_counters_move_with_every_request_and_validators_do_not(site: DemoSite, client: _Client) -> None:
    for url in site.articles:
        _, first_headers, first = client.get(url)
        _, second_headers, second = client.get(url)
        numbers = [re.findall(rb"\d+", page) for page in (first, second)]
        moved = [(int(a), int(b)) for a, b in zip(*numbers, strict=True) if a != b]
        assert len(moved) == 2, "the info line's and the footer's"
        assert all(after > before for before, after in moved)
        assert conditions(first_headers) == conditions(second_headers)


def test_the_same_requests_get_the_same_bytes() -> None:
    """A demonstration that differs from run to run cannot be tested."""
    runs = []
    for _ in range(2):
        with DemoSite() as site:
            client = _Client(site.url)
            runs.append([client.get(site.address(name))[2] for name in ("huzhou", "suqian", "huzhou")])
            client.close()
    assert runs[0] == runs[1]


def test_every_article_has_a_validator_and_honours_it(site: DemoSite, client: _Client) -> None:
    for url in site.articles:
        status, headers, _ = client.get(url)
        assert status == 200
        assert conditions(headers)
        status, again, body = client.get(url, **conditions(headers))
        assert (status, body) == (304, b"")
        assert conditions(again) == conditions(headers)
        assert client.get(url, If_None_Match='"something else"')[0] == 200


def test_one_page_knows_only_etags_and_one_only_dates() -> None:
    assert {"ETag", "Last-Modified"} & set(page_bytes("huzhou", 0)[1]) == {"ETag"}
    assert {"ETag", "Last-Modified"} & set(page_bytes("zibo", 0)[1]) == {"Last-Modified"}


def test_a_restart_renews_every_validator(site: DemoSite, client: _Client) -> None:
    """Round 1 sends every article again although nothing is new."""
    held = {url: conditions(client.get(url)[1]) for url in (*site.articles, site.listing, f"{site.url}/feed.xml")}
    site.round(1)
    assert {client.get(url, **sent)[0] for url, sent in held.items()} == {200}


def test_the_last_round_answers_304_throughout(site: DemoSite, client: _Client) -> None:
    site.round(6)
    urls = (*site.articles, site.listing, f"{site.url}/xwfb/index_1.html", f"{site.url}/feed.xml")
    held = {url: conditions(client.get(url)[1]) for url in urls}
    site.round(7)
    assert len(site.articles) == 10
    assert {client.get(url, **sent)[0] for url, sent in held.items()} == {304}


def test_the_sick_round_fails_every_article_and_only_those(site: DemoSite, client: _Client) -> None:
    site.round(3)
    held = {url: conditions(client.get(url)[1]) for url in site.articles}
    site.round(4)
    answers = [client.get(url, **sent) for url, sent in held.items()]
    assert {status for status, _, _ in answers} == {500}
    assert not any(conditions(headers) for _, headers, _ in answers)
    assert client.get(site.listing)[0] == 200
    assert client.get(f"{site.url}/robots.txt")[0] == 200


def test_gone_soft_gone_and_moved(site: DemoSite, client: _Client) -> None:
    old = site.address("prices")
    site.round(5)
    assert client.get(site.address("duty"))[0] == 404
    status, headers, body = client.get(site.address("suggestions"))
    assert status == 200
    assert "对不起，您访问的页面不存在或已被删除" in body.decode("utf-8")
    assert not conditions(headers)
    status, headers, _ = client.get(old)
    assert (status, urljoin(old, headers["location"])) == (301, site.address("prices"))
    status, _, body = client.get(site.address("prices"))
    assert status == 200
    assert all(paragraph in body.decode("utf-8") for paragraph in BODIES["prices"])


def test_the_log_says_what_was_answered(site: DemoSite, client: _Client) -> None:
    url = site.address("zibo")
    _, headers, _ = client.get(url)
    site.round(1)
    _, headers, _ = client.get(url, **conditions(headers))
    client.get(url, **conditions(headers))
    assert [(hit.round, hit.status) for hit in site.log] == [(0, 200), (1, 200), (1, 304)]
    assert site.statuses(1) == {"/news/show.php?itemid=20185": (200, 304)}


def test_head_and_unknown_paths(site: DemoSite, client: _Client) -> None:
    status, headers, body = client.get(site.address("huzhou"), method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 5000
    for path in ("/nothing.html", "/xwfb/index_9.html", "/xwfb/index_.html", "/xwfb/index_12.html", "/admin/"):
        assert client.get(site.url + path)[0] == 404
    assert client.get(f"{site.url}/")[0] == 200


def test_wrong_use_is_named(site: DemoSite) -> None:
    with pytest.raises(ValueError, match="rounds 0 to 7"):
        site.round(8)
    with pytest.raises(RuntimeError, match="with statement"):
        _ = DemoSite().url


# ---- the ways in ----------------------------------------------------------------------------------------------------


def listed(site: DemoSite, client: _Client) -> list[str]:
    """The articles' URLs as the listing's two pages give them, in order, following the link to the second page."""
    url, found = site.listing, []
    while url:
        document = client.get(url)[2].decode("utf-8")
        main = document[document.index('<ul class="list">') : document.index('<div class="page">')]
        found += [urljoin(url, href) for href in read(main)[1]]
        following = re.search(r'<a class="next" href="([^"]+)"', document)
        url = urljoin(url, following[1]) if following else ""
    return found


def test_the_listing_names_every_article_on_two_pages(site: DemoSite, client: _Client) -> None:
    assert listed(site, client) == list(site.articles)
    assert len(site.articles) == 11
    assert set(site.statuses(0)) == {"/xwfb/index.html", "/xwfb/index_1.html"}
    assert all(client.get(url)[0] == 200 for url in site.articles)


def test_the_listing_follows_the_rounds(site: DemoSite, client: _Client) -> None:
    site.round(2)
    assert listed(site, client)[0] == site.address("sampling")
    site.round(5)
    now = listed(site, client)
    assert site.address("duty") not in now
    assert site.address("suggestions") in now, "what is gone in secret stays listed"
    assert site.address("prices") in now
    assert site.url + BY_NAME["prices"].path not in now


def test_feed_and_sitemap_name_the_same_articles(site: DemoSite, client: _Client) -> None:
    for number in (0, 2, 5):
        site.round(number)
        expected = listed(site, client)
        feed = ElementTree.fromstring(client.get(f"{site.url}/feed.xml")[2])
        sitemap = ElementTree.fromstring(client.get(f"{site.url}/sitemap.xml")[2])
        assert [item.findtext("link") for item in feed.iter("item")] == expected
        assert [element.text for element in sitemap.iter() if element.tag.endswith("}loc")] == expected


def test_robots_closes_one_door_and_sets_no_delay(site: DemoSite, client: _Client) -> None:
    text = client.get(f"{site.url}/robots.txt")[2].decode("ascii")
    assert "Disallow: /admin/" in text
    assert "Crawl-delay" not in text


def test_the_attachment_is_there(site: DemoSite, client: _Client) -> None:
    url = site.address("flood-plan")
    link = next(link for link in read(client.get(url)[2].decode("utf-8"))[1] if link.endswith(".rtf"))
    status, _, body = client.get(urljoin(url, link))
    assert status == 200
    assert body.startswith(b"{\\rtf1")


# ---- the rounds -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [3, 5, 6, 7])
def test_the_injected_block_is_the_documents_own(number: int) -> None:
    """What must be found is exactly what the source document has, after the footer and inside the body."""
    document = decoded("suqian", number)
    text, links = read(document)
    assert fold(spam_block()) in text
    assert text.endswith(fold(spam_block()))
    assert len(spam_block()) == 544
    assert len(spam_items()) == 41
    off_site = [link for link in links if link.startswith("http")]
    assert len(set(off_site)) == 41
    assert all((urlsplit(link).hostname or "").endswith(".example") for link in off_site)
    assert document.index('class="footer"') < document.index('class="friend"') < document.index("</body>")


def test_nothing_off_site_and_no_block_anywhere_else() -> None:
    """So that exactly one spam block can be open at the end."""
    for number in range(len(TIMELINE)):
        for state in page_states(number):
            if (state.injected and not state.failing) or not state.published:
                continue
            document = page_bytes(state.page.name, number)[0].decode(
                "utf-8" if state.failing or state.soft_gone or state.gone else state.dress.codec
            )
            text, links = read(document)
            assert "蜘蛛池" not in text
            assert not [link for link in links if link.startswith("http")]


def test_the_body_survives_the_injection() -> None:
    assert page_state("suqian", 7).paragraphs == BODIES["suqian"]


def test_huzhou_loses_a_number_and_then_a_paragraph() -> None:
    first, edited, cut = (page_state("huzhou", number).paragraphs for number in (1, 2, 5))
    changed = [(a, b) for a, b in zip(first, edited, strict=True) if a != b]
    assert [(a.replace("35亿元", "25亿元"), "35亿元" in a) for a, _ in changed] == [(changed[0][1], True)]
    missing = [paragraph for paragraph in edited if paragraph not in cut]
    assert len(missing) == 1
    assert missing[0].startswith("四是聚焦加速融合")
    assert len(cut) == len(edited) - 1
    assert missing[0] not in read(decoded("huzhou", 5))[0]


def test_the_expectations_follow_from_what_is_served() -> None:
    """Written by hand, they are held against the pages: what a careful reader would see, and nothing more."""
    for number in range(len(TIMELINE)):
        seen = set()
        for name, page in BY_NAME.items():
            now = page_state(name, number)
            before = page_state(name, number - 1) if number else None
            if now.published and not (before and before.published):
                seen.add((page.path, ChangeKind.CREATED))
            elif before and now.paragraphs != before.paragraphs:
                seen.add((page.path, ChangeKind.EDITED))
            if before and now.injected and not before.injected:
                seen.add((page.path, ChangeKind.INJECTED))
            if before and now.path != before.path:
                seen.add((page.path, ChangeKind.MOVED))
            # A deletion is believed when the page was missing the round before as well.
            earlier = page_state(name, number - 2) if number > 1 else None
            if before and earlier and before.gone | before.soft_gone and not earlier.gone | earlier.soft_gone:
                seen.add((page.path, ChangeKind.REMOVED))
        required = {(change.path, change.kind) for change in DemoSite.expectations[number] if change.required}
        assert required == seen, number


def test_the_expected_finding_stands_on_the_page_from_its_round_on() -> None:
    (finding,) = DemoSite.findings
    inject = next(past.number for past in TIMELINE for event in past.what if event.kind is EventKind.INJECT)
    assert finding.since == inject
    assert fold(finding.quote) in read(decoded("suqian", finding.since))[0]
    assert fold(finding.quote) not in read(decoded("suqian", finding.since - 1))[0]
