"""Signatures as two strangers verify them: dkimpy, and Mail::DKIM of Debian's libmail-dkim-perl."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import dkim
import pytest
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_edition import ADA, MAILBOXES, NOW, PUBLICATION, READERS, artifact, compiled, read
from signing_keys import DOMAIN, signers, zone

from digest.delivery.dkim import canonical_fields

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200)
OVERSIGNED = [
    *("From", "To", "Subject", "Date", "Reply-To", "Message-ID", "Content-Type"),
    *("List-Unsubscribe", "List-Unsubscribe-Post"),
]
COVERED = {
    *(name.lower() for name in OVERSIGNED),
    *("mime-version", "list-id", "list-help", "list-archive", "list-owner", "list-post", "feedback-id"),
}
VERIFIER = Path(__file__).with_name("verify_dkim.pl")
CJK = artifact(text="港は静かだ。\n" * 200, html="港は静かだ。" * 500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def both(folder):
    return signers(folder, "rsa", "ed25519")


@pytest.fixture(scope="module")
def edition(both):
    return compiled(signers=both)


def verdicts(wire, count=2):
    """Give what dkimpy says of each signature; RSA keys under 2048 bits are none to it here."""
    return [verdict(wire, number) for number in range(count)]


def verdict(wire, number):
    try:
        return dkim.DKIM(wire, minkey=2048).verify(idx=number, dnsfunc=zone().txt)
    except dkim.ValidationError as error:
        # To a wrong signature it says False, to a wrong body this; anything else is a fault of ours.
        if "body hash mismatch" not in str(error):
            raise
        return False


def tags(wire):
    """Give the tags of every signature."""
    fields = [dkim.util.parse_tag_value(value.encode()) for value in read(wire).get_all("DKIM-Signature", [])]
    return [{key.decode(): b"".join(value.split()).decode() for key, value in field.items()} for field in fields]


@settings(max_examples=40)
@given(READERS, WORDS, WORDS, WORDS)
def test_dkimpy_verifies_both_signatures_whoever_reads_whatever(both, reader, subject, text, html):
    wire = compiled(artifact(subject=subject or "x", text=text, html=html), signers=both).message_for(reader, NOW)
    assert verdicts(wire) == [True, True]


@pytest.mark.parametrize(
    "changes",
    [
        {"made": CJK},
        {"made": artifact(text="a  b \t c\n . \n..\nFrom here\n \n" * 40, html="  x  " * 900)},
        {"publication": replace(PUBLICATION, name="Zürcher Morgen")},
        {"publication": replace(PUBLICATION, base_url=f"https://{'n' * 60}.{'p' * 60}.example/letters")},
        {"mailboxes": replace(MAILBOXES, reply_to=None)},
    ],
)
def test_dkimpy_verifies_editions_of_every_kind(both, changes):
    assert verdicts(compiled(signers=both, **changes).message_for(ADA, NOW)) == [True, True]


@pytest.mark.parametrize(
    ("reader", "made"),
    [
        (ADA, None),
        (replace(ADA, name="Zoë “the” <Müller>, Countess of a place with a long name indeed, and more"), None),
        (replace(ADA, address=f"o'hara&{'a' * 50}@{'b' * 60}.{'c' * 60}.example", name=""), CJK),
    ],
)
def test_a_second_verifier_that_knows_no_ed25519_finds_the_mail_well_signed(both, reader, made):
    wire = compiled(made, signers=both).message_for(reader, NOW)
    assert second_opinion(wire) == ["rsa-sha256 pass", "ed25519-sha256 invalid", "all pass"]
    assert second_opinion(wire + b"more\r\n")[0] == "rsa-sha256 fail"
    assert second_opinion(b"Subject: more\r\n" + wire)[0] == "rsa-sha256 fail"


def second_opinion(wire):
    if not shutil.which("perl") or subprocess.run(["perl", "-MMail::DKIM::Verifier", "-e1"], check=False).returncode:
        pytest.skip("Perl's Mail::DKIM is not here: apt-get install libmail-dkim-perl")
    records = [word for record in zone().records.items() for word in record]
    said = subprocess.run(["perl", VERIFIER, *records], input=wire, capture_output=True, check=True, timeout=30)
    return [line.partition(" (")[0] for line in said.stdout.decode().splitlines()]


def test_the_signatures_are_what_the_standard_asks_for(edition):
    wire = edition.message_for(ADA, NOW)
    rsa, ed25519 = tags(wire)
    assert (rsa["a"], rsa["s"]) == ("rsa-sha256", "r2026")
    assert (ed25519["a"], ed25519["s"]) == ("ed25519-sha256", "e2026")
    for signature in (rsa, ed25519):
        assert set(signature) == {"v", "a", "c", "d", "s", "t", "h", "bh", "b"}  # and no l=
        assert (signature["v"], signature["c"], signature["d"]) == ("1", "relaxed/relaxed", DOMAIN)
        assert signature["t"] == str(int(NOW.timestamp()))
        names = signature["h"].split(":")
        assert set(names) == COVERED
        assert {name for name in names if names.count(name) > 1} == {name.lower() for name in OVERSIGNED}
    head = wire.partition(b"\r\nDate:")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert wire.startswith(b"DKIM-Signature: v=1; a=rsa-sha256;")  # some look at the first one only


def test_a_reply_to_that_is_not_there_can_not_be_added(both):
    wire = compiled(mailboxes=replace(MAILBOXES, reply_to=None), signers=both).message_for(ADA, NOW)
    assert verdicts(wire) == [True, True]
    assert verdicts(b"Reply-To: eve@evil.example\r\n" + wire) == [False, False]


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("name", OVERSIGNED)
def test_a_second_field_put_in_on_the_way_breaks_the_signatures(edition, name, place):
    wire = edition.message_for(ADA, NOW)
    field = f"{name}: {read(wire)[name]}\r\n".encode()
    head, _, body = wire.partition(b"\r\n\r\n")
    twice = field + wire if place == "above" else head + b"\r\n" + field + b"\r\n" + body
    assert verdicts(wire) == [True, True]
    assert verdicts(twice) == [False, False]


@pytest.mark.parametrize("name", sorted(COVERED))
def test_no_covered_field_may_change_or_go(edition, name):
    wire = edition.message_for(ADA, NOW)
    field = re.compile(rb"(?im)^" + name.encode() + rb": [^\r\n]*(?:\r\n[ \t][^\r\n]*)*")
    assert len(field.findall(wire.partition(b"\r\n\r\n")[0])) == 1
    assert verdicts(field.sub(rb"\g<0>x", wire, count=1)) == [False, False]
    assert verdicts(field.sub(b"X-Gone: x", wire, count=1)) == [False, False]


@settings(max_examples=25)
@given(st.integers(min_value=0))
def test_no_octet_of_the_body_may_change(edition, number):
    head, _, body = edition.message_for(ADA, NOW).partition(b"\r\n\r\n")
    places = [at for at, octet in enumerate(body) if octet not in b" \r\n"]  # blanks may come and go: "relaxed"
    at = places[number % len(places)]
    changed = body[:at] + (b"y" if body[at : at + 1] == b"x" else b"x") + body[at + 1 :]
    assert verdicts(head + b"\r\n\r\n" + changed) == [False, False]
    assert verdicts(head + b"\r\n\r\n" + body + b"more\r\n") == [False, False]


def test_what_relays_do_to_white_space_and_the_case_of_names_harms_no_signature(edition):
    head, _, body = edition.message_for(ADA, NOW).partition(b"\r\n\r\n")
    handled = head.replace(b"\r\nTo: ", b"\r\nTO:   ").replace(b"\r\nSubject: ", b"\r\nsubject:\r\n\t")
    assert handled != head
    assert verdicts(handled + b"\r\n\r\n" + body.replace(b"\r\n\r\n", b" \r\n\t\r\n") + b"\r\n\r\n") == [True, True]


def test_the_body_goes_over_the_wire_as_it_was_signed(edition):
    body = edition.message_for(ADA, NOW).partition(b"\r\n\r\n")[2]
    assert Relaxed.canonicalize_body(body) == body


@settings(max_examples=50)
@given(READERS, WORDS, WORDS)
def test_no_line_of_any_message_needs_a_dot_stuffed_in(both, reader, subject, text):
    wire = compiled(artifact(subject=subject or "x", text=f".{text}"), signers=both).message_for(reader, NOW)
    assert b"\n." not in wire
    body = wire.partition(b"\r\n\r\n")[2]
    assert Relaxed.canonicalize_body(body) == body


@given(READERS, WORDS)
def test_header_fields_are_canonical_as_dkimpy_has_it(reader, subject):
    head = compiled(artifact(subject=subject or "x")).message_for(reader, NOW).partition(b"\r\n\r\n")[0] + b"\r\n"
    fields = re.findall(rb"([!-9;-~]+):((?:[^\r]|\r\n[ \t])*\r\n)", head)
    assert len(fields) > 15
    assert list(canonical_fields(head)) == [b":".join(field) for field in Relaxed.canonicalize_headers(fields)]


def test_the_moment_of_signing_is_the_message_s_own(edition):
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    later = NOW + timedelta(hours=1)
    assert [tag["t"] for tag in tags(edition.message_for(ADA, east))] == [str(int(NOW.timestamp()))] * 2
    assert [tag["t"] for tag in tags(edition.message_for(ADA, later))] == [str(int(later.timestamp()))] * 2


def test_the_same_message_at_the_same_moment_is_the_same_bytes(edition, both):
    assert edition.message_for(ADA, NOW) == compiled(signers=both).message_for(ADA, NOW)
    unsigned = compiled().message_for(ADA, NOW)
    assert edition.message_for(ADA, NOW).endswith(unsigned)
    assert edition.message_id(ADA) == compiled().message_id(ADA)


def test_a_test_mail_is_signed_under_its_own_subject(edition):
    edition.message_for(ADA, NOW)
    wire = edition.with_subject("[Test] Fähren", trial="1").message_for(ADA, NOW)
    assert read(wire)["Subject"] == "[Test] Fähren"
    assert verdicts(wire) == [True, True]


def test_rsa_alone_makes_one_signature(folder):
    wire = compiled(signers=signers(folder, "rsa")).message_for(ADA, NOW)
    assert [tag["a"] for tag in tags(wire)] == ["rsa-sha256"]
    assert verdicts(wire, 1) == [True]


def test_a_domain_too_long_for_a_line_stands_on_one_of_its_own(folder):
    domain = f"{'a' * 60}.{'b' * 60}.example"
    (signer,) = signers(folder, "rsa", domain=domain)
    wire = compiled(signers=(signer,)).message_for(ADA, NOW)
    assert f"\r\n d={domain};\r\n".encode() in wire
    record = {name.replace(DOMAIN, domain): txt for name, txt in zone().records.items()}
    assert dkim.DKIM(wire).verify(dnsfunc=lambda name, timeout=0: record[name.decode().rstrip(".")].encode())  # noqa: ARG005 - dkimpy asks so
