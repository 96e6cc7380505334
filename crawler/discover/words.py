"""Words by which parts of a listing are told apart. Data only.

Provenance: collected by reading the markup of government content management systems (TRS WCM, hanweb JCMS, Kaipu/ucap,
Boda, dedecms, SharePoint, Drupal, WordPress) in Chinese, English, German, French, Spanish, Japanese and Korean.
Every entry is lower case. Class and id names are compared by their parts, cut at anything that is not a letter.
"""

from __future__ import annotations

# Parts of class and id names that say "this frame is not what the page is about", and how much a link in it counts.
FRAME_PARTS: dict[str, float] = {
    **dict.fromkeys(
        (
            "nav",
            "navbar",
            "navi",
            "navigation",
            "menu",
            "submenu",
            "mainmenu",
            "topnav",
            "subnav",
            "sitenav",
            "mainnav",
        ),
        0.1,
    ),
    **dict.fromkeys(("daohang", "caidan", "megamenu", "dropdown", "offcanvas", "hamburger"), 0.1),
    **dict.fromkeys(("foot", "footer", "footnav", "bottom", "copyright", "colophon", "dibu", "banquan"), 0.05),
    **dict.fromkeys(("header", "head", "top", "topbar", "toolbar", "masthead", "banner", "logo"), 0.3),
    **dict.fromkeys(
        ("breadcrumb", "breadcrumbs", "crumb", "crumbs", "bread", "location", "position", "weizhi", "mbx"), 0.05
    ),
    **dict.fromkeys(("friend", "friendlink", "friendlinks", "flink", "yqlj", "blogroll", "wzlj"), 0.05),
    **dict.fromkeys(("share", "sharing", "bshare", "social", "follow", "login", "searchbox", "skip", "cookie"), 0.1),
    **dict.fromkeys(("pager", "pagination", "pagebar", "pagenav", "fanye", "fenye", "pagenumbers"), 0.05),
    **dict.fromkeys(("sidebar", "side", "aside", "sidenav", "rightbar", "leftbar", "sidemenu", "widget"), 0.4),
    **dict.fromkeys(("hot", "rank", "ranking", "paihang", "popular", "trending", "recommend", "tuijian"), 0.4),
    **dict.fromkeys(
        ("related", "relate", "relation", "xgwd", "xgxw", "xgwz", "xgyd", "xglj", "relevant", "xiangguan"), 0.3
    ),
    **dict.fromkeys(("tag", "tags", "tagcloud", "hotwords", "keywords"), 0.2),
    **dict.fromkeys(("comment", "comments", "pinglun"), 0.2),
}

# The same for elements and ARIA roles.
FRAME_TAGS: dict[str, float] = {"nav": 0.05, "footer": 0.05, "header": 0.3, "aside": 0.4}
FRAME_ROLES: dict[str, float] = {
    "navigation": 0.05,
    "contentinfo": 0.05,
    "banner": 0.3,
    "complementary": 0.4,
    "search": 0.1,
}

# Whole texts of links that lead somewhere else than to an article.
NAVIGATION_TEXTS = frozenset(
    {
        "首页", "网站首页", "返回首页", "主页", "更多", "更多>>", "查看更多", "加载更多", "点击查看更多",
        "更多信息", "详情", "查看详情", "[详细]", "【详细】", "[详情]", "详细内容", "阅读全文", "上一页",
        "下一页", "尾页", "末页", "首  页", "返回", "返回顶部", "网站地图", "联系我们", "关于我们", "关于本站",
        "网站声明", "隐私声明", "版权声明", "免责声明", "法律声明", "无障碍浏览", "无障碍阅读", "长者模式",
        "关怀版", "设为首页", "加入收藏", "登录", "注册", "打印", "关闭", "分享", "简体", "繁体", "繁體",
        "english", "english version", "国务院部门网站", "地方政府网站", "中国政府网", "政府信息公开指南",
        "政府信息公开年报", "政府信息公开年度报告", "政府信息公开制度", "法定主动公开内容", "政府信息公开目录",
        "政府网站年度报表", "政府网站工作年度报表", "政府网站找错", "网站支持ipv6", "home", "more", "more...",
        "read more", "learn more", "view all", "see all", "view more", "show more", "details", "next",
        "previous", "contact us", "about us", "sitemap", "site map", "privacy policy", "terms of use",
        "skip to main content", "skip to content", "skip navigation", "back to top", "print", "login",
        "log in", "sign in", "accessibility", "weiterlesen", "mehr", "mehr erfahren", "impressum",
        "datenschutz", "barrierefreiheit", "lire la suite", "en savoir plus", "leer más", "ver más",
        "もっと見る", "一覧", "続きを読む", "お問い合わせ", "サイトマップ", "더보기", "목록", "privacy",
        "disclaimer", "legal notice", "accessibility statement", "freedom of information act", "no fear act",
        "inspector general",
    }
)  # fmt: skip

# Beginnings of such texts.
NAVIGATION_STARTS = (
    "备案号",
    "网站标识码",
    "京公网安备",
    "公网安备",
    "主办单位",
    "承办单位",
    "技术支持",
    "版权所有",
    "当前位置",
    "您现在的位置",
    "skip to ",
    "jump to ",
)

# The link to the page after this one, as whole text with the arrows and spaces taken off.
NEXT_TEXTS = frozenset(
    {
        "下一页", "下页", "后一页", "下一頁", "下頁", "后页", "next", "next page", "nextpage", "older",
        "older posts", "older entries", "weiter", "nächste", "nächste seite", "suivant", "suivante",
        "page suivante", "siguiente", "página siguiente", "次へ", "次のページ", "次頁", "다음", "다음 페이지",
        "næste", "nästa", "seuraava", "volgende", "successiva", "próxima", "próximo", "следующая", "вперед",
        "weitere",
    }
)  # fmt: skip
NEXT_ARROWS = frozenset({">", "›", "»", ">>", "→", "&gt;", "▶", "►", "＞", "≫"})

# Names of <meta> that only the pages of single articles carry, and those that only a column's own page carries.
TITLE_METAS = frozenset({"articletitle"})  # the Chinese standard's, on nothing but articles
ARTICLE_METAS = frozenset({"articletitle", "article:published_time", "parsely-pub-date", "citation_title"})
ISSUE_METAS = frozenset({"pubdate", "contentsource", "publishdate", "author", "source"})
COLUMN_METAS = frozenset({"columnname", "columntype", "columndescription", "columnkeywords"})

# Parts of class and id names of the frame that holds one article's text.
BODY_PARTS = frozenset(
    {
        "zoom", "zoomcon", "treditor", "trseditor", "articlecontent", "articlebody", "entrycontent",
        "postcontent", "newscontent", "contenttext", "detailcontent", "pagescontent", "ucapcontent",
        "vsbcontent", "jscontent", "richmediacontent", "conttxt", "newstext", "articletext", "textcontent",
        "fieldnamebody", "bodycontent", "viewtrseditor", "easysitenewstext",
    }
)  # fmt: skip

# Texts that stand with one article: under its headline or at its end.
BYLINE_MARKS = (
    "来源：", "来源:", "稿源：", "信息来源", "责任编辑", "编辑：", "编辑:", "字体：", "字号：", "浏览次数",
    "阅读次数", "点击数", "浏览量", "作者：", "作者:", "打印本页", "关闭窗口", "扫一扫", "上一篇", "下一篇",
    "發布單位", "資料來源", "文章来源",
)  # fmt: skip
