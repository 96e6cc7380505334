"""The API against its own description: whatever is asked, it answers as it says, or refuses as it says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from store import History, Store
from tests.web.shelf import GONE, HOSTILE, NOW, QUIET
from web import create_app

# What is in the store; asked for by chance, nothing would ever be found.
THERE = {"url": (QUIET, GONE, HOSTILE), "page": (QUIET, HOSTILE), "n": (1, 2), "a": (1, 2), "b": (2, 1), "id": (1, 2)}
THERE |= {"name": ("press",), "source": ("press",), "q": ("学校食堂", "食堂 212")}
# That a query holds something to look up, words of it or two characters of Chinese, and that a cursor is of the order
# that gave it, no schema can say.
UNSAID = {path: [schemathesis.checks.positive_data_acceptance] for path in ("/api/v1/search", "/api/v1/pages")}
BOUNDED = settings(
    max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def described_by(history: History | None) -> schemathesis.openapi.OpenApiSchema:
    """The description of the API, and the application that it is asked of, under the name that it is called by."""
    app = create_app(history, clock=lambda: NOW, hosts={"testserver"})
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


OPERATIONS = [operation.ok() for operation in described_by(None).get_all_operations()]
ASKED = [(one.path, mode) for one in OPERATIONS for mode in GenerationMode if one.query or mode.is_positive]


@pytest.fixture(scope="module")
def described(shelf: Store) -> schemathesis.openapi.OpenApiSchema:
    """That of the filled store."""
    shelf.archive.index(100)
    return described_by(shelf.history)


@pytest.mark.parametrize(("path", "mode"), ASKED)
def test_the_api_is_as_it_says(described, path, mode):
    """Every check that Schemathesis makes of an answer, over what fits the description and what does not."""
    statuses = set()

    @BOUNDED
    @given(case=described[path]["GET"].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        chance = len(repr(case.query))
        if mode.is_positive and chance % 4:
            case.query.update({name: THERE[name][chance % len(THERE[name])] for name in case.query if name in THERE})
        statuses.add(case.call_and_validate(excluded_checks=UNSAID.get(path)).status_code)

    ask()
    if mode.is_positive:
        assert 200 in statuses, f"nothing was ever found: {statuses}"
