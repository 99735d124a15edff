import dkim
import pytest
from sample_configuration import raw
from sample_edition import ADA, DAY, NOW, artifact
from signing_keys import DOMAIN, ed25519_key, pem, rsa_key, written, zone

from digest.delivery.proof import compile_for, pull_proof
from digest.errors import BadInputError
from digest.settings import Settings

SLUG = "daily-headlines"


def settings_with_keys(folder):
    keys = {
        "domain": DOMAIN,
        "rsa_selector": "r2026",
        "rsa_key_file": written(folder, "rsa.pem", pem(rsa_key())),
        "ed25519_selector": "e2026",
        "ed25519_key_file": written(folder, "ed25519.pem", pem(ed25519_key())),
    }
    return Settings.model_validate(raw(dkim=keys))


def test_what_is_configured_to_be_signed_is_signed_with_the_configured_keys(tmp_path):
    edition = compile_for(settings_with_keys(tmp_path), SLUG, DAY, artifact())
    wire = edition.message_for(ADA, NOW)
    assert [dkim.DKIM(wire).verify(idx=number, dnsfunc=zone().txt) for number in (0, 1)] == [True, True]


def test_the_proof_is_signed_as_the_mail_will_be(tmp_path):
    proof = pull_proof(compile_for(settings_with_keys(tmp_path), SLUG, DAY, artifact()), NOW, relaxed=False)
    assert proof.message.count(b"DKIM-Signature: ") == 2
    assert {fault.rule for fault in proof.violations} & {"D07", "D08", "H18"} == set()


def test_without_keys_nothing_is_signed():
    assert b"DKIM-Signature" not in compile_for(Settings.model_validate(raw()), SLUG, DAY, artifact()).message_for(
        ADA, NOW
    )


def test_a_key_that_is_gone_is_told_before_anything_is_compiled(tmp_path):
    settings = settings_with_keys(tmp_path)
    (tmp_path / "rsa.pem").unlink()
    with pytest.raises(BadInputError, match="make a key with: openssl genrsa"):
        compile_for(settings, SLUG, DAY, artifact())
