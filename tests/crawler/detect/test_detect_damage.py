"""Damage in the source documents: each kind found at its place, with the repair that proves it."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from crawler.decode import decode_bytes, decode_text
from crawler.decode.to_text import to_text
from crawler.detect import Case, detect, gbk_shift
from crawler.extract import extract, visible_text
from crawler.model import Article, Severity
from jobs.demo.site.seeds import seed_text
from tests.crawler.detect.cases import case_of, of_kind, page


def found_in(stem: str, kind: str) -> dict[int, str]:
    """Start → quote of every finding of a kind in a source document."""
    findings = of_kind(detect(case_of(seed_text(stem), markup=False)), kind)
    return {finding.start: finding.quote for finding in findings}


def test_all_638_glosses_are_found_and_come_out_exactly() -> None:
    """Taking each repair in place of its quote leaves the text without any gloss, and nothing else changed."""
    text = seed_text("weihai-interview")
    glosses = sorted(of_kind(detect(case_of(text, markup=False)), "pinyin_gloss"), key=lambda one: -one.start)
    assert len(glosses) == 638
    bare = text
    for gloss in glosses:
        bare = bare[: gloss.start] + (gloss.repair or "") + bare[gloss.end :]
    assert len(text) - len(bare) == sum(len(gloss.quote) - 1 for gloss in glosses)
    assert of_kind(detect(case_of(bare, markup=False)), "pinyin_gloss") == []


def test_an_editors_reading_of_a_rare_character_is_no_gloss() -> None:
    text = f"{seed_text('huzhou-article')}\n扬子鳄又称鼍(tuó)，溇(lóu)港是太湖的水利工程。"
    assert of_kind(detect(case_of(text, markup=False)), "pinyin_gloss") == []


def test_gbk_read_one_byte_late_is_proved_and_repaired() -> None:
    """The lost byte is named; the served text stays the quote."""
    (found,) = of_kind(detect(case_of(seed_text("weihai-interview"), markup=False)), "gbk_shift")
    assert found.quote == "威?!苯ㄔO(shè)"
    assert found.repair == "威海”建設(shè)"
    assert found.evidence["byte"] == "BA"


@pytest.mark.parametrize("beside", ["{}\n谢谢，再见。", "谢谢，再见。\n{}", "{}，特此公告。"])
def test_how_commas_are_written_elsewhere_does_not_move_a_shifted_stretch(beside: str) -> None:
    """What is quoted has to do with what stands around it, not with one comma of another width on the page."""
    text = beside.format(seed_text("weihai-interview"))
    (found,) = of_kind(detect(case_of(text, markup=False)), "gbk_shift")
    assert (found.quote, found.repair) == ("威?!苯ㄔO(shè)", "威海”建設(shè)")


def test_questions_and_exclamations_are_not_shifted() -> None:
    text = seed_text("huzhou-article") + "\n你好吗?是的!谢谢!怎么办?ABC公司(股份)有限公司。"
    assert of_kind(detect(case_of(text, markup=False)), "gbk_shift") == []


def shifted(text: str, at: int) -> tuple[str, str] | None:
    """(text with the first byte of the character at `at` lost and read on, the word that was there).

    The reading falls back into place at the first byte below 0x80; None where that does not come soon.
    """
    raw = b""
    for end in range(at + 1, min(at + 9, len(text))):
        raw += text[end - 1].encode("gbk", "replace")
        if 0x40 <= raw[-1] <= 0x7E and len(raw) == 2 * (end - at) > 2:
            try:
                return text[:at] + "?" + raw[1:-1].decode("gbk") + chr(raw[-1]) + text[end:], text[at:end]
            except UnicodeDecodeError:
                return None
    return None


def test_what_is_repaired_after_a_lost_byte_is_repaired_right() -> None:
    """Not every lost byte can be made good; what is proposed has to be what stood there, nineteen times of twenty."""
    text = seed_text("suqian-press-conference")[:6000].replace("?", "")
    right = wrong = 0
    for at in range(200, len(text) - 20, 11):
        made = shifted(text, at)
        if made is None:
            continue
        document = decode_text(made[0], url="http://www.example.gov.cn/", markup=False)
        case = Case(document=document, article=Article(), page_text=made[0])
        for found in gbk_shift.detect(case):
            if found.repair is not None:
                right += made[1] in found.repair
                wrong += made[1] not in found.repair
    assert right >= 80
    assert right / (right + wrong) >= 0.95


RARE = "赟祎翀昊喆晟琬璟熠煜燊垚犇骉淼焱頔旻曦玥珏珺琰瑀瑄璇婳嫄妤姝娅婧翊翎蕤"
LOST = "为进一步加强市场监管工作，各级各部门要认真落实安全生产责任。"


@pytest.mark.parametrize("damage", ["lead", "trail", "space put in"])
def test_a_shift_is_found_whole_to_the_end_of_its_line(damage: str) -> None:
    """The stretch runs from the damaged character to the next ASCII byte, and reads again as what it was."""
    head, rest = LOST[:6].encode("gb18030"), LOST[6:].encode("gb18030")
    body = head + {"lead": rest[1:], "trail": rest[:1] + rest[2:], "space put in": rest[:1] + b" " + rest[1:]}[damage]
    served, _ = to_text(body + "\n特此通知。".encode("gb18030"), "gb18030")
    (found,) = of_kind(detect(case_of(served, markup=False)), "gbk_shift")
    assert served[: found.start] + str(found.evidence["best_reading"]) + served[found.end :] == f"{LOST}\n特此通知。"


def test_japanese_and_rare_names_are_not_shifted() -> None:
    text = (
        "東京都はきょう、新しい計画を発表しました。詳しくはこちらをご覧ください。\n溇港、鼍滩、嵊泗、歙县、犍为、邛崃。"
    )
    assert of_kind(detect(case_of(text, markup=False)), "gbk_shift") == []


def test_a_text_made_of_shifted_places_is_given_up_in_time() -> None:
    """Each place costs milliseconds, so that only so many are looked at."""
    for text in ("市?苯ㄔO海" * 20_000, "谐〖喙芄ぷ" * 50_000, "\ue036\ufffd" * 50_000):
        begun = process_time()
        detect(case_of(text, markup=False))
        assert process_time() - begun < 20


@pytest.mark.parametrize("beside", ["、", " ", "\u3000", "\n", "，"])
def test_long_lists_of_rare_names_are_given_up_soon(beside: str) -> None:
    """What looked odd so often and came to nothing will again; a mark of a lost byte is looked at all the same."""
    names = beside.join(f"{family}{one}{other}" for family in "王李张刘陈" for one in RARE for other in RARE)
    text = f"{names}\n{seed_text('weihai-interview')}"
    took = []
    # The least of three: a busy machine takes longer for the same.
    for _ in range(3):
        begun = process_time()
        (found,) = gbk_shift.detect(case_of(text, markup=False))
        took.append(process_time() - begun)
    assert min(took) < 0.25
    assert found.repair == "威海”建設(shè)"


def test_utf8_read_as_gbk_is_gibberish_with_a_repair() -> None:
    clean = "国务院办公厅关于印发市场监管工作方案的通知"
    gibberish = clean.encode("utf-8").decode("gb18030", "ignore")
    found = of_kind(detect(case_of(f"{seed_text('huzhou-article')}\n{gibberish}", markup=False)), "mojibake")
    assert found
    assert any("通知" in (finding.repair or "") or "工作" in (finding.repair or "") for finding in found)


def test_what_is_left_of_lost_text_is_named() -> None:
    (found,) = of_kind(detect(case_of("通知：锟斤拷年度工作安排", markup=False)), "mojibake")
    assert (found.quote, found.repair) == ("锟斤拷", None)


def test_sown_emoji_are_noise_and_an_authors_are_not() -> None:
    line = "为进一步提升服务质量"
    sown = of_kind(detect(case_of("😀".join(line), markup=False)), "inline_noise")
    assert len(sown) == len(line) - 1
    assert of_kind(detect(case_of(f"{line}😀\n{line}👍！", markup=False)), "inline_noise") == []


def test_a_vandals_poster_is_defacement_and_news_about_it_is_not() -> None:
    poster = case_of("<html><head><title>Hacked by x</title></head><body><h1>Hacked by x</h1></body></html>")
    assert of_kind(detect(poster), "defaced")
    assert of_kind(detect(case_of(page(title="Hacked by whom? A report"))), "defaced") == []


def test_machine_made_traditional_is_proved_by_what_it_left() -> None:
    suqian = found_in("suqian-press-conference", "mechanical_traditional")
    assert len(suqian) == 61
    assert set(suqian.values()) == set("后于里么并云")


def test_genuine_traditional_and_simplified_text_is_not_machine_made() -> None:
    genuine = "臺北市政府於今日舉行記者會，會後並說明後續規劃，市民於網路上申請即可，這裡不再贅述。" * 20
    assert of_kind(detect(case_of(genuine, markup=False)), "mechanical_traditional") == []
    assert found_in("huzhou-article", "mechanical_traditional") == {}


def test_spun_characters_are_found_and_kept_brands_are_not() -> None:
    zibo, text = found_in("zibo-interview", "char_spin"), seed_text("zibo-interview")
    assert sum(quote == "得" for quote in zibo.values()) >= 50
    assert {quote for quote in zibo.values() if quote != "得"} == {"蕞", "第壹"}
    assert all(f"{genuine}得放心" not in text[start - 1 : start + 3] for start in zibo for genuine in "买用吃")
    assert text.index("壹点情报站") not in zibo


def test_ordinary_use_of_de_is_not_spun() -> None:
    assert found_in("qingdao-interview", "char_spin") == {}
    assert found_in("huzhou-article", "char_spin") == {}


def test_lost_months_dashes_and_units_are_found() -> None:
    quotes = set(found_in("suqian-press-conference", "number_damage").values())
    assert {"今年58日", "截止2021611日", "今年47", "(20212023年)", "36214/套"} <= quotes


def test_ordinary_numbers_are_not_damaged() -> None:
    text = "今年58家企业获奖，2021年6月15日至2023年完成，费用500元/人，共12/30页，2021/2022学年，电话20212023。"
    assert of_kind(detect(case_of(f"{seed_text('huzhou-article')}\n{text}", markup=False)), "number_damage") == []


def test_lost_glyphs_and_labels_are_found_and_questions_are_not() -> None:
    assert 211 in found_in("weihai-interview", "glyph_loss")
    # Icons lost on lines of their own are quoted with what is left of their line.
    assert {0: "?", 2: "      ?"}.items() <= found_in("suqian-press-conference", "glyph_loss").items()
    assert len(found_in("zibo-interview", "word_deletion")) >= 6
    assert found_in("qingdao-interview", "word_deletion") == {}


def test_cut_paragraphs_and_repeated_sentences_are_found() -> None:
    qingdao = found_in("qingdao-interview", "broken_paragraph").values()
    assert any("提升\n\n方案》" in quote for quote in qingdao)
    assert any("认证制\n\n度。" in quote for quote in qingdao)
    assert any("将充分借鉴学习深圳经验" in quote for quote in found_in("qingdao-interview", "duplicate_text").values())
    assert list(found_in("zibo-interview", "broken_paragraph").values()) == [
        "实现了安全形势平稳向好、\n\n营商环境不断优化"
    ]


def test_a_declaration_that_the_bytes_refute_is_a_conflict() -> None:
    body = page().encode("gb18030")
    document = decode_bytes(body, url="http://www.example.gov.cn/")
    case = Case(document=document, article=extract(document), page_text=visible_text(document))
    (found,) = of_kind(detect(case), "encoding_conflict")
    assert (found.quote, found.severity) == ("utf-8", Severity.LOW)
    assert found.evidence["encoding"] == "gb18030"


def test_a_subset_of_the_true_encoding_is_no_conflict() -> None:
    """gb2312 is what Chinese pages declare for gb18030 bytes; browsers read both alike."""
    body = page().replace("utf-8", "gb2312").encode("gb18030")
    document = decode_bytes(body, url="http://www.example.gov.cn/")
    case = Case(document=document, article=extract(document), page_text=visible_text(document))
    assert of_kind(detect(case), "encoding_conflict") == []


def test_two_dates_are_a_conflict_shown_where_the_reader_sees_it() -> None:
    case = case_of(page(after="<p>发布日期：2021年6月5日</p>"))
    told = {"date_conflict": {"shown": "2021-06-05", "meta": "2021-06-15"}}
    case = replace(case, article=replace(case.article, evidence=told))
    (found,) = of_kind(detect(case), "date_conflict")
    assert (found.quote, found.evidence["meta"]) == ("2021年6月5", "2021-06-15")
