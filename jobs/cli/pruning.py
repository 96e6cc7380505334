"""`prune`: fewer rows for old visits that said nothing new."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from crawler.errors import ConfigurationError
from crawler.sources.amounts import Wrong, duration
from jobs.cli.context import store_of
from jobs.cli.listing import Json_
from jobs.cli.output import console, print_json
from jobs.wiring import utc_now

FOLD_VARIABLE = "PALIMPSEST_FOLD_CHECKS_AFTER"
# What is younger may still be looked at visit by visit.
_YOUNGEST = timedelta(days=1)


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(prune)


def age_of(said: str) -> timedelta:
    """An age as people write it, `400d`. Raises ConfigurationError for what is none, or less than a day."""
    try:
        age = duration(said)
    except Wrong as wrong:
        raise ConfigurationError(f"{said!r}: {wrong}") from None
    if age < _YOUNGEST:
        raise ConfigurationError(f"{said!r}: checks of the last day are not folded; give 1d or more")
    return age


def prune(
    context: typer.Context,
    older_than: Annotated[str, typer.Option("--checks-older-than", metavar="AGE", help="Such as 400d.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")] = False,
    as_json: Json_ = False,
) -> None:
    """Fold old checks that came back unchanged and brought nothing: one row for each page and month, which counts them.

    Versions, changes, findings and responses are never touched.

    \b
    Examples:
      palimpsest prune --checks-older-than 400d
      palimpsest prune --checks-older-than 400d --yes
    """
    before = utc_now() - age_of(older_than)
    pages = kept = folded = 0
    with store_of(context) as store:
        for done in store.retention.fold(before, dry_run=not yes):
            pages, kept, folded = pages + done.pages, kept + done.kept, folded + done.folded
    if as_json:
        print_json([{"pages": pages, "kept": kept, "folded": folded, "dry_run": not yes}])
        return
    what = "folded" if yes else "to be folded, with --yes:"
    console().print(f"{what} {folded + kept} checks of {pages} pages into {kept}")
