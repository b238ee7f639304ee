"""Every mail the engine can write, as it reads: golden files in both languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from cycle.gatherings.states import Told
from cycle.messages.placeholders import Texts
from cycle.messages.tables import MessageKind
from cycle.tasks.states import TaskKind
from notifications.letters import Group, HandedOver, Invitation, Item, Letter, Post
from notifications.render import BLANK, LANGUAGES, distance, render

URL = "https://aarshjul.by.example/opgave/abc234token"
REPLY = "svar+def567token@svar.by.example"

NEW = Item(
    group=Group.NEW,
    kind=TaskKind.ANSWER,
    title="Kvartalsrapport 1 2027",
    unit="Ærøgades Skole & Fritid",
    due_on=date(2027, 4, 30),
    days_left=14,
    url=URL,
    reply_to=REPLY,
    nil_allowed=True,
    questions=("1. Status (grøn, gul eller rød):", "2. Bemærkninger (kan udelades):"),
)
REMINDER = replace(
    NEW,
    group=Group.REMINDER,
    title="Budgetudmelding 2028",
    due_on=date(2027, 4, 19),
    days_left=3,
    nil_allowed=False,
    questions=("1. Bemærkninger:",),
    one_text=True,
    figures=(("Ramme 2028", "14.500.000 kr."),),
)
OVERDUE = replace(
    NEW,
    group=Group.OVERDUE,
    title="Regnskabsaflæggelse 2026",
    due_on=date(2027, 4, 13),
    days_left=-3,
    text="Husk målene.",
)
REVIEW = replace(
    NEW, group=Group.REVIEW, kind=TaskKind.REVIEW, unit="Distrikt 1", reply_to="", nil_allowed=False
)
MISSING = replace(
    NEW,
    group=Group.MISSING,
    due_on=date(2027, 4, 9),
    days_left=-7,
    url="",
    reply_to="",
    person="Mette Ømose",
    nil_allowed=False,
)
LETTERED = tuple(
    replace(item, letter=letter, questions=tuple(letter + line for line in item.questions))
    for letter, item in (("A", NEW), ("B", REMINDER), ("C", replace(OVERDUE, questions=())))
)
WISHES = "https://aarshjul.by.example/mine-enheder/frister"
WISHED = replace(MISSING, due_on=date(2027, 4, 20), days_left=10, wished_on=date(2027, 4, 26))
SIGNED = replace(
    NEW,
    kind=TaskKind.SIGN,
    title="Underskrift af udviklingsaftale 2028 efter ændrede mål",
    reply_to="",
    nil_allowed=False,
)
WHY = {
    "da": ("Du får denne mail, fordi du er leder for Ærøgades Skole & Fritid.",),
    "en": ("You get this mail because you are leder at Ærøgades Skole & Fritid.",),
}
RECEIVED = datetime(2027, 4, 20, 9, 5, tzinfo=UTC)


def letter(kind: MessageKind, language: str = "da", **facts: object) -> Letter:
    base = Letter(
        kind=kind,
        language=language,
        to_name="Søren Æbelø",
        sender_name="Styringssekretariatet",
        contact="styring@by.example",
        items=(replace(NEW, days_left=10),),
        reasons_why=WHY[language],
        tokens=frozenset({"abc234token", "def567token"}),
    )
    return replace(base, **facts)  # type: ignore[arg-type]  # the test names the fields


MEETING = Invitation(
    told=Told.INVITED,
    title="2. heldagsmøde & workshop",
    starts_at=datetime(2027, 4, 20, 7, 30, tzinfo=UTC),
    ends_at=datetime(2027, 4, 20, 13, 30, tzinfo=UTC),
    place="Rådhuset, sal 1",
    link="https://video.example/2",
    agenda=("Velkomst", "Data & dialog"),
    url="https://aarshjul.by.example/indkaldelse/abc234token",
    calendar="BEGIN:VCALENDAR",
)
ANSWERS = (
    ("Status", "gul: Sygefraværet er steget."),
    ("Forventet resultat", "14.500.000 kr."),
    ("Bemærkninger", "Vi følger op i maj.\nSe også bilaget."),
)
HANDED = replace(NEW, group=Group.HANDED, drafted="Mette Ømose")
HANDED_LATE = replace(
    HANDED, title="Regnskabsaflæggelse 2026", due_on=date(2027, 4, 13), days_left=-3, nil_allowed=False
)
POST = Post(
    unit="Ærøgades Skole & Fritid",
    role="leder",
    before=("Mette Ømose", "Åse Bæk"),
    answered=(
        ("Budgetudmelding 2028", datetime(2027, 1, 29, 9, tzinfo=UTC)),
        ("Resultatsamtale 2027", datetime(2027, 3, 1, 9, tzinfo=UTC)),
    ),
    agreement="2026–2027",
)
BARE_POST = replace(POST, before=("Mette Ømose",), answered=(), agreement="")
CALENDAR = {"deadlines": "BEGIN:VCALENDAR", "calendar_url": f"{URL}/kalender"}
OWN = Texts(
    subject="{opgave}: husk {frist}",
    greeting="Hej {navn}",
    introduction="Så er det tid til {opgave} for {enhed} <b>igen</b>.\n\nSe vejledningen: "
    "https://intranet.by.example/styring?a=1&b=2\nSvar her: {link}",
    closing="Er der noget, du er i tvivl om, så ring.",
    signature="Hilsen\n{afsender}\n{kontakt}",
)
CASES: dict[str, tuple[MessageKind, dict[str, object]]] = {
    "daily-one": (MessageKind.DAILY, {"items": (NEW,), **CALENDAR}),
    "daily-all": (
        MessageKind.DAILY,
        {
            "items": (MISSING, NEW, REMINDER, OVERDUE, REVIEW),
            "overview_url": "https://aarshjul.by.example/leder",
            "demo": True,
        },
    ),
    "daily-lettered": (MessageKind.DAILY, {"items": LETTERED}),
    "daily-handover": (
        MessageKind.DAILY,
        {"items": (HANDED, replace(HANDED_LATE, drafted=""), NEW), "handed": (POST,), **CALENDAR},
    ),
    "daily-handover-one": (MessageKind.DAILY, {"items": (HANDED,), "handed": (BARE_POST,), **CALENDAR}),
    "daily-escalation": (
        MessageKind.DAILY,
        {"items": (MISSING, replace(MISSING, unit="Ø-skolen", person=""))},
    ),
    "daily-own-texts": (MessageKind.DAILY, {"items": (NEW,), "texts": OWN, "trial": True}),
    "extended-own-texts": (
        MessageKind.EXTENDED,
        {"items": (replace(NEW, old_due_on=date(2027, 4, 20)),), "texts": OWN, "note": "Sygdom."},
    ),
    "daily-review": (MessageKind.DAILY, {"items": (REVIEW,)}),
    "receipt": (MessageKind.RECEIPT, {"received_at": RECEIVED, "answers": ANSWERS}),
    "receipt-of-a-mail": (
        MessageKind.RECEIPT,
        {
            "received_at": RECEIVED,
            "answers": ANSWERS,
            "unplaced": "Tak for sidst.",
            "files": (("regnskab.pdf", ""), ("skema.exe", "Programfiler tages ikke imod.")),
        },
    ),
    "receipt-nil-again": (MessageKind.RECEIPT, {"received_at": RECEIVED, "nil": True, "version": 2}),
    "receipt-after-close": (
        MessageKind.RECEIPT,
        {"received_at": RECEIVED, "answers": ANSWERS[:1], "after_close": True},
    ),
    "returned": (
        MessageKind.RETURNED,
        {
            "note": "Tallene går ikke op.",
            "by": "Mette Ømose",
            "remarks": (("Forventet resultat", "Skal være i hele kroner."),),
        },
    ),
    "returned-one-question": (
        MessageKind.RETURNED,
        {
            "note": "Tallene går ikke op.",
            "remarks": (("Forventet resultat", "Er det tusinder?"),),
            "items": (replace(NEW, questions=("2. Forventet resultat (kr.):",), nil_allowed=False),),
        },
    ),
    "extended": (
        MessageKind.EXTENDED,
        {"note": "Sygdom på skolen.", "items": (replace(NEW, old_due_on=date(2027, 4, 20)),)},
    ),
    "extension-wish": (MessageKind.EXTENSION_WISH, {"items": (WISHED,), "overview_url": WISHES}),
    "extension-wishes": (
        MessageKind.EXTENSION_WISH,
        {"items": (WISHED, replace(WISHED, unit="Ø-skolen", person="")), "overview_url": WISHES},
    ),
    "refused": (MessageKind.REFUSED, {"note": "Udvalget skal bruge svaret den 3. maj."}),
    "deadline-changed": (
        MessageKind.DEADLINE_CHANGED,
        {"note": "Byrådet har flyttet mødet.", "items": (replace(NEW, old_due_on=date(2027, 4, 20)),)},
    ),
    "nudge": (MessageKind.NUDGE, {"note": "Kan du nå det inden fredag?\nRing gerne til os."}),
    "waived": (MessageKind.WAIVED, {"note": "Skolen lukker til sommer."}),
    "new-link": (MessageKind.NEW_LINK, {}),
    "declined": (
        MessageKind.DECLINED,
        {
            "note": "Målet om fravær kan vi ikke stå inde for.",
            "by": "Bo Lindvang (bestyrelsesformand, Ærøgades Skole & Fritid)",
            "whose": "Ærøgades Skole & Fritid",
            "refused": TaskKind.SIGN,
        },
    ),
    "declined-at-approval": (
        MessageKind.DECLINED,
        {
            "note": "Målet er for svagt.",
            "by": "Dorte Distriktschef (distriktschef, Distrikt 1)",
            "whose": "Ærøgades Skole & Fritid",
            "refused": TaskKind.APPROVE,
        },
    ),
    "still-holds": (MessageKind.STILL_HOLDS, {"items": (SIGNED,)}),
    "still-holds-several": (MessageKind.STILL_HOLDS, {"items": (SIGNED, replace(SIGNED, unit="Ø-skolen"))}),
    "remarks": (
        MessageKind.REMARKS,
        {"remarks": (("distriktschef, Ærø Distrikt", "2 bemærkninger (mål A, aftalen som helhed)"),)},
    ),
    "invitation": (MessageKind.INVITATION, {"items": (), "meeting": MEETING}),
    "invitation-changed": (
        MessageKind.INVITATION,
        {"items": (), "meeting": replace(MEETING, told=Told.CHANGED, place="", agenda=())},
    ),
    "invitation-cancelled": (
        MessageKind.INVITATION,
        {
            "items": (),
            "meeting": replace(MEETING, told=Told.CANCELLED, url=""),
            "note": "Lokalet er optaget.",
        },
    ),
    "invitation-off": (
        MessageKind.INVITATION,
        {"items": (), "meeting": replace(MEETING, told=Told.CANCELLED, url="", link="")},
    ),
    "sign-in-code": (
        MessageKind.SIGN_IN_CODE,
        {"items": (), "code": "0123 4567", "tokens": frozenset({"0123 4567"})},
    ),
    "account-changed": (
        MessageKind.ACCOUNT_CHANGED,
        {"items": (), "note": "Adgangskoden til din konto er ændret."},
    ),
    "handed-over": (
        MessageKind.HANDED_OVER,
        {
            "items": (),
            "note": "Ferie",
            "handed_over": HandedOver(
                "Ærøgades Skole & Fritid",
                "leder",
                "Ib Holm",
                date(2027, 4, 30),
                "https://aarshjul.by.example/mine",
            ),
        },
    ),
    "reply-problem": (
        MessageKind.REPLY_PROBLEM,
        {
            "remarks": (("Status", "Skriv grøn, gul eller rød."), ("", "Mailen har ingen tekst.")),
            "received_at": RECEIVED,
        },
    ),
    "reply-problem-which": (
        MessageKind.REPLY_PROBLEM,
        {
            "items": LETTERED[:2],
            "asks_which": True,
            "unplaced": "Det går godt.",
            "received_at": RECEIVED,
        },
    ),
    "reply-problem-understood": (
        MessageKind.REPLY_PROBLEM,
        {
            "remarks": (("2. Forventet resultat", "»tolv« kan ikke læses som et tal."),),
            "answers": ANSWERS[:1],
            "received_at": RECEIVED,
        },
    ),
    "reply-problem-asked": (
        MessageKind.REPLY_PROBLEM,
        {
            "items": (replace(REMINDER, figures=()),),
            "remarks": (
                (
                    "",
                    "»Det går godt« er så kort, at vi ikke kan se, om det er jeres svar. Send det fra siden.",
                ),
            ),
            "answers": (("Bemærkninger", "Det går godt."),),
            "received_at": RECEIVED,
        },
    ),
    "reply-problem-foreign": (
        MessageKind.REPLY_PROBLEM,
        {
            "foreign": True,
            "remarks": (
                (
                    "",
                    "Den kom fra en.anden@by.example, som ikke er registreret for Ærøgades Skole & Fritid. "
                    "Er svaret jeres, så send det fra siden.",
                ),
            ),
            "unplaced": "Vi ses på mødet.",
            "received_at": RECEIVED,
        },
    ),
    "reply-problem-closed": (MessageKind.REPLY_PROBLEM, {"after_close": True, "received_at": RECEIVED}),
}


class Balance(HTMLParser):
    """Whether every element that is opened is closed again, in order."""

    EMPTY = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_each_mail_reads_as_recorded(case: str, language: str, golden: Callable[[str, str], None]):
    kind, facts = CASES[case]
    mail = render(letter(kind, language, **facts))
    golden(f"mails/{case}.{language}.txt", f"{mail.subject}\n\n{mail.text}")
    golden(f"mails/{case}.{language}.html", mail.html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_each_mail_is_one_subject_line_and_whole_html(case: str, language: str):
    kind, facts = CASES[case]
    mail = render(letter(kind, language, **facts))
    assert "\n" not in mail.subject and 0 < len(mail.subject) <= 160
    assert "\n\n\n" not in mail.text
    balance = Balance()
    balance.feed(mail.html)
    assert balance.open == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TaskKind)
@pytest.mark.parametrize("group", Group)
def test_the_days_mail_has_words_for_every_kind_of_task(kind: TaskKind, group: Group, language: str):
    item = replace(NEW, kind=kind, group=group)
    assert NEW.title in render(letter(MessageKind.DAILY, language, items=(item, REMINDER))).text


def test_every_kind_of_mail_has_a_golden_case():
    assert {kind for kind, _ in CASES.values()} == set(MessageKind) - {MessageKind.TRIAL}, (
        "a trial shows one of the others"
    )


def test_the_kept_text_has_no_link_and_no_reply_address_that_works():
    mail = render(letter(MessageKind.DAILY, items=(NEW, REMINDER)))
    assert "abc234token" in mail.text
    assert "abc234token" not in mail.kept and "def567token" not in mail.kept
    assert f"https://aarshjul.by.example/opgave/{BLANK}" in mail.kept


def test_markup_in_a_name_or_an_answer_is_shown_not_obeyed():
    hostile = '<img src=x onerror="alert(1)">'
    mail = render(
        letter(
            MessageKind.RECEIPT,
            to_name=hostile,
            items=(replace(NEW, unit=hostile, title=hostile),),
            answers=((hostile, hostile),),
            received_at=RECEIVED,
        )
    )
    assert "<img" not in mail.html
    assert mail.html.count("&lt;img") >= 4


def test_a_line_break_in_a_name_cannot_begin_a_second_header():
    mail = render(letter(MessageKind.DAILY, items=(replace(NEW, unit="Skole\r\nBcc: x@y.example"),)))
    assert mail.subject == "Kvartalsrapport 1 2027 for Skole Bcc: x@y.example: frist 30. april"


SAME_DAY = replace(NEW, title="Resultatsamtale 2027")


@pytest.mark.parametrize(
    ("items", "danish", "english"),
    [
        (
            (NEW, REMINDER, SAME_DAY),
            "3 opgaver til dig – den første frist er 19. april",
            "3 tasks for you – the first is due 19 April",
        ),
        (
            (NEW, REMINDER, OVERDUE),
            "3 opgaver til dig – den første frist var 13. april",
            "3 tasks for you – the first was due 13 April",
        ),
        ((NEW, SAME_DAY), "2 opgaver til dig – frist 30. april", "2 tasks for you – due 30 April"),
        (
            (NEW, replace(NEW, unit="Ø-skolen")),
            "2 opgaver til dig: Kvartalsrapport 1 2027 – frist 30. april",
            "2 tasks for you: Kvartalsrapport 1 2027 – due 30 April",
        ),
        (
            (REVIEW, replace(REVIEW, title="Budget 2028")),
            "2 opgaver til din godkendelse – frist 30. april",
            "2 tasks for your approval – due 30 April",
        ),
        (
            (MISSING, replace(MISSING, title="Budget 2028", due_on=date(2027, 4, 2))),
            "2 svar mangler – den første frist var 2. april",
            "2 answers missing – the first was due 2 April",
        ),
    ],
)
def test_a_subject_names_one_title_or_counts_and_gives_the_first_deadline(items, danish, english):
    long = [replace(item, title=f"{item.title} om {'meget ' * 20}") for item in items]
    for language, said in (("da", danish), ("en", english)):
        assert render(letter(MessageKind.DAILY, language, items=items)).subject == said
        if len({item.title for item in items}) > 1:
            assert render(letter(MessageKind.DAILY, language, items=tuple(long))).subject == said


def test_the_same_letter_gives_the_same_mail():
    assert render(letter(MessageKind.DAILY)) == render(letter(MessageKind.DAILY))


@pytest.mark.parametrize(
    ("days", "danish", "english"),
    [
        (14, "om 14 dage", "in 14 days"),
        (1, "i morgen", "tomorrow"),
        (0, "i dag", "today"),
        (-1, "i går", "yesterday"),
        (-3, "for 3 dage siden", "3 days ago"),
    ],
)
def test_days_left_are_said_as_people_say_them(days: int, danish: str, english: str):
    assert distance(days, "da") == danish
    assert distance(days, "en") == english
