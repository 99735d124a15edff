"""The keys that sign our mail, read from PEM files. The only importer of `cryptography`."""

from base64 import b64encode
from functools import partial
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from digest.delivery.dkim import Signer
from digest.errors import BadInputError
from digest.settings import DkimSettings

SHORTEST_RSA_BITS = 2048  # RFC 8301 §3.2 has signers use as many at the least


def load_signers(dkim: DkimSettings | None) -> tuple[Signer, ...]:
    """Return who signs each message, RSA first and never Ed25519 alone (D07); nobody where `[dkim]` is left out.

    Raises:
        BadInputError: a key file is missing, unreadable, locked, of another kind, or its key too short.
    """
    if dkim is None:
        return ()
    if dkim.rsa_selector is None or dkim.rsa_key_file is None:
        raise BadInputError(
            "[dkim] has no RSA key: set rsa_selector and rsa_key_file, because many cannot verify Ed25519 alone"
        )
    if dkim.ed25519_selector == dkim.rsa_selector:
        raise BadInputError(
            f"[dkim] rsa_selector and ed25519_selector are both {dkim.rsa_selector!r}; each key needs its own"
        )
    signers = [_rsa(dkim.domain, dkim.rsa_selector, dkim.rsa_key_file)]
    if dkim.ed25519_selector is not None and dkim.ed25519_key_file is not None:
        signers.append(_ed25519(dkim.domain, dkim.ed25519_selector, dkim.ed25519_key_file))
    return tuple(signers)


def published_keys(dkim: DkimSettings) -> dict[str, str]:
    """Return what the DNS must say of our keys: the text of the TXT record at each name.

    Raises:
        BadInputError: see `load_signers`.
    """
    load_signers(dkim)
    texts = {}
    if dkim.rsa_selector and dkim.rsa_key_file:
        key = _private_key("rsa_key_file", dkim.rsa_key_file, "").public_key()
        info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        texts[_place(dkim.rsa_selector, dkim.domain)] = f"v=DKIM1; k=rsa; p={b64encode(info).decode()}"
    if dkim.ed25519_selector and dkim.ed25519_key_file:
        key = _private_key("ed25519_key_file", dkim.ed25519_key_file, "").public_key()
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        texts[_place(dkim.ed25519_selector, dkim.domain)] = f"v=DKIM1; k=ed25519; p={b64encode(raw).decode()}"
    return texts


def _place(selector: str, domain: str) -> str:
    return f"{selector}._domainkey.{domain}"


def _rsa(domain: str, selector: str, file: Path) -> Signer:
    how = f"openssl genrsa -out {file} 2048"
    key = _private_key("rsa_key_file", file, how)
    if not isinstance(key, RSAPrivateKey):
        raise BadInputError(f"[dkim] rsa_key_file: the key in {file} is not an RSA key; make one with: {how}")
    if key.key_size < SHORTEST_RSA_BITS:
        raise BadInputError(
            f"[dkim] rsa_key_file: the key in {file} has {key.key_size} bits, and mail signed with fewer than"
            f" {SHORTEST_RSA_BITS} is not trusted; make one with: {how}"
        )
    sign = partial(key.sign, padding=PKCS1v15(), algorithm=Prehashed(SHA256()))
    return Signer(domain, selector, "rsa-sha256", sign)


def _ed25519(domain: str, selector: str, file: Path) -> Signer:
    how = f"openssl genpkey -algorithm ed25519 -out {file}"
    key = _private_key("ed25519_key_file", file, how)
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInputError(f"[dkim] ed25519_key_file: the key in {file} is not an Ed25519 key; make one with: {how}")
    return Signer(domain, selector, "ed25519-sha256", key.sign)


def _private_key(setting: str, file: Path, how: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(file.read_bytes(), password=None)
    except FileNotFoundError:
        raise BadInputError(f"[dkim] {setting}: there is no {file}; make a key with: {how}") from None
    except OSError as error:
        raise BadInputError(
            f"[dkim] {setting}: {file} can't be read ({error.strerror}); it must be a file that this user may read"
        ) from error
    except TypeError:  # what `cryptography` raises for want of a password
        raise BadInputError(
            f"[dkim] {setting}: the key in {file} is locked with a passphrase, which nobody is there to type;"
            f" write it out without: openssl pkey -in {file} -out unlocked.pem"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadInputError(
            f"[dkim] {setting}: {file} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----);"
            f" make one with: {how}"
        ) from None
