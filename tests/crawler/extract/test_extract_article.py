"""Reading articles: the text as a reader sees it, and what the page says about it."""

from __future__ import annotations

import pytest

from crawler.decode import decode_text
from crawler.extract import SiteProfile, block_digest, extract, hidden_blocks, learn, visible_text
from crawler.model import Article, ArticleSelectors, PageKind
from tests.crawler.extract.gov_pages import PARAGRAPHS, article_page, nav

URL = "https://www.yunxi.example/zw/202106/t1.html"


def read(html: str, **options: object) -> Article:
    return extract(decode_text(html, url=URL), **options)  # type: ignore[arg-type]


def test_a_government_article_is_read_whole_and_without_its_frame() -> None:
    article = read(article_page())
    assert article.kind is PageKind.ARTICLE
    assert article.paragraphs == PARAGRAPHS
    assert article.title == "云溪市部署今年防汛工作"
    assert article.published == "2021-06-15T09:30"
    assert article.issuer == "云溪市水利局"
    assert article.attachments == ()


def test_counters_are_in_nothing_that_makes_a_version() -> None:
    assert read(article_page(views=128)).digest == read(article_page(views=99_201)).digest


def test_the_displayed_date_beats_the_meta_tag_and_the_conflict_is_kept() -> None:
    article = read(article_page(date="2019-10-08", meta_date="2023-05-12 23:20"))
    assert article.published == "2019-10-08"
    assert article.evidence["date_conflict"] == {"shown": "2019-10-08", "meta": "2023-05-12T23:20"}


def test_agreeing_dates_are_no_conflict() -> None:
    assert "date_conflict" not in read(article_page(date="2021-06-15")).evidence


def test_what_the_page_does_not_show_is_null_even_where_meta_tags_know_it() -> None:
    article = read(article_page(date="", source=""))
    assert article.published is None
    assert article.issuer is None
    assert article.author is None
    assert article.document_number is None


def test_breaks_and_blocks_make_lines_and_inline_tags_do_not() -> None:
    body = "　　第一段，<b>加粗</b><span>与</span>正文。<br><br>　　第二段，说明情况。"
    body += "<div>第三段，<font>结</font>束。</div>"
    assert read(article_page(body=body)).paragraphs == ("第一段，加粗与正文。", "第二段，说明情况。", "第三段，结束。")


def test_table_cells_keep_their_text() -> None:
    body = "<p>各县区任务如下，请抓紧落实。</p><table><tr><td>东县</td><td>12</td></tr>"
    body += "<tr><td>西县</td><td>7</td></tr></table>"
    assert read(article_page(body=body)).paragraphs == ("各县区任务如下，请抓紧落实。", "东县", "12", "西县", "7")


def test_three_lines_between_two_hundred_links_are_the_article() -> None:
    html = f"""<html><head><title>停水通知-云溪</title></head><body>{nav(100)}<div class="t"><h2>停水通知</h2>
    <div>来源：供水公司 时间：2022-03-01</div><div class="c"><p>因管道检修，3月2日停水。</p><p>请提前储水。</p>
    <p>云溪供水公司</p></div></div><div>{nav(100)}</div></body></html>"""
    article = read(html)
    assert article.paragraphs == ("因管道检修，3月2日停水。", "请提前储水。", "云溪供水公司")
    assert (article.title, article.published, article.issuer) == ("停水通知", "2022-03-01", "供水公司")


def test_hidden_links_are_not_the_article_and_are_handed_to_the_detectors() -> None:
    junk = '<div style="position:absolute; left:-9999px"><a href="http://x.example/">老虎机</a> 平台</div>'
    none = '<p style="display:none">暗词一，<a href="/y">暗链</a></p>'
    html = article_page(body=f"<p>{PARAGRAPHS[0]}</p>{junk}{none}<p>{PARAGRAPHS[1]}</p>")
    document = decode_text(html, url=URL)
    assert extract(document).paragraphs == PARAGRAPHS[:2]
    assert "老虎机" not in visible_text(document)
    blocks = {block.how: block for block in hidden_blocks(document)}
    assert blocks["off-screen"].links == (("http://x.example/", "老虎机"),)
    assert blocks["off-screen"].text == "老虎机 平台"
    assert blocks["display:none"].text == "暗词一，暗链"


@pytest.mark.parametrize("names", ['role="tabpanel"', 'class="ui-accordion-content x"', "class='tab-pane'"])
def test_a_panel_to_unfold_is_text_and_is_handed_to_the_detectors_all_the_same(names: str) -> None:
    """Folded by its script or not yet: the same article. What is in it once is handed over once, with its links."""
    question = "<h3>何时生效？</h3>"
    panels = "<div {names}{fold}>自{month}月1日起施行，<a href='/{month}'>详见{month}</a>。{inner}</div>"
    folded, unfolded = (
        article_page(
            body=f"<p>{PARAGRAPHS[0]}</p>{question}"
            + panels.format(
                names=names,
                fold=fold,
                month=3,
                inner=panels.format(names=names, fold=fold, month=4, inner="<p style='display:none'>暗词</p>"),
            )
            + question
            + panels.format(names=names, fold=fold, month=5, inner="")
            + f"<p>{PARAGRAPHS[1]}</p>"
        )
        for fold in (' style="display: none;"', "")
    )
    document = decode_text(folded, url=URL)
    article = extract(document)
    assert article.digest == extract(decode_text(unfolded, url=URL)).digest
    assert "自4月1日起施行，详见4。" in article.paragraphs
    assert "暗词" not in article.text
    assert [(block.how, block.links) for block in hidden_blocks(document)] == [
        ("display:none", (("/3", "详见3"), ("/4", "详见4"))),
        ("display:none", (("/5", "详见5"),)),
    ]
    assert "施行" not in read(folded.replace("display: none;", "position:absolute;left:-9999px")).text


def test_every_way_of_hiding_is_named() -> None:
    ways = {
        "visibility": "visibility:hidden",
        "zero-size": "width:0;height:0",
        "font-size 0": "font-size:0px",
        "same-colour": "color:#fff;background:#fff",
        "overflow": "height:1px;overflow:hidden",
    }
    html = "".join(f'<span style="{style}">{how}</span>' for how, style in ways.items())
    html += "<noscript>请开启脚本</noscript><marquee>滚动<a href='/m'>链</a></marquee>"
    document = decode_text(f"<body><p>正文一句。</p>{html}</body>", url=URL)
    assert [(block.how, block.text) for block in hidden_blocks(document)] == [
        *((how, how) for how in ways),
        ("noscript", "请开启脚本"),
        ("marquee", "滚动链"),
    ]
    assert visible_text(document) == "正文一句。\n滚动链"


def test_scripts_styles_and_comments_inside_hidden_blocks_are_not_their_text() -> None:
    script = "<script>if (1<2) document.write('<p>x</p>')</script>"
    html = f"<div style='display:none'>藏{script}<!-- </div> <p>y --><b>词</b></div>"
    document = decode_text(f"<body><p>一句，话。</p>{html}<p>又一句，话。</p></body>", url=URL)
    assert [block.text for block in hidden_blocks(document)] == ["藏词"]
    assert visible_text(document) == "一句，话。\n又一句，话。"


def test_comments_and_scripts_do_not_disturb_the_lines() -> None:
    body = (
        "<!-- hidden: <p>注释</p> --><p>第一句，<!--x-->完。</p><script>var a='<div>';a<b</script><p>第二句，完。</p>"
    )
    assert read(article_page(body=body)).paragraphs == ("第一句，完。", "第二句，完。")


def test_an_article_that_scripts_reveal_is_read() -> None:
    """Some systems serve the text invisible and show it once the page has loaded: every reader sees it."""
    html = article_page().replace(
        '<div id="zoom" class="TRS_Editor">', '<div id="js_content" style="visibility: hidden; opacity: 0;">'
    )
    assert read(html).paragraphs == PARAGRAPHS


def test_junk_inside_the_container_in_plain_sight_stays_for_the_detectors() -> None:
    junk = "<p>赚钱模板大全，最新平台网址，注册即送彩金。</p>"
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + junk
    assert "赚钱模板大全，最新平台网址，注册即送彩金。" in read(article_page(body=body)).paragraphs


def test_a_kicker_over_the_title_stands_apart() -> None:
    html = article_page().replace('<h1 class="title">', '<h2 class="title">今年降水偏多两成</h2><h1 class="title">')
    article = read(html)
    assert (article.kicker, article.title) == ("今年降水偏多两成", "云溪市部署今年防汛工作")


def test_a_subtitle_under_the_title_stands_apart() -> None:
    html = article_page().replace("</h1>", "</h1><p>——访市水利局负责人</p>")
    article = read(html)
    assert (article.title, article.subtitle) == ("云溪市部署今年防汛工作", "——访市水利局负责人")
    assert article.paragraphs == PARAGRAPHS


def test_traditional_labels_end_a_value_too() -> None:
    html = article_page().replace("来源：云溪市水利局</span>", "來源：雲溪市圖書館 點擊：1204</span>")
    assert read(html).issuer == "雲溪市圖書館"


def test_a_source_beats_the_office_that_put_the_page_up() -> None:
    html = article_page().replace('<div class="info">', '<div>发布机构：云溪市政府办</div><div class="info">')
    assert read(html).issuer == "云溪市水利局"
    assert read(html.replace("来源：云溪市水利局", "来源：")).issuer == "云溪市政府办"


def test_a_block_of_links_after_the_footer_is_not_the_article() -> None:
    junk = "<div>" + "".join(f"<a href='http://j{i}.example/'>赚钱模板{i}</a>、" for i in range(41)) + "</div>"
    document = decode_text(article_page(end=junk), url=URL)
    assert extract(document).paragraphs == PARAGRAPHS
    assert "赚钱模板40" in visible_text(document)


def test_files_in_and_right_under_the_text_are_attachments() -> None:
    body = f"<p>{PARAGRAPHS[0]}</p><p><a href='./P020210615.pdf'>实施方案</a></p>"
    after = "<p>附件：<a href='/files/table.xlsx?v=2'>统计表.xlsx</a> <a href='/download?file=a.docx'>回执</a></p>"
    article = read(article_page(body=body, after=after))
    assert [(file.url, file.name) for file in article.attachments] == [
        ("https://www.yunxi.example/zw/202106/P020210615.pdf", "实施方案"),
        ("https://www.yunxi.example/files/table.xlsx?v=2", "统计表.xlsx"),
        ("https://www.yunxi.example/download?file=a.docx", "回执"),
    ]


def test_document_number_and_author_are_read_from_the_information_table() -> None:
    table = "<ul><li>发文字号：云政发〔2021〕12号</li><li>作者：李四</li></ul>"
    html = article_page().replace('<div class="info">', table + '<div class="info">')
    article = read(html)
    assert article.document_number == "云政发〔2021〕12号"
    assert article.author == "李四"


def test_selectors_override_and_both_readings_are_kept() -> None:
    html = article_page(after='<div class="real"><p>另一处正文。</p></div><em class="by">来源：云溪日报</em>')
    article = read(html, selectors=ArticleSelectors(body=".real", issuer=".by", title="#nothing"))
    assert article.paragraphs == ("另一处正文。",)
    assert article.issuer == "云溪日报"
    assert article.title == "云溪市部署今年防汛工作"
    assert article.evidence["issuer"] == {"otherwise": "云溪市水利局"}
    assert "body" in article.evidence
    assert article.evidence["selector_unmatched"] == ["#nothing"]


def test_a_profile_takes_out_what_recurs_on_the_sites_other_pages() -> None:
    notice = "温馨提示：本站已支持无障碍浏览，欢迎使用。"
    pages = [article_page(body=f"<p>第{n}条消息，内容各不相同{'甲乙丙丁'[n]}。</p><p>{notice}</p>") for n in range(4)]
    profile = learn(decode_text(html, url=f"{URL}?{n}") for n, html in enumerate(pages))
    assert block_digest(notice) in profile.boilerplate
    assert notice in read(pages[0]).paragraphs
    assert notice not in read(pages[0], profile=profile).paragraphs
    assert read(pages[0], profile=SiteProfile()) == read(pages[0])


def test_captions_stand_apart() -> None:
    body = f"<p>{PARAGRAPHS[0]}</p><figure><img src=a.jpg><figcaption>会议现场</figcaption></figure>"
    article = read(article_page(body=body))
    assert article.paragraphs == PARAGRAPHS[:1]
    assert article.captions == ("会议现场",)


def test_a_link_that_ends_every_section_is_kept_at_the_last_one_too() -> None:
    """Without it, a link that is taken out there would be no edit; any other link at the end leads away."""
    sections = [
        f"<h2>第{n}节</h2><p>{text}</p><p><a href='/data/{n}'>查看数据</a></p>" for n, text in enumerate(PARAGRAPHS)
    ]
    more = "<p><a href='/more'>更多内容请看专题</a></p>"
    page = f"<h1>云溪市数据发布</h1><div class=content>{''.join(sections)}{more}</div>"
    assert read(page).paragraphs[-2:] == (PARAGRAPHS[-1], "查看数据")
