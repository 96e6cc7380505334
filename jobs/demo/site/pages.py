"""The site's twelve articles: where each lives, how it is dressed, and what its article says word for word.

Titles, dates, offices and addresses around the five source documents are reconstructions; docs/demo-site.md says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from jobs.demo.site import notices
from jobs.demo.site.seeds import between, seed_lines

Template = Literal["trs", "zoom", "ucap", "breaks", "table", "register", "builder"]
DEMO_CITY = "示例市人民政府"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """How a page's bytes are made: `codec` encodes, `meta` and `header` declare (None: says nothing)."""

    codec: str = "utf-8"
    meta: str | None = "utf-8"
    header: str | None = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPage:
    """One article of the bundled site as it is first published.

    `paragraphs` is the exact body in order, and `captions` stand under its pictures, outside the body. `optional`
    lines are shown right beside the body (a repost's tail); a stripper may keep or drop them. `published` is what the
    page displays; `issuer` None means that the page names no source. `views` is the counter's first value.
    """

    name: str
    path: str
    template: Template
    site: str
    column: str
    title: str
    published: str
    issuer: str | None
    paragraphs: tuple[str, ...]
    dress: Dress = Dress()
    traditional: bool = False
    subtitle: str | None = None
    document_number: str | None = None
    captions: tuple[tuple[int, str], ...] = ()
    optional: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()
    validators: Literal["both", "etag", "date"] = "both"
    views: int = 100

    @property
    def shown_beside(self) -> tuple[str, ...]:
        """Every line at the body's edge that a stripper may keep or drop: the optional ones, the attachments."""
        if not self.attachments:
            return self.optional
        return (*self.optional, "附件：" + "".join(name for _, name in self.attachments))

    @property
    def day(self) -> str:
        """The date without its time, as listings show it."""
        return self.published[:10]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.strip().splitlines())


def _qingdao_body() -> tuple[str, ...]:
    """The interview from its by-line on; the title, the subtitle and the picture's caption have places of their own."""
    body = between("qingdao-interview", "□文/图", "张杰表示")
    return tuple(line for line in body if line != _QINGDAO_CAPTION)


_QINGDAO_CAPTION = "青岛市市场监督管理局局长张杰"

SUQIAN = DemoPage(
    name="suqian",
    path="/xwfb/202106/t20210615_918273.shtml",
    template="trs",
    site="宿遷市人民政府",
    column="新聞發布會",
    title="我市召開“我為群眾辦實事”新聞發布會(二)",
    published="2021-06-15",
    issuer=None,
    paragraphs=between("suqian-press-conference", "各位媒體記者:", "好,由于時間關系"),
    traditional=True,
    views=2714,
)
HUZHOU = DemoPage(
    name="huzhou",
    path="/art/2022/5/6/art_1229561_59001234.html",
    template="zoom",
    site="湖州市市场监督管理局",
    column="理论学习",
    title="奋力争当实干争先主题实践领跑者",
    published="2022-05-06 09:30",
    issuer="湖州市市场监督管理局",
    paragraphs=seed_lines("huzhou-article"),
    validators="etag",
    views=356,
)
QINGDAO = DemoPage(
    name="qingdao",
    path="/n28356065/n32561012/190618093012345678.html",
    template="ucap",
    site="青岛市市场监督管理局",
    column="媒体聚焦",
    title="供青食品将有标准体系",
    subtitle="——专访青岛市市场监督管理局局长张杰",
    published="2019-06-18",
    issuer="半岛都市报",
    paragraphs=_qingdao_body(),
    captions=((3, _QINGDAO_CAPTION),),
    dress=Dress(codec="gb18030", meta="gb2312", header="gb2312"),
    views=1208,
)
WEIHAI = DemoPage(
    name="weihai",
    path="/col/col50211/content_1029384.html",
    template="breaks",
    site="威海市市場監督管理局",
    column="媒體報道",
    title="威海市市場監督管理局：寫好精致模范機關創建“市監篇”",
    published="2020-09-23 10:12:07",
    issuer="齊魯壹點",
    paragraphs=seed_lines("weihai-interview")[:-2],
    optional=seed_lines("weihai-interview")[-2:],
    traditional=True,
    # GB18030 bytes under a gb2312 label, and only in the document: hundreds of its characters are outside GB2312.
    dress=Dress(codec="gb18030", meta="gb2312", header=None),
    views=4031,
)
ZIBO = DemoPage(
    name="zibo",
    path="/news/show.php?itemid=20185",
    template="table",
    site="淄博市市场监管信息网",
    column="供应资讯",
    title="砥砺奋进赶考路_专访苏凯_构建新发展格局下的淄博市场",
    published="2021-12-13 20:13",
    issuer=None,
    paragraphs=seed_lines("zibo-interview")[3:-1],
    optional=seed_lines("zibo-interview")[-1:],
    dress=Dress(codec="gbk", meta=None, header=None),
    validators="date",
    views=185,
)
SAMPLING = DemoPage(
    name="sampling",
    path="/tzgg/202205/t20220509_1107.html",
    template="register",
    site=DEMO_CITY,
    column="通知公告",
    title="关于开展2022年夏季餐饮服务食品安全专项抽检的通知",
    published="2022-05-09",
    issuer="示例市市场监督管理局",
    document_number="示市监发〔2022〕31号",
    paragraphs=_lines(notices.SAMPLING),
    views=12,
)
DUTY = DemoPage(
    name="duty",
    path="/tzgg/202204/t20220428_1106.html",
    template="register",
    site=DEMO_CITY,
    column="通知公告",
    title="关于2022年端午节期间政务服务大厅值班安排的通知",
    published="2022-04-28",
    issuer="示例市政务服务管理办公室",
    document_number="示政服发〔2022〕8号",
    paragraphs=_lines(notices.DUTY),
    views=640,
)
SUGGESTIONS = DemoPage(
    name="suggestions",
    path="/info/1042/3105.htm",
    template="builder",
    site=DEMO_CITY,
    column="通知公告",
    title="关于征集2022年度民生实事项目建议的公告",
    published="2022-04-20",
    issuer="市政府办公室",
    paragraphs=_lines(notices.SUGGESTIONS),
    views=977,
)
PRICES = DemoPage(
    name="prices",
    path="/info/1051/3098.htm",
    template="builder",
    site=DEMO_CITY,
    column="数据解读",
    title="示例市2022年第一季度生活必需品价格监测情况",
    published="2022-04-18",
    issuer="市商务局",
    paragraphs=_lines(notices.PRICES),
    views=318,
)
ROADWORKS = DemoPage(
    name="roadworks",
    path="/info/1042/3090.htm",
    template="builder",
    site=DEMO_CITY,
    column="通知公告",
    title="关于垚山镇至漷河口道路施工期间交通管制的通告",
    published="2022-04-15",
    issuer="市公安局",
    paragraphs=_lines(notices.ROADWORKS),
    dress=Dress(codec="gb18030", meta="gb2312", header="gb2312"),
    views=1502,
)
FLOOD_PLAN = DemoPage(
    name="flood-plan",
    path="/zfxxgk/202204/t20220411_1103.html",
    template="register",
    site=DEMO_CITY,
    column="政策文件",
    title="示例市人民政府办公室关于印发2022年防汛抗旱应急预案的通知",
    published="2022-04-11",
    issuer="市政府办公室",
    document_number="示政办发〔2022〕12号",
    paragraphs=_lines(notices.FLOOD_PLAN),
    attachments=(("P020220411350012345678.rtf", "示例市2022年防汛抗旱应急预案.rtf"),),
    views=733,
)
LIBRARY = DemoPage(
    name="library",
    path="/big5/info/1042/3077.htm",
    template="builder",
    site=DEMO_CITY,
    column="通知公告",
    title="關於示例市圖書館調整開放時間的公告",
    published="2022-04-01",
    issuer="示例市圖書館",
    paragraphs=_lines(notices.LIBRARY),
    traditional=True,
    dress=Dress(codec="big5", meta="big5", header="big5"),
    views=89,
)

# Newest first, the order of every listing.
PAGES = (
    SAMPLING,
    HUZHOU,
    DUTY,
    SUGGESTIONS,
    PRICES,
    ROADWORKS,
    FLOOD_PLAN,
    LIBRARY,
    ZIBO,
    SUQIAN,
    WEIHAI,
    QINGDAO,
)
BY_NAME = MappingProxyType({page.name: page for page in PAGES})
BODIES = MappingProxyType({page.name: page.paragraphs for page in PAGES})
