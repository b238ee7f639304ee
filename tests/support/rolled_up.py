"""An invented roll-up of any size, made without a store: areas, districts, units, lights, figures, texts."""

from decimal import Decimal

from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.rollup import Line, Outcome, Rollup, Section
from documents.rollup_facts import Facts, Place

FORM = Form(
    id="kvartalsrapport",
    title="Kvartalsrapport",
    fields=(
        Field(
            id="goals",
            type=FieldType.REPEAT,
            label="Status på mål",
            rows_from="goals",
            fields=(Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),),
        ),
        Field(id="afvigelse", type=FieldType.AMOUNT, label="Forventet afvigelse fra årets budget"),
        Field(
            id="sygefravaer",
            type=FieldType.PERCENT,
            label="Sygefravær i kvartalet",
            label_en="Sick leave in the quarter",
        ),
        Field(id="bemaerkning", type=FieldType.LONG_TEXT, label="Til nærmeste leder", required=False),
    ),
)
SUMMARY = Form(
    id="sammenfatning",
    title="Sammenfatning",
    fields=(
        Field(id="vurdering", type=FieldType.TRAFFIC_LIGHT, label="Området som helhed"),
        Field(id="sammenfatning", type=FieldType.LONG_TEXT, label="Det vigtigste fra enhederne"),
    ),
)
AREAS = ("Skoler", "Institutioner", "Bydækkende institutioner", "Centre")
COMMON = (
    ("A", "Sygefraværet falder"),
    ("B", "Budgettet overholdes"),
    ("C", "Alle medarbejdere har haft MUS"),
    ("D", "Inkluderende tilbud og tidlig indsats (opdigtet områdemål)"),
)
OUTCOMES = (Outcome.ANSWERED,) * 7 + (Outcome.NIL, Outcome.LATE, Outcome.MISSING, Outcome.NOT_APPROVED)
COMMENT = "Vi er forsinkede, fordi to stillinger har været ubesatte; begge er besat fra maj."


def rolled_up(
    units: int = 44, *, comment: str = COMMENT, private: str = "Kun til min leder"
) -> tuple[Rollup, Facts]:
    """The roll-up and the facts beside it; one unit in eleven is missing, and so on."""
    places = {
        "/BY/": Place("BY", "Byby Kommune", "kommune"),
        "/BY/BU/": Place("BU", "Børn og unge", "forvaltning"),
    }
    lines: list[Line] = []
    for n in range(units):
        area = n * len(AREAS) // units
        district = f"/BY/BU/A{area}/D{n % 3}/"
        places[f"/BY/BU/A{area}/"] = Place(f"A{area}", AREAS[area], "område")
        places[district] = Place(f"A{area}D{n % 3}", f"{AREAS[area]} · Distrikt {n % 3 + 1}", "distrikt")
        lines.append(line(n, AREAS[area], f"{district}{n:04d}/", comment, private))
    lines.sort(key=lambda one: one.path)
    rows = {one.task_id: {"goals": goals(one.unit)} for one in lines}
    rollup = Rollup(1, "Kvartalsrapport 1", 2027, tuple(lines), tuple(sections(places)))
    return rollup, Facts(places, {1: FORM, 2: SUMMARY}, rows)


def goals(unit: str) -> list[dict[str, str]]:
    """The common goals, and two of the unit's own."""
    common = [{"row": code, "title": title, "level": "common"} for code, title in COMMON]
    own = [{"row": code, "title": f"Eget mål for {unit}", "level": "unit"} for code in "GH"]
    return common + own


def line(n: int, area: str, path: str, comment: str, private: str) -> Line:
    """One unit; what it answers follows from its number."""
    outcome = OUTCOMES[n % len(OUTCOMES)]
    answered = outcome not in (Outcome.MISSING, Outcome.NIL)
    lights = ("grøn", "grøn", "gul", "grøn", "rød")
    given = [
        {"row": code, "status": {"light": light, "comment": "" if light == "grøn" else comment}}
        for k, code in enumerate("ABCDGH")
        for light in [lights[(n + 2 * k) % 5]]
    ]
    answers = {
        "goals": given,
        "afvigelse": str(Decimal(n % 9 - 4) * 50_000),
        "sygefravaer": str(Decimal(30 + n * 7 % 50) / 10),
        "bemaerkning": private,
    }
    return Line(
        task_id=n + 1,
        unit_id=f"{n:04d}",
        unit=f"Enhed {n + 1} Ærø",
        kind="skole",
        area=area,
        path=path,
        outcome=outcome,
        on_time=answered,
        version=1 if answered else None,
        form_version_id=1 if answered else None,
        answers=answers if answered else {},
    )


def sections(places: dict[str, Place]) -> list[Section]:
    """Every area and district owes a text; the first district has written, the first area said nil."""
    found = []
    for path, place in sorted(places.items()):
        if place.kind in ("område", "distrikt"):
            answers = None
            if path == "/BY/BU/A0/D0/":
                answers = {
                    "vurdering": {"light": "gul", "comment": "Fremgang, men ujævn."},
                    "sammenfatning": "Fraværet falder i de fleste enheder.\n\nTo enheder får hjælp.",
                }
            elif path == "/BY/BU/A0/":
                answers = {}
            title = f"Sammenfatning for {place.name}"
            found.append(
                Section(place.unit_id, place.name, path, place.kind, title, answers, 2 if answers else None)
            )
    return found
