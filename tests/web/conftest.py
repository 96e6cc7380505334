"""A filled store and the reading room that shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI

from crawler.model import Source, SourceState
from store import Store, open_store
from tests.web.shelf import LURE, NOW, SCRIPT, START, Ask, Shelf, asker
from web import create_app


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The filled store; the reading room only reads it, so the tests share it."""
    store = open_store(tmp_path_factory.mktemp("room"), None)
    source = Source(name="press", url="https://www.example.gov.cn/xwfb/", kind="listing")
    lure = Source(name=SCRIPT, url=LURE)
    store.archive.declare([source, lure], START)
    state = SourceState(
        name="press",
        url=source.url,
        kind="listing",
        links=3,
        failures=2,
        detail=SCRIPT,
        last_checked=START,
        last_ok=START,
        next_check=START + timedelta(hours=6),
    )
    store.archive.save_source_state(state)
    filler = Shelf(store)
    filler.quiet()
    filler.gone()
    filler.hostile()
    return store


@pytest.fixture(scope="session")
def app(shelf: Store) -> FastAPI:
    """The reading room of that store, without a token."""
    return create_app(shelf.history, clock=lambda: NOW)


@pytest.fixture(scope="session")
def ask(app: FastAPI) -> Ask:
    """Asks the reading room without a token."""
    return asker(app)
