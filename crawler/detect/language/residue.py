"""Words of a site's own furniture that copying programs take along with a text. Data, written by hand, simplified.

Looked for only in texts without markup: a page has its furniture by right, a text that carries it was copied by a
machine.
"""

from __future__ import annotations

# Whole lines, or what stands at the end of a line behind a space.
_LINES = """
    请输入关键字 请输入关键词 请输入搜索内容 扫一扫在手机打开当前页 扫一扫在手机上打开 扫一扫手机打开当前页
    扫码在手机打开 扫描二维码分享 用微信扫一扫 微信扫一扫分享 分享到微信 分享到微博 分享到朋友圈 我要报料 我要举报
    我要纠错 我要评论 点击加载更多 加载更多 返回顶部 打印本页 关闭窗口 打印此页 关闭本页 收藏本页 设为首页
    加入收藏 字体大中小 上一篇 下一篇 相关阅读 相关推荐 猜你喜欢 热门推荐 最新信息 展开全文 阅读全文 查看更多
    首页 当前位置 无障碍阅读 长者模式 繁体版 简体版 网站地图 联系我们 登录 注册 搜索 确定
"""
LINES = frozenset(_LINES.split())
# Category names of content farms: a text's first line.
_CATEGORIES = """
    供应资讯 供应信息 供求信息 求购信息 商业资讯 行业资讯 企业资讯 公司资讯 产品资讯 产品供应 商机资讯 推广资讯
    综合资讯 热点资讯 生活资讯 财经资讯 科技资讯 今日资讯 今日热点 热门资讯 资讯中心 资讯频道 头条资讯
"""
CATEGORIES = frozenset(_CATEGORIES.split())
# A line that has one of the first and one of the second asks the reader to come to an application.
CALLS = ("下载", "扫码", "扫描二维码", "关注公众号", "搜索小程序", "搜索微信小程序", "关注微信公众号", "添加微信")
REASONS = ("求帮助", "求报道", "报料", "爆料", "在线等你", "免费领取", "加入群聊", "商务合作", "投稿")
# The small print of hosts that let anybody post.
DISCLAIMERS = (
    "由互联网用户自发贡献",
    "仅提供信息存储空间服务",
    "不拥有所有权,不承担",
    "不拥有所有权，不承担",
    "本站将立刻删除",
    "该文观点仅代表作者本人",
    "侵权请联系删除",
    "如有侵权请联系",
    "系信息发布平台",
)
