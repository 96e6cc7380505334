"""Rows of lists as they were drawn last, for as long as they would be drawn alike: most of a list is as it was."""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

# Some 3 KB each, with what they were drawn from.
MOST = 4_000


class DrawnRows:
    """What the macros of one language drew, each row with the view that it shows. From any thread.

    A row is drawn again as soon as anything of its view differs, so that nothing old is ever shown.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[tuple[object, ...], tuple[Any, Markup]] = {}

    @pass_context
    def __call__(self, context: Context, draw: Macro, view: Any, *how: object) -> Markup:  # noqa: ANN401 - any view
        """`draw(view, *how)`; a macro that shows of its context nothing but times by the reader's clock."""
        reader = context.get("reader")
        clock = None if reader is None else (reader.zone, reader.own_times)
        key = (draw.name, view.id, clock, how)
        known = self._known.get(key)
        if known is not None and known[0] == view:
            return known[1]
        made = Markup(draw(view, *how))  # noqa: S704  a macro's own
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = view, made
        return made
