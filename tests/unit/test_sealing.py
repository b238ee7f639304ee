"""The seal: made at first use, told apart from any other, and broken by a single byte."""

import os
import re
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import keys, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfWriter

from config.settings import Settings, load_settings
from cycle.errors import PlanInvalid
from documents.seal_key import Owner, key_path, trusted
from documents.seal_trust import Trust, certificates_in
from documents.sealing import Sealed, Sealer, SealFailed, SealLevel
from documents.verdict_words import details
from documents.verification import Change, Outcome, verify

NOW = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)
TOWN = Owner("BY", "Ærø-by Kommune")
APART = int(os.environ.get("BYTES_APART", "397"))
"""How far the bytes lie from each other that are changed one at a time."""


def plain_pdf(text: str = "Udviklingsaftale") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": text})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def seal_with(settings: Settings, pdf: bytes | None = None, *, now: datetime = NOW) -> Sealed:
    return Sealer.of(settings, TOWN, now=now).seal(
        pdf or plain_pdf(), reason="Aftalen er underskrevet", now=now
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    return load_settings(data_dir=folder)


@pytest.fixture(scope="module")
def sealed(settings: Settings) -> bytes:
    return seal_with(settings).content


def test_the_key_is_made_at_first_use_for_its_owner_alone_in_the_municipalitys_name(
    settings: Settings, sealed: bytes
) -> None:
    path = key_path(settings, "BY")
    (certificate,) = certificates_in(path.read_bytes())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert certificate.subject.native["organization_name"] == "Ærø-by Kommune"
    assert certificate.not_valid_before < NOW < certificate.not_valid_after
    before = path.read_bytes()
    assert seal_with(settings).level is SealLevel.BASIC
    assert path.read_bytes() == before


def test_a_sealed_document_is_valid_and_says_by_whom_and_when(settings: Settings, sealed: bytes) -> None:
    verdict = verify(sealed, trusted(settings))
    assert verdict.outcome is Outcome.VALID and verdict.valid
    assert verdict.sealer == "Ærø-by Kommune, Årshjul" and verdict.sealed_at == NOW and not verdict.timed


def test_the_seal_is_found_good_by_two_programs(settings: Settings, sealed: bytes, tmp_path: Path) -> None:
    (seal,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    context = ValidationContext(trust_roots=list(trusted(settings).ours), allow_fetching=False, moment=NOW)
    status = validate_pdf_signature(seal, context)
    assert status.bottom_line and status.intact and status.trusted
    file = tmp_path / "aftale.pdf"
    file.write_bytes(sealed)
    told = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
    assert "Signature Validation: Signature is Valid." in told
    assert "Total document signed" in told and "ETSI.CAdES.detached" in told


def test_a_byte_changed_anywhere_is_told(settings: Settings, sealed: bytes) -> None:
    trust = trusted(settings)
    start = sealed.index(b"/Contents <") + len("/Contents <")
    end = sealed.index(b">", start)
    written = start + len(sealed[start:end].rstrip(b"0"))
    container = [(place, 1 << bit) for place in range(start, written, APART // 30 or 1) for bit in range(5)]
    places = (*range(start - 3, end + 2, APART // 2), *range(0, len(sealed), APART), *range(-8, 0))
    elsewhere = [(place % len(sealed), bit) for place in places for bit in (1, 0x20)]
    unnoticed = [
        (place, bit)
        for place, bit in (*container, *elsewhere)
        if verify(flipped(sealed, place, bit), trust).outcome is Outcome.VALID
    ]
    assert not unnoticed


def flipped(pdf: bytes, place: int, bit: int = 1) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ bit]) + pdf[place + 1 :]


def test_a_word_changed_in_the_text_is_told_as_changed_content(settings: Settings, sealed: bytes) -> None:
    place = sealed.index(b"MediaBox") + 14
    verdict = verify(flipped(sealed, place), trusted(settings))
    assert verdict.outcome is Outcome.ALTERED and Change.CONTENT in verdict.changes


@pytest.mark.parametrize("more", [b"\n", b"% a remark behind the seal\n", b"0" * 5000])
def test_bytes_behind_the_seal_are_told_with_their_number(
    settings: Settings, sealed: bytes, more: bytes
) -> None:
    verdict = verify(sealed + more, trusted(settings))
    assert verdict.outcome is Outcome.ALTERED


def test_a_page_added_by_a_proper_update_is_told(settings: Settings, sealed: bytes) -> None:
    update = IncrementalPdfFileWriter(BytesIO(sealed))
    update.root["/Lang"] = pdf_string("en")
    update.update_root()
    out = BytesIO()
    update.write(out)
    verdict = verify(out.getvalue(), trusted(settings))
    assert verdict.outcome is Outcome.ALTERED and verdict.changes == (Change.ADDED,) and verdict.added > 0


def test_a_file_cut_short_and_files_without_a_seal_are_told_apart(settings: Settings, sealed: bytes) -> None:
    trust = trusted(settings)
    assert verify(sealed[: len(sealed) // 2], trust).outcome is Outcome.ALTERED
    none, damaged = (Change.NO_PDF,), (Change.DAMAGED,)
    for other, told in (
        (plain_pdf(), ()),
        (b"", none),
        (b"%PDF-1.7", damaged),
        (b"no PDF at all", none),
        (bytes(range(256)) * 40, none),
    ):
        verdict = verify(other, trust)
        assert (verdict.outcome, verdict.changes) == (Outcome.NOT_SEALED, told)
    assert details(verdict, "da") == ["Filen er ikke en PDF-fil. Vælg dokumentet, som det blev hentet."]


def test_anothers_seal_is_told_as_anothers(settings: Settings, tmp_path: Path) -> None:
    others = seal_with(load_settings(data_dir=tmp_path))
    verdict = verify(others.content, trusted(settings))
    assert verdict.outcome is Outcome.OTHER and verdict.fingerprint == others.fingerprint
    assert verify(others.content, Trust()).outcome is Outcome.OTHER


def test_a_key_that_others_can_read_or_that_is_broken_seals_nothing(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    seal_with(settings)
    path = key_path(settings, "BY")
    path.chmod(0o644)
    with pytest.raises(PlanInvalid, match="chmod 600"):
        seal_with(settings)
    path.chmod(0o600)
    path.write_text("noget andet")
    with pytest.raises(PlanInvalid, match="sikkerhedskopi"):
        seal_with(settings)


def test_a_certificate_that_has_run_out_seals_no_more_and_its_old_seals_stay_good(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    old = seal_with(settings)
    late = NOW + timedelta(days=365 * 11)
    with pytest.raises(PlanInvalid, match=r"gælder kun fra 30\.01\.2027"):
        seal_with(settings, now=late)
    path = key_path(settings, "BY")
    path.rename(path.with_name("BY-2027.pem"))
    new = seal_with(settings, now=late)
    assert new.fingerprint != old.fingerprint
    assert all(verify(each.content, trusted(settings)).valid for each in (old, new))


def issued(name: str, *uses: x509.ObjectIdentifier) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=900))
        .not_valid_after(NOW + timedelta(days=900))
    )
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def test_a_pkcs12_file_of_the_settings_is_the_seal(tmp_path: Path) -> None:
    key, certificate = issued("Ærø-by Kommune OCES")
    file = tmp_path / "segl.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"segl", key, certificate, None, serialization.BestAvailableEncryption(b"hemmelig")
        )
    )
    given = {"data_dir": tmp_path, "seal_pkcs12": file}
    settings = load_settings(**given, seal_pkcs12_password="hemmelig")
    verdict = verify(seal_with(settings).content, trusted(settings))
    assert verdict.valid and verdict.sealer == "Ærø-by Kommune OCES"
    assert not (tmp_path / "seal").exists()
    with pytest.raises(PlanInvalid, match="AARSHJUL_SEAL_PKCS12_PASSWORD"):
        seal_with(load_settings(**given, seal_pkcs12_password="forkert"))


class Authority:
    """A time-stamping authority on this machine."""

    def __init__(self) -> None:
        key, certificate = issued("Tiden", ExtendedKeyUsageOID.TIME_STAMPING)
        self.pem = certificate.public_bytes(serialization.Encoding.PEM)
        (known,) = certificates_in(self.pem)
        plain = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        stamper = DummyTimeStamper(
            known, keys.PrivateKeyInfo.load(plain), fixed_dt=NOW + timedelta(minutes=1)
        )

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
                body = stamper.request_tsa_response(asked).dump()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.mark.parametrize(("long_term", "level"), [(False, SealLevel.TIMED), (True, SealLevel.LASTING)])
def test_with_an_authority_the_time_is_its_own(
    tmp_path: Path, authority: Authority, long_term: bool, level: SealLevel
) -> None:
    (tmp_path / "tiden.pem").write_bytes(authority.pem)
    settings = load_settings(
        data_dir=tmp_path,
        seal_tsa_url=authority.url,
        seal_long_term=long_term,
        seal_trust=tmp_path / "tiden.pem",
    )
    seal_with(load_settings(data_dir=tmp_path))  # the key is there before its certificate is proved
    made = seal_with(settings)
    authority.server.shutdown()
    authority.server.server_close()
    verdict = verify(made.content, trusted(settings))
    assert made.level is level
    assert verdict.valid and verdict.timed and verdict.sealed_at == NOW + timedelta(minutes=1)
    assert verify(made.content + b"\n", trusted(settings)).outcome is Outcome.ALTERED


def test_a_capital_in_the_name_of_a_signer_is_told(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "tiden.pem").write_bytes(authority.pem)
    settings = load_settings(data_dir=tmp_path, seal_tsa_url=authority.url, seal_trust=tmp_path / "tiden.pem")
    pdf, trust = seal_with(settings).content, trusted(settings)
    assert verify(pdf, trust).valid
    for name in ("rshjul", "Tiden"):
        places = [match.start() for match in re.finditer(name.encode().hex().encode(), pdf.lower())]
        assert len(places) >= 3, "the certificate's subject and issuer, and whose signature it is"
        for place in places:
            assert verify(flipped(pdf, place, 2), trust).outcome is Outcome.ALTERED


def test_an_authority_that_does_not_answer_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, seal_tsa_url="http://127.0.0.1:9/")
    with pytest.raises(SealFailed, match="AARSHJUL_SEAL_TSA_URL"):
        seal_with(settings)


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanInvalid, match=r"AARSHJUL_SEAL_PKCS11_MODULE: .*PKCS#12"):
        load_settings(seal_pkcs12=tmp_path / "a.p12", seal_pkcs11_module=tmp_path / "b.so")
    with pytest.raises(PlanInvalid, match=r"AARSHJUL_SEAL_LONG_TERM: .*AARSHJUL_SEAL_TSA_URL"):
        load_settings(seal_long_term=True)
