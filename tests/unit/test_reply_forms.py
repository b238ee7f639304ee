"""What a reply may look like: each form that is taken, beside the nearest one that must not be."""

import pytest

from cycle.tasks.answers import read_draft
from cycle.tasks.forms import Field, FieldType, Form
from notifications.letters_of_tasks import sections
from notifications.nil import is_nil
from notifications.questions import questions_of
from notifications.reading.read import read_mail
from notifications.reading.signed import names_in, without_name
from notifications.replies import read_parts, read_reply
from notifications.small_talk import is_small_talk
from notifications.typed_values import Doubtful, typed_value
from tests.support.leaders_replies import WRITTEN, Written, becomes
from tests.unit.test_labelled_replies import FORM, GOALS, LETTERED, ROWS

FREE = Form(
    id="fri", title="Fri", nil_allowed=True, fields=(Field(id="t", type=FieldType.LONG_TEXT, label="Svar"),)
)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Ad 1: grøn", {"status": "grøn"}),
        ("ad 1) grøn\nad 2) 14,5 mio.", {"status": "grøn", "beloeb": "14,5 mio."}),
        ("Punkt 1 - grøn", {"status": "grøn"}),
        ("Spm. 1: grøn", {"status": "grøn"}),
        ("1 - grøn", {"status": "grøn"}),
        ("1 – gul, vi er bagud", {"status": "gul, vi er bagud"}),
        ("1 grøn", {"status": "grøn"}),
        ("1 gul fordi vi er bagud", {"status": "gul fordi vi er bagud"}),
        ("1.grøn", {"status": "grøn"}),
        ("1.Grøn\n2.14,5 mio.\n3.4,2 %", {"status": "Grøn", "beloeb": "14,5 mio.", "fravaer": "4,2 %"}),
        ("4 - Vi følger op", {"bem": "Vi følger op"}),
        ("Ad 4 Vi følger op", {"bem": "Vi følger op"}),
        ("Status\tgrøn", {"status": "grøn"}),
        ("Status = grøn", {"status": "grøn"}),
        ("Status - grøn", {"status": "grøn"}),
        ("Status er grøn", {"status": "grøn"}),
        ("Status\ngrøn", {"status": "grøn"}),
        ("Status\n\nGul, vi er bagud", {"status": "Gul, vi er bagud"}),
        ("Forventet resultat\n-200.000\nBemærkninger\nAlt vel", {"beloeb": "-200.000", "bem": "Alt vel"}),
        ("Forventet resultat 14,5 mio.", {"beloeb": "14,5 mio."}),
        ("*Status:* grøn", {"status": "grøn"}),
        ("**Status**: *gul* – bagud", {"status": "gul – bagud"}),
        ("*1.* grøn", {"status": "grøn"}),
        ("*Status (grøn, gul eller rød):* grøn", {"status": "grøn"}),
        ("A1: grøn\nA2: 14", {"status": "grøn", "beloeb": "14"}),
        ("a1) grøn", {"status": "grøn"}),
        ("A:\n1: grøn", {"status": "grøn"}),
    ],
)
def test_marks_of_a_question_that_can_mean_nothing_else_are_taken(text, raw):
    reply = read_reply(FORM, text)
    assert (reply.raw, reply.unplaced, reply.doubts) == (raw, "", ())


@pytest.mark.parametrize(
    "text",
    [
        "1 rød stue er lukket",
        "1 gule bus",
        "2 500 kr.",
        "2.500",
        "2-3 børn",
        "1-2 gange",
        "3 uger siden",
        "Ad 2 omgange",
        "4 Vi følger op",
        "1 ting mere",
        "Status på byggeriet",
        "Status\nVi arbejder på det",
        "Sygefravær 2026",
        "Forventet resultat (200.000)",
        "I 2. kvartal gik det godt",
        "*Vigtigt:* ring til os",
        "A 1. maj",
    ],
)
def test_words_that_only_look_like_a_mark_are_no_answer(text):
    reply = read_reply(FORM, text)
    assert (reply.raw, reply.unplaced) == ({}, text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("2 - 200.000", "beloeb"),
        ("2 -200.000", "beloeb"),
        ("Forventet resultat -200.000", "beloeb"),
        ("2. Forventet resultat – 200.000", "beloeb"),
        ("B1: grøn", "status"),
        ("1 grøn\n2 ved ikke", "beloeb"),
        ("1 grøn\n2 0", "beloeb"),
        ("Status grøn\nSygefravær ved vi ikke", "fravaer"),
        ("Bemærkninger: vi har\n1 rød\n2 gule", "bem"),
        ("Bemærkninger: vi ser at\nStatus er grøn", "bem"),
    ],
)
def test_marks_that_may_mean_two_things_are_asked_back(text, where):
    assert next(problem.where for problem in read_reply(FORM, text).doubts) == where


def test_a_doubtful_line_is_no_comment_on_the_answer_before():
    reply = read_reply(FORM, "1 grøn\n2 - 14,5 mio.\nB3: 4 %")
    assert (reply.raw, reply.unplaced) == ({"status": "grøn"}, "2 - 14,5 mio.\nB3: 4 %")


def test_lines_of_a_text_stay_in_it():
    text = "To bygninger\nB1: renoveret\nStatus på byggeriet\n2 lærere\nAd 2 omgange\n- 3 børn"
    assert read_reply(FORM, f"Bemærkninger: {text}").raw == {"bem": text}


@pytest.mark.parametrize(
    ("text", "rows", "raw"),
    [
        ("1.2 grøn", ROWS, {"1.2": {"status": "grøn"}}),
        ("1.2 - gul, influenza", ROWS, {"1.2": {"status": "gul, influenza"}}),
        ("Ad 1.2: grøn", ROWS, {"1.2": {"status": "grøn"}}),
        ("1.2 Status grøn", ROWS, {"1.2": {"status": "grøn"}}),
        ("Mål 1.2\nStatus: grøn", ROWS, {"1.2": {"status": "grøn"}}),
        ("A grøn", LETTERED, {"A": {"status": "grøn"}}),
        ("Mål B – gul: bagud", LETTERED, {"B": {"status": "gul: bagud"}}),
        ("A1: grøn", LETTERED, None),
        ("1.2 på vej", ROWS, None),
        ("A er godt begyndt", LETTERED, None),
    ],
)
def test_rows_may_be_marked_so_too(text, rows, raw):
    reply = read_reply(GOALS, text, rows=rows)
    assert (dict(reply.raw), reply.doubts) == ({"goals": raw} if raw else {}, ())
    assert reply.unplaced == ("" if raw else text)


AMOUNT = Field(id="x", type=FieldType.AMOUNT, label="Forventet afvigelse")
PLUS = AMOUNT.model_copy(
    update={"guidance": "Merforbrug skrives med plus, mindreforbrug med minus. Ellers 0."}
)
MINUS = AMOUNT.model_copy(update={"guidance": "Skriv merforbrug med minus."})
NOT = AMOUNT.model_copy(update={"guidance": "Merforbrug skal ikke skrives med minus."})
OVERSPENT = AMOUNT.model_copy(update={"label": "Forventet merforbrug"})
PERCENT = Field(id="x", type=FieldType.PERCENT, label="Sygefravær")
MILLIONS = Field(id="x", type=FieldType.NUMBER, label="Ramme", unit="mio. kr.")


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (AMOUNT, "ca. 1,5 mio.", "1500000.00"),
        (AMOUNT, "cirka 200.000 kr", "200000.00"),
        (AMOUNT, "omkring -200.000", "-200000.00"),
        (AMOUNT, "(200.000)", "-200000.00"),
        (AMOUNT, "(200.000 kr.)", "-200000.00"),
        (AMOUNT, "(200.000) kr.", "-200000.00"),
        (AMOUNT, "÷200.000", "-200000.00"),
        (AMOUNT, "minus 200.000", "-200000.00"),
        (AMOUNT, "-200.000", "-200000.00"),
        (AMOUNT, "200 t.kr.", "200000.00"),
        (AMOUNT, "200 tkr", "200000.00"),
        (AMOUNT, "200 tkr.", "200000.00"),
        (AMOUNT, "1,5 mill. kr.", "1500000.00"),
        (AMOUNT, "14.5 mio.", "14500000.00"),
        (AMOUNT, "1.250 t.kr.", "1250000.00"),
        (AMOUNT, "4.000 mio.", "4000000000.00"),
        (AMOUNT, "1,250 mio.", "1250000.00"),
        (AMOUNT, "1,50", "1.50"),
        (AMOUNT, "1.234,5", "1234.50"),
        (AMOUNT, "1250.50", "1250.50"),
        (AMOUNT, "1.500", "1500.00"),
        (AMOUNT, "200.000.", "200000.00"),
        (AMOUNT, "*200.000*", "200000.00"),
        (PLUS, "merforbrug på 200.000 kr.", "200000.00"),
        (PLUS, "Et merforbrug på ca. 200.000 kr.", "200000.00"),
        (PLUS, "200.000 kr. i mindreforbrug", "-200000.00"),
        (PLUS, "mindreforbrug: -200.000", "-200000.00"),
        (MINUS, "200.000 (merforbrug)", "-200000.00"),
        (MINUS, "mindreforbrug 200.000", "200000.00"),
        (OVERSPENT, "merforbrug på 200.000", "200000.00"),
        (PERCENT, "ca. 4,2 %.", "4.2"),
        (PERCENT, "4.2", "4.2"),
        (MILLIONS, "1,5 mio. kr.", "1.5"),
    ],
)
def test_amounts_as_leaders_write_them(field, text, value):
    form = Form(id="f", title="F", fields=(field,))
    (question,) = questions_of(form, {})
    assert read_draft(form, {"x": typed_value(question, text)}, rows={}) == ({"x": value}, [])


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (AMOUNT, "1.5"),
        (AMOUNT, "12.50"),
        (AMOUNT, "-1.5"),
        (AMOUNT, "14,5"),
        (AMOUNT, "-14,5 kr."),
        (AMOUNT, "merforbrug på 200.000 kr."),
        (AMOUNT, "200.000 kr. i underskud"),
        (NOT, "merforbrug 200.000"),
        (PLUS, "merforbrug på -200.000"),
        (PLUS, "merforbrug (200.000)"),
        (PLUS, "underskud 200.000"),
        (PLUS, "merforbrug 200.000, mindreforbrug 50.000"),
        (OVERSPENT, "mindreforbrug 200.000"),
        (PERCENT, "4 mio."),
        (MILLIONS, "1,5 mio."),
        (AMOUNT, "1.250 mio."),
        (AMOUNT, "-1.250 mia. kr."),
        (AMOUNT, "14.500 millioner"),
    ],
)
def test_amounts_that_may_mean_two_things_are_asked_back_and_kept_apart(field, text):
    form = Form(id="f", title="F", fields=(field, Field(id="y", type=FieldType.TEXT, label="Andet")))
    with pytest.raises(Doubtful) as doubtful:
        typed_value(questions_of(form, {})[0], text)
    assert text.strip()[:20] in doubtful.value.said("da") and doubtful.value.said("en")
    reply = read_reply(form, f"1: {text}")
    assert (reply.raw, [each.where for each in reply.doubts]) == ({}, ["x"])
    assert reply.unplaced.endswith(text)


@pytest.mark.parametrize("text", ["knap 1,5 mio.", "mellem 1 og 2 mio.", "200 k", "200.000-", "(ca. to)"])
def test_what_is_no_number_stays_what_it_is_and_the_form_refuses_it(text):
    form = Form(id="f", title="F", fields=(AMOUNT,))
    assert read_draft(form, dict(read_reply(form, text).raw), rows={})[0] == {}


@pytest.mark.parametrize(
    ("text", "light", "comment"),
    [
        ("grøn!", "grøn", ""),
        ("Grøn :-)", "grøn", ""),
        ("🟢", "grøn", ""),
        ("🔴 rød, to vikarer", "rød", "to vikarer"),
        ("gul, vi er på vej mod grøn", "gul", "vi er på vej mod grøn"),
        ("gul, fordi rød stue er lukket", "gul", "fordi rød stue er lukket"),
        ("gul. Vi var også gul sidst", "gul", "Vi var også gul sidst"),
        ("gul, vi mangler to, og rød stue er lukket", "gul", "vi mangler to, og rød stue er lukket"),
        ("gul, tallene passer ikke sammen", "gul", "tallene passer ikke sammen"),
        ("gul, nej vi er ikke i mål", "gul", "nej vi er ikke i mål"),
        ("gul undtagen økonomien", "gul", "undtagen økonomien"),
        ("gul, to år før grøn", "gul", "to år før grøn"),
        ("gul, se nedenfor (trivsel, grøn i år)", "gul", "se nedenfor (trivsel, grøn i år)"),
    ],
)
def test_a_light_with_its_comment(text, light, comment):
    reply = read_reply(FORM, f"Status: {text}")
    taken, _ = read_draft(FORM, reply.raw, rows={})
    assert (taken["status"], reply.doubts) == ({"light": light, "comment": comment}, ())


@pytest.mark.parametrize(
    "text",
    [
        "gul nej rød",
        "gul/rød",
        "gul eller grøn",
        "gul (rød)",
        "grøn, men gul på økonomi",
        "gul, nej det er rød",
        "rød\ngrøn",
        "🟢/🟡",
        "grøn -> gul",
        "Grøn ift. økonomi, rød ift. fravær",
        "grøn på økonomi og rød på fravær",
        "grøn for skolen. Gul for SFO'en",
        "Grøn (økonomi) Rød (fravær)",
        "grøn undtagen SFO som er rød",
        "grøn i alt, SFO gult",
        "grøn på økonomi. På fravær er vi røde.",
        "grøn. Nej, det passer ikke.",
        "Grøn hvad angår økonomien, men dog gul når det gælder trivslen",
    ],
)
def test_two_lights_are_asked_back_and_neither_is_kept(text):
    reply = read_reply(FORM, f"Status: {text}\n2: 0")
    assert ([each.where for each in reply.doubts], reply.raw) == (["status"], {"beloeb": "0"})
    assert reply.unplaced.startswith("Status: ")


@pytest.mark.parametrize(
    ("text", "asked_back"),
    [
        ("Status: grøn. Forventet resultat: 0. Sygefravær: 4,2 %.", True),
        ("1: grøn 2: 0 3: 4,2", True),
        ("1 grøn, 2 0, 3 4,2 %", True),
        ("Status: gul, 2 lærere mangler", False),
        ("Status: gul, fordi 3 4-årige er flyttet", False),
        ("Status: gul, sygefravær og forventet resultat er for højt", False),
        ("1: gul, vi ses kl. 14: det er for sent", False),
    ],
)
def test_several_answers_on_one_line_are_no_comment(text, asked_back):
    reply = read_reply(FORM, text)
    assert bool(reply.doubts) is asked_back
    assert ("status" in reply.raw) is not asked_back


@pytest.mark.parametrize("text", ["grøn?", "ikke grøn", "gulgrøn", "næsten grøn"])
def test_a_light_that_is_none_is_refused_by_the_form(text):
    taken, faults = read_draft(FORM, read_reply(FORM, f"Status: {text}").raw, rows={})
    assert taken == {} and "status" in [fault.where for fault in faults]


@pytest.mark.parametrize(
    "text",
    [
        "Intet at bemærke fra Skovskolen",
        "Intet at bemærke fra os på Skovskolen.",
        "intet at bemærke fra institutionen",
        "Tak for mailen. Intet at bemærke.",
        "Hej Søren\nIntet at bemærke\nGod weekend",
        "Skovskolen har intet at bemærke",
        "Ingen bemærkinger til kvartalsrapporten",
        "Intet at bemerke",
        "Intet at bemærke. Ingen kommentarer.",
        "A: Intet at bemærke",
    ],
)
def test_more_ways_to_say_that_there_is_nothing(text):
    assert read_reply(FORM, text).nil and read_reply(FREE, text).nil


@pytest.mark.parametrize(
    "text",
    [
        "Intet at bemærke fra bestyrelsen",
        "Intet at bemærke fra MED-udvalget",
        "Forældrerådet har intet at bemærke",
        "Intet at bemærke fra Indskolingen",
        "Kun Skovskolen har intet at bemærke",
        "SFO har intet at bemærke",
        "Intet at bemærke. Dog er fraværet steget",
        "Intet at bemærke fra Skovskolen ud over fraværet",
        "Ingen bemærkninger til budgettet",
        "Tak for mailen",
        "B: Intet at bemærke",
    ],
)
def test_what_somebody_else_has_not_to_say_is_no_nil_return(text):
    assert not is_nil(text) and not read_reply(FORM, text).nil


@pytest.mark.parametrize(
    "text",
    [
        "Tak, jeg svarer i morgen",
        "Jeg vender tilbage",
        "Jeg vender tilbage med tal, når regnskabet er lukket",
        "Modtaget, tak",
        "Modtaget\nTak",
        "Det kigger jeg på i næste uge",
        "Tak for påmindelsen. Vi svarer inden fredag. God weekend",
        "Det kommer i uge 12. Hilsen Mette",
        "Svar følger",
        "Thanks, I will reply tomorrow",
    ],
)
def test_thanks_and_promises_are_no_answer_not_even_where_all_words_are(text):
    assert is_small_talk(text)
    assert read_reply(FORM, text).talk and read_reply(FREE, text).talk


@pytest.mark.parametrize(
    "text",
    [
        "Ok",
        "Ja",
        "Godkendt",
        "Fint",
        "Jeg svarer grøn",
        "Tak, status er grøn",
        "Jeg vender tilbage, når vi har set på det, men status er gul",
        "Det kommer til at koste 200.000",
        "Vi svarer nej",
        "Modtaget 14 klager",
        "Intet at bemærke",
        "",
    ],
)
def test_what_may_be_an_answer_is_not_put_aside(text):
    assert not is_small_talk(text)


@pytest.mark.parametrize(
    ("text", "found", "unknown"),
    [
        ("A1: grøn\nA4: tekst\nC1: gul\nmere", {"A": "1. grøn\n4. tekst"}, "C1: gul\nmere"),
        ("A: fint\nB: fint\nC: fint", {"A": "fint", "B": "fint"}, "C: fint"),
        ("A1 grøn\nA2 - 14\n*B1:* gul", {"A": "1. grøn\n2 - 14", "B": "1. gul"}, ""),
        ("A - Intet at bemærke\nOpgave B:\n1: grøn", {"A": "Intet at bemærke", "B": "1: grøn"}, ""),
        ("Ad A: det går\nAd B: det går", {"A": "det går", "B": "det går"}, ""),
        ("Opgave A\n1: grøn\nOpgave B\n1: gul", {"A": "1: grøn", "B": "1: gul"}, ""),
        ("A4: vi har\nI 2. kvartal\nP. Hansen", {"A": "4. vi har\nI 2. kvartal\nP. Hansen"}, ""),
        ("A4: B2 klassen er på tur", {"A": "4. B2 klassen er på tur"}, ""),
        ("A-klassen er på tur", {}, ""),
        ("A2 klasser er på tur", {}, ""),
    ],
)
def test_letters_choose_the_task_and_a_letter_that_is_none_is_kept_apart(text, found, unknown):
    cut = sections(text, ["A", "B"])
    assert (cut.by_letter, cut.unknown) == (found, unknown)
    assert found or cut.before == text


NAMES = names_in("Mette Ø. Grøn Jensen (Skovskolen)")


@pytest.mark.parametrize(
    "signature", ["Mette", "/Mette", "- Mette", "Mette Jensen", "Mette J.", "mvh Mette", "Mette 🙂"]
)
def test_the_authors_name_at_the_end_is_no_answer(signature):
    assert without_name(f"Bemærkninger: alt vel\n\n{signature}", NAMES) == "Bemærkninger: alt vel"


@pytest.mark.parametrize(
    "text",
    [
        "Mette",
        "Alt vel\nPeter",
        "Ansvarlig er\nMette",
        "Ansvarlig:\nMette",
        "Til mødet kom\n- Jens\n- Mette",
        "Alt vel\nMette er på ferie",
        "Alt vel\nmette",
        "Status\nGrøn",
        "Alt vel\nSkovskolen",
    ],
)
def test_a_name_that_is_an_answer_stays(text):
    assert without_name(text, NAMES) == text


@pytest.mark.parametrize("written", WRITTEN, ids=lambda written: written.text[:40])
def test_replies_as_leaders_write_them(written: Written):
    found, taken, left = becomes(written)
    assert found == written.becomes
    if written.taken is not None:
        assert taken == written.taken
    assert left == written.unplaced or written.becomes in ("no_answer", "which")


def test_there_are_forty_of_them():
    assert len({written.text for written in WRITTEN}) >= 40


NO_ANSWERS = [
    "Bo svarer på den her.",
    "Den her er til Bo.",
    "Spørg Bo",
    "Forkert modtager",
    "Jeg har skiftet job og arbejder nu i Roskilde.",
    "Ny skoleleder hedder Bo Jensen (bo@skole.example).",
    "Vi har brug for en uges udsættelse, da vi har haft meget sygefravær.",
    "Vi har meget sygefravær, så kan fristen for de 3 rapporter forlænges",
    "Jeg når det ikke.",
    "Vi mangler tallene fra økonomi.",
    "Udkast - ikke færdigt",
    "Se bort fra mit tidligere svar om budgettet",
    "Loginnet fungerer ikke",
    "Hvornår er fristen",
    "Vedhæftet.",
    "Se svar i vedhæftede",
    "Er på lejrskole til og med fredag",
    "Jeg er i England med 7. klasse indtil den 14. maj 2027.",
    "Kvittering for modtagelse. Sagsnummer: 2027-0012345",
    "Ring på 22 33 44 55, jeg er der fra 9-14",
    "Hermed.",
    "Svar indsat nedenfor med blåt.",
    "Se mine svar om personalet med rødt i mailen herunder.",
    "Kender jeg ikke noget til",
    "vender jeg tilbage med.",
    "👍",
    "Hvad skal jeg svare her? Kan I ringe til mig?",
    "Kan jeg få udsættelse til fredag?",
    "Det er ikke mig, der er leder mere. Skriv til Bo Jensen.",
    "Jeg kan ikke åbne linket.",
    "Har I sendt den rigtige fil? Den kan ikke åbnes.",
    "Jeg tilbagekalder min mail af i dag",
    "Beklager, jeg har overset mailen. Svaret kommer i løbet af dagen",
    "Beklager det sene svar - vi har travlt. Jeg sender det i morgen.",
    "Hej Bo, kan du tage den her?",
    "@Bo kan du tage den?",
    "Se vedhæftede",
    "Videresendt til vores økonomimedarbejder",
    "Jeg er desværre syg. Kontakt souschef Bo Jensen.",
    "Barselsorlov\n\nJeg er på barselsorlov og vender tilbage i januar 2028.\n\nDaglig leder: Bo Jensen",
    "Skolen holder påskeferie. Kontoret åbner igen tirsdag den 6. april kl. 8.",
    "Institutionen holder sommerlukket i uge 28, 29 og 30. Vi er tilbage mandag den 2. august.",
    "Jeg er gået på efterløn pr. 1. april. Kontakt i stedet Bo Jensen.",
    "Jeg er til møder hele dagen og svarer i morgen.",
    "Tak for din mail. Den er modtaget og vil blive besvaret inden for 5 hverdage.",
    "Jeg afspadserer i dag fredag. Er tilbage mandag.",
    "Der er lukket på kontoret i dag grundet pædagogisk dag.",
    "Holder fri i dag",
    "Hvad skal jeg svare her",
    "Vi kan ikke finde linket",
    "Kontoret er lukket grundet ferie",
]
ANSWERS = [
    "Vi har haft meget sygefravær i år, 7,2 pct.",
    "Lederen er på barsel indtil maj, og vi mangler en vikar.",
    "To lærere er på orlov, så vi bruger vikarer.",
    "Jeg er på ferie i uge 42, men her er svaret: vi overskrider med 2 mio.",
    "Vi er i gang. Det ser fornuftigt ud.",
    "Vi har ansat to lærere og er på plads.",
    "Eleverne er tilbage efter branden.",
    "Souschefen er gået på pension, stillingen er slået op.",
    "Vi har haft mange på kursus i år.",
    "Der er modtaget klager over støj.",
    "Legepladsen er lukket.",
    "Hvad angår trivslen, er vi tilfredse.",
    "Vi kan ikke finde en ny leder",
    "Uændret",
    "Ja",
    "Taget er utæt.",
    "Lærermangel",
    "Se mit svar nedenfor.\n\nVi mangler to lærere.",
    "Fraværet er steget, og vi har 412 tilmeldte.",
    "Vi har brug for nye lokaler, se mail af 3. maj.",
]


@pytest.mark.parametrize("text", NO_ANSWERS)
def test_short_words_that_may_be_no_answer_are_asked_about_and_quoted(text):
    (doubt,) = read_reply(FREE, text).doubts
    assert "»" in doubt.what or "fravær" in doubt.what
    assert read_parts(FREE, text, "", rows={}, chosen=True).doubts == ()


@pytest.mark.parametrize("text", ANSWERS)
def test_short_words_about_the_unit_are_its_answer(text):
    assert read_reply(FREE, text).doubts == ()


def test_a_long_text_with_a_question_in_it_is_an_answer():
    assert (
        read_reply(FREE, "Vi har drøftet rammen på tre møder. " * 15 + "Hvem dækker huslejen?").doubts == ()
    )


@pytest.mark.parametrize(
    ("text", "a", "b"),
    [
        ("A: intet at bemærke. B: vi mangler 2 mio.", "intet at bemærke.", "vi mangler 2 mio."),
        ("A: Intet at bemærke, B: vi mangler 2 mio.", "Intet at bemærke", "vi mangler 2 mio."),
        ("A1: gul, b1: rød\nA2: 0", "1. gul\n2. 0", "1. rød"),
        ("A: grøn B: rød", "grøn", "rød"),
        ("A: taget på bygning B: utæt", "taget på bygning B: utæt", None),
        ("A: vi har hus C og D, og B og A er fyldt", "vi har hus C og D, og B og A er fyldt", None),
    ],
)
def test_a_line_about_two_tasks_is_parted_at_the_second_letter(text, a, b):
    said = sections(text, ["A", "B"]).by_letter
    assert (said.get("A"), said.get("B")) == (a, b)


@pytest.mark.parametrize(
    ("text", "raw", "unplaced"),
    [
        ("1. gul\n2. 0\n\nMvh\nMette Hansen\n\nSkolen, hvor alle trives", ("gul", "0", None), "Skolen, hvor"),
        ("2. 0\n1. gul: bagud\n\nMvh Mette\n\nMed mere", ("gul: bagud", "0", None), "Med mere"),
        ("Se nedenfor.\nMvh Mette\n\n1. gul\n2. 0", ("gul", "0", None), "Se nedenfor."),
        ("1. gul\nMvh Mette\n\n2. 0\nBemærkninger: alt\nvel", ("gul", "0", "alt\nvel"), ""),
        ("Mvh Mette\n\n1. gul\n2. 0", ("gul", "0", None), ""),
    ],
)
def test_below_farewell_and_name_nothing_goes_on_with_an_answer(text, raw, unplaced):
    reply = read_mailed(FORM, text)
    assert tuple(reply.raw.get(name) for name in ("status", "beloeb", "bem")) == raw
    assert reply.unplaced.startswith(unplaced) and bool(reply.unplaced) == bool(unplaced)


def test_below_the_farewell_a_text_goes_on_where_nothing_else_is_asked():
    assert read_mailed(FREE, "Vi mangler to.\nMvh Mette\n\nPS: taget er utæt").raw == {
        "t": "Vi mangler to.\n\nPS: taget er utæt"
    }


def test_nothing_to_report_is_doubted_where_more_stands_below_the_name():
    assert read_mailed(FORM, "Intet at bemærke\nMvh Mette\n\nÅbningstid: 8-15").nil
    assert not read_mailed(FORM, "Intet at bemærke\nMvh Mette\n\nDog mangler vi to").nil


def read_mailed(form, text):
    mail = read_mail(f"From: Mette Hansen <mette@by.example>\n\n{text}\n".encode())
    return read_reply(form, mail.own_text, whole=mail.text, above=mail.own_above, below=mail.below)


OUTLOOK = """Fra: Årshjul <a@by.example>
Sendt: 6. april 2027 08:00
Til: Mette
Emne: Rapport

Kære Mette

1. Svar:
{answer}
Slut på spørgsmålene

Har du ingen bemærkninger? Så svar »Intet at bemærke«."""


@pytest.mark.parametrize(
    "above", ["Se nedenfor\n\nMvh Mette\n\n", "Hej Bo\n\nMit svar står nedenfor med rødt.\n\n", ""]
)
def test_one_text_is_read_under_its_question(above):
    reply = read_mailed(FREE, above + OUTLOOK.format(answer="Vi mangler 2 mio."))
    assert reply.raw == {"t": "Vi mangler 2 mio."} and not reply.doubts
    assert read_mailed(FREE, above + OUTLOOK.format(answer="Intet at bemærke")).nil


def test_words_above_and_under_the_only_question_are_asked_about_and_both_kept():
    reply = read_mailed(FREE, "Vi mangler en vikar.\n\n" + OUTLOOK.format(answer="2026: vi mangler to."))
    assert reply.raw == {"t": "Vi mangler en vikar.\n\n2026: vi mangler to."} and len(reply.doubts) == 1
    assert read_mailed(FREE, "Se nedenfor\n\n" + OUTLOOK.format(answer="")).doubts
