"""What looks like a quoted mail and is not in ours is asked about, and kept; what is ours is left out."""

import time
from html import escape
from types import SimpleNamespace
from typing import cast

import pytest

from cycle.messages.verdicts import InboundVerdict
from notifications.addressed import Addressed
from notifications.reading.read import read_mail
from notifications.render import render
from notifications.replies import Reply, read_reply
from notifications.task_words import TaskWords
from notifications.unseen import UNKNOWN, Sent, unseen_words
from tests.support.quoting import PROGRAMS, Ours, Typed
from tests.unit.test_mails import CASES, letter
from tests.unit.test_under_the_question import ASKED, BOTH, LONG, ONE, REPORT, form, mail_about

OURS = mail_about(ASKED)
KEPT = Sent(OURS.text.replace("abc234token", "•••"), ("aarshjul@by.example",))
TOLD = "står som et citat"


def read(raw: bytes, sent: Sent = KEPT, asked=ONE) -> Reply:
    got = read_mail(raw)
    task = cast(Addressed, SimpleNamespace(letter="", form=asked, task=SimpleNamespace(prefill={})))
    words = TaskWords(got, [task], sent=sent)
    assert got.verdict in (None, InboundVerdict.EMPTY) and (got.own_text or words.unseen or words.own())
    ((_, reply),) = words.replies(lambda _: "da")
    return reply


def typed(text: str) -> bytes:
    """A reply without anything that it answers."""
    head = "From: Mette Hansen <mette@skole.example>\nTo: svar+abcdefghij@svar.by.example\n"
    return f"{head}Subject: SV: {OURS.subject}\nMessage-ID: <a@b>\n\n{text}\n".encode()


@pytest.mark.parametrize("sent", [KEPT, UNKNOWN])
@pytest.mark.parametrize(
    "text",
    [
        "> 50 elever er for mange i klassen\nVi beder om flere lokaler",
        "Vi holder lukket i ugen.\n\nFra: mandag den 5. april 2027\nTil: fredag\nSendt: hjem kl. 12",
        "Vi har mange\n> 50 elever i 3.b",
        "Vi skrev i sidste kvartal:\n> 2 mio. mangler til taget\nDet gælder stadig.",
        "> 50 elever er for mange i klassen",
        "Fra: Bestyrelsen\nTil: Kommunen\nDato: 1. maj 2027\n\nBestyrelsen mener, at 2 mio. er for lidt.",
        "Taget er utæt.\n\nFra: Bestyrelsen\nTil: Kommunen\nDato: 1. maj 2027\n\nDe vil have et nyt tag.",
    ],
)
def test_typed_lines_that_look_quoted_are_asked_about_and_kept(text: str, sent: Sent) -> None:
    reply = read(typed(text), sent)
    assert [TOLD in each.what for each in reply.doubts][-1]
    assert sorted(text.split()) == sorted(reply.raw["bem"].split()), "every word, each once"


def test_the_order_of_what_stands_above_is_kept() -> None:
    first = read(typed("> 50 elever er for mange i klassen\nVi beder om flere lokaler"))
    assert first.raw["bem"] == "> 50 elever er for mange i klassen\n\nVi beder om flere lokaler"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_pasted_mail_of_somebody_else_is_asked_about_though_ours_stands_below_it(program: str) -> None:
    pasted = "Bestyrelsen skriver:\n> 2 mio. mangler til taget på hovedbygningen\nDet mener vi også."
    reply = read(PROGRAMS[program](OURS, Typed(pasted)))
    assert TOLD in reply.doubts[-1].what and "> 2 mio. mangler til taget" in reply.raw["bem"]


@pytest.mark.parametrize("sent", [KEPT, UNKNOWN])
@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_of_our_own_mail_is_taken_for_typed(program: str, sent: Sent) -> None:
    for typed_words in (
        Typed("Vi mangler to lærere."),
        Typed("Hermed.", {"1. Bem": "Vi mangler to lærere."}),
    ):
        reply = read(PROGRAMS[program](OURS, typed_words), sent)
        assert (reply.raw, reply.doubts) == ({"bem": "Vi mangler to lærere."}, ())
    assert read(PROGRAMS[program](OURS, Typed("Intet at bemærke")), sent).nil


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_long_question_and_a_mail_about_two_tasks_are_ours_too(program: str) -> None:
    long = mail_about(LONG)
    reply = read(PROGRAMS[program](long, Typed("Vi mangler to lærere.")), Sent(long.text), form(LONG))
    assert (reply.raw, reply.doubts) == ({"bem": "Vi mangler to lærere."}, ())
    got = read_mail(PROGRAMS[program](BOTH, Typed("A: Intet at bemærke\nB: Vi mangler to lærere.")))
    tasks = [
        cast(Addressed, SimpleNamespace(letter=letter, form=each, task=SimpleNamespace(prefill={})))
        for letter, each in (("A", REPORT), ("B", ONE))
    ]
    assert TaskWords(got, tasks, sent=Sent(BOTH.text)).unseen == ""


@pytest.mark.parametrize("program", PROGRAMS)
def test_words_typed_into_our_mail_beside_the_question_are_asked_about(program: str) -> None:
    """Under our deadline, not under the question."""
    lines = Typed("", {"1. Bem": "Vi mangler to lærere.", "Slut på": "Og en vikar i fire uger."})
    rich = OURS.html.replace(
        '<p style="margin:0 0 8px 0;">Slut på spørgsmålet</p>',
        '<div style="margin:0 0 8px 0;">Slut på spørgsmålet</div>',
    )
    reply = read(PROGRAMS[program](type(OURS)(OURS.subject, OURS.text, rich), lines))
    assert TOLD in reply.doubts[-1].what
    assert "Vi mangler to lærere." in reply.raw["bem"] and "Og en vikar i fire uger." in reply.raw["bem"]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("above", ["", "Bestyrelsen har skrevet dette:\n\n"])
def test_a_pasted_heading_above_our_mail_is_asked_about(program: str, above: str) -> None:
    paper = "Fra: Bestyrelsen\nTil: Kommunen\nDato: 1. maj 2027\n\nTaget er utæt."
    reply = read(PROGRAMS[program](OURS, Typed(above + paper)))
    assert TOLD in reply.doubts[-1].what
    assert "Fra: Bestyrelsen" in reply.raw["bem"] and "Taget er utæt." in reply.raw["bem"]
    assert "Slut på" not in reply.raw["bem"]


@pytest.mark.parametrize("program", ["outlook web", "gmail web", "thunderbird"])
def test_a_colleagues_mail_between_ours_and_the_reply_is_no_answer(program: str) -> None:
    """Bo sent our mail on to Mette, who answers."""
    heading = (
        "Fra: Styringssekretariatet <aarshjul@by.example>\nSendt: 6. april 2027 07:00\n"
        f"Til: Bo Jensen <bo@skole.example>\nEmne: {OURS.subject}\n\n"
    )
    sent_on = f"Vil du tage den?\nBo\n\n{heading}{OURS.text}"
    through = type(OURS)(OURS.subject, sent_on, f"<body><pre>{sent_on}</pre></body>")
    reply = read(PROGRAMS[program](through, Typed("Vi mangler to lærere.")))
    assert (reply.raw, reply.doubts) == ({"bem": "Vi mangler to lærere."}, ())


def test_the_reader_without_a_store_asks_too() -> None:
    """As `aarshjul mail explain` reads."""
    text = "Vi skrev i sidste kvartal:\n> 2 mio. mangler til taget\nDet gælder stadig."
    reply = read_reply(REPORT, "Vi skrev i sidste kvartal:\nDet gælder stadig.", whole=text)
    assert reply.unplaced.endswith("> 2 mio. mangler til taget") and TOLD in reply.doubts[-1].what


@pytest.mark.parametrize("program", ["gmail web", "thunderbird", "iphone broken out"])
def test_an_afterthought_below_a_mail_with_an_answer_inside_is_asked_about(program: str) -> None:
    below = f"{OURS.text}\nPS"
    text = "Og taget er utæt."
    mail = type(OURS)(OURS.subject, below, OURS.html)
    raw = PROGRAMS[program](mail, Typed("", {"1. Bem": "Vi mangler to lærere.", "PS": text}))
    reply = read(raw, Sent(below, KEPT.addresses))
    assert reply.doubts and reply.raw["bem"] == f"Vi mangler to lærere.\n\n{text}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_our_farewell_is_no_answer_where_the_last_line_of_the_questions_was_written_over(
    program: str,
) -> None:
    text, rich = (each.replace("Slut på spørgsmålet", "") for each in (OURS.text, OURS.html))
    mail = type(OURS)(OURS.subject, text, rich)
    answer = "Vi mangler to lærere.\n\nOg en vikar."
    reply = read(PROGRAMS[program](mail, Typed("Hermed", {"1. Bem": answer})))
    assert (reply.raw["bem"].split(), reply.doubts) == (answer.split(), ())


LATER = "Dog mangler vi to lærere i indskolingen."


def around(above: str, below: str) -> Ours:
    """Our mail with these lines before its first and behind its last one."""
    begins = OURS.html.index("<p", OURS.html.index("<body"))
    ends = OURS.html.index("</body>")
    rich = [
        "".join(f"<p>{escape(line) or '&nbsp;'}</p>" for line in lines.split("\n"))
        for lines in (above, below)
    ]
    whole = OURS.html[:begins] + rich[0] + OURS.html[begins:ends] + rich[1] + OURS.html[ends:]
    return Ours(OURS.subject, f"{above}\n\n{OURS.text}\n\n{below}".strip(), whole)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("above", ["Økonomien holder i år.", "Intet at bemærke", ""])
@pytest.mark.parametrize("where", ["below our last line", "above our greeting"])
def test_words_beside_our_mail_are_asked_about(program: str, above: str, where: str) -> None:
    mail = around("", LATER) if where.startswith("below") else around(LATER, "")
    reply = read(PROGRAMS[program](mail, Typed(above)))
    assert TOLD in reply.doubts[-1].what and not reply.nil
    assert LATER in f"{reply.raw['bem']}\n{reply.unplaced}".replace("\n> ", " ")


@pytest.mark.parametrize("program", ["outlook web", "outlook desktop", "outlook mobile", "samsung"])
def test_a_mail_with_nothing_but_words_below_a_typed_heading_is_not_empty(program: str) -> None:
    """Such a heading above our mail is a colleague's otherwise, who sent it on."""
    said = "Den 3. maj 2027 kl. 14.00 skrev Bo Bosen:\n\nLegepladsen er farlig"
    reply = read(PROGRAMS[program](OURS, Typed(said)))
    assert TOLD in reply.doubts[-1].what and "Legepladsen er farlig" in reply.raw["bem"]
    reply = read(PROGRAMS[program](OURS, Typed(f"Vi mangler to lærere.\n\n{said}")))
    assert (reply.raw, reply.doubts) == ({"bem": "Vi mangler to lærere."}, ())


def test_the_beginning_of_a_question_typed_again_is_an_answer_and_no_line_of_ours() -> None:
    ours = "Svar på spørgsmålene\n1. Status (grøn, gul eller rød):\n2. Bemærkninger:\nSlut på spørgsmålene"
    head = "Fra: Vi <aarshjul@by.example>\nSendt: 6. april 2027 08:00\nTil: Mette\nEmne: Rapport\n\n"
    asked = ["1. Status (grøn, gul eller rød):", "2. Bemærkninger:"]
    typed_again = ours.replace("1. Status (grøn, gul eller rød):", "1. Status: grøn")
    assert unseen_words(head + typed_again, Sent(ours), asked) == "1. Status: grøn"
    broken = ours.replace("(grøn, gul eller", "(grøn, gul\neller")
    assert unseen_words(head + broken, Sent(ours), asked) == ""


BANNERS = [
    "EKSTERN MAIL: Denne mail kommer fra en afsender uden for kommunen. Klik ikke på links.",
    "Du får ikke ofte mails fra aarshjul@by.example. Få mere at vide om, hvorfor dette er vigtigt",
    "[EKSTERN]",
    "OBS: Mailen kommer udefra! Vær forsigtig med links og vedhæftede filer.",
    "Cc: Bo Bosen <bo@skole.example>",
    "Vigtighed: Høj",
    "<bo@skole.example>; Ane Ås <ane@skole.example>",
    "CAUTION: This email originated from outside of the organization. Do not click links.",
]
FOOTERS = [
    "Denne e-mail er fortrolig og kun tiltænkt modtageren. Slet den, hvis du har fået den ved en fejl.",
    "-- \nMette Hansen\nSkoleleder\nEngskolen\nTlf. 33 66 12 34",
    "Sendt fra min iPhone",
    "Læs om, hvordan kommunen behandler personoplysninger: https://by.example/privatliv",
    "Med venlig hilsen\n\nMette Hansen\nSkoleleder",
    "Denne mail er scannet for virus af Sikkerhed A/S.",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_systems_add_to_our_mail_is_not_asked_about(program: str) -> None:
    added = [(each, "") for each in BANNERS] + [("", each) for each in FOOTERS]
    for above, below in added:
        reply = read(PROGRAMS[program](around(above, below), Typed("Økonomien holder i år.")))
        assert (reply.doubts, reply.raw) == ((), {"bem": "Økonomien holder i år."}), above or below
    above, below = "\n\n".join(BANNERS[:3]), "\n\n".join(FOOTERS[:3])
    assert read(PROGRAMS[program](around(above, below), Typed("Intet at bemærke"))).nil


SHAPES = {
    "quotes": "> x y z w q\n",
    "headings": "Fra: Bo\nTil: Ole\nDato: 1. maj 2027\n\nhej med dig du\n",
    "addresses": "Fra: Bo <b@x.example>\nTil: Ole\nDato: 1. maj 2027\n\nhej\n",
    "wrote": "Den 1. maj 2027 kl. 10.00 skrev Bo <b@x.example>:\n> hej\n",
    "quoted wrote": "> Den 1. april 2027 kl. 12.00 skrev Bo <bo@x.example>:\n> ord og mere af dem\n",
    "quoted headings": "> Fra: Bo <b@x.example>\n> Til: Ole\n> Dato: 1. maj 2027\n>\n> hej\n",
    "dense wrote": "> Den 1. maj 2027 kl. 12.00 skrev Bo <b@x.example>:\n",
    "one line": "ord ",
    "marks": ">",
    "brackets": "[",
    "links": "http://",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_of_any_shape_is_compared_in_time(shape: str) -> None:
    text = (SHAPES[shape] * 1_000_000)[:1_000_000]
    began = time.process_time()
    for sent in (Sent("Du har en opgave i styringsårshjulet nu.\n" * 1_000), UNKNOWN):
        unseen_words(text, sent, ["1. Bemærkninger:"], [])
    assert time.process_time() - began < 2


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("case", sorted(CASES.keys() - {"sign-in-code"}))
def test_no_line_of_any_mail_of_ours_is_taken_for_typed(case: str, language: str) -> None:
    """Its HTML has other lines than the text that is kept of it."""
    kind, facts = CASES[case]
    mail = render(letter(kind, language, **facts))
    for program in ("outlook html only", "gmail html only", "outlook desktop"):
        raw = PROGRAMS[program](
            type(OURS)(mail.subject, mail.text, mail.html), Typed("Vi mangler to lærere.")
        )
        asked = [line for item in facts.get("items", ()) for line in item.questions]
        assert unseen_words(read_mail(raw).text, Sent(mail.kept, ("aarshjul@by.example",)), asked) == ""
