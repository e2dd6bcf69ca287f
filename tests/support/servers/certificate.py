"""A certificate of an authority that nobody but a test trusts."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from models.clock import now

LIFE, AUTHORITY = timedelta(days=2), "a test's authority"


@dataclass(frozen=True)
class Certificate:
    """Files in PEM: the authority, the certificate it gave to a server, and the server's key."""

    ca: Path
    cert: Path
    key: Path


def certificate(folder: Path, host: str, age: timedelta = timedelta(minutes=5)) -> Certificate:
    """Make an authority, and a certificate for ``host`` that is as old as that and lives for `LIFE`."""
    files = Certificate(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    of_authority = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    signed = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_authority)
    usage = dict.fromkeys(USES, False) | {"key_cert_sign": True, "crl_sign": True}
    root = (
        _builder(AUTHORITY, authority, age)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(of_authority, critical=False)
    )
    own = (
        _builder(host, key, age)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(signed, critical=False)
    )
    for path, builder in ((files.ca, root), (files.cert, own)):
        path.write_bytes(builder.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def _builder(name: str, key: ec.EllipticCurvePrivateKey, age: timedelta) -> x509.CertificateBuilder:
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, "a test's authority")
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - age)
        .not_valid_after(now() - age + LIFE)
    )
