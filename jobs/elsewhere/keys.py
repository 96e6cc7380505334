"""What the job files of urlwatch and webchanges may say, and what becomes of it. Data; docs/import.md has it as tables.

From the reference of urlwatch 2.29 and of webchanges 3.37.
"""

from __future__ import annotations

from collections.abc import Mapping

# Read by jobs/elsewhere/urlwatch.py: each goes into the entry, or decides whether there is one.
CARRIED = (
    "url",
    "navigate",
    "name",
    "filter",
    "filters",
    "use_browser",
    "kind",
    "enabled",
    "note",
    "tags",
    "method",
    "data",
    "params",
    "command",
    "user_visible_url",
)

# Keys that ask for what is done anyway.
NOT_NEEDED: Mapping[str, str] = {
    "encoding": "the charset is found out from the page itself",
    "ignore_cached": "a server that says 304 wrongly is noticed, and asked without conditions",
    "no_conditional_request": "a server that says 304 wrongly is noticed, and asked without conditions",
    "ignore_connection_errors": "a failed visit is recorded and is never a change",
    "ignore_timeout_errors": "a failed visit is recorded and is never a change",
    "ignore_too_many_redirects": "a failed visit is recorded and is never a change",
    "ignore_incomplete_reads": "a response that breaks off is a failed visit",
    "ignore_http_error_codes": "a failed visit is recorded and is never a change",
    "empty_as_transient": "an empty response is a failed visit",
    "suppress_errors": "errors are told as alarms, once each (alarm_after)",
    "suppress_error_ended": "errors are told as alarms, once each (alarm_after)",
    "suppress_repeated_errors": "errors are told as alarms, once each (alarm_after)",
    "max_tries": "failed visits are tried again by themselves; alarm_after says when to tell",
    "retries": "failed visits are tried again by themselves",
    "timeout": "every visit has a limit of its own",
    "same_site_delay": "hosts are waited for by themselves; host_delay makes it longer",
    "treat_new_as_changed": "the first version of a page is told as created",
    "compared_versions": "a text that flips between two is noticed by itself",
    "contextlines": "diffs are made anew each time they are shown",
    "differ": "changes are compared as text, paragraph by paragraph",
    "diff_tool": "changes are compared as text, paragraph by paragraph",
    "is_markdown": "no report is made of Markdown",
    "markdown_padded_tables": "no report is made of Markdown",
    "monospace": "it only says how a report looks",
    "index_number": "jobs have names here",
    "wait_until": "a rendered page is waited for until it is quiet",
    "wait_for": "a rendered page is waited for until it is quiet",
    "wait_for_function": "a rendered page is waited for until it is quiet",
    "wait_for_navigation": "a rendered page is waited for until it is quiet",
    "wait_for_selector": "a rendered page is waited for until it is quiet",
    "wait_for_timeout": "a rendered page is waited for until it is quiet",
    "wait_for_url": "a rendered page is waited for until it is quiet",
    "browser": "rendered pages are drawn by the system's Chromium",
    "block_elements": "what is loaded with a rendered page is chosen by itself",
    "ignore_default_args": "rendered pages are drawn by the system's Chromium",
    "http_client": "there is one way to fetch",
    "http_version": "there is one way to fetch",
    "stderr": "it belongs to commands",
}

_SAYS_WHO = "Palimpsest says who it is"
_NO_LOGIN = "Palimpsest does not log in"
_AS_IT_COMES = "a page is taken as it comes"
_PROXY = "Palimpsest asks the site itself"
_NO_SCRIPT = "no scripts of ours are run in a page"
_CHOICE = "every change is kept; what is told is chosen with notify"

# Keys without which an entry goes in, each named where it stands.
NOT_CARRIED: Mapping[str, str] = {
    "cookies": _NO_LOGIN,
    "headers": _SAYS_WHO,
    "user_agent": _SAYS_WHO,
    "useragent": _SAYS_WHO,
    "referer": _SAYS_WHO,
    "impersonate": f"{_SAYS_WHO}, and does not pass for a browser",
    "fingerprints": f"{_SAYS_WHO}, and does not pass for a browser",
    "http_credentials": _NO_LOGIN,
    "user_data_dir": _NO_LOGIN,
    "initialization_url": "one address is asked, without another before it",
    "initialization_js": _NO_SCRIPT,
    "init_script": _NO_SCRIPT,
    "evaluate": _NO_SCRIPT,
    "switches": "the browser is started as it is",
    "connect_over_cdp": "the browser is started as it is",
    "http_proxy": _PROXY,
    "https_proxy": _PROXY,
    "proxy": _PROXY,
    "ssl_no_verify": 'certificates are always checked; tls = "legacy" is for hosts that speak only old TLS',
    "ignore_https_errors": 'certificates are always checked; tls = "legacy" is for hosts that speak only old TLS',
    "ignore_dh_key_too_small": 'tls = "legacy" is for hosts that speak only old TLS',
    "no_redirects": "redirects are followed, and a page that moved is told as moved",
    "data_as_json": "only GET is asked",
    "additions_only": _CHOICE,
    "deletions_only": _CHOICE,
    "diff_filter": _CHOICE,
    "diff_filters": _CHOICE,
}

# Filters that choose elements of the page: the first of them becomes article.body where CSS can say it.
CHOOSING = ("css", "xpath", "element-by-id", "element-by-class", "element-by-tag", "element-by-style")

_TEXT = "articles are read as text by themselves"
_SPACE = "white space alone is a minor change"
_WHOLE = "all of the article is kept and compared; noise is learned, and silence and notify say what not to tell"
_FILES = "files are kept and compared by digest where an article links to them, and not read"
FILTERS_NOT_NEEDED: Mapping[str, str] = {
    "html2text": _TEXT,
    "beautify": _TEXT,
    "absolute_links": "links are made absolute by themselves",
    "strip": _SPACE,
    "striplines": _SPACE,
    "format-xml": _TEXT,
    "pretty-xml": _TEXT,
    "sha1sum": "every response has its digest",
    "sha256sum": "every response has its digest",
}
FILTERS_NOT_CARRIED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("grep", "grepi", "keep_lines_containing", "delete_lines_containing", "between", "re.sub", "re.findall"),
            *("sort", "reverse", "remove_repeated", "remove-duplicate-lines"),
        ),
        _WHOLE,
    ),
    **dict.fromkeys(("shellpipe", "execute"), "no commands are run"),
    **dict.fromkeys(
        ("pdf2text", "pypdf", "ocr", "ical2text"),
        _FILES,
    ),
    **dict.fromkeys(("csv2text", "hexdump", "ascii85", "base64", "jsontoyaml"), "only pages, feeds and lists are read"),
    **dict.fromkeys(("jq", "format-json"), "a list as JSON is watched with json in sources.toml"),
}
