"""Which sources and pages there are, what is due, and who may visit which host."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.errors import NotKnown
from crawler.model import Link, Page, Source, SourceState, Validators
from store import Store
from tests.store.conftest import OpenIt
from tests.store.verdicts import HOUR, NOW, SOURCE, admit, verdict

OTHER = Source(name="law", url="https://law.example.gov.cn/")
LEASE = timedelta(minutes=10)
FULL_STATE = SourceState(
    name="press",
    url=SOURCE.url,
    kind="listing",
    validators=Validators(etag='"1"', last_modified="yesterday"),
    links=20,
    failures=3,
    detail="timeout",
    last_checked=NOW,
    last_ok=NOW - HOUR,
    next_check=NOW + HOUR,
)


class TestSources:
    """The configuration says which sources are active; the store remembers all."""

    def test_a_new_source_is_due_at_once(self, store: Store) -> None:
        """Nothing is known of it yet."""
        assert store.archive.due_sources(NOW) == (SourceState(name="press", url=SOURCE.url, next_check=NOW),)
        assert store.archive.due_sources(NOW - HOUR) == ()

    def test_its_standing_is_kept_over_restarts(self, store: Store, open_it: OpenIt) -> None:
        """Declaring the same configuration again changes nothing."""
        store.archive.save_source_state(FULL_STATE)
        again = open_it()
        again.archive.declare([SOURCE], NOW + HOUR / 2)
        assert again.archive.source_state("press") == FULL_STATE
        assert again.archive.due_sources(NOW + HOUR / 2) == ()
        assert again.archive.due_sources(NOW + HOUR) == (FULL_STATE,)

    def test_a_new_url_is_found_out_anew(self, store: Store) -> None:
        """What a listing was says nothing about what stands at another address."""
        store.archive.save_source_state(FULL_STATE)
        store.archive.declare([replace(SOURCE, url="https://www.example.gov.cn/feed.xml")], NOW)
        state = store.archive.source_state("press")
        assert (state.kind, bool(state.validators), state.failures, state.next_check) == (None, False, 0, NOW)

    def test_one_no_longer_configured_rests_with_its_pages(self, store: Store, page: Page) -> None:
        """Nothing of it is deleted, and it goes on where it was when it is configured again."""
        store.archive.declare([OTHER], NOW)
        assert [state.name for state in store.archive.due_sources(NOW)] == ["law"]
        assert store.archive.due(NOW) == ()
        assert store.archive.pages_of() == ()
        assert store.archive.pages_of(["press"]) == (page,)
        assert {view.name: (view.active, view.pages) for view in store.history.sources()} == {
            "law": (True, 0),
            "press": (False, 1),
        }
        store.archive.declare([SOURCE], NOW)
        assert store.archive.due(NOW) == (page,)

    def test_an_unknown_name_is_said_to_be_one(self, store: Store) -> None:
        """A typing mistake on the command line ends here."""
        with pytest.raises(NotKnown, match="pres"):
            store.archive.source_state("pres")
        with pytest.raises(NotKnown):
            store.archive.admit("pres", [Link(url="https://www.example.gov.cn/")], NOW)


class TestPages:
    """A page is admitted once, by the first source that names it."""

    def test_only_new_links_are_admitted_in_order(self, store: Store) -> None:
        """The pass checks at once what it has just admitted, and nothing twice."""
        links = [Link(url=f"https://www.example.gov.cn/{n}", title=f"第{n}条") for n in (2, 1, 2)]
        admitted = store.archive.admit("press", links, NOW)
        assert [page.url[-1] for page in admitted] == ["2", "1"]
        links.append(Link(url="https://www.example.gov.cn/3"))
        assert [page.url[-1] for page in store.archive.admit("press", links, NOW)] == ["3"]
        assert [view.title for view in store.history.pages()] == ["第2条", "第1条", None]

    def test_a_page_belongs_to_the_first_source(self, store: Store, page: Page) -> None:
        """Else one page would be visited twice and reported twice."""
        store.archive.declare([SOURCE, OTHER], NOW)
        assert store.archive.admit("law", [Link(url=page.url)], NOW) == ()
        assert store.archive.page(page.url) == page
        assert store.archive.page("https://www.example.gov.cn/other") is None

    def test_a_sitemap_of_thousands_goes_in_whole(self, store: Store) -> None:
        """More than one statement can carry."""
        links = [Link(url=f"https://www.example.gov.cn/{n}.html") for n in range(1203)]
        assert len(store.archive.admit("press", links, NOW)) == 1203
        assert len(store.archive.admit("press", links, NOW)) == 0
        assert [page.url for page in store.archive.pages_of(["press"])] == [link.url for link in links]

    def test_the_longest_due_comes_first(self, store: Store) -> None:
        """So that nothing starves while a pass is limited."""
        pages = [admit(store, f"https://www.example.gov.cn/{n}") for n in range(3)]
        store.archive.record(pages[0], verdict(NOW, next_check=NOW + 3 * HOUR))
        store.archive.record(pages[1], verdict(NOW, next_check=NOW + HOUR))
        assert store.archive.due(NOW + 4 * HOUR) == (pages[2], pages[1], pages[0])
        assert store.archive.due(NOW + 4 * HOUR, limit=2) == (pages[2], pages[1])
        assert store.archive.due(NOW + HOUR) == (pages[2], pages[1])
        assert store.archive.due(NOW + HOUR, sources=["law"]) == ()
        assert store.archive.due(NOW + HOUR, sources=[]) == ()


class TestLeases:
    """However many processes share a database, one host sees one visitor."""

    @pytest.fixture
    def pages(self, store: Store) -> tuple[Page, ...]:
        """Two pages each on two hosts."""
        return tuple(admit(store, f"https://{host}.example.gov.cn/{n}") for n in (1, 2) for host in "ab")

    def test_a_host_is_given_to_one_owner(self, store: Store, open_it: OpenIt, pages: tuple[Page, ...]) -> None:
        """The second process gets what is left, or nothing."""
        other = open_it()
        assert store.archive.claim(NOW, "one", limit=1, lease=LEASE) == pages[:1]
        assert other.archive.claim(NOW, "two", limit=9, lease=LEASE) == (pages[1], pages[3])
        assert other.archive.claim(NOW, "three", limit=9, lease=LEASE) == ()

    def test_an_owner_may_claim_on(self, store: Store, pages: tuple[Page, ...]) -> None:
        """Its own lease does not keep it out."""
        assert store.archive.claim(NOW, "one", limit=1, lease=LEASE) == pages[:1]
        assert store.archive.claim(NOW, "one", limit=9, lease=LEASE) == pages

    def test_a_released_host_is_free(self, store: Store, pages: tuple[Page, ...]) -> None:
        """Only the owner can release, and only what it names."""
        store.archive.claim(NOW, "one", limit=9, lease=LEASE)
        store.archive.release("two")
        assert store.archive.claim(NOW, "two", limit=9, lease=LEASE) == ()
        store.archive.release("one", ["a.example.gov.cn"])
        assert store.archive.claim(NOW, "two", limit=9, lease=LEASE) == (pages[0], pages[2])
        store.archive.release("one")
        assert store.archive.claim(NOW, "three", limit=9, lease=LEASE) == (pages[1], pages[3])

    def test_the_work_of_a_dead_owner_is_taken_up(self, store: Store, pages: tuple[Page, ...]) -> None:
        """A lease runs out by itself."""
        store.archive.claim(NOW, "dead", limit=9, lease=LEASE)
        assert store.archive.claim(NOW + LEASE / 2, "two", limit=9, lease=LEASE) == ()
        assert store.archive.claim(NOW + LEASE, "two", limit=9, lease=LEASE) == pages

    def test_what_is_not_due_is_not_claimed(self, store: Store, pages: tuple[Page, ...]) -> None:
        """Claiming is `due` with leases."""
        store.archive.record(pages[0], verdict(NOW))
        assert store.archive.claim(NOW, "one", limit=9, lease=LEASE) == pages[1:]
        assert store.archive.claim(NOW, "one", limit=9, lease=LEASE, sources=["law"]) == ()
