"""Two articles that are one, and two that only look it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.judge import judge
from crawler.model import Article, Known, Page
from crawler.moved import elsewhere, same_article
from tests.crawler.test_judge import BODY, PAGE, SOURCE, T0, html, snapshot

ARTICLE = Article(title="关于食材采购的通知", published="2021-06-15", paragraphs=BODY)


@pytest.mark.parametrize(
    "other",
    [
        replace(ARTICLE, issuer="市教育局"),
        replace(ARTICLE, published="2021-06-15T08:00", paragraphs=(*BODY, "（责任编辑：某某）")),
        replace(ARTICLE, published=None, title="关于食材采购的 通知"),
    ],
    ids=["another field", "another template", "another space"],
)
def test_one_article_at_two_addresses(other: Article) -> None:
    assert same_article(ARTICLE, other)


@pytest.mark.parametrize(
    "other",
    [
        replace(ARTICLE, title="关于停车收费的通知"),
        replace(ARTICLE, published="2021-06-22", paragraphs=(BODY[0], BODY[1].replace("30", "31"), BODY[2])),
        replace(ARTICLE, paragraphs=BODY[:1]),
        replace(ARTICLE, title=None, paragraphs=BODY[:2]),
    ],
    ids=["another title", "the next issue", "another text", "no title"],
)
def test_two_articles_that_look_alike(other: Article) -> None:
    assert not same_article(ARTICLE, other)


def test_a_second_address_of_a_known_article_is_minor_news() -> None:
    verdict = judge(SOURCE, Known(page=PAGE), snapshot(html()), T0)
    (change,) = elsewhere(verdict, Page(url="https://www.example.gov.cn/old.html", source="example")).changes
    assert change.minor
    assert "old.html" in change.summary
    assert elsewhere(verdict, None) == verdict
