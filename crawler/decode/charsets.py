"""Charset data: the labels browsers know, and where Python's codecs differ from the indexes browsers decode by.

Provenance: WHATWG Encoding Standard (https://encoding.spec.whatwg.org/), its table of labels and its indexes gb18030
(2024-09-18) and big5 (2024-09-18). Only the differences from CPython's codecs are kept, computed pointer by pointer.
"""

from __future__ import annotations

# WHATWG name → its labels. The standard gives gbk the decoder of gb18030, so here they are one.
_LABELS_OF = {
    "utf-8": "unicode-1-1-utf-8 utf-8 utf8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "ibm866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso-8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso-8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso-8859-5": ("csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988"),
    "iso-8859-6": (
        "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
        "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"
    ),
    "iso-8859-7": (
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 "
        "iso_8859-7 iso_8859-7:1987 sun_eu_greek"
    ),
    "iso-8859-8": (
        "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 "
        "iso_8859-8 iso_8859-8:1988 visual"
    ),
    "iso-8859-8-i": "csiso88598i iso-8859-8-i logical",
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "macintosh": "csmacintosh mac macintosh x-mac-roman",
    "windows-874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "windows-1250": "cp1250 windows-1250 x-cp1250",
    "windows-1251": "cp1251 windows-1251 x-cp1251",
    "windows-1252": (
        "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
        "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"
    ),
    "windows-1253": "cp1253 windows-1253 x-cp1253",
    "windows-1254": (
        "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 "
        "latin5 windows-1254 x-cp1254"
    ),
    "windows-1255": "cp1255 windows-1255 x-cp1255",
    "windows-1256": "cp1256 windows-1256 x-cp1256",
    "windows-1257": "cp1257 windows-1257 x-cp1257",
    "windows-1258": "cp1258 windows-1258 x-cp1258",
    "x-mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb18030 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk",
    "big5": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "shift_jis": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "euc-kr": (
        "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949"
    ),
    "replacement": "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement",
    "utf-16be": "unicodefffe utf-16be",
    "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
    "x-user-defined": "x-user-defined",
}

# label → WHATWG name
LABELS: dict[str, str] = {label: name for name, labels in _LABELS_OF.items() for label in labels.split()}

# WHATWG name → the Python codec nearest to it
CODECS: dict[str, str] = {
    "utf-8": "utf-8",
    "ibm866": "cp866",
    "iso-8859-2": "iso8859-2",
    "iso-8859-3": "iso8859-3",
    "iso-8859-4": "iso8859-4",
    "iso-8859-5": "iso8859-5",
    "iso-8859-6": "iso8859-6",
    "iso-8859-7": "iso8859-7",
    "iso-8859-8": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-10": "iso8859-10",
    "iso-8859-13": "iso8859-13",
    "iso-8859-14": "iso8859-14",
    "iso-8859-15": "iso8859-15",
    "iso-8859-16": "iso8859-16",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "windows-1253": "cp1253",
    "windows-1254": "cp1254",
    "windows-1255": "cp1255",
    "windows-1256": "cp1256",
    "windows-1257": "cp1257",
    "windows-1258": "cp1258",
    "x-mac-cyrillic": "mac_cyrillic",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
}

# What Python's gb18030 codec gives → what the index gives. No other pointer leads to any of these.
GB18030_SUBSTITUTES: dict[str, str] = {
    "\ue5e5": "\u3000",
    "\ue78d": "\ufe10",
    "\ue78e": "\ufe12",
    "\ue78f": "\ufe11",
    "\ue790": "\ufe13",
    "\ue791": "\ufe14",
    "\ue792": "\ufe15",
    "\ue793": "\ufe16",
    "\ue794": "\ufe17",
    "\ue795": "\ufe18",
    "\ue796": "\ufe19",
    "\ue7c7": "\u1e3f",
    "\u1e3f": "\ue7c7",
    "\ue81e": "\u9fb4",
    "\ue826": "\u9fb5",
    "\ue82b": "\u9fb6",
    "\ue82c": "\u9fb7",
    "\ue832": "\u9fb8",
    "\ue843": "\u9fb9",
    "\ue854": "\u9fba",
    "\ue864": "\u9fbb",
}

# The same for Python's big5hkscs codec.
BIG5_SUBSTITUTES: dict[str, str] = {
    "\u2022": "\u2027",
    "\uff64": "\ufe51",
    "\u203e": "\u00af",
    "\u223c": "\uff5e",
    "\u2641": "\u2295",
    "\u2609": "\u2299",
    "\u00a5": "\uffe5",
    "\u00a2": "\uffe0",
    "\u00a3": "\uffe1",
}

# Two pairs that Python decodes to characters which other pairs rightly lead to.
BIG5_PAIRS: dict[bytes, str] = {b"\xa2\x41": "\u2215", b"\xa2\x42": "\ufe68"}

# Runs of consecutive Big5 pointers that Python's codec does not know: first pointer → characters.
_BIG5_RUNS = {
    1000: (
        "\u3875\U00021d53\U0002369e\U00026021\u3eec\U000258de\u3af5竼龗\U00024161\U0002890d\U000231ea"
        "\U00020a8a\U0002325e\u430a蒄龖鐯\u4930蘓墖靊鈘秐"
        "稲晠権袝瑌篅枂稬剏遆\u34e6珄"
        "\U00025db9瓆\u9fc7垳\u492f呌\u4131\U0002368e堘穲\U00027b65讏"
        "\u46ae\U00026e88\u4181\U00025d99箮\U000224bc\u9fc8\U000224c1\U000224c9\U000224cc\u9fc9蔄"
        "\U000235bb\u40b4\u9fca\u44e1\U0002adff拁灮\u9fcb"
    ),
    2082: "箸",
    2088: "簆",
    2103: "糎",
    2114: "緒",
    2123: "縝",
    2148: "者",
    2151: "耨",
    2221: "菁",
    2239: "蒨",
    2244: "萏",
    2303: "覦覩",
    2354: "起",
    2400: "都",
    2413: "銹",
    2477: "靜",
    2498: "響",
    2605: "鼖",
    2673: "蔃",
    2746: "兙兛兝兞",
    2771: "鍮",
    2780: "瑹",
    2990: "浧",
    3087: "禛",
    3259: "邗",
    3301: "靝",
    3436: "瀞",
    3451: "嬨",
    4136: "爁",
    4138: "矗",
    4141: "纇",
    4182: "駖",
    4206: "釔",
    4220: "惞",
    4230: "澶",
    4241: "輶",
    4258: "侻",
    4273: "營",
    4279: "鄄",
    4282: "鷰",
    4294: "菏",
    4329: "尐秣",
    4349: "婧",
    4419: "輋",
    4422: "筑",
    4494: "拐",
    4624: "恢",
    4694: "痹",
    4708: "汊",
    4742: "鬮",
    4748: "鼗",
    4815: "僭",
    4828: "弌",
    4902: "蠏",
    4922: "拎",
    4982: "瑨",
    4992: "煢",
    4997: "牐",
    5432: (
        "\u2400\u2401\u2402\u2403\u2404\u2405\u2406\u2407\u2408\u2409\u240a\u240b"
        "\u240c\u240d\u240e\u240f\u2410\u2411\u2412\u2413\u2414\u2415\u2416\u2417"
        "\u2418\u2419\u241a\u241b\u241c\u241d\u241e\u241f\u2421\u20ac"
    ),
    10942: "廴",
    10946: "无",
    10948: "癶",
    10950: "隶",
    10957: "\u3003仝",
    19028: "倩",
    19035: "偽",
    19088: "包",
    19096: "卄",
    19112: "卿",
    19162: "嘅",
    19240: "婷",
    19299: "幵",
    19305: "廐",
    19326: "彘",
    19355: "悤",
    19398: "撐",
    19439: "晴",
    19454: "杞",
    19553: "沜渝",
    19557: "港",
    19611: "煮",
    19643: "猪",
    19672: "瑜",
    19697: "瓩",
    19748: "砉",
}
BIG5_MISSING: dict[int, str] = {
    first + step: char for first, run in _BIG5_RUNS.items() for step, char in enumerate(run)
}
