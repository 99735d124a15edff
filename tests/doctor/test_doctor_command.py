"""`digest doctor` on a real setup: a relay, a name server, a database, files."""

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from blank_database import blank_sqlite
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from desk_folder import digest_in
from name_server import NameServer
from newsroom import configure
from relay_certificate import make_certificate
from scripted_relay import ScriptedRelay

from digest.delivery.dkim_keys import published_keys
from digest.doctor.dns_answers import Dns
from digest.doctor.facts import clock_ahead
from digest.doctor.finding import Unanswered
from digest.settings import Settings

RSA = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
KEYS = """
[dkim]
domain = "quay.example"
rsa_selector = "news"
rsa_key_file = "rsa.pem"
"""


@pytest.fixture
def setup(tmp_path: Path) -> Settings:
    blank_sqlite(tmp_path).close()
    (tmp_path / "rsa.pem").write_bytes(RSA)
    for name in ("rsa.pem", "digest.db"):
        (tmp_path / name).chmod(0o600)
    settings = configure(tmp_path, f"sqlite:///{tmp_path / 'digest.db'}", more=KEYS)
    (tmp_path / "digest.toml").chmod(0o600)
    return settings


def records(settings: Settings) -> dict[tuple[str, str], list[str]]:
    assert settings.dkim
    ((name, key),) = published_keys(settings.dkim).items()
    return {
        (name, "TXT"): [f'"{key[:200]}" "{key[200:]}"'],
        ("quay.example", "TXT"): ['"v=spf1 a:relay.example -all"'],
        ("_dmarc.quay.example", "TXT"): ['"v=DMARC1; p=reject"'],
        ("quay.example", "MX"): ["20 later.example.", "10 first.example."],
        ("relay.example", "A"): ["192.0.2.7"],
        ("7.2.0.192.in-addr.arpa", "PTR"): ["relay.example."],
    }


def test_it_finds_a_sound_setup_sound_and_a_wrong_key_with_the_record_to_publish(
    setup: Settings, tmp_path: Path
) -> None:
    zone = records(setup)
    with NameServer(zone) as server, ScriptedRelay(login=("digest", "sesame")) as relay:
        url = relay.url.replace("://", "://digest:sesame@")
        asked = ("doctor", "--json", "--nameserver", server.address)
        sound = digest_in(tmp_path)(*asked, DIGEST_SMTP__URL=url)
        found = {one["subject"]: one for one in json.loads(sound.out)}
        assert [one for one in found.values() if one["severity"] == "error"] == []
        assert "let us in" in found[f"relay {relay.url.removeprefix('smtp://')}"]["found"]
        for subject in (
            "DKIM news._domainkey.quay.example",
            "SPF quay.example",
            "DMARC quay.example",
            "alignment quay.example",
            "MX quay.example",
            "database",
            "look of morning",
        ):
            assert found[subject]["severity"] == "well", found[subject]
        assert found["MX quay.example"]["found"].endswith("first.example, later.example")
        assert (sound.code, found["PTR"]["severity"], found["clock"]["severity"]) == (1, "unchecked", "unchecked")

        zone["news._domainkey.quay.example", "TXT"] = ['"v=DKIM1; p=AAAA"']
        (tmp_path / "digest.toml").chmod(0o644)
        ill = digest_in(tmp_path)(
            "doctor", "--nameserver", server.address, DIGEST_SMTP__URL=url.replace("sesame", "no")
        )
    assert ill.code == 2
    assert 'news._domainkey.quay.example. IN TXT "v=DKIM1; k=rsa; p=' in ill.out
    assert "chmod o-rwx,g-w" in ill.out
    assert "gives no session" in ill.out
    assert "sesame" not in ill.out + sound.out
    assert relay.accepted == []
    assert not any(word in str(relay.commands) for word in ("MAIL", "RCPT", "DATA"))


@pytest.mark.usefixtures("setup")
def test_offline_it_says_what_it_could_not_check(tmp_path: Path) -> None:
    done = digest_in(tmp_path)("doctor", "--offline")
    assert (
        done.code,
        "unchecked relay, DNS, clock: could not be checked: --offline" in " ".join(done.out.split()),
    ) == (
        1,
        True,
    )


def test_a_broken_configuration_is_its_first_finding(tmp_path: Path) -> None:
    (tmp_path / "digest.toml").write_text("[site]\nnmae = 'x'\n")
    done = digest_in(tmp_path)("doctor", "--json")
    (found,) = json.loads(done.out)
    assert (done.code, found["severity"], "did you mean name?" in found["found"]) == (2, "error", True)


def test_names_are_asked_for_and_silence_is_not_nothing() -> None:
    zone = {("relay.example", "A"): ["192.0.2.7"], ("7.2.0.192.in-addr.arpa", "PTR"): ["relay.example."]}
    with NameServer(zone) as server:
        dns = Dns(server.address)
        assert (dns.addresses("relay.example"), dns.names("192.0.2.7")) == (("192.0.2.7",), ("relay.example",))
        assert (dns.texts("nobody.example"), dns.exchanges("relay.example")) == ((), ())
    with NameServer({(".", "NS"): []}) as cut_off:
        assert isinstance(Dns(cut_off.address).texts("quay.example"), Unanswered)
    silent = Dns("127.0.0.1:1")
    silent._resolver.lifetime = 0.2
    assert isinstance(silent.texts("quay.example"), Unanswered)


class Teller(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(405)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_another_server_s_clock_tells_how_far_ours_is_ahead(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    speaking = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    speaking.load_cert_chain(made.certificate, made.key)
    with HTTPServer(("127.0.0.1", 0), Teller) as server:
        server.socket = speaking.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        trust = ssl.create_default_context(cafile=made.certificate)
        ahead = clock_ahead("127.0.0.1", datetime.now(UTC) + timedelta(seconds=40), server.server_port, trust)
        distrusted = clock_ahead("127.0.0.1", datetime.now(UTC), server.server_port)
        server.shutdown()
        thread.join()
    assert isinstance(ahead, float)
    assert 38 < ahead < 50
    assert isinstance(distrusted, Unanswered)
