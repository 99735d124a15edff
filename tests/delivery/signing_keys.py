"""Keys to sign with, in files as an operator has them, and their public halves as the DNS would tell them."""

import base64
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from digest.delivery.dkim import Signer
from digest.delivery.dkim_keys import load_signers
from digest.settings import DkimSettings

DOMAIN = "post.example"


@cache
def rsa_key(bits=2048):
    return generate_private_key(65537, bits)


@cache
def ed25519_key():
    return Ed25519PrivateKey.generate()


def pem(key, form=PrivateFormat.PKCS8, lock=None) -> bytes:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption())


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


@dataclass(frozen=True)
class Zone:
    """The TXT records of a domain."""

    records: dict[str, str]

    def txt(self, name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG002 - dkimpy asks so
        """Answer as dkimpy asks."""
        found = self.records.get(name.decode().removesuffix("."))
        return found and found.encode()


def zone() -> Zone:
    rsa = rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ed25519 = ed25519_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Zone(
        {
            f"r2026._domainkey.{DOMAIN}": f"v=DKIM1; k=rsa; p={base64.b64encode(rsa).decode()}",
            f"e2026._domainkey.{DOMAIN}": f"v=DKIM1; k=ed25519; p={base64.b64encode(ed25519).decode()}",
        }
    )


def signers(folder: Path, *kinds: str, domain: str = DOMAIN) -> tuple[Signer, ...]:
    """Give the signers of an operator who has written keys of *kinds* into *folder*."""
    keys = {"rsa": rsa_key, "ed25519": ed25519_key}
    files = {kind: written(folder, f"{kind}.pem", pem(keys[kind]())) for kind in kinds}
    named = {f"{kind}_key_file": file for kind, file in files.items()}
    selectors = {f"{kind}_selector": f"{kind[0]}2026" for kind in kinds}
    return load_signers(DkimSettings(domain=domain, **named, **selectors))
