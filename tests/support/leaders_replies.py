"""Forty replies as leaders write them, on phones and at desks, and what becomes of each.

`python -m tests.support.leaders_replies` prints the table: what was written, what is made of it.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from cycle.tasks.answers import read_draft
from cycle.tasks.forms import Field, FieldType, Form
from notifications.letters_of_tasks import sections
from notifications.questions import questions_of
from notifications.reading.mail import Mail
from notifications.reading.read import read_mail
from notifications.replies import Reply, read_parts, read_reply

FORM = Form(
    id="rapport",
    title="Rapport",
    nil_allowed=True,
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
        Field(
            id="afvigelse",
            type=FieldType.AMOUNT,
            label="Forventet afvigelse",
            guidance="Merforbrug skrives med plus, mindreforbrug med minus.",
        ),
        Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger", required=False),
    ),
)
LETTERS = ("A", "B")
GREEN = {"light": "grøn", "comment": ""}


@dataclass(frozen=True)
class Written:
    """What a leader wrote. `becomes`: answer, nil, draft (asked back), no_answer or which (asked which task).

    `taken` are the canonical answers, by letter where the mail was about two tasks.
    """

    text: str
    becomes: str
    taken: Mapping[str, Any] | None = None
    unplaced: str = ""
    two: bool = False
    below: bool = False
    """The text stands below the quoted mail or between its lines: then "{1}" … stand under its questions."""


def gul(comment: str) -> dict[str, str]:
    return {"light": "gul", "comment": comment}


def answer(light: Any, amount: str, text: str = "") -> dict[str, Any]:
    return {"status": light, "afvigelse": amount, **({"bem": text} if text else {})}


WRITTEN: tuple[Written, ...] = (
    Written(
        "Hej\n\n1 grøn\n2 0\n3 ingen\n\nHilsen Mette", "draft", {"status": GREEN}, "2 0\n3 ingen"
    ),
    Written("1 - grøn\n2: 0\n3 - Alt kører\n\nMvh Mette", "answer", answer(GREEN, "0.00", "Alt kører")),
    Written("Ad 1: grøn\nAd 2: 0 kr.\n/Mette", "answer", answer(GREEN, "0.00")),
    Written("ad 1) gul, sygdom\nad 2) 150.000\n\nvh Mette", "answer", answer(gul("sygdom"), "150000.00")),
    Written("1.Grøn\n2.0 kr\n\nSendt fra min iPhone", "draft", {"status": GREEN}, "2.0 kr"),
    Written("Status: Grøn 🙂\nForventet afvigelse: 0,-\n\nMette", "answer", answer(GREEN, "0.00")),
    Written("Status\nGrøn\n\nForventet afvigelse\n-25.000\n\nMette", "answer", answer(GREEN, "-25000.00")),
    Written("Status\tgrøn\nForventet afvigelse\t0\n", "answer", answer(GREEN, "0.00")),
    Written(
        "*Status:* gul - to langtidssyge\n*Forventet afvigelse:* ca. 200.000 kr.\n*Bemærkninger:* Følger op",
        "answer",
        answer(gul("to langtidssyge"), "200000.00", "Følger op"),
    ),
    Written("Status grøn\nForventet afvigelse 0 kr.", "answer", answer(GREEN, "0.00")),
    Written("A1: grøn\nA2: 1,5 mio.\n\nDbh\nMette", "answer", answer(GREEN, "1500000.00")),
    Written("Status = grøn\nForventet afvigelse = 200 tkr", "answer", answer(GREEN, "200000.00")),
    Written("1: 🟢\n2: 0\n\nSendt fra Outlook til Android", "answer", answer(GREEN, "0.00")),
    Written("1) Grøn\n2) merforbrug på 200.000 kr.", "answer", answer(GREEN, "200000.00")),
    Written("1) Grøn\n2) 80.000 kr i mindreforbrug", "answer", answer(GREEN, "-80000.00")),
    Written("1: grøn\n2: (45.000)", "answer", answer(GREEN, "-45000.00")),
    Written("Spm. 1: grøn\nSpm. 2: ÷ 10.000", "answer", answer(GREEN, "-10000.00")),
    Written("STATUS: GRØN\nFORVENTET AFVIGELSE: 0", "answer", answer(GREEN, "0.00")),
    Written("Status: groen\nForventet afvigelse: 0", "answer", answer(GREEN, "0.00")),
    Written("Intet at bemærke fra Havneskolen\n\nVh. Mette", "nil"),
    Written("Tak for mailen. Intet at bemærke.\n\nGod weekend\nMette", "nil"),
    Written("Havneskolen har ingen bemærkninger", "nil"),
    Written("intet at bemerke\nMette", "nil"),
    Written("Ingen bemærkinger herfra, tak", "nil"),
    Written("Tak, jeg svarer i morgen\n\nMette", "no_answer"),
    Written("Modtaget, tak\n\nSendt fra min iPhone", "no_answer"),
    Written("Jeg vender tilbage med tal, når regnskabet er lukket", "no_answer"),
    Written("Det kigger jeg på i næste uge. Hilsen Mette", "no_answer"),
    Written("Status: gul nej rød\nForventet afvigelse: 0", "draft", {"afvigelse": "0.00"},
            "Status: gul nej rød"),
    Written("1: grøn\n2: 1.5", "draft", {"status": GREEN}, "Forventet afvigelse: 1.5"),
    Written("1: grøn\n2 - 200.000", "draft", {"status": GREEN}, "2 - 200.000"),
    Written("1: grøn\n2: underskud 20.000", "draft", {"status": GREEN},
            "Forventet afvigelse: underskud 20.000"),
    Written("1: grøn eller gul, vi ved det ikke endnu\n2: 0", "draft", {"afvigelse": "0.00"},
            "Status: grøn eller gul, vi ved det ikke endnu"),
    Written("Det går fint her\nMette", "draft", {}, "Det går fint her"),
    Written("B1: grøn\nB2: 0", "draft", {}, "B1: grøn\nB2: 0"),
    Written("Grøn\n\n{2}\n0 kr.", "answer", answer(GREEN, "0.00"), below=True),
    Written("gul, to vikarer mangler\n{2}\n125.000 kr.\n{3}\nVi følger op\ntil maj", "answer",
            answer(gul("to vikarer mangler"), "125000.00", "Vi følger op\ntil maj"), below=True),
    Written("A1 grøn\nA2: 0\n\nB - Intet at bemærke\n\nMette", "answer",
            {"A": answer(GREEN, "0.00"), "B": "nil"}, two=True),
    Written("Opgave A: Intet at bemærke\nOpgave B:\n1: gul, ferie\n2: 12.000", "answer",
            {"A": "nil", "B": answer(gul("ferie"), "12000.00")}, two=True),
    Written("Ad A: intet at bemærke\nAd B: Intet at bemærke\nAd C: intet at bemærke", "answer",
            {"A": "nil", "B": "nil"}, "Ad C: intet at bemærke", two=True),
    Written("*A1:* grøn\n*A2:* 0\n*B1:* grøn\n*B2:* 5.000 kr.\n\nVenlig hilsen\nMette", "answer",
            {"A": answer(GREEN, "0.00"), "B": answer(GREEN, "5000.00")}, two=True),
    Written("Intet at bemærke til den ene, den anden svarer jeg på senere", "which", two=True),
    Written("Tak, I får svar inden fredag", "no_answer", two=True),
)  # fmt: skip


def mail_of(written: Written) -> Mail:
    """The mail as it is read, with ours quoted in it."""
    mail = EmailMessage()
    mail["From"] = "Mette Østergaard <mette@by.example>"
    mail["To"] = "svar+abcdefghijklmnop@svar.by.example"
    mail["Subject"] = "SV: Rapport"
    mail["Message-ID"] = "<1@by.example>"
    mail.set_content(_whole(written))
    return read_mail(mail.as_bytes())


def _whole(written: Written) -> str:
    heading = "Den 6. april 2027 kl. 10.00 skrev Årshjulet <aarshjul@by.example>:\n\n"
    asked = [question.line() for question in questions_of(FORM, {})]
    if not written.below:
        return f"{written.text}\n\n{heading}> Kære Mette\n" + "".join(f"> {line}\n" for line in asked)
    text = "{1}\n" + written.text
    for number, line in enumerate(asked, 1):
        text = text.replace(f"{{{number}}}", f"> {line}")
    return f"{heading}> Kære Mette\n{text}\n> Slut på spørgsmålene\n"


def becomes(written: Written) -> tuple[str, dict[str, Any], str]:
    """(what the mail becomes, the canonical answers, the text that belongs to no question)."""
    mail = mail_of(written)
    assert mail.verdict is None, mail.reason
    if not written.two:
        return _one(read_reply(FORM, mail.own_text, whole=mail.text))
    said = sections(mail.own_text, LETTERS)
    if not said.by_letter:
        found, _, left = _one(read_parts(FORM, mail.own_text, "", rows={}))
        return ("no_answer" if found == "no_answer" else "which"), {}, left
    taken, left, outcomes = {}, [said.before, said.unknown], set()
    for letter, part in said.by_letter.items():
        outcome, answers, rest = _one(read_parts(FORM, part, "", rows={}))
        outcomes.add("answer" if outcome == "nil" else outcome)
        taken[letter] = "nil" if outcome == "nil" else answers
        left.append(rest)
    return outcomes.pop() if len(outcomes) == 1 else "draft", taken, "\n".join(filter(None, left))


def _one(reply: Reply) -> tuple[str, dict[str, Any], str]:
    if reply.nil or reply.talk:
        return "nil" if reply.nil else "no_answer", {}, ""
    answers, faults = read_draft(FORM, reply.raw, rows={})
    asked_back = bool(faults or reply.doubts or not reply.raw)
    return "draft" if asked_back else "answer", answers, reply.unplaced


def table() -> Iterator[str]:
    """One line for each reply: what it becomes and what was written."""
    for written in WRITTEN:
        found, taken, left = becomes(written)
        said = " / ".join(line for line in written.text.splitlines() if line.strip())
        yield f"{found:10} {said}  →  {taken or ''} {left!r}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
