"""What a Source's owner says to read instead: CSS selectors over the extractor's own reading."""

from __future__ import annotations

from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.decode import Document
from crawler.extract.dates import find_dates
from crawler.extract.flatten import outline_of_html
from crawler.extract.metadata import clean_value, without_label
from crawler.model import Article, ArticleSelectors, Json, PageKind, bare_text, fold_space


def override(document: Document, article: Article, selectors: ArticleSelectors) -> Article:
    """The article with every selected field that the page has; what would have been read is kept in evidence.

    A selector that matches nothing leaves the field as read and is named in evidence under `selector_unmatched`.
    """
    evidence: dict[str, Json] = dict(article.evidence)
    unmatched: list[Json] = []
    title, published, issuer, paragraphs, kind = (
        article.title, article.published, article.issuer, article.paragraphs, article.kind,
    )  # fmt: skip
    if selectors.title and (text := _text(document.tree, selectors.title, unmatched)):
        title = _kept("title", article.title, text, evidence)
    if selectors.published and (text := _text(document.tree, selectors.published, unmatched)):
        dates = find_dates(text)
        published = _kept("published", article.published, dates[0].iso, evidence) if dates else published
    if selectors.issuer and (text := _text(document.tree, selectors.issuer, unmatched)):
        issuer = _kept("issuer", article.issuer, clean_value(without_label(text)) or None, evidence)
    if selectors.body and (nodes := _nodes(document.tree, selectors.body, unmatched)):
        selected = tuple(line for node in nodes for line in outline_of_html(node.html or "").texts)
        if selected:
            if bare_text(" ".join(selected)) != bare_text(" ".join(paragraphs)):
                evidence["body"] = {"otherwise": "\n".join(paragraphs)}
            paragraphs = selected
            kind = PageKind.ARTICLE
    if unmatched:
        evidence["selector_unmatched"] = unmatched
    return replace(
        article, kind=kind, title=title, published=published, issuer=issuer, paragraphs=paragraphs, evidence=evidence
    )


def _nodes(tree: LexborHTMLParser, css: str, unmatched: list[Json]) -> list[LexborNode]:
    try:
        nodes = tree.css(css)
    except SelectolaxError:
        nodes = []
    if not nodes:
        unmatched.append(css)
    return nodes


def _text(tree: LexborHTMLParser, css: str, unmatched: list[Json]) -> str:
    nodes = _nodes(tree, css, unmatched)
    return fold_space(nodes[0].text(separator=" ")) if nodes else ""


def _kept(name: str, read: str | None, selected: str | None, evidence: dict[str, Json]) -> str | None:
    if bare_text(read or "") != bare_text(selected or ""):
        evidence[name] = {"otherwise": read}
    return selected
