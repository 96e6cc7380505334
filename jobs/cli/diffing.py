"""A Diff on a terminal and as JSON."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from crawler.diff import Diff, Hunk
from crawler.model import Json
from jobs.cli.output import printable

_STYLE = {"equal": "", "insert": "green underline", "delete": "red strike"}
_MARK = {"insert": "+", "delete": "-", "edit": "~", "move": "»"}
# Characters of unchanged text kept around a change inside a long paragraph.
_AROUND = 40


def diff_json(url: str, address: str, found: Diff) -> dict[str, Json]:
    """The object of `diff --json`: the fields that differ, and the paragraphs that are not equal, span by span."""
    return {
        "page": url,
        "change": address,
        "fields": [{"field": one.name, "before": one.before, "after": one.after} for one in found.fields],
        "hunks": [_hunk_json(hunk) for hunk in found.hunks if hunk.op != "equal"],
        "added": found.added,
        "removed": found.removed,
    }


def _hunk_json(hunk: Hunk) -> dict[str, Json]:
    return {
        "op": hunk.op,
        "before": hunk.before,
        "after": hunk.after,
        "spans": [{"op": span.op, "text": span.text} for span in hunk.spans],
    }


def print_diff(found: Diff, out: Console) -> None:
    """The Diff for a reader: changed fields, then changed paragraphs with their marks; equal ones are counted."""
    for field in found.fields:
        line = Text(f"{field.name}: ", style="bold")
        line.append(printable(field.before or "(none)"), style=_STYLE["delete"])
        line.append(" → ")
        line.append(printable(field.after or "(none)"), style=_STYLE["insert"])
        out.print(line)
    skipped = 0
    for hunk in found.hunks:
        if hunk.op == "equal":
            skipped += 1
            continue
        _print_skipped(skipped, out)
        skipped = 0
        out.print(_hunk_text(hunk, plain=not out.is_terminal))
    _print_skipped(skipped, out)
    if not found.fields and all(hunk.op == "equal" for hunk in found.hunks):
        out.print("the content is the same", style="dim")


def _print_skipped(count: int, out: Console) -> None:
    if count:
        out.print(f"  … {count} paragraph{'s' if count > 1 else ''} unchanged", style="dim")


def _hunk_text(hunk: Hunk, *, plain: bool) -> Text:
    place = (hunk.before if hunk.op == "delete" else hunk.after) or 0
    line = Text(f"{_MARK[hunk.op]} {place + 1:>3}  ", style="bold")
    for number, span in enumerate(hunk.spans):
        text = printable(span.text)
        if span.op == "equal":
            line.append(_shortened(text, first=number == 0, last=number == len(hunk.spans) - 1))
        elif plain:
            # Without colours the marks must be in the text.
            line.append(f"[-{text}-]" if span.op == "delete" else f"{{+{text}+}}")
        else:
            line.append(text, style=_STYLE[span.op])
    return line


def _shortened(text: str, *, first: bool, last: bool) -> str:
    head = "" if first else text[:_AROUND]
    tail = "" if last else text[-_AROUND:]
    return text if len(text) <= len(head) + len(tail) + 1 else f"{head}…{tail}"
