"""Addresses that nothing can be at, and two answers that are one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.model import Snapshot, Source
from crawler.standins import Beside, answers, sibling

HOST = "https://www.example.gov.cn"
SOURCE = Source(name="example", url=f"{HOST}/zwgk/")
NUMBER = 918273645


@pytest.mark.parametrize(
    ("address", "beside"),
    [
        ("/zwgk/202106/t20210615_12.html", "/zwgk/202106/t918273645_918273645.html"),
        ("/art/2021/6/15/art_84_9.shtml", "/art/2021/6/15/art_918273645_918273645.shtml"),
        ("/zwgk/notice.html", "/zwgk/qcmdkfjgh.html"),
        ("/news/minister-visits-school", "/news/qcmdkfjgh"),
        ("/news/storm-2021/", "/news/storm-918273645/"),
        ("/show.php?id=5&lang=en", "/show.php?id=918273645&lang=en"),
        ("/info?12345", "/info?918273645"),
        ("/?p=77", "/?p=918273645"),
        ("/zwgk/t12.html?from=list3", "/zwgk/t918273645.html?from=list918273645"),
        ("/zwgk/notice.html?v=20210615", "/zwgk/qcmdkfjgh.html?v=918273645"),
    ],
)
def test_a_sibling_has_the_folder_the_shape_and_the_ending_of_its_page(address: str, beside: str) -> None:
    assert sibling(HOST + address, NUMBER) == HOST + beside


@pytest.mark.parametrize(
    "front", ["", "/", "/index.html", "/zwgk/list.shtml", "/zwgk/", "/covid19/", "/zwgk/index_2.html"]
)
def test_beside_a_front_there_is_no_such_place(front: str) -> None:
    assert sibling(HOST + front, NUMBER) is None


def said(path: str, *lines: str, title: str = "提示") -> Snapshot:
    body = "".join(f"<p>{line}</p>" for line in lines)
    page = f"<html><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    return Snapshot(
        url=HOST + path,
        final_url=HOST + path,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=page.encode(),
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


EXCUSE = "哎呀，好像走错了门。您可以回到首页，或者用上方的检索框再试一次。"


def test_the_address_asked_for_and_a_token_of_the_answer_are_left_out() -> None:
    one = said("/zwgk/t12.html", EXCUSE, f"{HOST}/zwgk/t12.html", "3fa85f64-5717-4562-b3fc-2c963f66afa6")
    other = said(
        "/zwgk/t918273645.html", EXCUSE, f"{HOST}/zwgk/t918273645.html", "9b2d7c10-0a11-4d02-8f00-77aa12bc34de"
    )
    assert answers(SOURCE, one, other) is Beside.SAME


def test_two_articles_of_one_template_are_two_answers() -> None:
    one = said("/zwgk/t12.html", "本市学校食堂食材采购实行公示制度，每月公开渠道、品种和价格。", title="采购公示")
    other = said("/zwgk/t13.html", "本市停车场收费标准自七月一日起调整，首小时五元。", title="停车收费")
    assert answers(SOURCE, one, other) is Beside.OTHER
