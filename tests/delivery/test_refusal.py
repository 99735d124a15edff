import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.refusal import RefusalClass, classify_refusal

ADDRESS, MAILBOX, POLICY, UNCLEAR = RefusalClass


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *[(code, ADDRESS) for code in ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")],
        *[(code, MAILBOX) for code in ("4.0.0", "4.1.1", "4.2.2", "4.4.7", "4.7.1", "5.2.2", "5.2.3")],
        *[(code, POLICY) for code in ("5.7.0", "5.7.1", "5.7.26", "5.6.0", "5.6.3", "5.3.4", "5.5.0", "5.5.4")],
        *[(code, UNCLEAR) for code in ("5.0.0", "5.1.4", "5.1.5", "5.1.8", "5.1.11", "5.1.100", "5.2.0", "5.2.4")],
        *[(code, UNCLEAR) for code in ("5.3.0", "5.3.40", "5.4.4", "2.1.5", "15.1.1", "", None)],
    ],
)
def test_the_code_says_whom_a_refusal_blames_b04(code, expected):
    assert classify_refusal(code, "no thanks") is expected


@pytest.mark.parametrize(
    "text",
    [
        "5.1.1 rejected: SPF check failed",
        "5.1.1 no valid DKIM signature",
        "5.1.1 the DMARC record of the sender says reject",
        "5.1.1 rejected for policy reasons",
        "5.1.1 see our policies",
        "5.1.1 your host is blocked",
        "5.1.1 listed in a blocklist",
        "5.1.1 [203.0.113.7] is on our blacklist",
        "5.1.1 this looks like spam",
        "5.1.1 rejected by anti-spam filters",
        "5.1.1 see https://spamcheck.example/why",
        "5.1.1 poor reputation of the sending host",
        "5.1.1 rate limited",
        "5.1.1 message rate exceeded",
        "5.1.1 too high rates",
        "5.1.1 over_rate_limit",
        "5.1.1 ratelimit",
        "5.1.1 Sender\nreputation",
    ],
)
@pytest.mark.parametrize("code", ["5.1.1", "4.2.1", None])
def test_words_about_us_outweigh_any_code_b04(code, text):
    assert classify_refusal(code, text) is POLICY


@pytest.mark.parametrize(
    "text",
    [
        "5.1.1 we generate no such mailbox",
        "5.1.1 moderate use only, separate accounts",
        "5.1.1 corporate users only",
        "5.1.1 accurately unknown",
        "5.1.1 the pirate left",
        "5.1.1 unblockable",
        "5.1.1 dkimmed",
        "5.1.1 policyholder unknown",
        "5.1.1 <rate@example.org>: no such user",
        "5.1.1 spam.policy@blocked.example does not exist",
        "5.1.1 <dkim+spf@example.org> unknown",
    ],
)
def test_other_words_that_hold_these_and_addresses_do_not_count(text):
    assert classify_refusal("5.1.1", text) is ADDRESS


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        # As large providers word them.
        (
            "5.1.1",
            "5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
            ADDRESS,
        ),
        ("5.1.10", "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ADDRESS),
        ("5.2.2", "5.2.2 The recipient's inbox is out of storage space and inactive.", MAILBOX),
        ("5.7.26", "5.7.26 This mail has been blocked because the sender is unauthenticated.", POLICY),
        ("4.7.0", "4.7.0 Our system has detected an unusual rate of unsolicited mail", POLICY),
        (None, "delivery error: this user doesn't have an account", UNCLEAR),
        (None, "rejected by local policy", POLICY),
    ],
)
def test_replies_as_they_come_are_sorted(code, text, expected):
    assert classify_refusal(code, text) is expected


@given(st.none() | st.text(max_size=10), st.text(max_size=200))
def test_any_reply_at_all_has_a_class(code, text):
    assert classify_refusal(code, text) in RefusalClass
    assert classify_refusal(code, f"{text} spam") is POLICY


def test_a_long_reply_is_read_in_no_time():
    began = time.perf_counter()
    assert classify_refusal("5.1.1", "x" * 500_000) is ADDRESS
    assert time.perf_counter() - began < 2
