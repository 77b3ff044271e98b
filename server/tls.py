"""A certificate authority of the machine's own, and the server's certificate from it.

A phone gives its microphone only to a page over trusted HTTPS, and no public authority can certify `192.168.1.7`. The
authority is made once and kept, because every phone must be told to trust it; the server's certificate follows the
machine's addresses. The authority carries no name constraints: phones differ in whether they honour them on a root, and a
laptop that is renamed would have to be trusted anew by thirty phones. Its key never leaves the data folder (mode 0600).
"""

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server import files

_CA_DAYS = 3650
_SERVER_DAYS = 397  # Safari's limit for certificates
_RENEW_DAYS = 30
_BACKDATE = timedelta(days=1)  # phones whose clock is behind


@dataclass(frozen=True)
class Identity:
    """Files of the server's certificate (with its chain), its key, and the authority that phones are told to trust."""

    certificate: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        """What to accept TLS connections with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self.certificate, self.key)
        return context


def ensure(folder: Path, names: Iterable[str]) -> Identity:
    """Make what is missing, and renew the server's certificate when it runs out or the names have changed.

    Args:
        folder: where keys and certificates lie.
        names: host names and IP addresses by which the server is reached.
    """
    identity = Identity(folder / "server.crt", folder / "server.key", folder / "ca.crt")
    authority, authority_key = _ensure_authority(identity.authority, folder / "ca.key")
    alternatives = [_general_name(name) for name in sorted(set(names))]
    if not _is_current(identity, authority, alternatives):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _issue(authority, authority_key, key.public_key(), alternatives)
        files.write(identity.key, _key_bytes(key))
        files.write(identity.certificate, _pem(certificate) + _pem(authority))
    return identity


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate as phones show it: pairs of hex digits with colons."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def _ensure_authority(path: Path, key_path: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if path.exists() and key_path.exists():
        authority = x509.load_pem_x509_certificate(path.read_bytes())
        kept = serialization.load_pem_private_key(key_path.read_bytes(), None)
        lasts = authority.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_SERVER_DAYS)
        if lasts and isinstance(kept, ec.EllipticCurvePrivateKey) and kept.public_key() == authority.public_key():
            return authority, kept
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _issue_authority(key)
    files.write(key_path, _key_bytes(key))
    files.write(path, _pem(authority))
    return authority, key


def _issue_authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name(f"Nestling on this network {datetime.now(UTC):%Y-%m-%d}")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, name, key.public_key(), _CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _issue(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    alternatives: list[x509.GeneralName],
) -> x509.Certificate:
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = _builder(_name("Nestling"), authority.subject, public_key, _SERVER_DAYS - 1)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.add_extension(issuer_key, critical=False).sign(authority_key, hashes.SHA256())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    start = datetime.now(UTC) - _BACKDATE
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
    builder = builder.not_valid_after(start + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_current(identity: Identity, authority: x509.Certificate, alternatives: list[x509.GeneralName]) -> bool:
    if not identity.certificate.exists() or not identity.key.exists():
        return False
    certificate = x509.load_pem_x509_certificate(identity.certificate.read_bytes())
    key = serialization.load_pem_private_key(identity.key.read_bytes(), None)
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        certificate.issuer == authority.subject
        and certificate.public_key() == key.public_key()
        and certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_DAYS)
        and list(named) == alternatives
        and _is_signed_by(certificate, authority)
    )


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
