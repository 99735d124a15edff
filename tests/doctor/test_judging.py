"""What the doctor thinks of what it is told: each judgement fed with facts."""

import pytest
from newsroom import MORNING, configure

from digest.articles.retrieval.source_health import SourceHealth
from digest.delivery.relay import Offered
from digest.doctor.finding import Severity, Unanswered, exit_code, fault, unchecked, warning, well
from digest.doctor.machine import judge_disk, judge_permissions, judge_skew
from digest.doctor.mail_records import judge_bounces, judge_dkim, judge_dmarc, judge_reverse, judge_spf, txt_record
from digest.doctor.setup import judge_relay, judge_sources

WELL, UNCHECKED, WARNING, ERROR = Severity
SILENT = Unanswered("no name server answers")
KEY = "v=DKIM1; k=rsa; p=AAAA"
PLACE = "news._domainkey.quay.example"


@pytest.mark.parametrize(
    ("answer", "severity", "words"),
    [
        (("v=DKIM1; k=rsa; p=AA AA",), WELL, "ours"),
        (("k=rsa;p=AAAA",), WELL, "ours"),
        ((), ERROR, "not published"),
        (("v=spf1 -all",), ERROR, "not published"),
        (("v=DKIM1; p=BBBB",), ERROR, "another key"),
        (("v=DKIM1; p=",), ERROR, "revoked"),
        ((KEY, "v=DKIM1; p=BBBB"), ERROR, "2 keys"),
        (("v=DKIM1; t=y; p=AAAA",), WARNING, "t=y"),
        (SILENT, UNCHECKED, "could not be checked: no name server"),
    ],
)
def test_a_published_key_is_ours_or_the_record_to_publish_is_told(answer, severity, words):
    finding = judge_dkim(PLACE, KEY, answer)
    assert (finding.severity, words in finding.words) == (severity, True)
    assert finding.record in ("", f'{PLACE}. IN TXT "{KEY}"')
    assert bool(finding.mend) is (severity in (WARNING, ERROR))


@pytest.mark.parametrize(
    ("answer", "severity", "words"),
    [
        (("v=spf1 a:relay.example ~all", "google-site-verification=1"), WELL, "v=spf1"),
        (("v=spf1 redirect=_spf.relay.example",), WELL, "v=spf1"),
        (("v=spf10 -all",), ERROR, "no record"),
        (("v=spf1 -all", "v=spf1 mx -all"), ERROR, "2 records"),
        (("v=spf1 +all",), ERROR, "whole world"),
        (("v=spf1 all",), ERROR, "whole world"),
        (("v=spf1 mx",), WARNING, "everybody else"),
        (SILENT, UNCHECKED, "no name server"),
    ],
)
def test_spf_names_who_may_send(answer, severity, words):
    finding = judge_spf("quay.example", ("relay.example",), answer)
    assert (finding.severity, words in finding.words) == (severity, True)
    if not answer or "no record" in finding.words:
        assert finding.record == 'quay.example. IN TXT "v=spf1 a:relay.example ~all"'


@pytest.mark.parametrize(
    ("policy", "dkim", "envelope", "severities"),
    [
        ("v=DMARC1; p=none", "quay.example", "quay.example", [WELL, WELL]),
        ("v=DMARC1; p=reject", "mail.quay.example", "bounces.elsewhere.example", [WELL, WELL]),
        ("v=DMARC1; p=reject; adkim=s", "mail.quay.example", "elsewhere.test", [WELL, ERROR]),
        ("v=DMARC1; p=reject; adkim=s", "mail.quay.example", "quay.example", [WELL, WARNING]),
        ("v=DMARC1; p=reject; aspf=s", None, "bounces.quay.example", [WELL, UNCHECKED]),
        ("v=DMARC1; p=reject", None, "bounces.quay.example", [WELL, WARNING]),
        ("v=DMARC1; p=refuse", "quay.example", "quay.example", [ERROR]),
        ("v=spf1 -all", "quay.example", "quay.example", [WARNING]),
    ],
)
def test_the_policy_is_there_and_what_we_sign_and_send_as_is_aligned_with_it(policy, dkim, envelope, severities):
    found = judge_dmarc("quay.example", {"_dmarc.quay.example": (policy,)}, dkim, envelope)
    assert [finding.severity for finding in found] == severities
    if severities == [WARNING]:
        assert found[0].record == '_dmarc.quay.example. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@quay.example"'


def test_the_owner_s_policy_holds_for_a_subdomain_and_silence_is_no_answer():
    answers = {"_dmarc.news.quay.example": (), "_dmarc.quay.example": ("v=DMARC1; p=none",)}
    assert judge_dmarc("news.quay.example", answers, "quay.example", "quay.example")[1].severity is WELL
    silent = judge_dmarc("quay.example", {"_dmarc.quay.example": SILENT}, None, "quay.example")
    assert [finding.severity for finding in silent] == [UNCHECKED]


@pytest.mark.parametrize(
    ("answer", "severity"), [(("mx.example",), WELL), ((), ERROR), ((".",), ERROR), (SILENT, UNCHECKED)]
)
def test_bounces_lead_somewhere(answer, severity):
    assert judge_bounces("bounces.quay.example", answer).severity is severity


@pytest.mark.parametrize(
    ("addresses", "names", "forward", "severity", "record"),
    [
        (("192.0.2.7",), ("relay.example",), ("192.0.2.7",), WELL, ""),
        (("192.0.2.7",), (), (), WARNING, "7.2.0.192.in-addr.arpa. IN PTR relay.example."),
        (("192.0.2.7",), ("host.example",), ("192.0.2.9",), WARNING, "host.example. IN A 192.0.2.7"),
        (("192.0.2.7",), SILENT, (), UNCHECKED, ""),
        ((), (), (), ERROR, ""),
        (SILENT, (), (), UNCHECKED, ""),
    ],
)
def test_a_relay_s_address_has_a_name_that_leads_back(addresses, names, forward, severity, record):
    named = {"192.0.2.7": names}
    found = judge_reverse("relay.example", addresses, named, {"relay.example": forward, "host.example": forward})
    assert (found.severity, found.record) == (severity, record)


def test_a_long_record_is_written_in_strings_of_255():
    assert txt_record("x", "p=" + "A" * 300) == f'x. IN TXT "p={"A" * 253}" "{"A" * 47}"'


@pytest.mark.parametrize(
    ("finding", "severity"),
    [
        (judge_permissions("digest.toml", 0o600), WELL),
        (judge_permissions("digest.toml", 0o640), WELL),
        (judge_permissions("digest.toml", 0o660), WARNING),
        (judge_permissions("digest.toml", 0o644), ERROR),
        (judge_permissions("digest.toml", Unanswered("gone")), UNCHECKED),
        (judge_disk("/", 50_000_000_000), WELL),
        (judge_disk("/", 1_000_000_000), WARNING),
        (judge_disk("/", 1_000_000), ERROR),
        (judge_disk("/", Unanswered("gone")), UNCHECKED),
        (judge_skew("x", -1.4), WELL),
        (judge_skew("x", -8.0), WARNING),
        (judge_skew("x", 21.0), ERROR),
        (judge_skew("x", Unanswered("silent")), UNCHECKED),
    ],
)
def test_the_machine_keeps_secrets_has_room_and_knows_the_time(finding, severity):
    assert finding.severity is severity


@pytest.mark.parametrize(
    ("offered", "is_here", "severities"),
    [
        (Offered(True, frozenset({"pipelining", "size"}), 10_000_000), False, [WELL]),
        (Offered(False, frozenset({"pipelining"}), None), True, [WELL]),
        (Offered(False, frozenset({"pipelining"}), None), False, [WELL, WARNING]),
        (Offered(True, frozenset(), 50_000), False, [WELL, WARNING, ERROR]),
        (Unanswered("refused"), False, [ERROR]),
    ],
)
def test_a_relay_must_let_us_in_and_take_an_edition(offered, is_here, severities):
    assert [finding.severity for finding in judge_relay("r", is_here=is_here, offered=offered)] == severities


def test_a_feed_that_fails_has_moved_or_was_never_read_is_told(tmp_path):
    feeds = "".join(f'[[sources]]\nname = "{name}"\nfeed = "https://{name}.example/f"\n' for name in "abcd")
    settings = configure(tmp_path, "sqlite:///x.db", more=feeds)
    health = {"feed": "https://x.example", "tried_at": MORNING}
    found = judge_sources(
        settings,
        {
            "a": SourceHealth("a", **health),
            "b": SourceHealth("b", **health, failures=3, problem="HTTP 500"),
            "c": SourceHealth("c", **health, moved_to="https://new.example/f"),
        },
    )
    assert [finding.severity for finding in found] == [WELL, WARNING, WARNING, UNCHECKED]


def test_the_worst_finding_decides_how_it_leaves():
    found = [well("a", ""), unchecked("a", ""), warning("a", ""), fault("a", "")]
    assert [exit_code(found[:number]) for number in range(5)] == [0, 0, 1, 1, 2]
