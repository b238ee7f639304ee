"""Whose seal is ours, whose time is believed, and what a lasting proof is made of."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from asn1crypto import cms, keys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper

from config.settings import Settings, load_settings
from documents.seal_key import trusted
from documents.seal_trust import certificates_in
from documents.sealing import SealFailed, SealLevel
from documents.verdict_words import details, heading
from documents.verification import Change, Outcome, verify
from tests.unit.test_sealing import NOW, Authority, issued, seal_with

PEM = serialization.Encoding.PEM


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Issuer:
    """An authority that sells certificates, and says at its address which are revoked."""

    revoked: set[int] = field(default_factory=set)
    asked: int = 0

    def __post_init__(self) -> None:
        self.key = key()
        self.server = HTTPServer(("127.0.0.1", 0), self._answering())
        self.certificate = self.issue("Stor Offentlig Udsteder", self.key, is_authority=True)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def issue(
        self, to: str, of: ec.EllipticCurvePrivateKey, *, is_authority: bool = False
    ) -> x509.Certificate:
        """A certificate for somebody's key."""
        lists = x509.UniformResourceIdentifier(f"http://127.0.0.1:{self.server.server_port}/crl")
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(to))
            .issuer_name(name("Stor Offentlig Udsteder"))
            .public_key(of.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=900))
            .not_valid_after(NOW + timedelta(days=900))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .add_extension(
                x509.CRLDistributionPoints([x509.DistributionPoint([lists], None, None, None)]),
                critical=False,
            )
        )
        return builder.sign(self.key, hashes.SHA256())

    def pkcs12(self, file: Path, to: str) -> x509.Certificate:
        """What is bought: a key, its certificate and the issuer's in one file."""
        of = key()
        certificate = self.issue(to, of)
        chain, plain = [self.certificate], serialization.NoEncryption()
        file.write_bytes(pkcs12.serialize_key_and_certificates(b"segl", of, certificate, chain, plain))
        return certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    def _list(self) -> bytes:
        today = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name("Stor Offentlig Udsteder"))
            .last_update(today - timedelta(days=1))
            .next_update(today + timedelta(days=30))
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        for serial in self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial)
            builder = builder.add_revoked_certificate(
                entry.revocation_date(today - timedelta(days=2)).build()
            )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "application/pkix-crl")
                self.end_headers()
                self.wfile.write(issuer._list())

            def log_message(self, *said: object) -> None:
                pass

        return Answer


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def authority() -> Iterator[Authority]:
    made = Authority()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_another_customer_of_our_issuer_is_somebody_else(tmp_path: Path, issuer: Issuer) -> None:
    for folder in ("vores", "svindel"):
        (tmp_path / folder).mkdir()
        issuer.pkcs12(tmp_path / folder / "segl.p12", folder)
    (tmp_path / "udsteder.pem").write_bytes(issuer.pem)
    ours, theirs = (
        load_settings(data_dir=tmp_path / folder, seal_pkcs12=tmp_path / folder / "segl.p12")
        for folder in ("vores", "svindel")
    )
    believing = ours.model_copy(update={"seal_trust": tmp_path / "udsteder.pem"})
    for settings in (ours, believing):
        assert verify(seal_with(ours).content, trusted(settings)).outcome is Outcome.VALID
        assert verify(seal_with(theirs).content, trusted(settings)).outcome is Outcome.OTHER


class Stranger:
    """Anybody, with a key made at home and a certificate that says it states the time."""

    def __init__(self) -> None:
        of, certificate = issued("Falsk Tid", ExtendedKeyUsageOID.TIME_STAMPING)
        plain = of.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.pem = certificate.public_bytes(PEM)
        (known,) = certificates_in(self.pem)
        self.stamper = DummyTimeStamper(
            known, keys.PrivateKeyInfo.load(plain), fixed_dt=NOW - timedelta(days=700)
        )

    def into_the_seal(self, pdf: bytes) -> bytes:
        """The document with a time stamp put into the room that the seal leaves free in itself."""
        start = pdf.index(b"/Contents <") + len(b"/Contents <")
        end = pdf.index(b">", start)
        info: Any = cms.ContentInfo.load(bytes.fromhex(pdf[start:end].decode()), strict=False)
        signed = info["content"]
        signer = signed["signer_infos"][0]
        digest = sha256(signer["signature"].native).digest()
        token = asyncio.run(self.stamper.async_timestamp(digest, "sha256"))
        stamp = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
        signer["unsigned_attrs"] = cms.CMSAttributes([stamp])
        signed["signer_infos"] = cms.SignerInfos([signer])
        made = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump(force=True).hex()
        return pdf[:start] + made.encode().ljust(end - start, b"0") + pdf[end:]

    def behind_the_seal(self, pdf: bytes) -> bytes:
        """The document with an archive time stamp behind it."""
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        made: BytesIO = asyncio.run(PdfTimeStamper(self.stamper).async_timestamp_pdf(writer, "sha256"))  # type: ignore[no-untyped-call]
        return made.getvalue()


@pytest.mark.parametrize("way", [Stranger.into_the_seal, Stranger.behind_the_seal])
def test_a_strangers_time_is_not_believed(tmp_path: Path, way: Any) -> None:
    settings, stranger = load_settings(data_dir=tmp_path), Stranger()
    pdf = seal_with(settings).content
    verdict = verify(way(stranger, pdf), trusted(settings))
    assert verdict.outcome is Outcome.UNKNOWN_TIME and not verdict.valid and not verdict.timed
    assert verdict.sealed_at == NOW and verdict.changes == (Change.STAMP,)
    assert "nogen, vi ikke kender" in heading(verdict, "da")
    assert any("AARSHJUL_SEAL_TRUST" in line for line in details(verdict, "da"))


def test_what_else_is_added_before_a_believed_time_stamp_is_told(tmp_path: Path) -> None:
    settings, authority = load_settings(data_dir=tmp_path), Stranger()
    pdf = seal_with(settings).content
    trust = trusted(settings).also(certificates_in(authority.pem))
    assert verify(authority.behind_the_seal(pdf), trust).valid
    update = IncrementalPdfFileWriter(BytesIO(pdf))
    update.root["/Lang"] = pdf_string("en")
    update.update_root()
    changed = BytesIO()
    update.write(changed)
    verdict = verify(authority.behind_the_seal(changed.getvalue()), trust)
    assert verdict.outcome is Outcome.ALTERED and Change.ADDED in verdict.changes


def test_the_authority_of_the_settings_is_known_by_its_stamps_and_elsewhere_by_its_certificate(
    tmp_path: Path, authority: Authority
) -> None:
    settings = load_settings(data_dir=tmp_path, seal_tsa_url=authority.url)
    pdf = seal_with(settings).content
    verdict = verify(pdf, trusted(settings))
    assert verdict.valid and verdict.timed and verdict.sealed_at == NOW + timedelta(minutes=1)
    elsewhere = trusted(load_settings(data_dir=tmp_path / "another")).also(trusted(settings).ours)
    assert verify(pdf, elsewhere).outcome is Outcome.UNKNOWN_TIME
    assert verify(pdf, elsewhere.also(certificates_in(authority.pem))).valid


@pytest.fixture
def lasting(tmp_path: Path, issuer: Issuer, authority: Authority) -> Settings:
    (tmp_path / "udstedere.pem").write_bytes(issuer.pem + authority.pem)
    file = tmp_path / "segl.p12"
    bought = issuer.pkcs12(file, "Ærø-by Kommune")
    issuer.revoked.add(bought.serial_number + 1)  # somebody else's
    return load_settings(
        data_dir=tmp_path,
        seal_pkcs12=file,
        seal_tsa_url=authority.url,
        seal_long_term=True,
        seal_trust=tmp_path / "udstedere.pem",
    )


def test_a_lasting_seal_holds_the_issuers_word_that_the_certificate_was_good(
    lasting: Settings, issuer: Issuer
) -> None:
    made = seal_with(lasting)
    proof = PdfFileReader(BytesIO(made.content)).root["/DSS"]
    assert issuer.asked and made.level is SealLevel.LASTING
    assert len(proof["/CRLs"]) == 1 and len(proof["/Certs"]) >= 2
    verdict = verify(made.content, trusted(lasting))
    assert verdict.valid and verdict.timed


def test_a_revoked_certificate_seals_nothing(lasting: Settings, issuer: Issuer) -> None:
    (ours,) = (each for each in trusted(lasting).ours)
    issuer.revoked.add(int(ours.serial_number))
    with pytest.raises(SealFailed, match="spærret"):
        seal_with(lasting)


def test_an_issuer_that_cannot_be_asked_holds_the_lasting_seal_back(
    lasting: Settings, issuer: Issuer
) -> None:
    issuer.server.shutdown()
    issuer.server.server_close()
    with pytest.raises(SealFailed, match="kunne ikke spørges") as caught:
        seal_with(lasting)
    assert "could not be asked" in caught.value.english


def test_a_lasting_seal_needs_to_know_the_authority(lasting: Settings) -> None:
    with pytest.raises(SealFailed, match="AARSHJUL_SEAL_TRUST"):
        seal_with(lasting.model_copy(update={"seal_trust": None}))
