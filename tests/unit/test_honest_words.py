"""What an author wrote above the quoted mail is read whole, whatever it looks like; what a machine wrote
is no answer."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.messages.verdicts import InboundVerdict as V
from notifications.reading.absence import begins_as_absence, is_absence
from notifications.reading.read import read_mail
from notifications.reading.words import own_words
from tests.support.nasty_mails import REPEATED, STRETCHES, combined, plain

WHOLE = [
    "Kære alle vi er færdige med budgettet og har 14 mio. tilbage",
    "Hej Mette Vi mangler 2 mio.\nResten er fint",
    "Kære forældre skrev vi, og det gav 14 svar.",
    "God dag i dag var vi 30 til mødet",
    "Hej Anne: vi er i gang",
    "OBS: vi har eksterne konsulenter i år, det koster 2 mio.\n\nEllers som planlagt.",
    "OBS: bilaget er vedhæftet, se side 2 om underskuddet.\n\nResten ok",
    "OBS: Klik ikke på linket i vores sidste mail, det virker ikke.\n\nVi er klar.",
    "OBS! Vi mangler stadig svar fra forvaltningen.\n\nResten er som planlagt.",
    "Advarsel: vi får et underskud. Se vedhæftede.",
    "Bemærk: eksterne vikarer har kostet 400.000 kr.\nVi følger op.",
    "[Ekstern] vi har brugt ekstern hjælp\n\nok",
    "Denne mail er sendt fra en ekstern konsulent, som hjælper os.\nVi er klar.",
    "Vi behandler personoplysninger efter nye regler og det har kostet 2 mio.\nResten ok",
    "Læs om vores privatlivspolitik på siden.\nVi mangler 2 mio.",
    "Denne mail er et svar bestemt til udvalget: Vi mangler 2 mio.\nDet er alt.",
    "Denne mail er fortrolig og kun tiltænkt modtageren.\n\nVi mangler 2 mio. kr.",
    "Status er god.\nDenne mail er fortrolig og kun tiltænkt modtageren.\nVi mangler 2 mio. kr.",
    "Vi er klar.\n\nDenne mail er fortrolig, fordi den handler om en elev. Vi mangler 2 mio. kr.",
    "Tænk på miljøet har været årets tema.\nVi har sparet 2 mio.",
    "Sendt med mail til forældrene er nye regler.\nDet gik godt.",
    "Sendt fra kontoret i mail til telefonen: husk 2 mio.\nok",
    "Sendt er rapporten, og vi venter på svar.\nVi er klar.",
    "Hent mail hos naboskolen er nu muligt.\nVi sparer 2 mio.",
    "Vi er klar.\nSendt fra min iPad i toget, undskyld stavefejl",
    "Elevrådet bad os bringe en\nhilsen\ntil udvalget, og vi mangler 2 mio.",
    "Vi har budgetteret med\nVH\nRene, som er vores leverandør, og det gik godt.",
    "Med venlig hilsen fra skolen har vi sendt brev til forældrene.\nVi afventer svar.",
    "De bedste hilsner til jer fra bestyrelsen, som mener at budgettet er for lavt.",
    "Hilsen fra elevrådet: vi vil have bedre mad.",
    "Vi er klar. Mange hilsner fra alle børnene i 3.b, som gerne vil have en ny gynge.",
    "Vh\n14 elever har fået støtte.",
    "Kh\nVi mangler 2 mio.",
    "Kh Bo og Mette Vi ses tirsdag",
    "Ordningen gælder\n/Bo og vi andre har 14 børn\ni huset.",
    "Vi er klar.\n/Grøn",
    "Der er ikke mere\n--\nAndre emner: vi mangler vikar",
    "Budget:\n-- \n14 mio.",
    "1. Gul\n--\n2. Rød",
    "Punkt 1 er ok\n____________________\nPunkt 2 er ikke ok",
    "Vi fik klager.\nDen 3. maj skrev vi til forældrene kl. 12.00:\nDe svarede positivt.",
    "Vi talte med dem.\nDen 3. april 2027 kl. 12.30 skrev vi til alle:\nSkolen flytter.",
    "Den 3. maj skrev lederen kl. 9:\n2 mio. mangler",
    "Hej Lærermangel!",
    "Kære Sygefravær og Merforbrug",
    "Den 1. maj 2027 kl. 10.00 skrev kommunen til os, at taget skal laves:\nDet koster 2 mio.",
    "Den 1. maj 2027 kl. 10.00 skrev Bygningsafsnittet til os:\nTaget skal laves.",
    "Vi har fået svar.\nDen 1. maj 2027 kl. 10.00 skrev bestyrelsen:\nDet koster 2 mio.",
    "On 1 May 2027 at 10:00 the board wrote to us:\nThe roof leaks.",
    "Vi er klar.\nDen nye leder skrev: bo@x.example er adressen.\nVi bruger den.",
    "Vi er klar.\nDen nye leder skrev til bo@x.example:\nVi mangler to",
    "Vi er klar\nPå vegne af Bo skrev Anne <a@x.example> i går:\nFint",
    "Vi er klar\nSendt: 3. maj 2027 kl. 12.00\nTil: bo@x.example\nAlt er sendt",
    "Vi er klar.\nFra: bo@x.example fik vi svar.\nFint.",
    "Fra: august\nSendt: 14 elever til anden skole\nTil: Engskolen\nVi mangler 2 mio.",
    "Til udvalget\nFra: Havneskolen\nDato: 3. april\nEmne: Budget\nVi mangler 2 mio.",
    "Status: gul\nFra: 1. august ansættes ny leder\nDato: 3. maj\nTil: alle\nvi fortsætter",
    "Vi har sparet.\n\nMette Hansen\nLærer\nTlf. 12345678\n\nhar opsagt sin stilling.",
    "Vi har tre fokusområder\n\nLæsning\nTrivsel\nFælles mål 2027",
    "status gul komma forventet resultat fjorten komma fem millioner punktum hilsen mette",
    "Rektor er på orlov til 1. maj, og Bo Lund er konstitueret.",
    "På forhånd tak for hjælpen\nVi har brug for to vikarer",
    "Svar: gul. Mvh Mette\n\nBemærkninger: vi mangler 2 mio.",
    "Vi holder ferie i uge 29-31.",
    "Regards\nTo: do",
]

LESS = [
    ("Hej Anne, vi har intet at bemærke", "vi har intet at bemærke"),
    (
        "Hej Anne, vi får et merforbrug på 2 mio. kr.\nResten er som planlagt.",
        "vi får et merforbrug på 2 mio. kr.\nResten er som planlagt.",
    ),
    ("Hej, status er gul", "status er gul"),
    ("Hej - intet at bemærke", "intet at bemærke"),
    ("Hej intet at bemærke", "intet at bemærke"),
    ("Hej alle sammen - vi har fået ny souschef", "vi har fået ny souschef"),
    ("Kære Mette og Søren, vi er bagud med MUS", "vi er bagud med MUS"),
    ("Godmorgen Mette, her er vores svar: gul", "her er vores svar: gul"),
    ("Dear Anne, we are short of two teachers.", "we are short of two teachers."),
    ("Hej igen Mette!\nJeg glemte: vi mangler to vikarer.", "Jeg glemte: vi mangler to vikarer."),
    ("Kære styringssekretariat\nVi er færdige.", "Vi er færdige."),
    ("Kære Anne Marie Østergaard-Jensen\nAlt vel.", "Alt vel."),
    (
        "God eftermiddag Mette\nGod dag til alle børn har været årets tema.",
        "God dag til alle børn har været årets tema.",
    ),
    (
        "ADVARSEL: Denne e-mail er sendt fra en ekstern afsender. Klik ikke på links eller vedhæftede filer, "
        "medmindre du kender afsenderen.\n\nVi er klar.",
        "Vi er klar.",
    ),
    ("[EKSTERN]\n\nVi er klar.", "Vi er klar."),
    (
        "Du modtager ikke ofte mails fra bo@skole.example. Få mere at vide om, hvorfor dette er vigtigt\n\n"
        "Vi er klar.",
        "Vi er klar.",
    ),
    ("Se mit svar nedenfor.\n\nMvh Ane\n\n1. Gul\n2. 14,5 mio.", None),
    ("Svar: gul\n\nVenlig hilsen\nAne\n\nBemærkninger: vi mangler 2 mio.", None),
    ("Vh. Ane\n\nSvar: gul", "Svar: gul"),
    ("Venlig hilsen\nMette\n\nVi er klar til sommer.", "Vi er klar til sommer."),
    (
        "Se svar herunder\n\nMvh\nMette Østergaard\nSkoleleder\nTlf. 12 34 56 78\n\n1. Gul\n2. 14,5 mio.",
        "Se svar herunder\n\n1. Gul\n2. 14,5 mio.",
    ),
    ("Vi er klar.\n\nMvh\nMette\n\nBudget 2027\n14 mio.", "Vi er klar.\n\nBudget 2027\n14 mio."),
    (
        "Vi er klar.\n\nMed venlig hilsen\nMette\n\nSkolen flytter i august",
        "Vi er klar.\n\nSkolen flytter i august",
    ),
    ("Vi er klar.\n\nPS Husk ferie\nMvh Mette", "Vi er klar.\n\nPS Husk ferie"),
    (
        "Vi er klar.\n\nMvh\nMette\nHavneskolen\n\nPs: der er møde tirsdag.\nOg onsdag.",
        "Vi er klar.\n\nPs: der er møde tirsdag.\nOg onsdag.",
    ),
    (
        "Vi er klar.\n\nVenlig hilsen\n\nMette Østergaard\nPædagogisk leder\n\nHavneskolen\nHavnegade 1\n"
        "8000 Aarhus C\nTlf.: 12 34 56 78\nmette@skole.example\nwww.havneskolen.example",
        "Vi er klar.",
    ),
    (
        "Vi er klar.\n\nVenlig hilsen\n\nMette\n\nVenlig hilsen\n\nMette Østergaard\nSkoleleder\n12 34 56 78",
        "Vi er klar.",
    ),
    ("Vi er klar.\n\nMvh Mette (souschef)", "Vi er klar."),
    ("Ingen bemærkninger herfra\n\n/Ane", "Ingen bemærkninger herfra"),
    ("Vi er klar.\n/ Ane Bo Holm", "Vi er klar."),
    ("Vi er klar.\n\nDen i går skrev Årshjulet <svar@by.example>:\n> Kære Bo", "Vi er klar."),
    (
        "Vi er klar.\n\nMed venlig hilsen / Kind regards\nMette Østergaard\nLeder af SFO og indskoling\n"
        "Direkte: 12345678\n\nFølg os på Facebook: www.facebook.example/havn\n\nDenne e-mail kan indeholde "
        "fortrolige oplysninger. Hvis du har modtaget den ved en fejl, bedes du slette den.",
        "Vi er klar.",
    ),
    ("Vi er klar\n\n-- \nMette\nSkoleleder", "Vi er klar"),
    ("Vi er klar.\nSendt fra min iPhone", "Vi er klar."),
    ("Sendt fra min iPhone\n\nVi er klar.", "Vi er klar."),
    ("Vi er klar.\n\nFå Outlook til Android<https://aka.ms/x>", "Vi er klar."),
    (
        "Vi er klar.\n\nDenne mail er fortrolig og kun tiltænkt modtageren. Er du ikke rette modtager, bedes "
        "du slette mailen.",
        "Vi er klar.",
    ),
    ("Vi er klar.\n\nTænk på miljøet, før du printer denne mail.", "Vi er klar."),
    (
        "Vi er klar.\n________________________________\nFra: Årshjulet <a@by.example>\nSendt: 1. april 2027 "
        "08:00\nTil: Mette\nEmne: Kvartalsrapport\n\nStatus:",
        "Vi er klar.",
    ),
    ("Vi er klar\nAnne Lund <al@x.example> skrev i går:\nGul?", "Vi er klar"),
    ("Hej Økonomi og Sekretariat. Merforbrug.", "Merforbrug."),
    ("Hej Anne B. Jensen og hr. Lund! Uændret.", "Uændret."),
    ("Hej Else og Henning\nUændret", "Uændret"),
    ("Vi er klar\nDen tirsdag d. 6. april 2027 kl. 10.00 skrev Anne von Lund:\nGul?", "Vi er klar"),
    ("Vi er klar\nOn Tue, Apr 6, 2027 at 10:00 AM Anne Lund wrote:\nGul?", "Vi er klar"),
    (
        "Jeg sender for Anne\nDen tir. 6. apr. 2027 kl. 08.00 skrev Anne Lund <al@skole.example>:\n> Gul",
        "Jeg sender for Anne",
    ),
]
"""What is typed, and what is read: a greeting, a card or a notice less. None: all but the farewell."""


@pytest.mark.parametrize("text", WHOLE)
def test_a_text_that_only_looks_framed_is_read_whole(text: str) -> None:
    assert own_words(text) == text


@pytest.mark.parametrize(("text", "own"), LESS)
def test_only_greeting_card_and_notice_are_left_out(text: str, own: str | None) -> None:
    farewell = ("Mvh Ane", "Venlig hilsen", "Ane", "")
    kept = [line for line in text.split("\n") if line not in farewell]
    if own is None:
        assert [line for line in own_words(text).split("\n") if line] == kept
    else:
        assert own_words(text) == own


def test_there_are_more_than_eighty_such_mails() -> None:
    assert len(WHOLE) + len(LESS) >= 80


SENTENCES = st.sampled_from(
    [
        "Vi mangler to lærere.",
        "Merforbruget er på 2 mio. kr.",
        "Skolen flytter i august.",
        "Vi får hjælp udefra, og vores mail virker ikke altid.",
        "Forældrene fik mailen fra os, og den var fortrolig.",
        "Der er sendt brev fra kontoret.",
        "2. Gul",
        "Bemærkninger: ingen ændringer",
    ]
)
BETWEEN = st.sampled_from(
    [
        "",
        "Hej Anne",
        "Hej Anne,",
        "Mvh Ane",
        "Venlig hilsen\nAne Lund",
        "Sendt fra min iPhone",
        "PS: husk",
        "--",
    ]
)


@given(st.lists(st.tuples(BETWEEN, SENTENCES), min_size=1, max_size=6))
def test_every_sentence_survives_wherever_it_stands(pieces: list[tuple[str, str]]) -> None:
    text = "\n\n".join(part for piece in pieces for part in piece if part)
    read = own_words(text)
    for _, sentence in pieces:
        assert sentence in read


AWAY = [
    "Jeg er på ferie til og med den 12. august. Kontakt sekretariatet ved hastende henvendelser.",
    "Tak for din mail. Jeg holder ferie og er tilbage den 1. maj.\n\nMvh. Bo",
    "Tak for din mail. Jeg er ikke på kontoret i dag.",
    "Denne mailboks læses ikke.",
    "Denne mailboks læses ikke. Skriv i stedet til kontakt@by.example.",
    "Thank you for your email. I am out of office until 12 August with limited access to mail.",
    "Automatisk svar\nJeg er fraværende indtil 3. maj. Min mail bliver ikke læst.",
    "Jeg er på barselsorlov frem til 1. januar 2028.\nKontakt venligst souschef Bo Lund på tlf. 12 34 56 78.",
    "Hej\n\nTak for din henvendelse.\nJeg holder sommerferie i uge 28-31 og er tilbage mandag den 9. august. "
    "Din mail bliver ikke videresendt.\nHaster det, så ring på 12345678.\nGod sommer\nAne",
    "Jeg er på kursus og læser ikke mails før torsdag. Jeg er tilbage fredag.",
    "Jeg er fratrådt min stilling. Kontakt Mette Hansen på mh@by.example.",
]
PRESENT = [
    "Vi har et sygefravær fra 4 til 6 pct.",
    "Jeg er på ferie i uge 20.",
    "Vi har holdt lukket fra den 1. til den 3. maj. Kontakt forældrene.",
    "Status: gul. Jeg er på ferie til 3. maj.",
    "Lederen er på barsel indtil maj, og vi mangler en vikar.",
    "Vi har ferie til 3. maj og derefter mangler vi to lærere.",
    "Vi er på plads igen efter branden",
    "Mailen læses ikke af alle forældre: vi bruger Aula.",
]
BOTH = [
    "Jeg er på ferie til og med 12. august. Vi får et merforbrug på 2 mio. kr.",
    "Jeg er på ferie til den 3. maj, og vi mangler to lærere.",
]


def mail(text: str) -> bytes:
    return plain(text).replace(b"Message-ID", b"Subject: SV: Kvartalsrapport 1\r\nMessage-ID")


@pytest.mark.parametrize("text", AWAY)
def test_an_absence_without_any_header_is_automatic(text: str) -> None:
    found = read_mail(mail(f"{text}\n\n> Status:\n> Bemærkninger:\n"))
    assert found.verdict is V.AUTOMATIC and found.reason


@pytest.mark.parametrize("text", PRESENT)
def test_words_about_absence_that_say_more_are_a_persons(text: str) -> None:
    assert read_mail(mail(text)).verdict is None
    assert not begins_as_absence(text)


@pytest.mark.parametrize("text", BOTH)
def test_an_absence_with_more_words_is_a_persons_and_doubtful(text: str) -> None:
    assert read_mail(mail(text)).verdict is None
    assert not is_absence(text) and begins_as_absence(text)


def test_a_calendar_file_sent_along_is_no_calendars_answer() -> None:
    def with_calendar(method: str) -> bytes:
        return (
            mail("x").partition(b"Content-Type")[0]
            + (
                'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
                f"Status: gul\r\n--b\r\nContent-Type: text/calendar; method={method}\r\n\r\n"
                f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nEND:VCALENDAR\r\n--b--\r\n"
            ).encode()
        )

    ours = read_mail(with_calendar("PUBLISH"))
    assert (ours.verdict, ours.own_text) == (None, "Status: gul")
    assert {read_mail(with_calendar(each)).verdict for each in ("REPLY", "REQUEST", "CANCEL")} == {V.CALENDAR}


def test_a_person_behind_a_gateway_that_adds_list_unsubscribe_is_a_person() -> None:
    raw = mail("Status: gul").replace(b"Subject", b"List-Unsubscribe: <mailto:x@y.example>\r\nSubject")
    assert read_mail(raw).verdict is None


def test_the_words_above_inline_answers_are_read_with_the_mail() -> None:
    found = read_mail(mail("Hej\n\nSe nedenfor\n\nMvh Ane\n\n> 1. Status:\nGul\n> 2. Bemærkninger:\nIngen"))
    assert found.own_above == "Se nedenfor"


@pytest.mark.parametrize("name", sorted(REPEATED)[::9])
def test_repeated_fragments_cost_no_more_than_their_length(name: str) -> None:
    """A tenth of the size the bench takes; a pattern that goes back over itself needs minutes for it."""
    raw = REPEATED[name]()[:100_000]
    started = time.process_time()
    read_mail(raw)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("name", sorted(STRETCHES)[::190])
def test_stretches_of_two_levels_are_read_within_a_second(name: str) -> None:
    assert _seconds(STRETCHES[name]()) < 1


@pytest.mark.parametrize("seed", range(8))
def test_any_combination_of_pieces_is_read_within_a_second(seed: int) -> None:
    """The bench tries more of them."""
    assert _seconds(combined(seed)) < 1


def _seconds(raw: bytes) -> float:
    """Of the processor; what took long is read again, because others may have had its caches."""

    def once() -> float:
        started = time.process_time()
        read_mail(raw)
        return time.process_time() - started

    first = once()
    return first if first < 0.5 else min(first, once())
