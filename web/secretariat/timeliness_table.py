"""The numbers of `web.secretariat.timeliness` as a table for files, and what each of them is called."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from cycle.tasks.counted_years import Choice
from cycle.tasks.numbers import Numbers
from cycle.tasks.statistics import Row
from cycle.tasks.titles import occurrence_title
from documents.tables import Cell, Column, Kind, Table
from web.words import Pair

NUMBERS: Mapping[str, Pair] = {
    "expected": ("Forventet", "Expected"),
    "received": ("Modtaget", "Received"),
    "on_time": ("Til tiden", "On time"),
    "extended": ("Til tiden efter forlængelse", "On time after extension"),
    "late": ("For sent", "Late"),
    "nil": ("Heraf intet at bemærke", "Of these nothing to report"),
    "missing": ("Intet svar efter fristen", "No answer after the deadline"),
    "waiting": ("Fristen er ikke nået", "Not due yet"),
    "waived": ("Fritaget", "Waived"),
}
"""In the order of the columns; keys are names of `Numbers`."""
SHORT: Mapping[str, Pair] = {
    **NUMBERS,
    "extended": ("Efter forlængelse", "After extension"),
    "nil": ("Intet at bemærke", "Nothing to report"),
    "missing": ("Intet svar", "No answer"),
    "waiting": ("Ikke nået", "Not due"),
}
"""The same where there is little room."""

MEANINGS: Mapping[str, Pair] = {
    "expected": (
        "Opgaver, som enhederne selv skal svare på, i aktiviteter der er åbnet. Fritagne og aflyste tæller "
        "ikke med. Skylder en enhed flere svar i samme aktivitet, tæller hvert af dem.",
        "Tasks that units themselves have to answer, in activities that have opened. Waived and cancelled "
        "ones do not count. A unit that owes several answers in one activity counts with each of them.",
    ),
    "received": (
        "Opgaver, der er svaret på, uanset hvornår. Et svar, der er sendt retur til rettelse, tæller stadig "
        "som modtaget.",
        "Tasks that were answered, whenever. An answer that was sent back for changes still counts as "
        "received.",
    ),
    "on_time": (
        "Det første svar kom senest på den oprindelige frist, kl. 24. Et svar, der sendes retur, beholder "
        "sin dato.",
        "The first answer came by midnight at the end of the original deadline. An answer that is sent back "
        "keeps its date.",
    ),
    "extended": (
        "Det første svar kom efter den oprindelige frist, men inden for den forlængede.",
        "The first answer came after the original deadline, but within the extended one.",
    ),
    "late": (
        "Det første svar kom efter den frist, der gjaldt, da det kom.",
        "The first answer came after the deadline in force when it came.",
    ),
    "nil": (
        "Modtagne svar, hvis nyeste udgave siger, at der intet er at bemærke.",
        "Received answers whose newest version says that there is nothing to report.",
    ),
    "missing": (
        "Der er ikke svaret, og fristen er overskredet. Det gælder både åbne og lukkede aktiviteter. Et "
        "svar, der er sendt retur og ikke rettet inden den nye frist, er modtaget; på aktivitetens side står "
        "det under Over fristen.",
        "Not answered, and the deadline is over, in open and in closed activities. An answer that was sent "
        "back and not changed by the new deadline is received; the activity's page has it under Overdue.",
    ),
    "waiting": (
        "Der er ikke svaret endnu, og fristen er ikke overskredet.",
        "Not answered yet, and the deadline is not over.",
    ),
    "waived": ("Enheden skal ikke svare.", "The unit need not answer."),
}
SHARE: Pair = ("Andel til tiden", "Share on time")
SHARE_MEANS: Pair = (
    "Til tiden og til tiden efter forlængelse, som del af dem, der er modtaget eller mangler efter fristen.",
    "On time and on time after extension, as a part of those received or missing after the deadline.",
)
FILTER_OF: Mapping[str, str] = {
    "on_time": "til-tiden",
    "extended": "til-tiden-efter-forlaengelse",
    "late": "for-sent",
    "nil": "intet-at-bemaerke",
    "missing": "udeblevet",
    "waived": "fritaget",
}
"""Which list of the activity's page shows just those that a number counts (`cycle.tasks.listing.FILTERS`)."""

WHEN = (
    (("År", "Year"), Kind.WHOLE, 8),
    (("Aktivitet", "Activity"), Kind.TEXT, 34),
    (("Frist", "Due"), Kind.DATE, 12),
)
PLACES = (
    (("Område", "Area"), "area", 18),
    (("Distrikt", "District"), "district", 18),
    (("Art", "Kind"), "kind", 16),
    (("Enhedsnr.", "Unit no."), "unit_id", 14),
    (("Enhed", "Unit"), "unit", 34),
)


def table(rows: Sequence[Row], chosen: Choice, *, by_year: bool, zone: ZoneInfo, language: str) -> Table:
    """A line for each place and activity, or for each place and year (`by_year`), for pivot tables."""
    place = 1 if language == "en" else 0
    used = [
        (words, name, width) for words, name, width in PLACES if any(getattr(r.place, name) for r in rows)
    ]
    columns = [
        *(Column(words[place], kind, width) for words, kind, width in (WHEN[:1] if by_year else WHEN)),
        *(Column(words[place], Kind.TEXT, width) for words, _, width in used),
        *(Column(words[place], Kind.WHOLE, 12) for words in NUMBERS.values()),
        Column(f"{SHARE[place]} (%)", Kind.NUMBER, 12),
    ]
    told = {} if by_year else _told(chosen, language)
    return Table(
        ("Rettidighed", "Timeliness")[place],
        columns,
        [
            [
                *(told.get(row.period) or [row.period]),
                *(getattr(row.place, name) for _, name, _ in used),
                *(getattr(row.numbers, name) for name in NUMBERS),
                _percent(row.numbers),
            ]
            for row in rows
        ],
        zone,
    )


def _told(chosen: Choice, language: str) -> dict[int, list[Cell]]:
    """Year, title and deadline of each activity."""
    return {
        each.occurrence.id or 0: [
            each.year,
            occurrence_title(each.occurrence, language),
            each.occurrence.due_on,
        ]
        for each in chosen.activities
    }


def _percent(numbers: Numbers) -> Decimal | None:
    share = numbers.share
    return None if share is None else round(Decimal(share) * 100, 2)
