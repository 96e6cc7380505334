"""`explain`: what is not told of as a change, and why: masks, notes, events of a template; and whose 304s lie."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.model import Evidence, FindingKind, Json, VolatilePlace
from jobs.cli.context import store_of
from jobs.cli.listing import Json_, is_url
from jobs.cli.output import one_line, print_json, table, when
from store import Store
from store.views import iso

_WHAT = {
    "figure": "a figure that moves by itself",
    "clock": "a clock or a token",
    "block": "other lines under this heading",
    "query": "a parameter in the addresses of files",
}


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(explain)


def explain(
    context: typer.Context,
    of: Annotated[
        str | None, typer.Argument(metavar="[SOURCE or URL]", help="One source, or that of a page; else all.")
    ] = None,
    as_json: Json_ = False,
) -> None:
    """What is masked before pages are compared, and why; texts that flip; template changes; 304s that lie.

    \b
    Example:
      palimpsest explain suqian-press
    """
    with store_of(context) as store:
        source = store.history.page(of).source if of is not None and is_url(of) else of
        lines = [*_masks(store, source), *_events(store, source), *_flips(store, source), *_lies(store, source)]
    if as_json:
        print_json(lines)
        return
    table(
        ("state", "source", "what", "why"),
        ((_state(line), str(line["source"]), one_line(str(line["summary"])), str(line["why"])) for line in lines),
        empty="Nothing is masked, nothing flips, no template has changed, and every 304 is believed.",
    )


def _state(line: dict[str, Json]) -> str:
    return str(line["what"]) if line.get("masked", True) else "watched"


def _masks(store: Store, source: str | None) -> list[dict[str, Json]]:
    return [
        _mask(name, place) for name, noise in store.history.noise(source).items() for place in reversed(noise.places)
    ]


def _mask(source: str, place: VolatilePlace) -> dict[str, Json]:
    visits = place.changed + place.stayed
    rule = "masked from 3 on, while it differs at 4 of 5"
    return {
        "what": "mask",
        "source": source,
        "masked": place.masked,
        "kind": place.kind,
        "place": place.place,
        "shape": place.shape,
        "changed": place.changed,
        "stayed": place.stayed,
        "since": iso(place.since),
        "last": iso(place.last),
        "example": [place.before, place.after],
        "summary": f"{_WHAT[place.kind]}: {place.place + ' ' if place.place else ''}{place.before}→{place.after}",
        "why": f"differed at {place.changed} of the last {visits} visits that tell, since {when(place.since)}; {rule}",
    }


def _events(store: Store, source: str | None) -> list[dict[str, Json]]:
    return [
        {
            "what": "template",
            "source": event.source,
            "at": iso(event.at),
            "last": iso(event.last_at),
            "pages": event.pages,
            "summary": event.summary,
            "why": f"the same paragraphs on {event.pages} pages since {when(event.at)}: one event, its changes minor",
        }
        for event in store.history.events(source)
    ]


def _flips(store: Store, source: str | None) -> list[dict[str, Json]]:
    found = store.history.findings(source=source, kind=FindingKind.FLIP_FLOP, open_only=True)
    return [
        {
            "what": "note",
            "source": view.source,
            "page": view.page,
            "since": iso(view.opened_at),
            "turns": view.finding.evidence.get("turns"),
            "summary": f"{view.page} flips between two texts: {view.finding.quote}",
            "why": f"{view.finding.evidence.get('turns')} turns; told once, until it stays or says a third thing",
        }
        for view in found
    ]


def _lies(store: Store, source: str | None) -> list[dict[str, Json]]:
    found = store.history.findings(source=source, kind=FindingKind.LYING_VALIDATORS, open_only=True)
    lying: list[tuple[str, str, str | None, Evidence]] = [
        (view.source, view.page, iso(view.opened_at), view.finding.evidence) for view in found
    ]
    lying += [
        (view.name, view.url, None, {})
        for view in store.history.sources()
        if view.lying and source in (None, view.name)
    ]
    return [
        {
            "what": "note",
            "source": name,
            "page": url,
            "since": since,
            "summary": f"{url} may answer 304 whatever it says: its validators lie",
            "why": f"two readings under the same {_named(evidence)}; asked for whole until it comes with others",
        }
        for name, url, since, evidence in lying
    ]


def _named(evidence: Evidence) -> str:
    """The validators of a note, as far as it has them."""
    named = (("ETag", evidence.get("etag")), ("Last-Modified", evidence.get("last_modified")))
    return " and ".join(f"{name} {value}" for name, value in named if value) or "validators"
