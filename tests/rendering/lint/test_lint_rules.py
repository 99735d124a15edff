import broken_headers
import broken_html
import broken_layout
import broken_signatures
import broken_structure
import broken_words
import pytest
from valid_newsletter import HTML, READER, SUBJECT, TEXT, UNSUBSCRIBE, Newsletter

from digest.rendering.lint import RULES, Severity, lint_message

GOOD = Newsletter()
BROKEN = [
    *broken_headers.BROKEN,
    *broken_structure.BROKEN,
    *broken_html.BROKEN,
    *broken_layout.BROKEN,
    *broken_words.BROKEN,
    *broken_signatures.BROKEN,
]
WARNINGS = {
    *("HTML of 81 KB", "unstyled alt text", "no standfirst", "the subject again as standfirst"),
    *("a tag in the text", "an entity in the text", "a numeric entity in the text"),
    *("an expression in the HTML", "a quoted expression in the HTML", "a statement in the text"),
    *("an expression in the subject", "None alone in the HTML", "None in an attribute", "None in an address"),
    *("undefined alone in the text", "None in a sentence"),
}


def wire(letter: Newsletter | bytes) -> bytes:
    return letter if isinstance(letter, bytes) else letter.wire()


def test_a_valid_newsletter_breaks_nothing():
    assert lint_message(GOOD.wire()) == []


@pytest.mark.parametrize(("rule", "letter"), [pytest.param(r, m, id=f"{r}: {what}") for r, what, m in BROKEN])
def test_breaking_one_statement_names_that_statement_and_no_other(rule, letter):
    violations = lint_message(wire(letter))
    assert {violation.rule for violation in violations} == {rule}
    assert all(violation.what.endswith((".", "?")) and violation.where for violation in violations)


@pytest.mark.parametrize(("what", "letter"), [pytest.param(what, m, id=what) for _, what, m in BROKEN])
def test_only_what_a_reader_can_live_with_is_a_warning(what, letter):
    severities = {violation.severity for violation in lint_message(wire(letter))}
    assert severities == {Severity.WARNING if what in WARNINGS else Severity.ERROR}


def test_every_rule_is_seen_to_fire():
    assert {rule for rule, _, _ in BROKEN} == {statement for statement, _ in RULES}


def test_every_rule_stands_once_and_cites_its_statement():
    assert len({statement for statement, _ in RULES}) == len(RULES)
    assert [rule.__name__ for statement, rule in RULES if not (rule.__doc__ or "").startswith(f"{statement}: ")] == []


def test_a_web_address_without_https_breaks_both_statements_about_it():
    letter = GOOD.everywhere("https://news.example.org/u/", "http://news.example.org/u/")
    assert {(v.rule, v.severity) for v in lint_message(letter.wire())} == {
        ("H15", Severity.ERROR),
        ("M23", Severity.ERROR),
    }


@pytest.mark.parametrize(("characters", "rules"), [(70, []), (71, ["H15"])])
def test_an_unsubscribe_address_that_may_be_encoded_on_its_way_is_warned_of(characters, rules):
    longer = UNSUBSCRIBE + "x" * (characters - len(UNSUBSCRIBE))
    found = lint_message(GOOD.everywhere(UNSUBSCRIBE, longer).wire())
    assert [violation.rule for violation in found] == rules
    assert {violation.severity for violation in found} <= {Severity.WARNING}


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "127.1.2.3", "[::1]:8000"])
def test_relaxed_a_loopback_host_is_only_warned_of(host):
    letter = GOOD.everywhere("https://news.example.org", f"http://{host}").wire()
    assert {v.severity for v in lint_message(letter)} == {Severity.ERROR}
    assert [(v.rule, v.severity) for v in lint_message(letter, relaxed=True)] == [
        ("H15", Severity.WARNING),
        ("M23", Severity.WARNING),
    ]


def test_relaxed_other_hosts_still_need_https():
    letter = GOOD.everywhere("https://news.example.org", "http://news.example.org").wire()
    violations = lint_message(letter, relaxed=True)
    assert {(v.rule, v.severity) for v in violations} == {("H15", Severity.ERROR), ("M23", Severity.ERROR)}


def test_relaxed_a_valid_newsletter_still_breaks_nothing():
    assert lint_message(GOOD.wire(), relaxed=True) == []


@pytest.mark.parametrize(
    ("what", "letter"),
    [
        ("an encoded subject in two words", GOOD.subject("=?utf-8?q?H=C3=A4fen?=\n =?utf-8?q?_offen?=", "Häfen offen")),
        ("a mailto beside the web address", GOOD.header("aZr>\n", "aZr>,\n <mailto:u@news.example.org>\n")),
        ("a long token that can't be folded", GOOD.add("X-Trace: " + "t" * 500)),
        ("a quoted display name", GOOD.header("Daily Headlines <h", '"Daily Headlines, North" <h')),
        ("a date without weekday and seconds", GOOD.header("Sat, 14 Mar 2020 06:00:04", "4 Mar 2020 06:00")),
        ("a reason not to post", GOOD.header("List-Post: NO", "List-Post: NO (nobody reads this)")),
        ("a text line that is one long URL", GOOD.plain("COUNTRY", "https://news.example.org/" + "a" * 200)),
        ("addresses in angle brackets in the text", GOOD.plain(READER, f"<{READER}>")),
        ("a headline that is one long URL", GOOD.plain("* Herons return", "* https://a.example/" + "a" * 90 + "\n ")),
        (
            "a signature with each of two keys",
            broken_signatures.signed(broken_signatures.RSA, broken_signatures.ED25519),
        ),
        ("letters with marks above them", GOOD.plain("COUNTRY", "e\u0301" * 78)),
        ("a URL at the end of a sentence", GOOD.plain("herons-return", "herons-return.")),
        ("an ampersand between two words", GOOD.plain("COUNTRY", "QUAY&SONS; R&D;")),
        (
            "a decorative image without a link",
            GOOD.body('<img src="https://news.example.org/r.png" alt="" width="1" height="1" style="display:block">'),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_standard_allows_is_let_through(what, letter):
    assert lint_message(letter.wire()) == [], what


def test_base64_is_let_through_where_quoted_printable_would_be_longer():
    news = "今日の新聞は港の橋が九か月ぶりに開いたと伝えている"
    paragraphs = "".join(f"<p>{news}</p>\n" for _ in range(400))
    letter = Newsletter(text=TEXT + f"{news}\n" * 400, encoding="base64").rich("</body>", f"{paragraphs}</body>")
    assert lint_message(letter.wire()) == []


def test_a_mail_nested_deeper_than_parsers_like_is_searched_to_the_bottom():
    letter = GOOD.body("<div>" * 300 + '<p onclick="go()">Go</p>' + "</div>" * 300)
    assert [violation.rule for violation in lint_message(letter.wire())] == ["M20"]


def test_the_place_is_short_and_printable():
    letter = GOOD.subject(f"Re: \x1b[31m{'x' * 300}", "x").wire()
    where = next(v.where for v in lint_message(letter) if v.rule == "H04")
    assert len(where) <= 80
    assert where.isprintable()


def test_many_bad_lines_are_one_violation():
    letter = GOOD.plain("COUNTRY", "\n".join(["word " * 20] * 500))
    assert [(v.rule, v.what) for v in lint_message(letter.wire())] == [
        ("H11", "Lines of the text part longer than 78 columns: 500.")
    ]


def test_the_valid_newsletter_is_the_message_it_claims_to_be():
    assert SUBJECT in HTML
    assert READER in TEXT
