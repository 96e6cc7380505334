"""A listing that is itself the page to watch: what enters and leaves it is named."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.site import Town


@pytest.mark.parametrize("size", [3, 12])
def test_items_that_enter_and_leave_are_named_in_the_line_and_in_the_json(desk: Desk, town: Town, size: int) -> None:
    """A listing of three items is one as well as a listing of twelve."""
    for number in range(1, size + 1):
        town.publish(number)
    url = town.outside.url("/zwgk/index.html")
    desk.config.write_text(
        f'[[source]]\nname = "list"\nurl = "{url}"\nkind = "page"\nhost_delay = "0s"\n', encoding="utf-8"
    )
    assert desk("check").status == 0
    town.publish(20)
    assert desk("check", "--all").status == 0
    (entered,) = desk.json("changes", "--kind", "edited")
    assert entered["evidence"]["items"] == {"entered": [{"title": town.title(20), "url": town.url(20)}]}
    assert entered["summary"] == f"entered: {town.title(20)} <{town.url(20)}>"
    town.unlisted.add(2)
    town.list_them()
    assert desk("check", "--all").status == 0
    left = desk.json("changes", "--kind", "edited")[0]
    assert left["evidence"]["items"] == {"left": [{"title": town.title(2), "url": town.url(2)}]}
    assert left["significance"] > entered["significance"]
