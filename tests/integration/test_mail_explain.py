"""`aarshjul mail explain`: what is read in a mail or a folder of them, for people and for programs."""

import json
import zipfile
from pathlib import Path

import pytest

from cli.main import run
from tests.support import danish_replies

CORPUS = Path(__file__).parents[1] / "corpora" / "bounces.zip"
FORM = """id: rapport
title: Rapport
nil_allowed: true
fields:
  - {id: status, type: traffic_light, label: Status}
  - {id: beloeb, type: amount, label: Forventet resultat}
  - {id: bem, type: long_text, label: Bemærkninger}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("AARSHJUL_LANGUAGE", raising=False)
    return tmp_path


def explained(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict:
    assert run("mail", ["explain", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def a_reply(folder: Path) -> Path:
    reply = next(each for each in danish_replies.replies() if each.name == "outlook desktop, labels")
    (folder / "svar.eml").write_bytes(reply.raw)
    (folder / "rapport.yaml").write_text(FORM, encoding="utf-8")
    return folder / "svar.eml"


def test_a_reply_is_read_into_a_form_and_nothing_is_stored(folder, capsys):
    found = explained(capsys, a_reply(folder), "--form", folder / "rapport.yaml")
    (mail,) = found["mails"]
    assert (mail["verdict"], mail["reason"], mail["sender"]) == ("reply", "", "mette@by.example")
    assert mail["answers"]["answers"] == {
        "status": "gul, fraværet er steget",
        "beloeb": "14,5 mio. kr.",
        "bem": "Vi følger op.",
    }
    assert mail["answers"]["outcome"] == "answer" and mail["answers"]["refused"] == []
    assert mail["answers"]["taken"] == {
        "status": {"light": "gul", "comment": "fraværet er steget"},
        "beloeb": "14500000.00",
        "bem": "Vi følger op.",
    }
    assert not list((folder / "data").glob("*.db"))


@pytest.mark.parametrize(
    ("text", "outcome", "taken", "refused"),
    [
        (
            "Status: gul nej rød\nForventet resultat: 12\nBemærkninger: x",
            "draft",
            {"beloeb": "12.00", "bem": "x"},
            ["status"],
        ),
        (
            "1: grøn\n2: tolv\n3: x",
            "draft",
            {"status": {"light": "grøn", "comment": ""}, "bem": "x"},
            ["beloeb"],
        ),
        ("Intet at bemærke", "nil", {}, []),
        ("Tak, jeg svarer i morgen", "no_answer", {}, []),
        ("Det går godt", "draft", {}, ["status", "beloeb", "bem"]),
    ],
)
def test_what_the_form_makes_of_each_answer_is_shown(folder, capsys, text, outcome, taken, refused):
    a_reply(folder)
    (folder / "svar.txt").write_text(text, encoding="utf-8")
    found = explained(capsys, folder / "svar.txt", "--form", folder / "rapport.yaml")
    answers = found["mails"][0]["answers"]
    assert (answers["outcome"], answers["taken"]) == (outcome, taken)
    assert [each["where"] for each in answers["refused"]] == refused
    assert run("mail", ["explain", str(folder / "svar.txt"), "--form", str(folder / "rapport.yaml")]) == 0
    said = capsys.readouterr().out
    assert said.count("Ikke taget") == len(refused) and said.count("  Taget ") == len(taken)
    assert ("»tolv« kan ikke læses som et tal" in said) is ("tolv" in text)


def test_people_read_the_same_in_words(folder, capsys, monkeypatch):
    file = a_reply(folder)
    assert run("mail", ["explain", str(file)]) == 0
    said = capsys.readouterr().out
    assert f"{file}: Skrevet af en person" in said and "  | Status: gul, fraværet er steget" in said
    assert "Oprindelig" not in said and "Østergaard" not in said
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    assert run("mail", ["explain", str(file), "--form", str(folder / "rapport.yaml")]) == 0
    said = capsys.readouterr().out
    assert "Written by a person" in said and "Taken status: yellow" in said


def test_a_folder_of_real_bounces_names_the_failed_addresses(folder, capsys):
    with zipfile.ZipFile(CORPUS) as archive:
        archive.extractall(folder / "mails")
    found = explained(capsys, folder / "mails")
    assert len(found["mails"]) == 315 and sum(found["counts"].values()) == 315
    bounces = [mail for mail in found["mails"] if not Path(mail["file"]).name.startswith(("arf", "rfc3834"))]
    named = [mail for mail in bounces if mail["verdict"] == "bounce" and mail["failed"]]
    assert len(named) >= 0.95 * len(bounces)
    told = {"address", "status", "hard", "diagnostic", "delayed"}
    assert all(set(mail["failed"][0]) == told for mail in named)


@pytest.mark.parametrize("what", ["findes-ikke.eml", "tom", "skema"])
def test_what_cannot_be_read_is_told_with_where_and_what_to_do(folder, capsys, what):
    (folder / "tom").mkdir()
    arguments = [str(folder / what)]
    if what == "skema":
        arguments = [str(a_reply(folder)), "--form", str(folder / "rapport.yaml")]
        (folder / "rapport.yaml").write_text("id: rapport\nfelter: []\n", encoding="utf-8")
    assert run("mail", ["explain", *arguments]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("Fejl: ")
    assert Path(arguments[-1]).name in said.err


def written(folder: Path, words: str, form: str) -> tuple[Path, str, Path]:
    (folder / "svar.eml").write_text(
        f"From: Bo <bo@by.example>\nTo: svar@by.example\nSubject: SV: Rapport\nMessage-ID: <1@by>\n\n{words}",
        encoding="utf-8",
    )
    (folder / "form.yaml").write_text(form, encoding="utf-8")
    return folder / "svar.eml", "--form", folder / "form.yaml"


ONE_TEXT = "id: fri\ntitle: Fri\nfields:\n  - {id: bem, type: long_text, label: Ord}\n"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("Se mit svar nedenfor", "draft"),
        ("Jeg er på ferie til og med 12. august. Vi får et merforbrug på 2 mio. kr.", "draft"),
        ("Eleverne følger planen.", "answer"),
    ],
)
def test_what_the_engine_would_ask_about_is_asked_about(folder, capsys, words, outcome):
    (mail,) = explained(capsys, *written(folder, words, ONE_TEXT))["mails"]
    assert mail["answers"]["outcome"] == outcome


def test_answers_in_the_quoted_mail_alone_are_a_reply_as_they_are_to_the_engine(folder, capsys):
    inside = (
        "Fra: Årshjulet <svar@by.example>\nSendt: 1. april 2027 10:00\nTil: Bo\nEmne: Rapport\n\n"
        "1. Status (grøn, gul eller rød):\ngrøn\n2. Forventet resultat (kr.):\n0\n3. Bemærkninger:\nIngen\n"
        "Slut på spørgsmålene\n"
    )
    (mail,) = explained(capsys, *written(folder, inside, FORM))["mails"]
    assert (mail["verdict"], mail["reason"]) == ("reply", "")
    assert mail["answers"]["taken"]["status"] == {"light": "grøn", "comment": ""}
