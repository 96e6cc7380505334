"""Clean government pages made of patterns: headlines, sentences and frames such as any office publishes."""

from __future__ import annotations

import random

_PLACES = [
    "临江市",
    "云岭县",
    "东湖区",
    "青川县",
    "安平市",
    "白河县",
    "新塘区",
    "石桥镇",
    "高阳县",
    "南屏市",
    "永宁区",
    "双溪镇",
    "江北新区",
    "龙泉街道",
]
_OFFICES = [
    "人民政府",
    "教育局",
    "卫生健康委员会",
    "农业农村局",
    "市场监督管理局",
    "公安局",
    "生态环境局",
    "交通运输局",
    "民政局",
    "税务局",
    "自然资源局",
    "人力资源和社会保障局",
    "文化广电和旅游局",
    "应急管理局",
    "住房和城乡建设局",
    "水利局",
    "统计局",
    "财政局",
]
_MATTERS = [
    "春季农业生产",
    "安全生产检查",
    "义务教育招生",
    "医疗保障服务",
    "防汛抗旱",
    "老旧小区改造",
    "食品安全监管",
    "道路交通整治",
    "就业创业扶持",
    "森林防火",
    "城乡居民养老保险",
    "政务公开",
    "营商环境优化",
    "河道清理",
    "网络安全宣传",
    "反诈骗宣传",
    "公共卫生服务",
    "文化惠民演出",
    "保障性住房分配",
    "发票管理",
    "驾驶证换发",
    "体育彩票公益金使用",
    "打击赌博违法犯罪",
    "药品集中采购",
    "学历认证服务",
]
_HEADLINES = (
    "{place}{office}关于做好{matter}工作的通知",
    "{place}召开{matter}工作推进会",
    "{place}{matter}取得阶段性成效",
    "{office}负责人就{matter}答记者问",
    "{place}{office}{year}年{matter}工作总结",
)
_SENTENCES = (
    "{month}月{day}日，{place}{office}组织召开{matter}专题会议，研究部署下一阶段重点任务。",
    "会议指出，要把{matter}摆在突出位置，压实责任，细化措施，确保各项工作落到实处。",
    "截至{month}月底，全{unit}累计完成投资{number}万元，同比增长{share}%，受益群众{number}余人。",
    "各有关单位要按照职责分工，密切配合，及时报送进展情况，联系电话：0{code}-{phone}。",
    "符合条件的申请人可持身份证、户口簿等材料到政务服务大厅窗口办理，也可登录政务服务网在线申报。",
    "对{matter}中发现的问题，{office}将依法依规严肃处理，并向社会公布结果。",
    "据介绍，今年以来{place}围绕{matter}开展了{number}场次活动，覆盖{number}个村（社区）。",
    "《{place}{matter}实施方案》已经{year}年第{day}次常务会议审议通过，现印发给你们，请认真贯彻执行。",
    "市民王先生说，现在办事方便多了，不用来回跑，半个小时就办好了。",
    "下一步，{place}将继续加大投入力度，完善长效机制，不断提升人民群众的获得感、幸福感、安全感。",
    "警方提醒，凡是以刷单返利、网络贷款、投资理财为名要求转账的，都是诈骗，请拨打110报警。",
    "本次检查共出动执法人员{number}人次，检查经营单位{day}家，责令整改{month}处。",
)
_MENU = [
    "首页",
    "新闻中心",
    "政务公开",
    "政务服务",
    "互动交流",
    "专题专栏",
    "走进本地",
    "数据开放",
    "领导之窗",
    "机构职能",
    "政策文件",
    "规划计划",
    "财政预决算",
    "人事信息",
    "应急管理",
    "招标采购",
    "通知公告",
    "视频新闻",
    "图片新闻",
    "在线访谈",
    "网上调查",
    "下载中心",
    "网站地图",
    "无障碍浏览",
    "手机版",
]
_FRAMES = (
    '<div class="header"><ul>{menu}</ul></div><div class="article"><h1>{title}</h1>'
    '<div class="info">发布日期：{date}　来源：{office}　浏览次数：{number}</div>'
    '<div class="TRS_Editor">{body}</div></div>'
    '<div class="footer">{foot}</div>',
    "<table><tr><td>{menu}</td></tr></table><table><tr><td class=title>{title}</td></tr>"
    "<tr><td>{date} {office}</td></tr>"
    "<tr><td id=zoom>{body}</td></tr></table><table><tr><td>{foot}</td></tr></table>",
    '<nav>{menu}</nav><main><article><h2 class="title">{title}</h2><span>来源：{place}{office}</span>'
    "<span>{date}</span>"
    '<div id="UCAP-CONTENT">{body}</div></article></main><footer>{foot}</footer>',
)


def government_page(chance: random.Random) -> str:
    """One clean page; what it says and how it is framed are drawn from `chance`."""
    title = government_headline(chance)
    sentences = [_filled(chance.choice(_SENTENCES), chance) for _ in range(chance.randint(6, 24))]
    paragraphs, at = [], 0
    while at < len(sentences):
        size = chance.randint(1, 4)
        paragraphs.append("　　" + "".join(sentences[at : at + size]))
        at += size
    frame = chance.choice(_FRAMES)
    menu = "".join(f'<li><a href="/c{n}/">{name}</a></li>' for n, name in enumerate(chance.sample(_MENU, 12)))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    foot = _filled("主办：{place}人民政府办公室　ICP备{code}00{day}号　网站标识码：{phone}", chance)
    date = _filled("{year}-0{single}-1{single}", chance)
    inner = _filled(frame.replace("{menu}", menu).replace("{foot}", foot).replace("{date}", date), chance, title, body)
    site = _filled("{place}{office}", chance)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}-{site}</title>'
        f'<meta name="keywords" content="{title}"></head><body>{inner}</body></html>'
    )


def government_headline(chance: random.Random) -> str:
    """What such a page is called."""
    return _filled(chance.choice(_HEADLINES), chance)


def government_paragraphs(chance: random.Random, *, characters: int) -> list[str]:
    """The paragraphs of one long article, at least so many characters."""
    found: list[str] = []
    while sum(map(len, found)) < characters:
        found.append("".join(_filled(chance.choice(_SENTENCES), chance) for _ in range(chance.randint(2, 5))))
    return found


def _filled(pattern: str, chance: random.Random, title: str = "", body: str = "") -> str:
    words = {
        "place": chance.choice(_PLACES),
        "office": chance.choice(_OFFICES),
        "matter": chance.choice(_MATTERS),
        "year": str(chance.randint(2012, 2024)),
        "month": str(chance.randint(1, 12)),
        "day": str(chance.randint(10, 28)),
        "single": str(chance.randint(1, 9)),
        "number": str(chance.randint(12, 9000)),
        "share": f"{chance.uniform(1, 30):.1f}",
        "unit": chance.choice("市县区"),
        "code": str(chance.randint(310, 899)),
        "phone": str(chance.randint(2000000, 8999999)),
        "title": title,
        "body": body,
    }
    for name, word in words.items():
        pattern = pattern.replace("{" + name + "}", word)
    return pattern
