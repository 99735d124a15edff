import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat
from signing_keys import DOMAIN, ed25519_key, pem, rsa_key, signers, written

from digest.delivery.dkim_keys import load_signers
from digest.errors import BadInputError
from digest.settings import DkimSettings

PUBLIC = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def refusal(rsa_file, ed25519_file=None):
    """Give the sentence with which keys are refused."""
    ed25519 = {"ed25519_selector": "e", "ed25519_key_file": ed25519_file} if ed25519_file else {}
    with pytest.raises(BadInputError) as caught:
        load_signers(DkimSettings(domain=DOMAIN, rsa_selector="r", rsa_key_file=rsa_file, **ed25519))
    return str(caught.value)


def test_without_the_section_nobody_signs():
    assert load_signers(None) == ()


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_both_keys_are_read_as_openssl_writes_them_rsa_first(tmp_path, form):
    files = {
        "rsa_key_file": written(tmp_path, "rsa.pem", pem(rsa_key(), form)),
        "ed25519_key_file": written(tmp_path, "ed25519.pem", pem(ed25519_key())),
    }
    found = load_signers(DkimSettings(domain=DOMAIN, rsa_selector="r1", ed25519_selector="e1", **files))
    assert [(signer.algorithm, signer.selector, signer.domain) for signer in found] == [
        ("rsa-sha256", "r1", DOMAIN),
        ("ed25519-sha256", "e1", DOMAIN),
    ]


def test_signers_sign_with_the_keys_in_the_files(tmp_path):
    said = b"what is signed"
    by_rsa, by_ed25519 = (signer.sign(hashlib.sha256(said).digest()) for signer in signers(tmp_path, "rsa", "ed25519"))
    rsa_key().public_key().verify(by_rsa, said, padding.PKCS1v15(), SHA256())
    ed25519_key().public_key().verify(by_ed25519, hashlib.sha256(said).digest())


def test_ed25519_alone_is_refused(tmp_path):
    file = written(tmp_path, "ed25519.pem", pem(ed25519_key()))
    alone = DkimSettings.model_construct(
        domain=DOMAIN, rsa_selector=None, rsa_key_file=None, ed25519_selector="e", ed25519_key_file=file
    )
    with pytest.raises(BadInputError, match="cannot verify Ed25519 alone"):
        load_signers(alone)


def test_a_missing_file_is_named_with_the_command_that_makes_one(tmp_path):
    file = tmp_path / "dkim.pem"
    assert refusal(file) == (
        f"[dkim] rsa_key_file: there is no {file}; make a key with: openssl genrsa -out {file} 2048"
    )
    there = written(tmp_path, "rsa.pem", pem(rsa_key()))
    assert f"openssl genpkey -algorithm ed25519 -out {file}" in refusal(there, file)


def test_a_file_that_can_not_be_read_is_named(tmp_path):
    assert f"rsa_key_file: {tmp_path} can't be read (Is a directory)" in refusal(tmp_path)


def test_what_is_no_private_key_is_refused(tmp_path):
    for content in (b"", b"not a key", PUBLIC, pem(rsa_key())[:300], b"\xff\xfe" * 50):
        file = written(tmp_path, "rsa.pem", content)
        assert f"{file} holds no private key in PEM form" in refusal(file)


def test_a_locked_key_is_refused_with_the_way_to_unlock_it(tmp_path):
    file = written(tmp_path, "rsa.pem", pem(rsa_key(), lock=BestAvailableEncryption(b"secret")))
    assert f"{file} is locked with a passphrase" in refusal(file)
    assert f"openssl pkey -in {file}" in refusal(file)


def test_a_key_of_another_kind_is_refused(tmp_path):
    ours = written(tmp_path, "rsa.pem", pem(rsa_key()))
    curve = written(tmp_path, "ec.pem", pem(ec.generate_private_key(ec.SECP256R1())))
    swapped = written(tmp_path, "ed25519.pem", pem(ed25519_key()))
    assert f"rsa_key_file: the key in {curve} is not an RSA key" in refusal(curve)
    assert f"rsa_key_file: the key in {swapped} is not an RSA key" in refusal(swapped)
    assert f"ed25519_key_file: the key in {ours} is not an Ed25519 key" in refusal(ours, ours)


def test_a_short_rsa_key_is_refused(tmp_path):
    file = written(tmp_path, "rsa.pem", pem(rsa.generate_private_key(65537, 1024)))  # noqa: S505 - that is the point
    assert f"the key in {file} has 1024 bits, and mail signed with fewer than 2048 is not trusted" in refusal(file)


def test_two_keys_under_one_selector_are_refused(tmp_path):
    files = {
        "rsa_key_file": written(tmp_path, "rsa.pem", pem(rsa_key())),
        "ed25519_key_file": written(tmp_path, "ed25519.pem", pem(ed25519_key())),
    }
    same = DkimSettings.model_construct(domain=DOMAIN, rsa_selector="s", ed25519_selector="s", **files)
    with pytest.raises(BadInputError, match="'s'; each key needs its own"):
        load_signers(same)
