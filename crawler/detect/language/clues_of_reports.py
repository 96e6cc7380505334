"""Words of those who speak about the trades: police, courts, reporters, teachers. Data, written by hand.

An injected item never has one; a headline about a raid, a warning or a court case hardly goes without. Both scripts.
"""

from __future__ import annotations

import re

_WORDS = """
警方 警察 民警 公安 派出所 交警 执法 執法 城管 法院 检察院 檢察院 检方 檢方 法官 律师说 律師說 判刑 获刑 獲刑 被判
判决 判決 判处 判處 有期徒刑 拘留 逮捕 被捕 落网 落網 抓获 抓獲 被抓 查获 查獲 查处 查處 被查 查封 取缔 取締 捣毁
搗毀 破获 破獲 打击 打擊 整治 严打 嚴打 扫黄 掃黃 禁毒 禁赌 禁賭 反诈 反詐 防骗 防騙 防范 防範 警惕 提醒 提示 揭秘
揭开 揭露 曝光 起底 暗访 暗訪 调查： 調查： 通报 通報 通告 公告 举报 舉報 投诉 投訴 嫌疑 嫌犯 涉案 涉嫌 涉黄 涉賭
涉赌 涉黃 犯罪 违法 違法 非法 诈骗 詐騙 骗局 騙局 被骗 被騙 受骗 受騙 骗子 騙子 受害 惨遭 慘遭 危害 产业链 產業鏈
黑链条 黑产业 黑產業 处罚 處罰 罚款 罰款 规定 規定 条例 條例 办法 辦法 管理局 委员会 委員會 专项 專項 行动 行動
广告 廣告 记者 記者 报道 報道 新闻 新聞 研究 治理 预防 預防 防治 科普 健康教育 专家 專家 诊疗 診療 讲座 講座
论坛讲话 白皮书 座谈 座談
"""
REPORTING = re.compile("|".join(sorted(_WORDS.split(), key=len, reverse=True)))
