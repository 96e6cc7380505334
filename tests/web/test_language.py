"""The reading room in two languages: nothing is left untranslated, and the reader's wish is followed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import web
from crawler.model import Article, Change, ChangeKind, Outcome, PageState, Source, SourceState
from store import open_store
from tests.web.shelf import NOW, QUIET, START, Shelf, asker, snapshot, verdict
from web import create_app
from web.language import catalogues, rooms, wanted
from web.words import COUNTS, LABELS

ROOT = Path(web.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]


def said():
    """Every text that a template or a module of the reading room marks, with the file that says it."""
    options = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    found = extract_from_dir(ROOT, METHODS, options, keywords=KEYWORDS)
    marked = {(text if isinstance(text, str) else text[0]): name for name, _, text, _, _ in found}
    named = {text: "words.py" for group in [*LABELS.values(), COUNTS] for text in group.values()}
    return marked | named


def test_every_word_has_a_chinese_one():
    """Whoever adds a sentence translates it in the same step."""
    words = catalogues()["zh-Hans"].words
    missing = sorted(f"{name}: {text}" for text, name in said().items() if text not in words)
    assert not missing, "\n".join(["without a Chinese translation:", *missing])


def test_nothing_is_translated_twice_or_in_vain_or_doubtfully():
    """A file that two people write stays one vocabulary: each text once, certain, and still said somewhere."""
    messages = [message for _, catalog in rooms("zh_Hans") for message in catalog if message.id]
    assert not [message.id for message in messages if message.fuzzy]
    texts = [message.id if isinstance(message.id, str) else message.id[0] for message in messages]
    assert not [text for text, count in Counter(texts).items() if count > 1]
    assert not sorted(set(texts) - set(said()))


def test_translations_keep_what_is_filled_in():
    """A sentence that lost its number would be a wrong sentence, or an error in the middle of a page."""
    for name, catalog in rooms("zh_Hans"):
        for message in catalog:
            if message.id:
                assert not list(message.check(catalog)), (name, message.id)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr-FR, zh;q=0.3, en;q=0.2", "zh-Hans"),
        ("fr, de", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=nonsense, en;q=0.1", "en"),
        (",;q=;zh" * 1000, "en"),
    ],
)
def test_the_browser_says_which_language(accept, language):
    """By weight, then by order; what cannot be read asks for nothing."""
    assert wanted(accept) == language


def test_the_page_is_in_the_language_asked_for(ask):
    """By the address, then by the cookie, then by the browser; and it says which it is."""
    chinese = {"Accept-Language": "zh-CN"}
    for headers, query, language, word in [
        ({}, {}, "en", "Changes"),
        (chinese, {}, "zh-Hans", "变更"),
        ({**chinese, "Cookie": "palimpsest_language=en"}, {}, "en", "Changes"),
        ({"Cookie": "palimpsest_language=en"}, {"lang": "zh-Hans"}, "zh-Hans", "变更"),
        ({"Cookie": "palimpsest_language=xx"}, {"lang": "'><script>"}, "en", "Changes"),
    ]:
        answer = ask("/changes", headers=headers, **query)
        assert f'<html lang="{language}"' in answer.text
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]
        assert f"<h1>{word}</h1>" in answer.text


@pytest.mark.parametrize("path", ["/", "/changes", "/findings", "/pages", "/sources", "/nowhere"])
def test_chinese_pages_say_nothing_in_english(ask, path):
    """Not even the kinds, which come out of the data."""
    text = ask(path, headers={"Accept-Language": "zh"}).text
    for word in ("Skip to", "source<", "spam block", "new page", "removed", " ago", "Nothing", "Show<"):
        assert f">{word}" not in text


def test_chinese_stays_chinese_on_an_english_page(ask):
    """A screen reader changes its voice, and the browser its glyphs, where the page's own words begin."""
    assert '<h1 lang="zh"><bdi>市政府召开新闻发布会</bdi>' in ask("/page", url=QUIET).text
    assert '<bdi lang="zh">市政府召开新闻发布会</bdi>' in ask("/changes").text


def test_what_the_store_says_in_english_is_shown_in_chinese(tmp_path):
    """On every page that shows a summary, a detail or an event; and in English on an English one, and to programs."""
    summary, detail = "paragraph 3 moved", "the server answered 503"
    with open_store(tmp_path, None) as store:
        source = Source(name="press", url="https://www.example.gov.cn/xwfb/", kind="listing")
        store.archive.declare([source], START)
        state = SourceState(name="press", url=source.url, kind="listing", failures=2, detail=detail, last_checked=START)
        store.archive.save_source_state(state)
        page = Shelf(store).admit(QUIET, "发布会")
        article = Article(title="市政府召开新闻发布会", paragraphs=("一。",))
        change = Change(before=1, after=2, kind=ChangeKind.EDITED, fields=("body",), summary=summary)
        for hour, changes in enumerate(((), (change,))):
            at = START + timedelta(hours=hour)
            seen = replace(article, paragraphs=(f"{hour}。",))
            taken = snapshot(QUIET, at, b"<p>%d</p>" % hour)
            store.archive.record(page, verdict(at, Outcome.CHANGED, article=seen, snap=taken, changes=changes))
        lost = verdict(at + timedelta(hours=1), Outcome.FAILED, state=PageState.FAILING, findings=None, detail=detail)
        store.archive.record(page, lost)
        ask = asker(create_app(store.history, clock=lambda: NOW))
        for path, query, english, chinese in [
            ("/", {}, summary, "第 3 段移位"),
            ("/changes", {}, summary, "第 3 段移位"),
            ("/page", {"url": QUIET}, summary, "第 3 段移位"),
            ("/page", {"url": QUIET}, detail, "服务器返回 503"),
            ("/diff", {"url": QUIET, "a": 1, "b": 2}, summary, "第 3 段移位"),
            ("/source", {"name": "press"}, summary, "第 3 段移位"),
            ("/source", {"name": "press"}, detail, "服务器返回 503"),
            ("/sources", {}, detail, "服务器返回 503"),
            ("/health", {}, detail, "服务器返回 503"),
        ]:
            shown = ask(path, headers={"Accept-Language": "zh"}, **query).text
            assert chinese in shown, (path, chinese)
            assert english not in shown, (path, english)
            assert english in ask(path, **query).text
        told = ask("/changes", headers={"Accept-Language": "zh"}).text
        assert '<bdi lang="zh">第 3 段移位</bdi>' in told
        for path in ("/api/v1/changes", "/feeds/changes.atom"):
            assert summary in ask(path, headers={"Accept-Language": "zh"}).text
