"""The relay: what it takes to get a conversation, whom it may reach, at what pace, and a single mail through it."""

import asyncio

import aiosmtplib
import pytest
from sample_supplier import MESSAGE, SENDER, SampleSupplier, relay_to, smtp_to
from scripted_relay import CLOSE, SILENCE, ScriptedRelay

from digest.delivery.envelope import Envelope
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.relay import Relay, RelayUnavailableError
from digest.errors import BadInputError
from digest.settings import SmtpSettings

ENVELOPE = Envelope(SENDER, "reader@example.org")


def deliver(relay: Relay, message: bytes = MESSAGE) -> Outcome:
    return asyncio.run(relay.deliver(ENVELOPE, message))


# --- one mail by itself


def test_an_accepted_mail_is_sent_and_the_reply_is_kept():
    with ScriptedRelay(at_data=lambda _to, _times: "250 2.6.0 queued as 77") as server:
        outcome = deliver(relay_to(server.url), b"Subject: hello\r\n\r\n.a line with a dot\nand one without an end")
    assert outcome == Outcome(OutcomeKind.SENT, 250, "2.6.0", "2.6.0 queued as 77")
    assert server.accepted == ["reader@example.org"]
    assert server.contents == [b"Subject: hello\r\n\r\n..a line with a dot\r\nand one without an end\r\n.\r\n"]
    assert server.commands[-1] == (0, "QUIT")


@pytest.mark.parametrize(
    ("stage", "answer", "kind"),
    [
        ("at_rcpt", "550 5.1.1 no such user", OutcomeKind.FAILED),
        ("at_rcpt", "421 4.3.2 shutting down", OutcomeKind.DEFERRED),
        ("at_rcpt", CLOSE, OutcomeKind.DEFERRED),
        ("at_data", "554 5.7.1 spam", OutcomeKind.FAILED),
        ("at_data", CLOSE, OutcomeKind.UNKNOWN),
    ],
)
def test_what_a_mail_came_to_is_returned(stage, answer, kind):
    with ScriptedRelay(**{stage: lambda _to, _times: answer}) as server:
        assert deliver(relay_to(server.url)).kind is kind
    assert server.accepted == []


def test_a_relay_that_takes_no_mail_from_us_is_an_error_and_no_outcome():
    with (
        ScriptedRelay(at_mail=lambda: f"530 5.7.0 log in first, {SENDER}") as server,
        pytest.raises(RelayUnavailableError, match=r"did not take the mail: it takes no mail from us: 530") as refused,
    ):
        deliver(relay_to(server.url))
    assert SENDER not in str(refused.value)


def test_a_stranger_is_refused_without_a_connection():
    with ScriptedRelay() as server:
        outcome = deliver(relay_to(server.url, allow_domains=["example.com"]))
    assert outcome.kind is OutcomeKind.FAILED
    assert "allow_domains" in outcome.reply
    assert server.connections == 0


# --- getting a conversation


def test_a_relay_that_is_well_is_greeted_and_left():
    with ScriptedRelay() as server:
        asyncio.run(relay_to(server.url).check())
    assert [command[:4] for _, command in server.commands] == ["EHLO", "QUIT"]


def test_a_relay_that_is_not_there_is_named():
    with pytest.raises(RelayUnavailableError, match=r"127\.0\.0\.1:1 gives no session"):
        asyncio.run(relay_to("smtp://127.0.0.1:1").check())


@pytest.mark.parametrize(
    "trouble",
    [
        {"greeting": "554 5.3.2 not today"},
        {"greeting": "421 4.3.2 too many connections"},
        {"greeting": "no greeting at all"},
        {"at_ehlo": lambda: "421 4.3.2 closing"},
        {"at_ehlo": lambda: CLOSE},
        {"at_ehlo": lambda: SILENCE},
    ],
)
def test_a_relay_that_fails_before_the_first_mail_gives_no_conversation(trouble):
    supplier = SampleSupplier.of("reader@example.org")
    with ScriptedRelay(**trouble) as server, pytest.raises(RelayUnavailableError, match="gives no session"):
        asyncio.run(relay_to(server.url, timeout_seconds=0.3).converse(supplier))
    assert supplier.handed_out == []


def test_a_connection_that_closes_right_after_the_greeting_is_let_go(monkeypatch: pytest.MonkeyPatch):
    clients: list[aiosmtplib.SMTP] = []
    ehlo = aiosmtplib.SMTP.ehlo

    async def ehlo_and_lose(client: aiosmtplib.SMTP) -> object:
        clients.append(client)
        response = await ehlo(client)
        assert client.transport is not None
        client.transport.close()
        return response

    async def converse(url: str) -> None:
        with pytest.raises(RelayUnavailableError, match="closed the connection at once"):
            await relay_to(url).converse(SampleSupplier.of("reader@example.org"))
        # Now, not when the loop has heard of it by itself.
        assert [client.transport for client in clients] == [None]

    monkeypatch.setattr(aiosmtplib.SMTP, "ehlo", ehlo_and_lose)
    with ScriptedRelay() as server:
        asyncio.run(converse(server.url))


def test_a_relay_that_knows_no_ehlo_is_served_in_lock_step():
    with ScriptedRelay(at_ehlo=lambda: "502 5.5.1 what?") as server:
        assert deliver(relay_to(server.url)).kind is OutcomeKind.SENT
    assert [command[:4] for _, command in server.commands][:2] == ["EHLO", "HELO"]


def test_who_is_cancelled_while_connecting_leaves_no_connection_behind():
    async def give_up(server: ScriptedRelay) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(relay_to(server.url).check(), 0.2)
        await asyncio.sleep(0.1)
        assert not server.open

    with ScriptedRelay(at_ehlo=lambda: SILENCE) as server:
        asyncio.run(give_up(server))


def test_there_is_no_falling_back_to_clear_text_where_tls_is_asked_for():
    for scheme, words in (("smtp+starttls", "STARTTLS"), ("smtps", "gives no session")):
        with ScriptedRelay() as server, pytest.raises(RelayUnavailableError, match=words):
            asyncio.run(relay_to(server.url.replace("smtp:", f"{scheme}:")).check())
        assert not any(command.startswith("MAIL") for _, command in server.commands)


def test_links_to_this_machine_forbid_a_relay_elsewhere():
    smtp = smtp_to("smtp://mail.example.org")
    with pytest.raises(BadInputError, match="allow_domains"):
        Relay(smtp.all_relays[0], smtp, local_only=True)
    Relay(smtp.all_relays[0], smtp, local_only=False)
    testers = smtp_to("smtp://mail.example.org", allow_domains=["quay.example"])
    Relay(testers.all_relays[0], testers, local_only=True)


def test_each_of_several_relays_is_looked_at_by_itself():
    smtp = SmtpSettings.model_validate(
        {"relays": [{"url": "smtp://localhost"}, {"url": "smtp://mail.example.org", "rate_per_second": 5}]}
    )
    here, there = smtp.all_relays
    assert not Relay(here, smtp, local_only=True).is_paced
    with pytest.raises(BadInputError, match=r"mail\.example\.org"):
        Relay(there, smtp, local_only=True)
    assert Relay(there, smtp, local_only=False).is_paced


# --- the pace


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_pace_is_kept_over_all_turns(share):
    async def take_five() -> float:
        relay = Relay((smtp := smtp_to("smtp://127.0.0.1:1", rate_per_second=4 / share)).all_relays[0], smtp,
                      local_only=True, share=share)  # fmt: skip
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(5):
            await relay.wait_turn()
        return loop.time() - began

    # Four a second are let through at once, the fifth waits for a quarter of one.
    assert 0.2 <= asyncio.run(take_five()) < 1
