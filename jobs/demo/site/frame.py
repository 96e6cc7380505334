"""The words around the articles: navigation, ranking, and how a frame is put into traditional script.

Data only, invented for this site after the habits of Chinese government portals.
"""

from __future__ import annotations

NAVIGATION: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("新闻中心", ("政务要闻", "部门动态", "区县动态", "通知公告", "新闻发布会", "媒体聚焦")),
    (
        "政务公开",
        ("机构职能", "领导之窗", "信息公开指南", "政策文件", "规划计划", "财政预决算", "人事信息", "重点领域"),
    ),
    ("政务服务", ("个人办事", "法人办事", "部门服务", "便民查询", "办事指南", "服务评价")),
    ("互动交流", ("市长信箱", "在线访谈", "民意征集", "网上调查", "市民热线", "常见问题")),
    ("数据开放", ("统计数据", "数据解读", "统计公报")),
    ("走进我市", ("市情概况", "历史文化", "旅游景点", "城市名片")),
)

# (month and day shown, title). They lead to topic pages, not to articles.
RANKING: tuple[tuple[str, str], ...] = (
    ("05-05", "全市经济运行情况新闻发布会召开"),
    ("05-03", "市政府常务会议研究部署安全生产工作"),
    ("04-29", "我市发布一季度环境空气质量状况"),
    ("04-27", "示例大道改造工程全线通车"),
    ("04-25", "市区新增公共停车位一千二百个"),
    ("04-22", "全民阅读活动月启动"),
    ("04-19", "春季植树造林任务全面完成"),
    ("04-14", "城乡居民医疗保险集中缴费期延长"),
    ("04-12", "中小学招生入学工作方案出台"),
    ("04-08", "夏粮田间管理技术指导意见印发"),
    ("04-06", "清明期间森林防火工作平稳有序"),
    ("04-02", "新能源公交车投入运营"),
)

# Every character of the frame that traditional script writes otherwise, and nothing else.
_SIMPLIFIED = (
    "个乡产们会关决况击办务动区医历县发号启图声备学导帮开当态总扫报数无时术权来标树没济浏点热状环疗码碍稳"
    "粮线经统缴职联营见规览计议许访评识询请读调谈财质费车转软载输运进键长门闭问间闻阅险页预领题划游征体机网气据于构"
)
_TRADITIONAL = (
    "個鄉產們會關決況擊辦務動區醫歷縣發號啟圖聲備學導幫開當態總掃報數無時術權來標樹沒濟瀏點熱狀環療碼礙穩"
    "糧線經統繳職聯營見規覽計議許訪評識詢請讀調談財質費車轉軟載輸運進鍵長門閉問間聞閱險頁預領題劃遊徵體機網氣據於構"
)
TO_TRADITIONAL = str.maketrans(_SIMPLIFIED, _TRADITIONAL)
