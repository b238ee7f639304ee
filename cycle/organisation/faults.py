"""What can be wrong with an imported file, in Danish and English, collected so that all is said at once.

Each sentence comes with its cure. Placeholders are plain names.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NoReturn

from cycle.danish import format_count, format_date, format_decimal
from cycle.errors import WHOLE_FILE, ImportInvalid, Problem

Sentence = tuple[str, str]
Sentences = Mapping[str, tuple[Sentence, Sentence]]
"""What is wrong, and how to mend it."""

_SURE = ("Er det meningen, så gentag med --yes-really.", "If that is meant, repeat with --yes-really.")

SENTENCES: dict[str, tuple[Sentence, Sentence]] = {
    "empty file": (
        ("Filen er tom.", "Den skal have overskrifter i første linje og rækker under dem."),
        ("The file is empty.", "It needs headings in its first line and rows below them."),
    ),
    "too big": (
        ("Filen fylder {size} MB; grænsen er {limit} MB.", "Fjern ark og billeder, der ikke skal læses."),
        (
            "The file is {size} MB; the limit is {limit} MB.",
            "Remove sheets and pictures that are not needed.",
        ),
    ),
    "too many rows": (
        ("Filen har mere end {limit} rækker.", "Er det den rigtige fil?"),
        ("The file has more than {limit} rows.", "Is it the right file?"),
    ),
    "old excel": (
        ("Filen er i Excels gamle format.", "Gem den som .xlsx eller CSV."),
        ("The file is in Excel's old format.", "Save it as .xlsx or CSV."),
    ),
    "broken workbook": (
        ("Regnearket kan ikke læses.", "Åbn det i Excel og gem det igen som .xlsx, uden adgangskode."),
        ("The workbook cannot be read.", "Open it in Excel and save it again as .xlsx, without a password."),
    ),
    "not text": (
        ("Filen er hverken tekst eller et regneark.", "Gem den som CSV (UTF-8) eller .xlsx."),
        ("The file is neither text nor a workbook.", "Save it as CSV (UTF-8) or .xlsx."),
    ),
    "mixed encoding": (
        ("Filen blander tegnsæt: noget er UTF-8, noget er ikke.", "Gem den igen som CSV UTF-8."),
        ("The file mixes encodings: some of it is UTF-8, some is not.", "Save it again as CSV UTF-8."),
    ),
    "broken quotes": (
        ("Anførselstegnene går ikke op.", 'Et felt, der begynder med ", skal slutte med ".'),
        ("The quotation marks do not match.", 'A field that begins with " has to end with ".'),
    ),
    "missing column": (
        ("Kolonnen »{column}« mangler. Fundet: {found}.", "Den kan hedde {names}."),
        ("The column “{column}” is missing. Found: {found}.", "It may be called {names}."),
    ),
    "double column": (
        ("»{first}« og »{second}« betyder begge {column}.", "Slet eller omdøb den ene."),
        ("“{first}” and “{second}” both mean {column}.", "Delete or rename one of them."),
    ),
    "too many cells": (
        (
            "Rækken har {cells} felter, men der er {columns} overskrifter.",
            'Sæt " om felter med skilletegn i.',
        ),
        (
            "The row has {cells} fields but there are {columns} headings.",
            'Put " around fields with separators.',
        ),
    ),
    "excel error": (
        ("»{column}« indeholder Excel-fejlen {value}.", "Ret formlen i regnearket."),
        ("“{column}” holds the Excel error {value}.", "Mend the formula in the workbook."),
    ),
    "control characters": (
        ("»{column}« indeholder usynlige styretegn.", "Skriv feltet igen."),
        ("“{column}” holds invisible control characters.", "Type the field again."),
    ),
    "too long": (
        ("»{column}« er på {length} tegn; grænsen er {limit}.", "Skriv det kortere."),
        ("“{column}” has {length} characters; the limit is {limit}.", "Make it shorter."),
    ),
    "missing value": (
        ("»{column}« er tom.", "Udfyld feltet."),
        ("“{column}” is empty.", "Fill it in."),
    ),
    "bad id": (
        ("»{value}« kan ikke være et enheds-id.", "Brug bogstaver, tal, punktum, bindestreg og _."),
        ("“{value}” cannot be a unit id.", "Use letters, digits, full stop, hyphen and _."),
    ),
    "double id": (
        ("Id'et {value} står også i række {other}.", "Hvert id må kun stå én gang."),
        ("The id {value} also stands in row {other}.", "Each id may stand only once."),
    ),
    "nearly double id": (
        ("Id'et {value} afviger kun i store og små bogstaver fra række {other}.", "Brug to tydelige id'er."),
        ("The id {value} differs from row {other} in upper and lower case alone.", "Use two distinct ids."),
    ),
    "bad ownership": (
        ("»{value}« er ikke en ejerform.", "Skriv kommunal eller selvejende, eller lad feltet være tomt."),
        ("“{value}” is not a form of ownership.", "Write kommunal or selvejende, or leave it empty."),
    ),
    "no parent": (
        ("Den overordnede enhed {value} er ikke i filen.", "Tilføj den, eller ret id'et."),
        ("The parent unit {value} is not in the file.", "Add it, or correct the id."),
    ),
    "circle": (
        ("Enhederne er overordnet hinanden i ring: {value}.", "Ret en af de overordnede."),
        ("The units are each other's parents in a circle: {value}.", "Correct one of the parents."),
    ),
    "second root": (
        ("Enheden har ingen overordnet; det har række {other} heller ikke.", "Kun en kommune står øverst."),
        ("The unit has no parent; nor has row {other}.", "Only a municipality (kommune) stands at the top."),
    ),
    "id taken": (
        (
            "{count} id'er hører allerede til kommunen {other}; det første er {value}.",
            "Brug id'er, der er entydige, og hele kommunens fil med samme øverste enhed som før.",
        ),
        (
            "{count} ids already belong to the municipality {other}; the first is {value}.",
            "Use unique ids, and the whole municipality's file with the same top unit as before.",
        ),
    ),
    "bad date": (
        ("»{column}« er ikke en dato: {value}.", "Skriv fx 1.7.2027, 1. juli 2027 eller 2027-07-01."),
        ("“{column}” is not a date: {value}.", "Write 1.7.2027, 1. juli 2027 or 2027-07-01, say."),
    ),
    "dates backwards": (
        ("Slutdatoen ligger før startdatoen.", "Byt om på de to datoer, eller ret den ene."),
        ("The end date is before the start date.", "Swap the two dates, or correct one."),
    ),
    "email line break": (
        ("E-mailadressen indeholder linjeskift.", "Skriv én adresse på én linje."),
        ("The e-mail address holds a line break.", "Write one address on one line."),
    ),
    "email several": (
        (
            "Der er flere e-mailadresser i feltet: {value}.",
            "Skriv én; en fælles postkasse har sin egen kolonne.",
        ),
        (
            "The field holds several e-mail addresses: {value}.",
            "Write one; a shared mailbox has its own column.",
        ),
    ),
    "email no at": (
        ("»{value}« er ikke en e-mailadresse: @ mangler.", "Skriv navn@domæne.dk."),
        ("“{value}” is not an e-mail address: @ is missing.", "Write name@domain.dk."),
    ),
    "email characters": (
        ("»{value}« er ikke en gyldig e-mailadresse.", "Skriv kun adressen: navn@domæne.dk."),
        ("“{value}” is not a valid e-mail address.", "Write the address alone: name@domain.dk."),
    ),
    "email domain": (
        ("»{value}« har ikke et gyldigt domæne efter @.", "Skriv navn@domæne.dk."),
        ("“{value}” has no valid domain after @.", "Write name@domain.dk."),
    ),
    "email length": (
        ("E-mailadressen er for lang: {value}.", "Højst 64 tegn før @ og 254 i alt."),
        ("The e-mail address is too long: {value}.", "At most 64 characters before @ and 254 in all."),
    ),
    "unknown unit": (
        ("Enheden »{value}« findes ikke, eller flere hedder det.", "Indlæs enhederne først, eller skriv nr."),
        ("There is no unit “{value}”, or several are called so.", "Import the units first, or write its id."),
    ),
    "closed unit": (
        ("Enheden {value} lukkede {other}.", "Fjern rækken, eller giv den en slutdato."),
        ("The unit {value} closed on {other}.", "Remove the row, or give it an end date."),
    ),
    "no head role": (
        ("Enheden {value} har ingen kendt lederrolle.", "Skriv rollen i kolonnen rolle."),
        ("The unit {value} has no known head role.", "Write the role in the column role."),
    ),
    "no head post": (
        ("Stedfortræderen kan ikke knyttes til en post på {value}.", "Angiv først enhedens leder."),
        ("The substitute cannot be tied to a post at {value}.", "Give the unit's leader first."),
    ),
    "personal number": (
        ("»{column}« ligner et CPR-nummer.", "CPR-numre må ikke bruges her; brug et medarbejdernummer."),
        ("“{column}” looks like a personal (CPR) number.", "Those may not be used here; use a staff number."),
    ),
    "bad language": (
        ("Sproget {value} kendes ikke.", "Skriv da eller en."),
        ("The language {value} is not known.", "Write da or en."),
    ),
    "one address, two names": (
        ("Adressen {value} står også ved {other}.", "Skriv en fælles postkasse i kolonnen fællespostkasse."),
        ("The address {value} also stands with {other}.", "Put a shared mailbox in the column shared_email."),
    ),
    "one person, two facts": (
        ("Samme person har en anden oplysning i række {other}: {value}.", "Ret den ene række."),
        ("The same person has something else in row {other}: {value}.", "Correct one of the rows."),
    ),
    "two at once": (
        (
            "Posten er også besat af {other} i samme tid.",
            "Den senest tiltrådte, ellers den sidste i filen, får posten.",
        ),
        (
            "The post is also held by {other} at that time.",
            "Whoever began last, else stands last in the file, has it.",
        ),
    ),
    "double row": (
        ("Rækken siger det samme som række {other}, med overlappende datoer.", "Slet den ene."),
        ("The row says the same as row {other}, with overlapping dates.", "Delete one of them."),
    ),
    "two mailboxes": (
        ("Posten har en anden fællespostkasse i række {other}.", "En post har højst én."),
        ("The post has another shared mailbox in row {other}.", "A post has at most one."),
    ),
    "changed address?": (
        ("{name} havde adressen {old}; nu {new}. Er det samme person?", "Vælg samme person eller ny person."),
        ("{name} had the address {old}; now {new}. The same person?", "Choose the same person or a new one."),
    ),
    "changed name?": (
        (
            "Adressen {old} hørte til {name}; nu {new}. Er det samme person?",
            "Vælg samme person eller ny person.",
        ),
        (
            "The address {old} was {name}'s; now {new}'s. The same person?",
            "Choose the same person or a new one.",
        ),
    ),
    "changed holder?": (
        (
            "{name} var knyttet til posten {old}; nu {new}. Er det samme person?",
            "Vælg samme person eller ny person.",
        ),
        ("{name} was of the post {old}; now {new}. The same person?", "Choose the same person or a new one."),
    ),
    "ends many": (
        ("Filen afslutter {count} af {total} ansættelser.", _SURE[0]),
        ("The file ends {count} of {total} appointments.", _SURE[1]),
    ),
    "closes many": (
        ("Filen lukker {count} af {total} enheder.", _SURE[0]),
        ("The file closes {count} of {total} units.", _SURE[1]),
    ),
    "takes meetings": (
        ("Filen tager {count} kommende møder eller dagsordensfrister væk.", _SURE[0]),
        ("The file takes away {count} coming meetings or agenda deadlines.", _SURE[1]),
    ),
}

COUNTED = frozenset({"limit", "length", "count", "total"})
"""The placeholders that stand for how many; the others are a row, an id, a word of the file."""

WHERE: dict[str, tuple[str, str]] = {
    "row": ("række {n}", "row {n}"),
    "line": ("linje {n}", "line {n}"),
    "file": WHOLE_FILE,
}


class Faults:
    """Problems found so far, in the order found. `more` are the sentences of one kind of file."""

    def __init__(self, language: str = "da", more: Sentences | None = None) -> None:
        self._english = self.is_english = language == "en"
        self._sentences = {**SENTENCES, **(more or {})}
        self.problems: list[Problem] = []

    def add(self, key: str, *, row: int | None = None, **values: object) -> None:
        """Notes the fault `key` at a row of the file (counted from 1), or of the whole file."""
        self._note(key, "file" if row is None else "row", row, values)

    def add_cell(self, key: str, row: int, column: str, values: Mapping[str, object]) -> None:
        """Notes the fault `key` of one cell."""
        self._note(key, "row", row, {"column": column, **values})

    def fail(self, key: str, *, line: int | None = None, **values: object) -> NoReturn:
        """Notes a fault after which nothing more can be read. Raises ImportInvalid."""
        self._note(key, "file" if line is None else "line", line, values)
        raise ImportInvalid(self.problems)

    def raise_if_any(self) -> None:
        """Raises ImportInvalid when something is wrong."""
        if self.problems:
            raise ImportInvalid(self.problems)

    def _note(self, key: str, kind: str, number: int | None, values: Mapping[str, object]) -> None:
        said = {name: _said(name, value, ("da", "en")[self._english]) for name, value in values.items()}
        what, cure = (sentence.format(**said) for sentence in self._sentences[key][self._english])
        self.problems.append(Problem(WHERE[kind][self._english].format(n=number), what, cure))


def _said(name: str, value: object, language: str) -> object:
    if isinstance(value, tuple):  # words of a file, which may end in a full stop of their own
        return ", ".join(("“{}”" if language == "en" else "»{}«").format(each) for each in value) or "–"
    if isinstance(value, date):
        return format_date(value, language)
    if isinstance(value, float):
        return format_decimal(Decimal(str(value)), language=language)
    return format_count(value, language) if name in COUNTED and isinstance(value, int) else value
