"""A pass while the place for bodies refuses: told, nothing half-written, and the next pass goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.model import Outcome, PageState
from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import Town
from tests.objects import fresh_bucket

Away = Callable[[Path], tuple[str, str]]


def unmounted(folder: Path) -> tuple[str, str]:
    """A folder in whose place something else is; and one that is there."""
    (folder / "file").write_text("nothing is mounted here")
    return f"folder:{folder / 'file'}", f"folder:{folder / 'blobs'}"


def no_bucket(_: Path) -> tuple[str, str]:
    """A bucket that nobody made, and one that somebody did."""
    place = fresh_bucket()
    return place.replace("bucket-", "nowhere-"), place


@pytest.mark.parametrize("away", [unmounted, no_bucket])
def test_a_pass_without_a_place_for_bodies_is_told_and_made_up_for(desk: Desk, town: Town, away: Away) -> None:
    refusing, taking = away(desk.folder)
    assert desk("add", town.outside.url("/zwgk/index.html"), "--name", "town").status == 0
    answered = desk("check", "--blobs", refusing)
    assert answered.status == 1
    assert refusing.partition("?")[0].removeprefix("folder:").rpartition("/")[0] in answered.err
    with open_store(desk.data) as store:
        counts = store.history.counts()
        assert (counts.snapshots, counts.versions) == (0, 0)
        failing = [page for page in store.history.pages() if page.state is PageState.FAILING]
        assert failing
        for page in failing:
            (check,) = store.history.log(page.url)
            assert (check.outcome, check.status) == (Outcome.FAILED, None)
            assert check.detail.startswith("store: ")
    assert desk("check", "--all", "--blobs", taking).status == 0
    with open_store(desk.data, blobs=taking) as store:
        assert store.history.counts().versions == 3
        assert store.check_integrity().ok
        assert len(list(store.blobs.digests())) == 3
