"""Words, names and tags by which pages are read. Data only.

Provenance: written for this project from the public vocabulary of Chinese government content systems (the meta names of
the national standard for government sites, the container names of TRS WCM, Hanweb JCMS, Ucap and UEditor), the class
names of common news systems and the HTML standard. No entry serves a single site.
Raise RULES whenever an entry or the code that reads it changes what an Article says.
"""

from __future__ import annotations

RULES = "2026.11.8"

# ---- HTML ---------------------------------------------------------------------------------------------------------

VOID_TAGS = frozenset(
    """
    area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr
    """.split()  # noqa: SIM905 - words read better than a list of them
)
BLOCK_TAGS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup legend li main menu nav ol p section summary table
    tbody td tfoot th thead tr ul ucapcontent ucaptitle
    """.split()  # noqa: SIM905 - words read better than a list of them
)
# Their text is not markup: no comment begins in it.
RAW_TAGS = frozenset(("script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"))
SKIPPED_TAGS = RAW_TAGS | frozenset(
    """
    template svg math select textarea object audio video canvas map head title script style noframes
    """.split()  # noqa: SIM905 - words read better than a list of them
)

# ---- containers ---------------------------------------------------------------------------------------------------

# Names by which content systems mark the article's own text; matched against whole id or class words.
BODY_NAMES = frozenset(
    """
    zoom trs_editor trs_ueditor trs_web trs_paper_preview_content ucap-content pages_content js_content
    rich_media_content articlebody article-body article_body articlecontent article-content article_content
    artibody endtext post_body post_text main-content-article newscontent news-content news_content news_con
    newscon newsbody detail-content detail_content detailcontent contentbody content-body content_body
    entry-content post-content post_content story-body conttxt contenttext contentregion ozoom vsb_content
    wp_articlecontent view_content xl_content xxgk_content gsj_content_text content_area cnt_bd textbody
    text_content bt-content info_content infocontent article_con articlecon article-con art_con art_content
    article-text con_text rm_txt_con show_text
    """.split()  # noqa: SIM905 - words read better than a list of them
)
# Ids and classes of articles that scripts make visible once the page has loaded.
REVEALED_BODIES = r"js_content|rich_media_content|article|content|detail|zoom|main"
# Panels that a reader unfolds: WAI-ARIA's role; the classes of jQuery UI, Bootstrap and USWDS.
FOLDING_PANELS = frozenset(
    """
    tabpanel tab-pane ui-tabs-panel ui-accordion-content accordion-body accordion-collapse accordion-content
    panel-collapse usa-accordion__content
    """.split()  # noqa: SIM905 - words read better than a list of them
)

# Names of boxes, as words in ids and classes. A name counts between hyphens and underscores too ("top-nav"): all of it
# or none. "x?" may be missing, "*" stands for any ending, "(a|b)" for either.
# The article's own text, by shape.
BODY_SHAPES = (
    "(news|article|detail|details|post|entry|main|info|art|xl|view|xxgk|wz|zw|gkml)(|-|_)"
    "(content|con|body|text|cont|txt|nr)"
)
# A box so named frames the page and is never part of the article.
FRAME_NAMES = """
    nav navbar navigation menu breadcrumbs? crumbs? footer foot sidebar aside share sharing bdshare* social bshare*
    jiathis* related recommend* relate xgnews xgxx xgwz prev-?next prenext pager pagination paging comments?
    comment-list copyright toolbar tool-?bar tools advert* adv? ads banner login search searchbox hot-?news hotnews
    tags? qrcode ewm erweima popup modal dialog cookie* newsletter subscribe signup disclaimer editor-?name zrbj
    infobox toc navbox reflist mw-editsection print font-?size weixin-share sharebox share-box reading-list promo
    outbrain taboola
"""
# The same, so plain that a box so named stays frame even where it holds most of the page's text: as the whole word, or
# as a part of it.
STRONG_FRAME_WORDS = """
    comments? related footer sidebar breaking-news most-?read latest-news trending author-bio about-author
"""
STRONG_FRAME_NAMES = "comment-?(list|text|box|area) recommend*"
CAPTION_NAMES = """
    caption wp-caption-text (image|photo|media|img|pic)-?(caption|credit|copyright|description) credit
"""
SUBTITLE_NAMES = "sub-?title fu-?title fbt fubiaoti subhead* deck standfirst"
TITLE_NAMES = """
    title titles tit headline bt biaoti h-title arttitle article-?title newstitle contenttitle content-?title
    detail-?title xl-?title news-?title title-?h1 ucaptitle entry-title post-?title rich_media_title wz-?title
    info-?title main-?title art-?title articletitle content_title detail_title article_title news_title post_title
    xxgk_title art_title cont_title con_title show_title
"""

# ---- lines --------------------------------------------------------------------------------------------------------

# Marks that only running text has.
PROSE_MARKS = "。！？；，"
PROSE = rf"[{PROSE_MARKS}]|[,;!?](?:\s|$)|[.:][”\"')]?(?:\s|$)"
# A short line that begins like this stands between the title and the text.
HEAD_LINE = (
    r"^[\s【\[（(|｜·•>—\-]*(?:(?:信息|文章|新闻|稿件|内容|资料|图文|本文)?来\s*源|稿源|出处|"
    r"(?:发布|发表|发文|公开|更新|生成|成文|录入|发稿|创建|编辑|撰稿|印发)\s*(?:时间|日期|"
    r"机构|单位|人|者)|日\s*期\s*[:：]|时\s*间\s*[:：]|"
    r"作\s*者|记\s*者\s*[:：]|编\s*辑|供稿|撰稿|浏\s*览|点\s*击|访问|阅读|人气|字\s*[体号]|"
    r"文字大小|打\s*印|分\s*享|收\s*藏|保\s*存|"
    r"视力保护|背景色|扫一扫|索\s*引\s*号|文\s*号|发文字号|主题分类|主题词|有\s*效\s*性|"
    r"信息分类|信息索引|公文种类|责任编辑|责任部门|"
    r"名\s*称\s*[:：]|听全文|语音播报|無障礙|瀏覽|發布|發佈|來\s*源|點\s*閱|點\s*擊|列\s*印|編\s*輯|時\s*間\s*[:：]|人氣|友善列印|字級|当前位置|您现在的位置|"
    r"您的位置|您当前|您所在|首页\s*[>»›]|"
    r"【?[大中小]】?\s*$|大\s*中\s*小|关注|微信$|微博$|QQ|评论|原标题|摘要[:：]?$|正文[:：]?$|"
    r"By\s+[A-Z]|(?:Published|Posted|Updated|Last updated)\b)"
)
# A short line that begins like this ends the text wherever it stands; what follows belongs to the frame.
END_LINE = (
    r"^[\s【\[（(|｜·•>—\-▌■]*(?:责\s*任\s*编\s*辑|責任編輯|责\s*编|網路編輯|网\s*络\s*编\s*辑|值班编辑|本文编辑|"
    r"上一[篇条页则]|下一[篇条页则]|前一篇|后一篇|"
    r"本文来源[:：]|发布于[:：]|扫一扫|网友评论|发表评论|版权声明|免责声明|特别声明|本网声明|转载请注明)"
)
# The same, unless more text follows than went before: then it only heads a box set into the text.
STRONG_TAIL = (
    r"^[\s【\[（(|｜·•>—\-▌■]*(?:相關(?:新聞|連結|閱讀|文章|報導|資訊|附件)|相关(?:新闻|链接|阅读|文章|报道|信息|稿件|专题|推荐|资讯|"
    r"内容|解读|文档|政策|图片)|延伸阅读|扩展阅读|推荐阅读|热门(?:新闻|推荐|文章|阅读)|"
    r"猜你喜欢|"
    r"(?:你|您)可能(?:還|还|也|會|会)?(?:喜歡|喜欢|感[兴興]趣|想看)|其他人也在看|更多(?:新闻|"
    r"精彩|资讯|相关)|我要(?:纠错|评论|留言)|"
    r"最新评论|(?:全部|热门)评论|跟帖|"
    r"Related (?:Articles|Stories|Posts|News|Content|Topics)|Read [Nn]ext|You (?:may|might) also like|"
    r"More (?:from|on|in) |Leave a (?:comment|reply)|"
    r"Comments? ?\(?\d*\)?$|Most (?:read|popular)|Recommended|Share this|Trending)"
)
# A short line that begins like this ends the text when most of the text stands before it.
TAIL_LINE = (
    r"^[\s【\[（(|｜·•>—\-▌■]*(?:编\s*辑\s*[:：]|审\s*核\s*[:：]|审\s*校\s*[:：]|监\s*制\s*[:：]|"
    r"校\s*对\s*[:：]|一\s*审\s*[:：]|初\s*审\s*[:：]|终\s*审\s*[:：]|"
    r"作者\s*[:：]|回上[一]?頁|列印|關閉|版權|點閱|瀏覽人次|更新日期|热门|扫描|分享|打\s*印|关\s*闭|返回(?:顶部|首页|列表|上页)?$|版权(?:所有|"
    r"归)|声明[:：]|主办(?:单位)?[:：]|承办(?:单位)?[:：]|"
    r"网站标识码|ICP备|京ICP|公网安备|我要|纠错|收藏|评论|举报|点赞|微信扫|手机扫|用手机|"
    r"标签[:：]|关键[词字][:：]|[Tt]ags?\b|"
    r"浏览(?:次数|量)|点击(?:数|量|次数)|阅读(?:数|量|原文)|访问(?:次数|量)|来\s*源\s*[:：]|"
    r"信息来源|文章来源|发布(?:时间|日期)|更新时间|"
    r"Read [Mm]ore|(?:Share|Print)\b(?!(?: [a-z]+){2})|Copyright|©|All [Rr]ights|Follow us|Sign up|Subscribe|"
    r"Advertisement|Topics:|Filed under)"
)
# A short line that is never the article's, wherever it stands.
DROPPED_LINE = (
    r"^[（(【\[]?原标题[:：]|^(?:点击)?(?:进入|查看)专题|^正在加载|^自动播放|^Advertisement$|"
    r"^ADVERTISEMENT$|^广告$|^分享$|^分享到|"
    r"^(?:\[?编辑\]?|展开全文|收起|返回搜狐，查看更多|查看更多)$|^[<>\s|]+$|^Share(?: this)?$|"
    r"^(?:Tweet|Email|Print|Facebook|Twitter|LinkedIn|Pinterest|WhatsApp)$"
)
# A label with nothing behind it, at the end of a text.
LONE_LABEL = r"^(?:相关)?附件(?:下载)?\s*[:：]?$|^相关(?:文件|下载)\s*[:：]?$|^来\s*源\s*[:：]?$"
# Anywhere in a short line: the frame speaking.
FRAME_LINE = (
    r"ICP备|公网安备|网站标识码|版权所有|All Rights Reserved|主办单位|承办单位|技术支持|"
    r"网站地图|联系我们|设为首页|加入收藏|建议使用.{0,12}浏览器|"
    r"浏览次数|点击次数|Copyright ?(?:©|\(c\)|20)|cookies?\b.{0,60}(?:accept|policy|use)"
)

# ---- metadata -----------------------------------------------------------------------------------------------------

META_TITLE = ("articletitle", "og:title", "twitter:title", "title")
META_DATE = ("pubdate", "publishdate", "article:published_time", "datepublished", "publish_time", "date")
META_ISSUER = ("contentsource", "source")
META_AUTHOR = ("author",)

# Labels that stand before a value on the page, most telling first.
DATE_LABEL = (
    r"(?:发布|发表|公开|发稿|刊发|发文|發布|發佈|刊登|上网|公布|张贴)\s*(?:时\s*间|日\s*期|時間|日期|于)|"
    r"日\s*期|时\s*间|日期|時間|[Pp]ublished|[Pp]osted|[Dd]ate"
)
LATE_DATE_LABEL = (
    r"生成日期|成文日期|印发日期|签发日期|更新(?:时间|日期|時間)|[Uu]pdated|修改时间|"
    r"截止|有效期|实施日期|生效日期|失效|施行日期|废止"
)
ISSUER_LABEL = (
    r"(?:信\s*息|文\s*章|新\s*闻|稿\s*件|内\s*容|资\s*料|图\s*文|作\s*品)?来\s*源(?:于|单位)?|稿\s*源|出\s*处|"
    r"(?:資料|新聞|文章)?來\s*源|[Ss]ource"
)
# The office that put the page up, where no source is stated.
ORGAN_LABEL = (
    r"發布單位|发布\s*(?:机构|单位|部门|科室|者|人)|发文\s*(?:机关|机构|单位)|供稿(?:单位|部门|机构)?|责任部门|信息发布机构|"
    r"公开(?:机构|单位|责任部门)|制作单位|信息提供(?:单位|部门)?"
)
AUTHOR_LABEL = r"(?:本报)?(?:通讯员|记\s*者|作\s*者|撰\s*稿\s*人?|文\s*/|[Aa]uthor|撰文)"
NUMBER_LABEL = r"(?:发文\s*字号|文\s*号|文件\s*(?:编号|号)|发文号|公文文号|文书号|公告号)"
# A label of any kind: where it begins, the value before it ends.
ANY_LABEL = (
    r"(?:(?:信\s*息|文\s*章|新\s*闻|稿\s*件|内\s*容)?来\s*源|稿源|(?:发布|发表|发文|公开|"
    r"更新|生成|成文|录入)\s*(?:时间|日期|机构|单位|人|者|机关)|"
    r"日\s*期|时\s*间|作\s*者|记\s*者|编\s*辑|责\s*编|责任编辑|供稿|撰稿|审核|校对|初审|"
    r"复审|终审|签发|监制|浏\s*览|点\s*击|访\s*问|阅\s*读|人气|字\s*[体号]|文字大小|打\s*印|"
    r"分\s*享|收\s*藏|大\s*中\s*小|"
    r"保\s*存|文\s*号|发文字号|索\s*引|主题|有效性|信息分类|公文种类|扫|听|语音|訪問|瀏覽|點閱|發布|發佈|字級|字體|"
    r"评论|关闭|下载|文章类型|稿件类型|[Aa]uthor|[Dd]ate|[Ss]ource|[Pp]ublished|"
    r"點\s*[擊閱]|瀏\s*覽|列\s*印|編\s*輯|責任編輯|時\s*間|日\s*期|人氣|來\s*源|單\s*位|更新日期|閱\s*讀|收\s*聽)"
)

ATTACHMENT_SUFFIXES = frozenset(
    """
    pdf doc docx xls xlsx ppt pptx wps et dps ofd zip rar 7z gz tar csv txt rtf odt ods epub caj ceb tif
    """.split()  # noqa: SIM905 - words read better than a list of them
)

# ---- page kinds ---------------------------------------------------------------------------------------------------

# Said by a page in place of its content: the page or the item is not there.
GONE = (
    r"(?:页面?|网页|文章|信息|内容|文件|稿件|资源|栏目|链接|地址|頁面|網頁|資訊|訊息|檔案|"
    r"內容|帖子|新闻|您(?:所)?(?:要)?(?:访问|查找|请求|浏览|查看)的[^。，]{0,12})"
    r"[^。，；]{0,10}(?:不存在|不再存在|未找到|找不到|已(?:经)?(?:被)?(?:删除|移除|下线|"
    r"撤稿|下架)|已(?:經)?(?:被)?(?:刪除|移除|下架)|没有找到|无法找到|"
    r"無法找到)"
    # A regulation that is no longer in force says so of itself, and is there.
    r"|(?:页面?|网页|文章|内容|稿件|栏目|链接|地址|頁面|網頁|內容|帖子|新闻|您(?:所)?(?:要)?(?:访问|查找|请求|浏览|查看)的[^。，]{0,12})"
    r"[^。，；]{0,10}(?:已(?:经|經)?(?:失效|过期|過期|撤销)|走丢了?|丢失了?)"
    r"|(?:找不到|无法找到|未找到|没有找到|無法找到)[^。，；]{0,10}(?:页面|网页|文章|信息|"
    r"内容|文件|资源|頁面|網頁|資料|檔案)"
    r"|该内容已被发布者删除|此内容因违规无法查看|此帐号已被屏蔽|此账号已自主注销|该公众号已迁移"
    r"|(?i:\berror|\bhttp|错误|错误代码|状态码?)\W{0,3}404\b|\b404(?:\.\d+)?\W{0,3}(?i:error|not found|page|错误|页面?)"
    r"|\b410 Gone\b|[Nn]ot [Ff]ound|NOT FOUND|(?i:page (?:you (?:requested|are looking for) )?(?:does not|"
    r"doesn't|no longer) exists?)"
    r"|(?i:page (?:you (?:requested|are looking for|were looking for) )?"
    r"(?:can(?:no|')t be found|could not be found|is no longer available|has been (?:removed|deleted)))"
    r"|(?i:(?:can't|cannot|couldn't|could not) (?:seem to )?find (?:the|that|this) page)"
    r"|(?i:(?:article|document|content|item) (?:is no longer available|has been removed|no longer exists))"
)
# Said in place of the content by whoever stands in front of the site.
BLOCKED = (
    r"Just a moment\.\.\.|Attention Required!|Checking (?:your|if the site connection)|"
    r"[Vv]erify(?:ing)? (?:that )?you are (?:a )?human|"
    r"Access [Dd]enied|Request [Rr]ejected|requested URL was rejected|[Aa]re you a robot|"
    r"unusual traffic|Request unsuccessful|Incapsula incident|"
    r"[Ee]nable [Jj]ava[Ss]cript (?:and cookies )?(?:to|and|in)|[Jj]ava[Ss]cript is (?:required|"
    r"disabled)|DDoS protection by|"
    r"(?i:you have been|(?:access|request|visit|IP(?: address)?)(?: has been| was| is)?) blocked|"
    r"403 Forbidden|401 Unauthorized|Too [Mm]any [Rr]equests|"
    r"(?i:(?:must|need to|please) (?:sign|log) in to (?:view|see|read|access|continue))|"
    r"安全验证|安全(?:检测|检查)(?:中|页面)|人机验证|(?:滑动|拖动)(?:下方)?(?:滑块|拼图)?(?:完成)?验证|(?:滑动|拖动)(?:下方)?(?:滑块|拼图)|请(?:输入|完成)(?:下方|"
    r"以下|图片)?验证|访问(?:被|已被)?(?:拦截|拒绝|阻断|禁止)|网站防火墙|"
    r"请求(?:被|已被)?(?:拦截|拒绝|阻断)|不合法参数|疑似攻击|访问(?:过于|太)频繁|操作(?:过于|"
    r"太)频繁|异常(?:访问|请求|流量)|(?:当前)?环境异常|"
    r"请(?:先)?(?:开启|启用|打开)\s?JavaScript|浏览器(?:不支持|禁用了?)\s?JavaScript|"
    r"(?:请(?:先)?)?登录(?:后再?|再)(?:才能|方可|可)?(?:继续)?(?:查看|阅读|浏览|访问)"
    r"(?:本|该|此|全部|更多|完整|详细)?(?:页面?|内容|文章|信息|全文){0,2}|"
    r"(?:您)?没有(?:权限|访问权限)|"
    r"[Tt]ry again (?:later|in a)|wait a moment and try|50[0234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|"
    r"Internal Server Error|Gateway Time-?out)|Service Unavailable|Internal Server Error|"
    r"Bad Gateway|(?:系统|服务器|网络)(?:繁忙|错误|异常)|稍[后候]再试|(?:网站|系统)(?:正在)?(?:维护|"
    r"升级)中|(?:本|该)(?:网)?站暂停(?:服务|访问|开放)|[Uu]nder maintenance|"
    r"(?i:(?:we(?: are|'re)|site is|website is) [^.,]{0,30}maintenance|access to this (?:page|site) has been denied)|"
    r"創宇盾|创宇盾|安全狗|云锁|玄武盾|云盾"
)
# Where one clause of a notice, or one name in a title, ends and the next begins.
NOTICE_BREAKS = r"[，。；：！？!?,;|_]|[.:](?=\s|$)|\s[-–—·]\s"
# Words by which a notice speaks to its reader, or of the page that stands here.
NOTICE_SPEAKS = (
    r"您|你|本页|本站|此站|本网站|[该此](?:页|网页|信息|内容|文章|链接|地址|新闻|稿件)|抱歉|对不起|對不起|"
    r"\b(?i:you|your|sorry|oops|please|we|(?:this|that) (?:page|site|server|service|website|request)|"
    r"the (?:page|site|server|website|requested))\b"
)
# What may follow a phrase that is all there is of a clause.
NOTICE_TAIL = r"\W*(?:了|啦|哦|or\b.*|或.*|any ?(?:more|longer))?\W*"
# Words before such a phrase that make it a report or a condition: it was said elsewhere, or may be.
NOTICE_REPORTED = (
    r"称|冒充|反映|回应|显示|例如|比如|如(?![东皋下])|若|假如|当(?!前)|时候|发现|存在|"
    r"\b(?i:if|when|whenever|where|in case|says?|said|reported|unless)\b"
)
# What a challenge leaves in the markup of the page that it withholds.
CHALLENGE_STUBS = (
    "$_ts=",
    "$_ts.",
    "_$rc",
    'r="m">',
    "r='m'",
    'content="{qqqq',
    "_Incapsula_Resource?",
    "cf-chl-",
    "_cf_chl_opt",
)
# Names that only the scripts of a challenge carry; searched in the markup of pages that show next to nothing.
CHALLENGE_MARKUP = (
    "$_ts", "_Incapsula_Resource", "cf-chl", "challenge-platform", "/TSPD/", "bobcmn", "acw_sc__v2", "aliyun_waf",
    "_cf_chl_opt", "__jsl_clearance", "document.cookie", "datadome", "px-captcha", "geetest", "g-recaptcha",
    "yunsuo_session", "WAF_", "perfdrive", "awswaf", "sucuri_cloudproxy", "ddos-guard", "_guard/",
)  # fmt: skip
