"""The certificate authority that is kept, and the certificate that follows the machine's addresses."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from server import tls

NAMES = ["localhost", "127.0.0.1", "::1", "laptop.local", "192.168.1.7"]


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_phones_accept_what_is_made(tmp_path: Path) -> None:
    identity = tls.ensure(tmp_path, NAMES)
    server, authority = certificate(identity.certificate), certificate(identity.authority)
    server.verify_directly_issued_by(authority)
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=397)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(NAMES)
    usage = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.SERVER_AUTH in usage
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    assert len(tls.fingerprint(identity.authority).split(":")) == 32


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    tls.ensure(tmp_path, NAMES)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {"ca.key": 0o600, "server.key": 0o600}


def test_nothing_changes_where_nothing_changed(tmp_path: Path) -> None:
    tls.ensure(tmp_path, NAMES)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    tls.ensure(tmp_path, reversed(NAMES))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_new_address_renews_the_certificate_and_keeps_the_authority(tmp_path: Path) -> None:
    identity = tls.ensure(tmp_path, NAMES)
    authority, server = identity.authority.read_bytes(), identity.certificate.read_bytes()
    tls.ensure(tmp_path, [*NAMES, "10.0.0.9"])
    assert identity.authority.read_bytes() == authority and identity.certificate.read_bytes() != server
    identity.context()


def test_a_certificate_that_runs_out_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_SERVER_DAYS", 20)
    identity = tls.ensure(tmp_path, NAMES)
    before = identity.certificate.read_bytes()
    monkeypatch.undo()
    tls.ensure(tmp_path, NAMES)
    assert identity.certificate.read_bytes() != before


@pytest.mark.parametrize("lost", ["ca.key", "server.key", "server.crt"])
def test_what_is_lost_is_made_again(tmp_path: Path, lost: str) -> None:
    identity = tls.ensure(tmp_path, NAMES)
    (tmp_path / lost).unlink()
    tls.ensure(tmp_path, NAMES).context()
    certificate(identity.certificate).verify_directly_issued_by(certificate(identity.authority))
