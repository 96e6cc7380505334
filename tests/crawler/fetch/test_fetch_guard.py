"""Where a request may go: schemes, addresses, and the places that redirects lead to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch import build_fetcher
from crawler.fetch.guard import is_public, named
from crawler.model import FailureReason, FetchFailed, FetchRequest, Snapshot, Validators

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0"],
)
async def test_no_spelling_of_a_private_address_gets_through(site, fetcher, host):
    """A page that links to our own services must not make us call them."""
    site.page("/secret", "secret")
    request = FetchRequest(url=f"http://{host}:{site.port}/secret", deadline=timedelta(seconds=2))
    got = await fetcher.fetch(request, NOW)
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.REFUSED_ADDRESS
    assert site.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b:1::7f00:1", False),
        ("fec0::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("2002:7f00:1::", False),
        ("not an address", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


def test_a_name_in_the_configuration_may_carry_its_port():
    assert named(frozenset({"intranet.example"}), "INTRANET.example", 80)
    assert named(frozenset({"intranet.example:8080"}), "intranet.example", 8080)
    assert not named(frozenset({"intranet.example:8080"}), "intranet.example", 80)
    assert not named(frozenset({"intranet.example"}), "other.example", 80)


async def test_a_name_that_changes_its_answer_gains_nothing(site):
    """DNS rebinding: the connection goes to the address that was checked, whatever the name says a moment later."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1" if len(asked) == 1 else "127.0.0.1"]

    site.page("/a.html", "a")
    fetcher = build_fetcher(lookup=rebinding)
    for _ in range(3):
        request = FetchRequest(url=f"http://rebind.example:{site.port}/a.html", deadline=timedelta(seconds=1))
        got = await fetcher.fetch(request, NOW)
        assert isinstance(got, FetchFailed)
        assert got.reason is FailureReason.REFUSED_ADDRESS
    assert site.requests == []
    await fetcher.aclose()


async def test_one_private_address_among_public_ones_is_enough_to_refuse(site):
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    fetcher = build_fetcher(lookup=mixed, robots=False)
    got = await fetcher.fetch(FetchRequest(url=f"http://mixed.example:{site.port}/"), NOW)
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.REFUSED_ADDRESS
    await fetcher.aclose()


async def test_a_dead_address_gives_way_to_the_next(site):
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    site.page("/a.html", "a")
    fetcher = build_fetcher(lookup=two)
    request = FetchRequest(url=f"http://two.example:{site.port}/a.html", may_be_private=frozenset({"two.example"}))
    got = await fetcher.fetch(request, NOW)
    assert isinstance(got, Snapshot)
    assert site.requests[-1].headers["host"] == f"two.example:{site.port}"
    await fetcher.aclose()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)", "data:,x", "/relative", ""]
)
async def test_only_http_is_asked(fetcher, url):
    got = await fetcher.fetch(FetchRequest(url=url), NOW)
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.REFUSED_SCHEME


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://[::1",
        "http://a:99999/",
        "http:///path",
        "http://exa mple.org/",
        "http://" + "a" * 300 + ".example/",
        "http://\uff0e/",
        "http://xn--\x00/",
    ],
)
async def test_what_is_no_url_is_refused_not_raised(fetcher, url):
    got = await fetcher.fetch(FetchRequest(url=url, deadline=timedelta(seconds=2)), NOW)
    assert isinstance(got, FetchFailed)
    assert got.reason in {FailureReason.REFUSED_ADDRESS, FailureReason.DNS}


async def test_redirects_are_followed_and_recorded(site, get):
    site.redirect("/1", "/2", 302)
    site.redirect("/2", site.url("/3#part"), 308)
    site.page("/3", "there", etag='"3"')
    got = await get("/1")
    assert isinstance(got, Snapshot)
    assert (got.url, got.final_url, got.body) == (site.url("/1"), site.url("/3"), b"there")
    assert got.redirects == (site.url("/1"), site.url("/2"))
    assert not got.validators


async def test_ten_redirects_are_followed_and_eleven_are_not(site, get):
    for n in range(11):
        site.redirect(f"/{n}", f"/{n + 1}")
    site.page("/11", "there")
    assert isinstance(await get("/1"), Snapshot)
    got = await get("/0")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TOO_MANY_REDIRECTS
    assert got.url == site.url("/0")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x", "javascript:alert(1)", "data:,x"])
async def test_a_redirect_out_of_http_is_refused(site, get, target):
    site.redirect("/out", target)
    got = await get("/out")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.REFUSED_SCHEME
    assert got.url == site.url("/out")


async def test_a_redirect_to_a_private_address_is_refused(site, get):
    """The host itself may be private here, where it leads may not."""
    site.redirect("/in", f"http://127.0.0.2:{site.port}/a")
    site.page("/a", "secret")
    got = await get("/in")
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.REFUSED_ADDRESS
    assert "127.0.0.2" in got.detail
    assert "/a" not in site.paths


async def test_validators_do_not_travel_with_a_redirect(site, get):
    """They belong to the page that was asked for, not to the one that answers."""
    site.redirect("/old", "/new")
    site.page("/new", "new", etag='"1"')
    got = await get("/old", validators=Validators(etag='"1"'))
    assert isinstance(got, Snapshot)
    assert got.body == b"new"


@pytest.mark.parametrize("location", [b"", b"   ", b"http://[bad", b"\xe5\x85\xac\xe5\x91\x8a.html", b"\xb9\xab.html"])
async def test_odd_locations_end_in_an_outcome(site, get, location):
    def odd(wire) -> None:
        wire.send(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 2\r\n\r\nhm")

    site.raw("/odd", odd)
    site.page("/%E5%85%AC%E5%91%8A.html", "公告")
    got = await get("/odd")
    if location.startswith(b"\xe5"):
        assert isinstance(got, Snapshot)
        assert got.body == "公告".encode()
    elif location.startswith(b"http"):
        assert isinstance(got, FetchFailed)
        assert got.reason is FailureReason.REFUSED_ADDRESS
    else:
        assert isinstance(got, Snapshot)


async def test_the_deadline_covers_all_hops_together(site, get):
    """Each hop is quick enough by itself; together they are not."""

    def slow(wire) -> None:
        wire.pause(0.2)
        n = int(wire.asked.path[1:])
        # It hangs up after each answer; unsaid, the next request could still go down the line that is being closed.
        wire.send(
            f"HTTP/1.1 302 Found\r\nLocation: /{n + 1}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
        )

    for n in range(9):
        site.raw(f"/{n}", slow)
    got = await get("/0", deadline=timedelta(seconds=0.5))
    assert isinstance(got, FetchFailed)
    assert got.reason is FailureReason.TIMEOUT
    assert "/8" not in site.paths


async def test_a_redirect_is_the_answer_where_it_is_not_to_be_followed(site, fetcher):
    """Neither by the server nor by a page that only sends its reader on."""
    site.redirect("/old", "/new")
    site.page("/stub", "<script>location.href='/new'</script>")
    site.page("/new", "<p>here")
    for path, status in (("/old", 301), ("/stub", 200)):
        request = FetchRequest(url=site.url(path), may_be_private=site.private, follow=False)
        got = await fetcher.fetch(request, NOW)
        assert isinstance(got, Snapshot)
        assert (got.status, got.final_url, got.redirects) == (status, site.url(path), ())
    refused = await fetcher.fetch(FetchRequest(url="file:///etc/passwd", follow=False), NOW)
    assert isinstance(refused, FetchFailed)
    assert refused.reason is FailureReason.REFUSED_SCHEME
    assert "/new" not in site.paths
