"""`inspect`: decode, strip and examine without storing anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crawler.decode import Document, decode, decode_bytes
from crawler.extract import extract, visible_text
from crawler.fetch import build_fetcher
from crawler.model import Article, FetchFailed, FetchRequest, Finding, Json, NotModified, Snapshot
from crawler.urls import host_of
from jobs.cli.context import run_async
from jobs.cli.listing import Json_, is_url
from jobs.cli.output import SEVERITY_STYLE, console, errors, one_line, print_json, printable
from jobs.cli.reading import article_json
from jobs.settings import USER_AGENT
from jobs.wiring import utc_now
from store.views import finding_json

_PLAIN = {".txt", ".text"}


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(inspect)


def inspect(
    inputs: Annotated[list[str], typer.Argument(metavar="FILE or URL...", help=".txt is a page without markup.")],
    page_url: Annotated[str | None, typer.Option(metavar="U", help="The URL a file was served at.")] = None,
    page_text: Annotated[bool, typer.Option("--page-text", help="Add the whole visible text.")] = False,
    as_json: Json_ = False,
) -> None:
    """What a page says and what is wrong with it; nothing is stored.

    \b
    Examples:
      palimpsest inspect saved.html --json
      palimpsest inspect https://www.example.gov.cn/a.html
    """
    from crawler.detect import Case, detect  # with tables that other commands need not load

    failed = False
    for name in inputs:
        document = _document(name, page_url)
        if isinstance(document, str):
            errors().print(printable(f"{name}: {document}"), style="red")
            failed = True
            continue
        article = extract(document)
        text = visible_text(document)
        findings = detect(Case(document=document, article=article, page_text=text))
        if as_json:
            result = _json(name, document, article, findings)
            print_json([result | {"page_text": text} if page_text else result])
        else:
            _print(name, document, article, findings, text if page_text else None)
    if failed:
        raise typer.Exit(1)


def _document(name: str, page_url: str | None) -> Document | str:
    """The Document of a file, of standard input (-) or of a URL; or why there is none."""
    if is_url(name):
        return _fetched(name)
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        return error.strerror or str(error)
    url = page_url or ""
    return decode_bytes(body, url=url, markup=Path(name).suffix.lower() not in _PLAIN)


def _fetched(url: str) -> Document | str:
    async def fetch() -> Snapshot | NotModified | FetchFailed:
        fetcher = build_fetcher(user_agent=USER_AGENT)
        try:
            # Who types a URL names its host.
            request = FetchRequest(url=url, may_be_private=frozenset({host_of(url)}))
            return await fetcher.fetch(request, utc_now())
        finally:
            await fetcher.aclose()

    match run_async(fetch()):
        case Snapshot() as snapshot:
            return decode(snapshot)
        case FetchFailed(reason=reason, detail=detail):
            return f"{reason}: {detail}"
        case NotModified():
            return "the server answered 304 to a request without conditions"


def _json(name: str, document: Document, article: Article, findings: tuple[Finding, ...]) -> dict[str, Json]:
    return {
        "input": name,
        "url": document.url or None,
        "encoding": document.encoding,
        "encoding_from": document.encoding_from,
        "page_kind": article.kind.value,
        **article_json(article),
        "findings": [finding_json(finding) for finding in findings],
        "evidence": dict(article.evidence),
    }


def _print(
    name: str, document: Document, article: Article, findings: tuple[Finding, ...], page_text: str | None
) -> None:
    out = console()
    out.print(printable(name), style="bold")
    facts = {
        "kind": article.kind.value,
        "encoding": f"{document.encoding} (from {document.encoding_from})",
        "title": article.title,
        "published": article.published,
        "issuer": article.issuer,
        "author": article.author,
        "number": article.document_number,
    }
    for label, value in facts.items():
        if value:
            out.print(Text(f"  {label:<10}", style="dim") + Text(one_line(value)))
    for attachment in article.attachments:
        out.print(Text("  file      ", style="dim") + Text(one_line(f"{attachment.name} <{attachment.url}>")))
    out.print()
    for paragraph in article.paragraphs:
        out.print(printable(paragraph))
    if page_text is not None:
        out.print("\n--- the whole visible text", style="dim")
        out.print(printable(page_text))
    out.print(f"\n{len(findings)} finding{'' if len(findings) == 1 else 's'}", style="dim")
    for finding in findings:
        head = Text(f"  {finding.kind.value} ({finding.severity.value})", style=SEVERITY_STYLE[finding.severity])
        place = f" {finding.region.value} {finding.start}–{finding.end}, score {finding.score:.2f}: "
        out.print(head + Text(place, style="dim") + Text(one_line(finding.quote[:120])))
