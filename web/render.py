"""Values → HTML: the template environment, its filters, and the shapes that templates draw."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.diff import Hunk, diff
from crawler.model import Article, Finding, Json, Region, Version
from store.views import ChangeView
from web.safe import safe_href
from web.words import COUNTS, LABELS, label

# Unchanged paragraphs kept beside a change; longer runs fold away behind a line that says how many they are.
CONTEXT = 1
QUOTE_SHOWN = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of a diff's paragraphs; `folded` runs did not change and open on demand."""

    hunks: tuple[Hunk, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A run of text inside a paragraph, with the Finding that covers it, if any."""

    text: str
    finding: Finding | None = None


def diff_blocks(hunks: Sequence[Hunk]) -> tuple[Block, ...]:
    """The hunks in order, with long runs of unchanged paragraphs folded but for CONTEXT at each end."""
    blocks: list[Block] = []
    run: list[Hunk] = []
    shown: list[Hunk] = []

    def close(*, last: bool) -> None:
        head = 0 if not shown and not blocks else CONTEXT
        tail = 0 if last else CONTEXT
        if len(run) > head + tail + 1:
            middle = run[head : len(run) - tail]
            if shown or head:
                blocks.append(Block(hunks=(*shown, *run[:head])))
            blocks.append(Block(hunks=tuple(middle), folded=True))
            shown[:] = run[len(run) - tail :]
        else:
            shown.extend(run)
        run.clear()

    for hunk in hunks:
        if hunk.op == "equal":
            run.append(hunk)
            continue
        close(last=False)
        shown.append(hunk)
    close(last=True)
    if shown:
        blocks.append(Block(hunks=tuple(shown)))
    return tuple(blocks)


def marked_paragraphs(article: Article, findings: Iterable[Finding]) -> tuple[tuple[Marked, ...], ...]:
    """Each paragraph as runs of text, those that a Finding of region `article` quotes carrying it.

    A Finding whose offsets do not hold its quote in this text (another version's) is left out; where two overlap the
    one that starts first is shown.
    """
    text = article.text
    fitting = sorted(
        (
            finding
            for finding in findings
            if finding.region is Region.ARTICLE
            and 0 <= finding.start < finding.end
            and text[finding.start : finding.end] == finding.quote
        ),
        key=lambda finding: (finding.start, -finding.end),
    )
    paragraphs: list[tuple[Marked, ...]] = []
    offset = 0
    for paragraph in article.paragraphs:
        paragraphs.append(_runs(paragraph, offset, fitting))
        offset += len(paragraph) + 1
        fitting = [finding for finding in fitting if finding.end > offset]
    return tuple(paragraphs)


def _runs(paragraph: str, offset: int, findings: Sequence[Finding]) -> tuple[Marked, ...]:
    runs: list[Marked] = []
    place = 0
    for finding in findings:
        start, end = max(finding.start - offset, place), min(finding.end - offset, len(paragraph))
        if start >= len(paragraph):
            break
        if end <= start:
            continue
        if start > place:
            runs.append(Marked(text=paragraph[place:start]))
        runs.append(Marked(text=paragraph[start:end], finding=finding))
        place = end
    if place < len(paragraph):
        runs.append(Marked(text=paragraph[place:]))
    return tuple(runs)


# ---- filters -----------------------------------------------------------------------------------------------------


def is_han(text: str) -> bool:
    """Whether the first 200 characters hold any CJK ideograph, which decides the language tag that picks the glyphs."""
    return any(unicodedata.name(character, "").startswith("CJK UNIFIED") for character in text[:200])


def lang(text: str | None) -> Markup:
    """` lang="zh"` for Chinese text, nothing for other text."""
    return Markup(' lang="zh"') if text and is_han(text) else Markup("")


def span_of_time(length: timedelta) -> str:
    """A length of time in its largest unit: "3 min", "5 h", "12 d"."""
    seconds = abs(int(length.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size * 2 or (seconds >= size and unit != "d"):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def relative(moment: datetime, now: datetime) -> str:
    """How far a moment is from now: "5 h ago", "in 3 min"."""
    return f"{span_of_time(now - moment)} ago" if moment <= now else f"in {span_of_time(moment - now)}"


def clip(text: str, limit: int = QUOTE_SHOWN) -> str:
    """The text, cut with an ellipsis where it is longer than the limit."""
    return text if len(text) <= limit else text[:limit].rstrip() + "…"


def _evidence(value: Json) -> str:
    """A piece of evidence as a person reads it: text as it is, the rest as JSON, neither endless."""
    return clip(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 1000)


def change_path(view: ChangeView) -> str:
    """Where the reading room shows a Change: its diff, else the only Version it has, else its Page."""
    change = view.change
    if change.before and change.after and change.before != change.after:
        return f"/diff?{urlencode({'url': view.page, 'a': change.before, 'b': change.after}, errors='replace')}"
    if change.after and change.after != change.before:
        return f"/version?{urlencode({'url': view.page, 'n': change.after}, errors='replace')}"
    return f"/page?{urlencode({'url': view.page}, errors='replace')}"


def _when(zone: ZoneInfo) -> Callable[[datetime | None], Markup]:
    def when(moment: datetime | None) -> Markup:
        if moment is None:
            return Markup('<span class="soft">–</span>')
        local = moment.astimezone(zone)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            moment.isoformat(timespec="seconds"),
            local.isoformat(sep=" ", timespec="seconds"),
            f"{local:%Y-%m-%d %H:%M}",
        )

    return when


def environment(timezone: str) -> Environment:
    """The template environment: everything escaped, nothing undefined passed over, times shown in `timezone`."""
    zone = ZoneInfo(timezone)
    made = Environment(
        loader=PackageLoader("web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        when=_when(zone),
        stamp=lambda moment: f"{moment.astimezone(zone):%Y-%m-%d %H:%M}",
        day=lambda moment: f"{moment.astimezone(zone):%Y-%m-%d}",
        lang=lang,
        clip=clip,
        label=label,
        href=safe_href,
        relative=relative,
        evidence=_evidence,
        change_link=change_path,
    )
    made.globals.update(timezone=timezone, count_labels=COUNTS, labels=LABELS)
    return made


def render(templates: Environment, name: str, **context: object) -> bytes:
    """A template filled in, as UTF-8; lone surrogates, which pages can smuggle in, become replacement marks."""
    return templates.get_template(name).render(**context).encode("utf-8", "replace")


def diff_document(url: str, before: Version, after: Version, *, timezone: str) -> str:
    """One self-contained HTML file that shows a diff: its styles inside, no link to anything but the page itself."""
    return (
        environment(timezone)
        .get_template("diff_file.html")
        .render(
            url=url,
            before=before,
            after=after,
            diff=(shown := diff(before.article, after.article)),
            blocks=diff_blocks(shown.hunks),
            style=Markup(files("web").joinpath("static/palimpsest.css").read_text("utf-8")),  # noqa: S704  our own file
        )
    )
