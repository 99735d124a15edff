"""A certificate for a scripted relay or outlet on this machine, made in the test and trusted by nobody else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class RelayCertificate:
    """Where the certificate and its key lie. Point SSL_CERT_FILE at `certificate` to trust it."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, address: str = "127.0.0.1") -> RelayCertificate:
    """Write a fresh certificate for *address*, a number or a name, signed by itself, into *folder*."""
    is_name = address[-1].isalpha()
    bearer = x509.DNSName(address) if is_name else x509.IPAddress(ip_address(address))
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted relay")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([bearer]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = RelayCertificate(folder / "relay.pem", folder / "relay.key")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made
