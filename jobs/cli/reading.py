"""`log`, `show`, `diff`: one page's history, one version, one change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crawler.diff import diff as differ
from crawler.errors import NotKnown
from crawler.model import Article, AttachedFile, Attachment, Json, Version
from jobs.cli.context import store_of
from jobs.cli.diffing import diff_json, print_diff
from jobs.cli.listing import Json_
from jobs.cli.output import OUTCOME_STYLE, console, one_line, print_json, printable, table, when
from store import History
from store.views import iso

Url = Annotated[str, typer.Argument(metavar="URL", help="A tracked page.")]
_RANGE = re.compile(r"(\d+)\.\.(\d+)")


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(log)
    app.command()(show)
    app.command()(diff)


def log(context: typer.Context, url: Url, as_json: Json_ = False) -> None:
    """Every visit to a page and what came of it, newest first.

    \b
    Example:
      palimpsest log https://www.example.gov.cn/a.html
    """
    with store_of(context) as store:
        listed = store.history.log(url)[::-1]
    if as_json:
        print_json(view.as_json() for view in listed)
        return
    table(
        ("time", "state", "status", "versions", "detail"),
        (
            (
                when(view.at),
                Text(view.outcome.value, style=OUTCOME_STYLE[view.outcome]),
                str(view.status or "-"),
                f"version {view.version}" if view.version else f"×{view.times}" if view.times > 1 else "",
                one_line(view.detail),
            )
            for view in listed
        ),
        empty="Not visited yet.",
    )


def show(
    context: typer.Context,
    page: Annotated[
        str, typer.Argument(metavar="URL[@N]", help="A tracked page, and which version (default: newest).")
    ],
    as_json: Json_ = False,
) -> None:
    """One version of a page, as it was read.

    \b
    Example:
      palimpsest show https://www.example.gov.cn/a.html@2
    """
    with store_of(context) as store:
        url, number = _at_version(store.history, page)
        version = store.history.version(url, number)
        files = store.history.files(url)
    if as_json:
        print_json([{**version_json(url, version), "files": files_json(version.article, files)}])
        return
    _print_version(version, files)


def diff(
    context: typer.Context,
    url: Url,
    versions: Annotated[
        str | None, typer.Argument(metavar="A..B", help="Two versions; default: the newest two.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the diff as a web page to this file.")] = None,
    as_json: Json_ = False,
) -> None:
    """What changed between two versions of a page.

    \b
    Example:
      palimpsest diff https://www.example.gov.cn/a.html 1..2 --html change.html
    """
    with store_of(context) as store:
        newest = store.history.version(url, None).number
        before_number, after_number = two_versions(versions, newest)
        before = _version_or_nothing(store.history, url, before_number)
        after = _version_or_nothing(store.history, url, after_number)
    found = differ(before.article if before else Article(), after.article if after else Article())
    if html is not None:
        html.write_text(_html(url, before, after), encoding="utf-8", errors="replace")
        console().print(f"wrote {html}")
    elif as_json:
        print_json([diff_json(url, f"{before_number}..{after_number}", found)])
    else:
        print_diff(found, console())


def _html(url: str, before: Version | None, after: Version | None) -> str:
    if after is None:
        raise typer.BadParameter("there is nothing to show of version 0", param_hint="A..B")
    # The templates take a while to load, and only this option needs them.
    from web.render import diff_document

    nothing = Version(number=0, seen_at=after.seen_at, article=Article(), snapshot_digest="", rules="")
    return diff_document(url, before or nothing, after, timezone="Asia/Shanghai")


def two_versions(text: str | None, newest: int) -> tuple[int, int]:
    """The numbers of `A..B`, of the newest two where nothing is given. Raises typer.BadParameter."""
    if text is None:
        return max(newest - 1, 0), newest
    match = _RANGE.fullmatch(text)
    if not match:
        raise typer.BadParameter(f"{text!r} is not a pair of versions; write it like 1..2", param_hint="A..B")
    return int(match[1]), int(match[2])


def _version_or_nothing(history: History, url: str, number: int) -> Version | None:
    """Version 0 is the time before the page was first seen."""
    return history.version(url, number) if number else None


def _at_version(history: History, text: str) -> tuple[str, int | None]:
    """`URL@N` as (URL, N); a URL that itself ends in @digits is taken whole when such a page is known."""
    url, mark, number = text.rpartition("@")
    if not mark or not number.isdecimal():
        return text, None
    try:
        history.page(text)
    except NotKnown:
        return url, int(number)
    return text, None


def attachments_json(attachments: tuple[Attachment, ...]) -> list[Json]:
    """Attachments as every command shows them."""
    return [{"url": attachment.url, "name": attachment.name} for attachment in attachments]


def article_json(article: Article) -> dict[str, Json]:
    """The fields of an Article as `show` and `inspect` print them."""
    return {
        "title": article.title,
        "published": article.published,
        "issuer": article.issuer,
        "author": article.author,
        "document_number": article.document_number,
        "paragraphs": list(article.paragraphs),
        "text": article.text,
        "attachments": attachments_json(article.attachments),
    }


def version_json(url: str, version: Version) -> dict[str, Json]:
    """The object of `show --json`."""
    return {
        "page": url,
        "version": version.number,
        "seen_at": version.seen_at.isoformat().replace("+00:00", "Z"),
        **article_json(version.article),
        "digest": version.article.digest,
        "snapshot": version.snapshot_digest,
        "link": version.link,
    }


def files_json(article: Article, files: Sequence[AttachedFile]) -> list[Json]:
    """The files behind an Article's attachments as they stand today, those ever asked for."""
    linked = {attachment.url for attachment in article.attachments}
    return [
        {
            "url": file.url,
            "name": file.name,
            "digest": file.digest,
            "size": file.size,
            "type": file.media_type,
            "since": iso(file.since),
            "asked_at": iso(file.asked_at),
            "next_ask": iso(file.due),
            "gone": file.gone,
            "detail": file.detail,
        }
        for file in files
        if file.url in linked
    ]


def _print_version(version: Version, files: Sequence[AttachedFile]) -> None:
    out = console()
    article = version.article
    out.print(printable(article.title or "(no title)"), style="bold")
    facts = (article.published, article.issuer, article.author, article.document_number)
    out.print(printable(" · ".join(fact for fact in facts if fact)), style="dim")
    out.print(f"version {version.number}, first seen {when(version.seen_at)}\n", style="dim")
    for paragraph in article.paragraphs:
        out.print(printable(paragraph))
    held = {file.url: file for file in files}
    for attachment in article.attachments:
        out.print(printable(f"attachment: {attachment.name} <{attachment.url}>"), style="cyan")
        if file := held.get(attachment.url):
            out.print(printable(f"  {_standing(file)}"), style="dim")


def _standing(file: AttachedFile) -> str:
    if file.digest is None:
        return f"not had yet: {file.detail}"
    facts = f"{file.size} bytes, {file.media_type or 'unknown type'}, sha-256 {file.digest}, since {when(file.since)}"
    return f"{'gone; last ' if file.gone else ''}{facts}" + (f" ({file.detail})" if file.detail else "")
