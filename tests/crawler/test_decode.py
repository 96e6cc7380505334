"""Bytes → Document: decoded as browsers do, and a declaration that its own bytes refute does not win."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.decode import Document, decode, decode_bytes, decode_text, valid_selector
from crawler.decode.to_text import to_text
from crawler.model import Snapshot

CONFORMANCE = Path(__file__).parents[3] / "shared" / "data" / "conformance"

# Written for these tests; each says that an office has published new rules.
TEXTS = {
    "gb18030": "市政府今天公布了新的规定。居民可以在六月十五日以前提"
    "出申请，详细内容请看网站。这项决定自公布之日起实施，"
    "有关部门将依法办理，并向社会公开结果。朱镕基、陶喆的名字一个字也不能少。",
    "big5": "市政府今天公布新的規定。居民可以在六月十五日以前提出申請，詳細內容請看網站。這項決定從公布之日起實施，"
    "有關部門將依法辦理，並向社會公開結果。",
    "euc-jp": "市は本日、新しい規則を発表しました。住民は六月十五日ま"
    "でに申請することができます。詳しい内容はホームページを"
    "ご覧ください。この決定は公布の日から施行されます。",
    "euc-kr": "시는 오늘 새로운 규칙을 발표했다. 주민들은 유월 십오일까"
    "지 신청할 수 있으며, 자세한 내용은 누리집에서 확인할 수 "
    "있다고 관계자가 말했다. 이번 결정은 공고한 날부터 시행한다.",
    "windows-1251": "Министерство сообщило сегодня о новых правилах для"
    " городских больниц. Жители могут подать заявление "
    "до пятнадцатого июня, сказал глава управления. Решение вступит в силу после публикации.",
    "windows-1252": "Le ministère a publié aujourd’hui de nouvelles règl"
    "es pour les hôpitaux. Les habitants peuvent déposer "
    "une demande jusqu’à la mi-juin, a déclaré le porte-parole. Die Behörde veröffentlichte heute Regeln für März.",
    "windows-1253": "Το υπουργείο ανακοίνωσε σήμερα νέους κανόνες για"
    " τα νοσοκομεία. Οι κάτοικοι μπορούν να υποβάλουν "
    "αίτηση έως τις δεκαπέντε Ιουνίου, είπε ο εκπρόσωπος. Η απόφαση ισχύει από τη δημοσίευση.",
}
TEXTS["shift_jis"] = TEXTS["euc-jp"]
TEXTS["utf-8"] = TEXTS["utf-16le"] = TEXTS["utf-16be"] = TEXTS["gb18030"]
PYTHON = {
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
LABELS = ("utf-8", "gb2312", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "iso-8859-1", "windows-1251")


def read(body: bytes, content_type: str | None = None) -> Document:
    return decode_bytes(body, url="http://www.example.gov.cn/", content_type=content_type)


def page(encoding: str, declared: str | None, text: str | None = None) -> tuple[str, bytes]:
    meta = f'<meta charset="{declared}">' if declared else ""
    html = f"<html><head>{meta}<title>x</title></head><body><p>{text or TEXTS[encoding]}</p></body></html>"
    return html, html.encode(PYTHON.get(encoding, encoding))


# ---- what is declared ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", sorted(TEXTS))
def test_a_true_declaration_is_believed(encoding: str) -> None:
    html, body = page(encoding, None)
    document = read(body, f'text/html; charset="{encoding.upper()}"')
    assert (document.encoding, document.encoding_from, document.replaced) == (encoding, "header", 0)
    assert document.text == html
    assert document.declared == (("header", encoding.upper()),)


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("x-gbk", "gb18030"), (" GB_2312-80 ", "gb18030")],
)
def test_labels_mean_what_they_mean_to_browsers(label: str, encoding: str) -> None:
    """鎔 and 喆 are not in GB 2312, and pages declared gb2312 hold them all the same."""
    html, body = page("gb18030", label)
    assert read(body).text == html
    assert read(body).encoding == encoding


def test_latin1_means_windows_1252() -> None:
    assert read("“déjà” – 5 €".encode("cp1252"), "text/html; charset=ISO-8859-1").text == "“déjà” – 5 €"


def test_the_header_goes_before_meta_and_both_are_kept() -> None:
    document = read(page("gb18030", "utf-8")[1], "text/html;charset=gbk")
    assert (document.encoding, document.encoding_from) == ("gb18030", "header")
    assert document.declared == (("header", "gbk"), ("meta", "utf-8"))


def test_a_byte_order_mark_goes_before_everything_and_is_not_text() -> None:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be")):
        html, body = page(encoding, "gb2312")
        document = read(mark + body, "text/html; charset=big5")
        assert (document.text, document.encoding, document.encoding_from) == (html, encoding, "bom")


@pytest.mark.parametrize(
    "head",
    [
        "<meta http-equiv='Content-Type' content='text/html; charset=gb2312'>",
        "<META CONTENT=text/html;charset=gb2312 HTTP-EQUIV=content-type>",
        '<meta name="a>b" charset = gb2312 />',
        '<?xml version="1.0" encoding="gb2312"?>',
        "<!-- <meta charset=big5> --><meta charset=gb2312>",
        "<script>var a='<meta charset=big5>';</script><meta charset=gb2312>",
        "<title>" + "x" * 5000 + "</title><meta charset=gb2312>",
        "<meta name=description content='charset'>" * 40 + "<meta charset=gb2312>",
    ],
)
def test_declarations_in_the_page_are_found_where_browsers_and_late_cms_put_them(head: str) -> None:
    text = "好" * 3
    document = read((head + f"</head><body>{text}").encode("gb18030"))
    assert document.declared == (("meta", "gb2312"),)
    assert (document.encoding, document.encoding_from) == ("gb18030", "meta")


@pytest.mark.parametrize(
    "html",
    [
        "<!-- <meta charset=gb2312>",
        "<script>'<meta charset=gb2312>'",
        "<head></head>" + "<p>x</p>" * 200 + "<meta charset=gb2312>",
        "<meta name=charset content=gb2312>",
        "charset=gb2312",
    ],
)
def test_what_only_looks_like_a_declaration_is_none(html: str) -> None:
    assert read(html.encode()).declared == ()


# ---- what the bytes say -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [None, *LABELS])
@pytest.mark.parametrize("encoding", sorted(set(TEXTS) - {"windows-1251", "windows-1253"}))
def test_the_content_decides_whatever_is_declared(encoding: str, declared: str | None) -> None:
    html, body = page(encoding, declared)
    document = read(body)
    assert document.text == html
    assert document.replaced == 0


@pytest.mark.parametrize("encoding", ["windows-1251", "windows-1253"])
def test_an_alphabet_is_recognised_where_nothing_or_chinese_is_declared(encoding: str) -> None:
    for declared in (None, "gb2312", "utf-8"):
        html, body = page(encoding, declared)
        assert read(body).text == html


def test_a_declaration_that_content_confirms_is_named_as_the_source() -> None:
    document = read(page("utf-8", "utf-8")[1], "text/html; charset=gb2312")
    assert (document.encoding, document.encoding_from) == ("utf-8", "meta")


def test_unknown_and_refused_labels_decide_nothing() -> None:
    for label in ("x-no-such", "hz-gb-2312", ""):
        document = read(page("utf-8", None)[1], f'text/html; charset="{label}"')
        assert (document.encoding, document.encoding_from) == ("utf-8", "content")
        assert document.declared == (("header", label),)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_a_page_cut_inside_a_character_keeps_its_charset(encoding: str) -> None:
    """Downloads break off; half a character must not turn a page into another language."""
    html, body = page(encoding, encoding, TEXTS[encoding] * 3)
    at = body.index(TEXTS[encoding][-2].encode(PYTHON.get(encoding, encoding)))
    for declared in (None, f"text/html; charset={encoding}"):
        document = read(body[: at + 1], declared)
        assert (document.encoding, document.replaced) == (encoding, 1)
        assert html.startswith(document.text[:-1])


def test_a_few_bad_bytes_do_not_refute_utf8() -> None:
    """A CMS that cuts a summary by bytes leaves one broken character in a page that is otherwise right."""
    html, body = page("utf-8", "utf-8", TEXTS["utf-8"] * 3)
    document = read(body.replace("居民".encode(), b"\xe5\xb1", 1))
    assert (document.encoding, document.encoding_from, document.replaced) == ("utf-8", "meta", 1)
    assert document.text.replace("\ufffd", "居民") == html


def test_a_word_that_happens_to_be_valid_utf8_is_still_gbk() -> None:
    """The two characters of 联通 in GBK are two valid characters in UTF-8."""
    document = read("<meta charset=gbk>联通".encode("gbk"))
    assert document.text.endswith("联通")
    assert document.encoding == "gb18030"


def test_a_replacement_character_of_the_page_itself_is_not_counted() -> None:
    document = read("<p>坏字\ufffd原样在此</p>".encode())
    assert document.replaced == 0
    assert "\ufffd" in document.text


def test_ascii_is_what_it_was_declared_or_utf8() -> None:
    assert read(b"<p>plain").encoding == "utf-8"
    assert read(b"<p>plain").encoding_from == "content"
    assert read(b"<p>plain", "text/html; charset=gb2312").encoding == "gb18030"
    assert read(b"<meta charset=utf-16><p>plain").encoding == "utf-8"


# ---- decoding as browsers do --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("gb18030", b"\x80", "€"),
        ("gb18030", b"\xa6\xd9\xfe\x59\xa8\xbc", "\ufe10\u9fb4\u1e3f"),
        ("gb18030", b"\x81\x35\xf4\x37", "\ue7c7"),
        ("gb18030", b"\xff<", "\ufffd<"),
        ("gb18030", b"\x81<p>", "\ufffd<p>"),
        ("gb18030", b"\x81\xff<p>", "\ufffd<p>"),
        ("gb18030", b"\x81\x30<p>", "\ufffd0<p>"),
        ("gb18030", b"\x81\x30\x81<p>", "\ufffd0\ufffd<p>"),
        ("gb18030", b"\xfe\x39\xfe\x39<p>", "\ufffd<p>"),
        ("gb18030", b"\x81\x30\x81", "\ufffd"),
        ("gb18030", b"\x81\x30", "\ufffd"),
        ("gb18030", b"\x81", "\ufffd"),
        ("big5", b"\xa2\x41\xa1\xfe", "\u2215\uff0f"),
        ("big5", b"\x87\x7a\xa1\x45\xff<", "\u3875\u2027\ufffd<"),
        ("big5", b"\x81<p>", "\ufffd<p>"),
        ("big5", b"\x81\xa2\x41", "\ufffdA"),
        ("big5", b"\xa1", "\ufffd"),
        ("windows-1252", b"\x81\x80", "\x81€"),
        ("windows-1253", b"\x81\xff", "\x81\ufffd"),
        ("euc-jp", b"\xad\xa1\xa1\xc1\xff<", "①～\ufffd<"),
        ("koi8-u", b"\xae\xbe", "ўЎ"),
        ("utf-16le", b"a\0\x00\xd8b\0", "a\ufffdb"),
    ],
)
def test_single_bytes_decode_as_the_standard_says(encoding: str, body: bytes, text: str) -> None:
    """A lead byte must not swallow the markup after it, and none may vanish."""
    assert to_text(body, encoding)[0] == text


def index(name: str) -> dict[int, int]:
    path = CONFORMANCE / name
    if not path.exists():
        pytest.skip(f"the WHATWG index {name} is not at hand: {path} does not exist")
    rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {int(row[0]): int(row[1], 16) for row in rows if row}


def decoded(pairs: dict[int, bytes], encoding: str) -> dict[int, str]:
    """Every pointer's bytes decoded in one go, a line each."""
    text, replaced = to_text(b"\n".join(pairs.values()), encoding)
    assert replaced == 0
    return dict(zip(pairs, text.split("\n"), strict=True))


def test_every_gb18030_pointer_decodes_as_in_the_index() -> None:
    expected = index("index-gb18030.txt")
    pairs = {p: bytes((p // 190 + 0x81, p % 190 + (0x40 if p % 190 < 0x3F else 0x41))) for p in expected}
    assert {p: ord(char) for p, char in decoded(pairs, "gb18030").items()} == expected


def test_every_gb18030_pair_decodes_by_itself_as_among_the_others() -> None:
    """A page without any that Python reads otherwise takes a shorter way."""
    pairs = [bytes((a, b)) for a in range(0x81, 0xFF) for b in range(0x40, 0xFF) if b != 0x7F]
    together = to_text(b"\n".join(pairs), "gb18030")[0].split("\n")
    assert [to_text(pair, "gb18030")[0] for pair in pairs] == together


def test_every_four_byte_range_of_gb18030_decodes_as_in_the_index() -> None:
    starts = index("index-gb18030-ranges.txt")
    ends = [start - 1 for start in list(starts)[1:]] + [1237575]
    expected = {}
    for (start, first), end in zip(starts.items(), ends, strict=True):
        last = min(end, 39419) if start < 189000 else end
        expected |= {start: first, last: first + last - start}
    expected[7457] = 0xE7C7
    bytes_of = {
        p: bytes((p // 12600 + 0x81, p // 1260 % 10 + 0x30, p // 10 % 126 + 0x81, p % 10 + 0x30)) for p in expected
    }
    assert {p: ord(char) for p, char in decoded(bytes_of, "gb18030").items()} == expected


def test_every_big5_pointer_decodes_as_in_the_index() -> None:
    expected = {p: chr(code) for p, code in index("index-big5.txt").items()}
    expected |= {1133: "\xca\u0304", 1135: "\xca\u030c", 1164: "\xea\u0304", 1166: "\xea\u030c"}
    pairs = {p: bytes((p // 157 + 0x81, p % 157 + (0x40 if p % 157 < 0x3F else 0x62))) for p in expected}
    assert decoded(pairs, "big5") == expected


# ---- faces --------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_read_at_its_final_url_with_its_header() -> None:
    snapshot = Snapshot(
        url="http://a.gov.cn/",
        final_url="http://b.gov.cn/x",
        status=200,
        headers=(("Content-Type", "text/html; charset=gb2312"),),
        body="<p>公告".encode("gb18030"),
        fetched_at=datetime(2021, 6, 15, tzinfo=UTC),
    )
    document = decode(snapshot)
    assert document.url == "http://b.gov.cn/x"
    assert document.tree.css_first("p").text() == "公告"


def test_plain_text_has_no_markup() -> None:
    """A text file that quotes HTML is not a page made of it."""
    for document in (
        decode_text("<p>1 < 2</p>", url="x", markup=False),
        decode_bytes(b"<meta charset=gbk><p>1", url="x", markup=False),
    ):
        assert not document.markup
        assert document.declared == ()
        assert document.tree.css_first("p") is None
        assert document.text.startswith("<")


def test_text_can_always_be_encoded() -> None:
    """No bytes whatever make a lone surrogate, written as UTF-8 or as half of a UTF-16 pair."""
    halved = b"\xff\xfe" + ("<p>News</p>" * 20).encode("utf-16-le") + b"\x00\xd8" + "<p>2021".encode("utf-16-le")
    for body in (b"a\xed\xa0\x80b \xe4\xb8\xad\xe6\x96\x87\0", halved):
        document = decode_bytes(body, url="x")
        assert document.text.encode()
        assert "\ufffd" in document.text
        assert document.replaced >= 1


def test_selectors_are_checked() -> None:
    assert valid_selector("ul.list > li:first-child a[href*='t20']")
    for wrong in ("a[[", "<<", "", "  ", ":::", "a\ud800["):
        assert not valid_selector(wrong)


# ---- hostile bytes ------------------------------------------------------------------------------------------------


@given(st.binary(max_size=400), st.sampled_from([None, *LABELS, "utf-16", "iso-2022-jp", "windows-874"]))
@example(b"\x81", "gb2312")
@example(b"\x1b$B", "iso-2022-jp")
@example(b"<", None)
def test_any_bytes_become_text_that_can_be_encoded(body: bytes, label: str | None) -> None:
    for document in (read(body, label and f"text/html; charset={label}"), read(b"<p>" + body)):
        document.text.encode("utf-8")
        assert document.replaced <= len(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"deep",
        b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000,
        b"".join(b"<b a=%d><p>" % n for n in range(20_000)) + b"deep",
        b"<!--" * 200_000 + b"deep",
        b"<script>" * 100_000 + b"deep",
        b"<meta charset" * 100_000,
        b"<b " * 300_000,
        b"<" * 1_000_000,
        b"\xff" * 3_000_000,
        b"\x81\x30" * 1_000_000,
        b"x" * 20_000_000,
    ],
)
def test_size_and_nesting_without_end_are_survived(body: bytes) -> None:
    """Were anything in the way quadratic, this would not come back."""
    document = read(body, "text/html; charset=gb2312")
    assert len(document.text) > 100_000
    assert document.tree.body is not None


def test_what_is_cut_from_the_tree_is_only_nesting_nobody_shows() -> None:
    html = "<p>before</p>" + "<div>" * 2_000 + "<p>deep</p>" + "</div>" * 2_000 + "<p>after</p>"
    document = decode_text(html, url="x")
    assert document.text == html
    assert [node.text() for node in document.tree.css("p")] == ["before", "deep", "after"]
    wide = "<div><p>row</p></div>" * 20_000
    assert len(decode_text(wide, url="x").tree.css("div")) == 20_000


# ---- text that is no markup ----------------------------------------------------------------------------------------


def served(body: bytes, *headers: tuple[str, str]) -> Document:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    url = "https://e.example/a"
    return decode(Snapshot(url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=at))


@pytest.mark.parametrize(
    ("body", "headers", "markup"),
    [
        (b"one\ntwo", {"Content-Type": "text/plain; charset=utf-8"}, False),
        (b"one < two & three", {"Content-Type": "TEXT/PLAIN"}, False),
        (b"<p>one<p>two", {"Content-Type": "text/plain"}, True),
        ("<p>one".encode("utf-16"), {"Content-Type": "text/plain"}, True),
        (b"write <b> for bold", {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}, False),
        (b"one\ntwo", {"Content-Type": "text/plainer"}, True),
        (b"one\ntwo", {"Content-Type": "text/html"}, True),
        (b"one\ntwo", {}, True),
    ],
)
def test_text_is_no_markup_where_the_server_says_so_and_no_tag_says_otherwise(
    body: bytes, headers: dict[str, str], markup: bool
) -> None:
    assert served(body, *headers.items()).markup is markup
