"""What a visit came to, in lines for a person and as JSON."""

from __future__ import annotations

import sys

from crawler.model import Json, Outcome
from jobs.check import Checked
from jobs.cli.output import OUTCOME_STYLE, json_line, one_line
from jobs.sweep import Event, SourceVisited
from store.views import iso


def checked_lines(checked: Checked) -> list[tuple[str, str]]:
    """What of a Check is news, as (line, style); nothing for a quiet one."""
    verdict = checked.verdict
    style = OUTCOME_STYLE[verdict.outcome]
    lines = [
        (one_line(f"{change.kind.value:<9} {checked.page.url}  {change.summary}"), style)
        for change in checked.recorded.changes
        if not change.minor
    ]
    if verdict.outcome in (Outcome.FAILED, Outcome.BLOCKED, Outcome.GONE) and not lines:
        lines.append((one_line(f"{verdict.outcome.value:<9} {checked.page.url}  {verdict.detail}"), style))
    lines.extend(
        (one_line(f"  finding {finding.kind.value} ({finding.severity.value}): {finding.quote[:80]}"), "red")
        for finding in checked.recorded.opened
        if finding.severity.rank
    )
    lines.extend(
        (one_line(f"  attachment {file.state.url}: {file.state.detail}"), "dim")
        for file in checked.files
        if file.state.detail and file.change is None
    )
    return lines


def json_watch(event: Event) -> None:
    """A visit as one JSON line, to standard output."""
    if isinstance(event, SourceVisited):
        sys.stdout.write(json_line(_source_json(event)) + "\n")
    else:
        sys.stdout.write(json_line(_checked_json(event)) + "\n")


def _source_json(event: SourceVisited) -> dict[str, Json]:
    found = event.discovered
    return {
        "source": event.source.name,
        "kind": found.state.kind,
        "links": found.state.links,
        "admitted": [page.url for page in found.admitted],
        "problem": found.problem or None,
    }


def _checked_json(checked: Checked) -> dict[str, Json]:
    verdict = checked.verdict
    return {
        "page": checked.page.url,
        "source": checked.page.source,
        "at": iso(verdict.at),
        "outcome": verdict.outcome.value,
        "state": verdict.state.value,
        "status": verdict.status,
        "detail": verdict.detail,
        "version": checked.recorded.version,
        "changes": [change.kind.value for change in checked.recorded.changes],
        "attachments": [
            {"url": file.state.url, "digest": file.state.digest, "detail": file.state.detail} for file in checked.files
        ],
        "findings_opened": [finding.kind.value for finding in checked.recorded.opened],
    }
