"""A seal whose key lies in a device: SoftHSM, a PKCS#11 device made of software."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import x509 as asn1_x509
from pkcs11 import Attribute, CertificateType, ObjectClass

from config.settings import Settings, load_settings
from cycle.errors import PlanInvalid
from documents.seal_key import Owner, key_path, signer_of, trusted
from documents.seal_trust import certificates_in
from documents.sealing import Sealer
from documents.verification import Outcome, verify
from tests.unit.test_sealing import TOWN, plain_pdf

NOW = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)
PIN, LABEL = "2468", "segl"
DRIVERS = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
DRIVER = next((path for path in DRIVERS if Path(path).exists()), DRIVERS[0])


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A device with a key and its certificate, both called "segl"; gives the folder with its files."""
    folder = tmp_path_factory.mktemp("device")
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(configuration))
    signer_of(load_settings(data_dir=folder / "made"), Owner("BY", "Enhedsby Kommune"), now=NOW)
    made = key_path(load_settings(data_dir=folder / "made"), "BY").read_bytes()
    (folder / "key.pem").write_bytes(made.partition(b"-----BEGIN CERTIFICATE-----")[0])
    tool = ("softhsm2-util", "--module", DRIVER)
    _run(*tool, "--init-token", "--free", "--label", "aarshjul", "--pin", PIN, "--so-pin", "13579")
    key = ("--import", str(folder / "key.pem"), "--label", LABEL, "--id", "A1")
    _run(*tool, *key, "--token", "aarshjul", "--pin", PIN)
    (certificate,) = certificates_in(made)
    _put(certificate)
    yield folder
    patch.undo()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _put(certificate: asn1_x509.Certificate) -> None:
    token = pkcs11.lib(DRIVER).get_token(token_label="aarshjul")
    with token.open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: LABEL,
                Attribute.ID: b"\xa1",
                Attribute.SUBJECT: certificate.subject.dump(),
                Attribute.ISSUER: certificate.issuer.dump(),
                Attribute.SERIAL_NUMBER: certificate["tbs_certificate"]["serial_number"].dump(),
                Attribute.VALUE: certificate.dump(),
            }
        )


def settings_for(folder: Path, **values: str) -> Settings:
    given = {"seal_pkcs11_pin": PIN, "seal_pkcs11_label": LABEL, **values}
    return load_settings(data_dir=folder, seal_pkcs11_module=DRIVER, **given)


def test_a_document_is_sealed_by_the_device_and_known_without_it(device: Path, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    sealed = Sealer.of(settings, TOWN, now=NOW).seal(plain_pdf(), reason="Aftalen er underskrevet", now=NOW)
    assert not key_path(settings, TOWN.root_id).exists(), "no key of our own is made"
    without = load_settings(data_dir=tmp_path)
    verdict = verify(sealed.content, trusted(without))
    assert verdict.outcome is Outcome.VALID and verdict.sealer == "Enhedsby Kommune, Årshjul"
    assert (
        verify(sealed.content, trusted(load_settings(data_dir=tmp_path / "x"))).outcome is not Outcome.VALID
    )
    again = Sealer.of(settings, TOWN, now=NOW).seal(plain_pdf("B"), reason="Også denne", now=NOW)
    assert verify(again.content, trusted(without)).outcome is Outcome.VALID, "a process logs in once"
    assert len(list((tmp_path / "seal").glob("*.pem"))) == 1, "its certificate is kept once"
    assert b"PRIVATE" not in next((tmp_path / "seal").glob("*.pem")).read_bytes()


@pytest.mark.parametrize(
    "wrong", [{"seal_pkcs11_pin": "1111"}, {"seal_pkcs11_label": "andet"}], ids=["pin", "label"]
)
def test_a_device_that_does_not_answer_is_told_with_its_cure(
    device: Path, tmp_path: Path, wrong: dict[str, str]
) -> None:
    with pytest.raises(PlanInvalid, match=r"libsofthsm2\.so: Enheden svarer ikke: .*slot, label og PIN"):
        Sealer.of(settings_for(tmp_path, **wrong), TOWN, now=NOW)


def test_a_driver_that_is_none_is_told(tmp_path: Path) -> None:
    driver = tmp_path / "driver.so"
    driver.write_bytes(b"ingen driver")
    with pytest.raises(PlanInvalid, match=r"driver\.so: Enheden svarer ikke"):
        Sealer.of(load_settings(data_dir=tmp_path, seal_pkcs11_module=driver), TOWN, now=NOW)
