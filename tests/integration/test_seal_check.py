"""`aarshjul verify` and the page that says the same: what a seal is worth, to whom it may be asked."""

import json
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cli import main
from cycle.access.roles import Role
from cycle.store import transaction
from documents.seal_key import key_path
from tests.support import municipality
from tests.support.web import Form, Site
from tests.unit.test_sealing import plain_pdf, seal_with


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path))
    with transaction(sqlite_engine) as session:
        municipality.build(session)
    return Site(sqlite_engine, tmp_path)


@pytest.fixture
def sealed(site: Site) -> bytes:
    return seal_with(site.settings).content


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main.run("verify", arguments)
    return status, capsys.readouterr().out


def altered(pdf: bytes) -> bytes:
    return pdf.replace(b"Udviklingsaftale", b"Udviklingsaftala")


def test_the_command_says_valid_with_0_and_anything_else_with_1(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "aftale.pdf"
    file.write_bytes(sealed)
    status, text = told(capsys, str(file))
    assert status == 0 and text.startswith("Dokumentet er ægte og uændret.\n")
    assert "Forseglet: 31. januar 2027 kl. 10.00 (efter seglets egen oplysning)" in text
    file.write_bytes(altered(sealed))
    status, text = told(capsys, str(file))
    assert status == 1 and text.startswith("Dokumentet er ændret, siden det blev forseglet.\n")
    assert "tekst, tal eller udseende" in text and "Stol ikke på denne fil" in text
    file.write_bytes(plain_pdf())
    assert told(capsys, str(file))[0] == 1


def test_the_command_tells_scripts_the_same_and_names_a_file_that_is_not_there(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "aftale.pdf"
    file.write_bytes(sealed + b"\n")
    status, text = told(capsys, str(file), "--json")
    found = json.loads(text)
    assert status == 1 and found["outcome"] == "altered" and found["valid"] is False
    assert main.run("verify", [str(tmp_path / "ingen.pdf")]) == 1
    assert "ingen.pdf" in capsys.readouterr().err


def test_another_machine_knows_the_seal_by_its_certificate(
    site: Site,
    sealed: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, certificate = tmp_path / "aftale.pdf", tmp_path / "kommunen.pem"
    file.write_bytes(sealed)
    certificate.write_bytes(key_path(site.settings, "BY").read_bytes())
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "another"))
    status, text = told(capsys, str(file))
    assert status == 1 and "forseglet af en anden end os" in text
    assert told(capsys, str(file), "--certificate", str(certificate))[0] == 0


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("da", "Dokumentet er ægte og uændret.", "Dokumentet er ændret, siden det blev forseglet."),
        (
            "en",
            "The document is genuine and unaltered.",
            "The document has been altered since it was sealed.",
        ),
    ],
)
def test_the_page_says_the_same(site: Site, sealed: bytes, language: str, good: str, bad: str) -> None:
    office = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    page = office.get(f"/segl?sprog={language}")
    form = Form(page, "/segl")
    for content, said in ((sealed, good), (altered(sealed), bad)):
        answer = form.send(office, files={"fil": ("aftale.pdf", content, "application/pdf")})
        assert answer.status_code == 200 and said in answer.text
    assert form.send(office, files={"fil": ("", b"", "application/pdf")}).status_code == 422


def test_the_page_is_the_secretariats(site: Site) -> None:
    assert site.browser().get("/segl").status_code == 303
    superior = site.signed_in("dorte@by.example", Role.SUPERIOR, "BY-IN-D1")
    assert superior.get("/segl").status_code == 403
