import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.envelope import Envelope

BREAKS = ["\r", "\n", "\r\nRCPT TO:<x@y.example>", " ", "\t", "\0", "<", ">", "\x7f", "\x85", "\u2028", "\udcff"]


@pytest.mark.parametrize("sign", BREAKS)
def test_no_address_can_break_out_of_its_command(sign):
    with pytest.raises(ValueError, match="envelope"):
        Envelope("desk@quay.example", f"a{sign}b@example.org")
    with pytest.raises(ValueError, match="envelope"):
        Envelope(f"desk{sign}@quay.example", "a@example.org")


@given(st.text(max_size=20), st.text(min_size=1, max_size=20))
def test_what_passes_stays_within_one_path_of_one_line(sender, recipient):
    try:
        mail, rcpt = Envelope(sender, recipient).commands
    except ValueError:
        return
    assert mail.removesuffix(b" SMTPUTF8\r\n").removesuffix(b"\r\n") == b"MAIL FROM:<" + sender.encode() + b">"
    assert rcpt == b"RCPT TO:<" + recipient.encode() + b">\r\n"
    for command in (mail, rcpt):
        assert len(command.decode().splitlines()) == 1


def test_an_envelope_without_a_recipient_is_none_and_one_without_a_sender_bounces_nowhere():
    with pytest.raises(ValueError, match="envelope"):
        Envelope("desk@quay.example", "")
    assert Envelope("", "a@example.org").commands[0] == b"MAIL FROM:<>\r\n"
