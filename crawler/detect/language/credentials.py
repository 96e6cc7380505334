"""Words by which a person's standing is told: what forged insertions into genuine pages are made of. Data, by hand.

Simplified characters. `STRONG` are the titles that private persons, artists and companies give themselves; `NEAR` are
words in whose neighbourhood a name or a title stands.
"""

from __future__ import annotations

import re

STRONG = re.compile(
    "教授|会员|艺术家|书法家|书画|画家|美术家|传人|弟子|掌门|客座|名誉|终身|创始人|董事|总裁|师从|受业|毕业于|代表作|代表文献|大师|"
    "专家组|特约|荣誉|智库|获奖|金奖|杰出人物|国际标准|联合创立|终身成就|使者|执行"
)
NEAR = re.compile(
    "会员|理事|艺术家|书法家|画家|名誉|荣誉|客座|特约|教授|师从|创始人|执行董事|董事长|总裁|有限公司|书画|美术|书法|冠军|"
    "特等奖|作品.{0,8}《|专家委|专家、|主讲|传承人|研究员|高级智库|代表人物"
)
# 某某（原名…）, a name in Latin letters, a work between title marks.
NAMING = re.compile("原名|本名|又名|艺名|笔名|字[\u4e00-\u9fff]{2}[，,]|《[^》]{2,40}》|[A-Za-z][A-Za-z&. ]{2,}")
# Whoever is named with one of these is in office; corrections name them, forgers do not.
OFFICERS = re.compile("[市局区县处科厅省镇乡]长|议员|立委|市府|县府|秘书长|代理|中央|国务院|省委|市委")
