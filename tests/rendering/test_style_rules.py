import pytest

from digest.rendering.style_rules import check_inlined, check_kept, classes_of
from digest.rendering.stylesheet import StyleError, rules_of, without_comments
from digest.rendering.template import styles_of
from digest.settings.theme import DEFAULT_THEME


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("p { color: #123; }", "six hexadecimal digits"),
        ("p { color: #11223344; }", "six hexadecimal digits"),
        ("p { color: red; }", "#rrggbb"),
        ("p { color: rgb(1 2 3); }", "function"),
        ("p { width: calc(100% - 2px); }", "function"),
        ("p { color: var(--ink); }", "function"),
        ("p { font-size: 1rem; }", "write px"),
        ("p { margin: 0 1.5em; }", "write px"),
        ("p { color: #112233 !important; }", "important"),
        ("p { margin: 0; margin-top: 8px; }", "margin-top beside margin"),
        ("td { border: 0; }\n.a { border-top: 1px solid #112233; }", "border-top beside border"),
        ("p { font: 16px serif; }\n.a { line-height: 20px; }", "line-height beside font"),
        ("* { margin: 0; }", "can't be inlined"),
        ("a:hover { color: #112233; }", "can't be inlined"),
        ("[data-ogsc] a { color: #112233; }", "can't be inlined"),
        ("p > a { color: #112233; }", "can't be inlined"),
        ("@media print { p { color: #112233; } }", "kept block"),
        ("@font-face { src: local(x); }", "kept block"),
        ("@import 'a.css';", "@import"),
        ("p { background-color: url(x.png); }", "url("),
        ("p { color: #112233 }</style>", "markup"),
        ("p { color }", "not a declaration"),
        ("p { color: #112233;", "brace is missing"),
        ("p { color: #112233; } }", "never opened"),
        ("{ color: #112233; }", "without a selector"),
    ],
)
def test_what_the_inliner_or_a_client_would_spoil_is_refused(rule, complaint):
    with pytest.raises(StyleError) as refusal:
        check_inlined(rule)
    assert complaint in refusal.value.complaint


def test_a_complaint_names_the_line_also_after_comments_and_strings():
    css = "/* one\n two */\np {\n  font-family: 'A; B {', serif;\n\n  color: #123;\n}\n"
    with pytest.raises(StyleError) as refusal:
        check_inlined(css)
    assert refusal.value.line == 6


def test_plain_rules_pass():
    check_inlined(
        "body, .a b, td.c { margin: 0 auto -1px; width: 100%; font-family: Georgia, 'Times New Roman', serif; }"
    )


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("@media (max-width: 599px) { .a { width: 100%; } }", "lacks !important"),
        ("@media screen { @media print { .a { color: #112233 !important; } } }", "nested"),
        ("@import url(a.css);", "@import"),
        (".a { background: url(x.png); }", "url("),
        (".a { background: URL(x.png); }", "url("),
        ("@IMPORT 'a.css';", "@import"),
        ("/*" + "x" * 9000 + "*/ .a { color: red; }", "8192"),
    ],
)
def test_what_would_not_work_in_the_kept_block_is_refused(rule, complaint):
    with pytest.raises(StyleError) as refusal:
        check_kept(rule)
    assert complaint in refusal.value.complaint


def test_dark_mode_and_client_hacks_may_be_kept():
    check_kept(
        "@media (prefers-color-scheme: dark) { .a { color: #ffffff !important; } }\n[data-ogsc] .a { color: #fff; }"
    )


def test_the_looks_own_blocks_pass_and_every_kept_query_is_important_m07(look):
    kept = styles_of(look.kept, DEFAULT_THEME)
    check_inlined(styles_of(look.inlined, DEFAULT_THEME))
    check_kept(kept)
    queried = [declaration for rule in rules_of(kept) if rule.around for declaration in rule.declarations]
    assert queried
    assert all(declaration.value.endswith("!important") for declaration in queried)


def test_class_names_are_read_from_every_selector():
    assert classes_of("@media x { .a b, p.c-d { top: 1px; } }\n[data-x] .e { top: 1px; }") == {"a", "c-d", "e"}


def test_comments_do_not_travel_to_the_reader():
    assert without_comments("/* why */\n\n.a { top: 1px; } /* and\nhow */\n") == ".a { top: 1px; }"
