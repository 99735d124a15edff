"""The relay session against a real server that says and does what it likes."""

import asyncio

import pytest
from scripted_relay import CLOSE, ScriptedRelay

from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.relay import Envelope, Relay, RelayUnavailableError
from digest.errors import BadInputError
from digest.settings import SmtpSettings

MESSAGE = b"Subject: hello\r\n\r\n.a line with a dot\r\n"
ENVELOPE = Envelope("headlines@quay.example", "reader@example.org")


def relay_to(url: str, **settings: object) -> Relay:
    return Relay(SmtpSettings.model_validate({"url": url, "timeout_seconds": 2, **settings}), local_only=True)


def deliver_once(relay: Relay, envelope: Envelope = ENVELOPE) -> Outcome:
    async def deliver() -> Outcome:
        async with relay.session() as session:
            return await session.deliver(envelope, MESSAGE)

    return asyncio.run(deliver())


def test_an_accepted_message_is_sent_and_the_reply_is_kept() -> None:
    with ScriptedRelay(at_data=lambda _to, _times: "250 2.6.0 queued as 77") as server:
        outcome = deliver_once(relay_to(server.url))
    assert outcome == Outcome(OutcomeKind.SENT, 250, "2.6.0", "2.6.0 queued as 77")
    assert server.accepted == ["reader@example.org"]
    assert server.contents[0] == b"Subject: hello\r\n\r\n..a line with a dot\r\n.\r\n"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.1.1 no such user", OutcomeKind.FAILED),
        ("451 4.7.1 greylisted", OutcomeKind.DEFERRED),
        ("421 4.3.2 shutting down", OutcomeKind.DEFERRED),
    ],
)
def test_a_refused_recipient_is_read_from_the_code(reply: str, kind: OutcomeKind) -> None:
    with ScriptedRelay(at_rcpt=lambda _to, _times: reply) as server:
        outcome = deliver_once(relay_to(server.url))
    assert (outcome.kind, outcome.code) == (kind, int(reply[:3]))
    assert server.offered == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("554 5.7.1 spam", OutcomeKind.FAILED), ("452 4.3.1 disk full", OutcomeKind.DEFERRED)],
)
def test_a_message_refused_after_the_dot_is_read_from_the_code(reply: str, kind: OutcomeKind) -> None:
    with ScriptedRelay(at_data=lambda _to, _times: reply) as server:
        outcome = deliver_once(relay_to(server.url))
    assert (outcome.kind, outcome.enhanced_code) == (kind, reply[4:9])


def test_a_connection_lost_before_the_message_may_be_tried_again() -> None:
    with ScriptedRelay(at_rcpt=lambda _to, _times: CLOSE) as server:
        outcome = deliver_once(relay_to(server.url))
    assert (outcome.kind, outcome.code) == (OutcomeKind.DEFERRED, None)


def test_a_connection_lost_after_the_final_dot_is_unknown() -> None:
    with ScriptedRelay(at_data=lambda _to, _times: CLOSE) as server:
        outcome = deliver_once(relay_to(server.url))
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert server.offered == ["reader@example.org"]


def test_one_refusal_does_not_spoil_the_next_message() -> None:
    def refuse_first(recipient: str, _times: int) -> str | None:
        return "550 5.1.1 no" if recipient.startswith("first") else None

    async def deliver_two(relay: Relay) -> list[OutcomeKind]:
        async with relay.session() as session:
            names = ("first@example.org", "second@example.org")
            return [(await session.deliver(Envelope("a@quay.example", name), MESSAGE)).kind for name in names]

    with ScriptedRelay(at_rcpt=refuse_first) as server:
        assert asyncio.run(deliver_two(relay_to(server.url))) == [OutcomeKind.FAILED, OutcomeKind.SENT]


def test_a_relay_that_is_not_there_is_named() -> None:
    with pytest.raises(RelayUnavailableError, match=r"127\.0\.0\.1:1 gives no session"):
        asyncio.run(relay_to("smtp://127.0.0.1:1").check())


def test_a_relay_that_greets_with_a_refusal_gives_no_session() -> None:
    with (
        ScriptedRelay(greeting="554 5.3.2 not today") as server,
        pytest.raises(RelayUnavailableError, match="not today"),
    ):
        asyncio.run(relay_to(server.url).check())


def test_there_is_no_falling_back_to_clear_text_where_starttls_is_asked_for() -> None:
    with ScriptedRelay() as server, pytest.raises(RelayUnavailableError, match="STARTTLS"):
        asyncio.run(relay_to(server.url.replace("smtp://", "smtp+starttls://")).check())
    assert server.offered == []


def test_a_server_without_tls_gives_no_implicit_tls_session() -> None:
    with ScriptedRelay() as server, pytest.raises(RelayUnavailableError):
        asyncio.run(relay_to(server.url.replace("smtp://", "smtps://")).check())


def test_a_stranger_is_refused_before_anything_is_said() -> None:
    with ScriptedRelay() as server:
        outcome = deliver_once(relay_to(server.url, allow_domains=["example.com"]))
    assert outcome.kind is OutcomeKind.FAILED
    assert "allow_domains" in outcome.reply
    assert server.seen == {}


def test_links_to_this_machine_forbid_a_relay_elsewhere() -> None:
    smtp = SmtpSettings.model_validate({"url": "smtp://mail.example.org"})
    with pytest.raises(BadInputError, match="allow_domains"):
        Relay(smtp, local_only=True)
    Relay(smtp, local_only=False)


def test_the_pace_is_kept_over_all_turns() -> None:
    async def take_five(relay: Relay) -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(5):
            await relay.wait_turn()
        return loop.time() - began

    # Four a second are let through at once, the fifth waits for a quarter of one.
    assert asyncio.run(take_five(relay_to("smtp://127.0.0.1:1", rate_per_second=4))) >= 0.2


def test_a_relay_that_takes_no_mail_from_us_says_nothing_of_the_reader() -> None:
    with (
        ScriptedRelay(at_mail=lambda: "530 5.7.0 log in first") as server,
        pytest.raises(RelayUnavailableError, match=r"takes no mail from headlines@quay\.example: 530"),
    ):
        deliver_once(relay_to(server.url))


@pytest.mark.parametrize("reply", ["200 odd", "252 maybe", "451 4.3.0 busy"])
def test_an_odd_answer_to_mail_or_rcpt_is_no_delivery(reply: str) -> None:
    with ScriptedRelay(at_mail=lambda: reply) as server:
        assert deliver_once(relay_to(server.url)).kind is OutcomeKind.DEFERRED
    with ScriptedRelay(at_rcpt=lambda _to, _times: reply) as server:
        assert deliver_once(relay_to(server.url)).kind is OutcomeKind.DEFERRED
    assert server.offered == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("250 2.0.0 fine, but you have sent nothing", OutcomeKind.DEFERRED),
        ("451 4.3.0 not now", OutcomeKind.DEFERRED),
        ("554 5.5.1 no", OutcomeKind.FAILED),
    ],
)
def test_a_refused_data_command_is_no_delivery_and_spoils_nobody_elses(reply: str, kind: OutcomeKind) -> None:
    answers = iter([reply])

    async def deliver_two(relay: Relay) -> list[OutcomeKind]:
        async with relay.session() as session:
            names = ("first@example.org", "second@example.org")
            return [(await session.deliver(Envelope("a@quay.example", name), MESSAGE)).kind for name in names]

    with ScriptedRelay(at_data_command=lambda: next(answers, None)) as server:
        assert asyncio.run(deliver_two(relay_to(server.url))) == [kind, OutcomeKind.SENT]
    assert server.accepted == ["second@example.org"]


@pytest.mark.parametrize("reply", ["garbage without a code", "354 again", "299", "250 " + "x" * 70_000])
def test_an_unreadable_answer_after_the_dot_is_unknown_or_sent_and_never_deferred(reply: str) -> None:
    with ScriptedRelay(at_data=lambda _to, _times: reply) as server:
        outcome = deliver_once(relay_to(server.url))
    assert outcome.kind in (OutcomeKind.UNKNOWN, OutcomeKind.SENT)
    assert server.offered == ["reader@example.org"]


def test_a_relay_that_fails_at_ehlo_gives_no_session() -> None:
    with ScriptedRelay(at_ehlo=lambda: "421 4.3.2 closing") as server, pytest.raises(RelayUnavailableError):
        asyncio.run(relay_to(server.url).check())
