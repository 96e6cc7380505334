"""Rows of a large store, made fast: Pages of many Sources, Versions in Chinese, Checks, Changes, Findings.

All is made from numbers, the same at every run. Texts are put together from sentences, whose words are of this list and
occur as unevenly as words do; what a text is found by is put together from theirs: no word reaches over a full stop.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from store.rows import key_of
from store.search import in_era
from store.words import number_of_source, numbers

WORDS = """
    工作 发展 建设 管理 服务 企业 项目 推进 加强 落实 学校 食堂 采购 食材 家长 公示
    价格 监督 检查 市场 监管 教育 部门 资金 预算 财政 安全 生产 应急 消防 隐患 排查
    整治 责任 制度 规定 办法 通知 意见 方案 会议 要求 精神 群众 社区 街道 乡村 振兴
    农业 农村 农民 粮食 种植 养殖 水利 河道 防汛 抗旱 气象 预警 环境 保护 污染 治理
    空气 质量 生态 绿化 公园 道路 交通 桥梁 地铁 公交 停车 规划 土地 征收 补偿 拆迁
    住房 公积金 租赁 保障 社保 医保 养老 医院 医疗 卫生 疾控 疫苗 药品 残疾人 儿童
    妇女 就业 招聘 培训 创业 人才 大学 科技 创新 数字 数据 平台 网络 信息 公开 政务
    审批 许可 窗口 办事 证照 税收 减免 优惠 贷款 银行 金融 风险 非法 集资 诈骗 公安
    治安 司法 法院 检察 律师 调解 信访 投诉 热线 文化 旅游 体育 博物馆 图书馆 非遗
    节日 演出 比赛 宣传 志愿者 慈善 捐赠 统计 调查 人口 普查 经济 增长 投资 外贸
    出口 招商 园区 开发区 港口 物流 电商 能源 电力 燃气 供水 供热 煤炭 光伏 风电
    充电桩 名单 公告 中标 招标 合同
""".split()  # noqa: SIM905 - words read better than a list of them
RARE = "鲟鳇 潟湖 髹漆 觱篥 榫卯 鼋头 窨井 砼管 缂丝 醴陵".split()  # noqa: SIM905
START = datetime(2024, 1, 1, tzinfo=UTC)
# Per page.
VERSIONS, CHECKS = 5, 50
SOURCES = 200
# One of them is configured no more, and its pages were due long ago.
RETIRED = "source-199"
_SENTENCES, _EACH = 4000, 6


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what it is found by."""

    text: str
    numbers: frozenset[int]


class Writer:
    """The rows by number: whoever asks for a page's twice gets the same."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self._sentences = [_sentence(random.Random(seed)) for seed in range(_SENTENCES)]
        # Sources are of very different sizes.
        weights = [1 / (place + 1) ** 0.7 for place in range(SOURCES)]
        self._places = random.Random(1).choices(range(SOURCES), weights, k=pages + 1)
        self._of_source = {name: number_of_source(name) for name in map(_name, range(SOURCES))}

    def sources(self) -> Iterator[tuple[object, ...]]:
        """name, url, active, links, failures, detail, next_check."""
        for place in range(SOURCES):
            name = _name(place)
            yield name, f"https://{name}.example.gov.cn/", name != RETIRED, 0, 0, "", START

    def source(self, page: int) -> str:
        """The source of a page."""
        return _name(self._places[page])

    def url(self, page: int) -> str:
        """The address of a page."""
        return f"https://{self.source(page)}.example.gov.cn/zwgk/t{page}.html"

    def end(self) -> datetime:
        """When the last row was written."""
        return START + timedelta(days=CHECKS * 7)

    def page_rows(self) -> Iterator[tuple[object, ...]]:
        """As COLUMNS has them."""
        for page in range(1, self.pages + 1):
            source = self.source(page)
            url = f"https://{source}.example.gov.cn/zwgk/t{page}.html"
            checked = self.end() - timedelta(seconds=page * 601_319 % 604_800)
            due = START if source == RETIRED else checked + timedelta(days=7)
            yield (
                *(page, key_of(url), url, source, f"{source}.example.gov.cn", "live", f"关于{page}号事项的通知"),
                *(START, due, checked, VERSIONS, CHECKS, 0, 0, 1.0, 100.0),
            )

    def snapshot_rows(self) -> Iterator[tuple[object, ...]]:
        """id, page_id, fetched_at, url, final_url, redirects, status, headers, digest, size."""
        for number, page, at in self._versions():
            url = f"https://e/{page}"
            yield number, page, at, url, url, "[]", 200, "[]", f"{number:064x}", 20_000

    def version_rows(self) -> Iterator[tuple[object, ...]]:
        """id, page_id, number, seen_at, snapshot_id, rules, digest, title, article."""
        for number, page, at in self._versions():
            title = f"关于{page}号事项的通知"
            article = {"kind": "article", "title": title, "paragraphs": [self._text(number)]}
            said = json.dumps(article, ensure_ascii=False, separators=(",", ":"))
            place = (number - 1) // self.pages + 1
            yield number, page, place, at, number, "1", f"{number:064x}", title, said

    def word_rows(self) -> Iterator[tuple[int, list[int]]]:
        """The number of a Version and what it is found by, as PostgreSQL has it."""
        for number, found in self.found_by():
            yield number, in_era(number, found)

    def found_by(self) -> Iterator[tuple[int, set[int]]]:
        """The number of a Version and what it is found by."""
        in_title = numbers("关于") | numbers("号事项的通知")
        for number, page, _ in self._versions():
            found = in_title | {self._of_source[self.source(page)]}
            for sentence in self._chosen(number):
                found |= sentence.numbers
            yield number, found

    def check_rows(self) -> Iterator[tuple[object, ...]]:
        """id, page_id, at, outcome, status, detail, past, snapshot_id."""
        every = CHECKS // VERSIONS
        for turn in range(CHECKS):
            changed, version = turn % every == 0, turn // every
            outcome = ("new" if turn == 0 else "changed") if changed else "unchanged"
            for page in range(1, self.pages + 1):
                snapshot = version * self.pages + page if changed else None
                yield (
                    turn * self.pages + page,
                    page,
                    _at(page, turn),
                    outcome,
                    200 if changed else 304,
                    "",
                    False,
                    snapshot,
                )

    def change_rows(self) -> Iterator[tuple[object, ...]]:
        """id, page_id, before_id, after_id, at, kind, minor, significance, fields_changed, added, removed, summary."""
        for number, page, at in self._versions():
            before = number - self.pages if number > self.pages else None
            kind = "created" if before is None else "edited"
            yield number, page, before, number, at, kind, False, 0.4, '["body"]', 10, 5, "正文有改动", self.source(page)

    def finding_rows(self) -> Iterator[tuple[object, ...]]:
        """One of twenty Versions has one; half of them are resolved."""
        for number, page, at in self._versions():
            if number % 20 == 0:
                resolved = at + timedelta(days=7) if number % 40 else None
                what = "spam_block", "high", "article", "时时彩 计划群", 0, 7, 0.9, "{}", self.source(page)
                yield number // 20, page, number, at, resolved, f"{number:x}", *what

    def _versions(self) -> Iterator[tuple[int, int, datetime]]:
        every = CHECKS // VERSIONS
        for version in range(VERSIONS):
            for page in range(1, self.pages + 1):
                yield version * self.pages + page, page, _at(page, version * every)

    def _chosen(self, version: int) -> list[Sentence]:
        return [
            self._sentences[(version * 7919 + part * 104_729 + version // 97) % _SENTENCES] for part in range(_EACH)
        ]

    def _text(self, version: int) -> str:
        return "".join(sentence.text for sentence in self._chosen(version))


def _name(place: int) -> str:
    return f"source-{place}"


def _at(page: int, turn: int) -> datetime:
    return START + timedelta(days=turn * 7, seconds=page * 601_319 % 604_800)


def _sentence(chance: random.Random) -> Sentence:
    weights = [1 / (place + 3) for place in range(len(WORDS))]
    said = "".join(chance.choices(WORDS, weights, k=chance.randrange(8, 14)))
    if chance.random() < 0.01:
        said += chance.choice(RARE)
    return Sentence(said + "。", frozenset(numbers(said)))
