"""What is told to the person whose answer cannot be taken: (what, cure), Danish and English."""

from collections.abc import Mapping
from typing import Any

from cycle.danish import format_count
from cycle.files.taken import NotTaken

_OTHER_FILE = {
    "da": "Vedhæft en pdf, et dokument, et regneark eller et billede.",
    "en": "Attach a PDF, a document, a spreadsheet or a picture.",
}

SENTENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "missing": {
        "da": ("Feltet er ikke udfyldt.", "Skriv et svar."),
        "en": ("The field is empty.", "Please answer it."),
    },
    "not_ticked": {
        "da": ("Der er ikke sat kryds.", "Sæt kryds, eller skriv ja."),
        "en": ("The box is not ticked.", "Tick it, or write yes."),
    },
    "no_choice": {
        "da": ("Der er ikke valgt noget.", "Vælg en af mulighederne."),
        "en": ("Nothing is chosen.", "Choose one of the options."),
    },
    "no_file": {
        "da": ("Der er ingen fil.", "Vedhæft den."),
        "en": ("There is no file.", "Please attach it."),
    },
    "not_text": {
        "da": ("Svaret er ikke tekst.", "Skriv det med ord."),
        "en": ("The answer is not text.", "Please write it in words."),
    },
    "too_long": {
        "da": ("Teksten fylder {length} tegn.", "Der er plads til {longest}."),
        "en": ("The text has {length} characters.", "There is room for {longest}."),
    },
    "not_number": {
        "da": ("»{text}« kan ikke læses som et tal.", "Skriv fx 1.250,50 eller 1,5 mio."),
        "en": ("“{text}” cannot be read as a number.", "Write for example 1.250,50 (Danish form)."),
    },
    "which_point": {
        "da": ("»{text}« kan læses på to måder.", "Skriv fx 1.500, 1,50 eller 1,5 mio."),
        "en": (
            "“{text}” can be read in two ways.",
            "Write for example 1.500 (thousands) or 1,50 (Danish form).",
        ),
    },
    "too_small": {
        "da": ("Tallet er for lille.", "Det skal mindst være {bound}."),
        "en": ("The number is too small.", "It must be at least {bound}."),
    },
    "too_large": {
        "da": ("Tallet er for stort.", "Det må højst være {bound}."),
        "en": ("The number is too large.", "It must be at most {bound}."),
    },
    "too_great": {
        "da": ("Tallet er for stort til at være rigtigt.", "Se efter, om der er nuller for meget."),
        "en": ("The number is too large to be right.", "Check for zeros too many."),
    },
    "too_fine": {
        "da": ("Tallet har for mange decimaler.", "Brug højst {places}."),
        "en": ("The number has too many decimals.", "Use at most {places}."),
    },
    "not_date": {
        "da": ("»{text}« kan ikke læses som en dato.", "Skriv fx 20. april 2027 eller 20/4-2027."),
        "en": ("“{text}” cannot be read as a date.", "Write for example 20 April 2027 or 2027-04-20."),
    },
    "not_choice": {
        "da": ("»{text}« er ikke en af mulighederne.", "Vælg {choices}."),
        "en": ("“{text}” is not one of the choices.", "Choose {choices}."),
    },
    "no_light": {
        "da": ("Der er ikke valgt farve.", "Vælg grøn, gul eller rød."),
        "en": ("No colour is chosen.", "Choose green, yellow or red."),
    },
    "not_light": {
        "da": ("»{text}« er ikke en farve her.", "Vælg grøn, gul eller rød."),
        "en": ("“{text}” is not a colour here.", "Choose green, yellow or red."),
    },
    "no_comment": {
        "da": ("Når målet er {light}t, skal der stå hvorfor.", "Skriv en kommentar."),
        "en": ("When the status is not green, it must say why.", "Write a comment."),
    },
    "not_file": {
        "da": ("Filen blev ikke modtaget.", "Vedhæft den igen."),
        "en": ("The file did not arrive.", "Please attach it again."),
    },
    NotTaken.EMPTY: {
        "da": ("Filen »{name}« er tom.", "Vælg filen igen, når der er noget i den."),
        "en": ("The file “{name}” is empty.", "Choose it again when there is something in it."),
    },
    NotTaken.RUNS: {
        "da": ("»{name}« tages ikke imod: det er et program eller en fil med makroer.", _OTHER_FILE["da"]),
        "en": ("“{name}” is not accepted: it is a program or a file with macros.", _OTHER_FILE["en"]),
    },
    NotTaken.LARGE: {
        "da": ("Filen »{name}« er for stor.", "Vedhæft en mindre fil."),
        "en": ("The file “{name}” is too large.", "Attach a smaller file."),
    },
    NotTaken.KIND: {
        "da": ("»{name}« er ikke en slags fil, vi tager imod.", _OTHER_FILE["da"]),
        "en": ("“{name}” is not a kind of file that is accepted.", _OTHER_FILE["en"]),
    },
    "not_confirm": {
        "da": ("»{text}« er ikke en bekræftelse.", "Sæt kryds, eller skriv ja."),
        "en": ("“{text}” is not a confirmation.", "Tick the box, or write yes."),
    },
    "unknown": {
        "da": ("Skemaet har ikke dette felt.", "Fjern det, eller hent skemaet igen."),
        "en": ("The form does not have this field.", "Remove it, or fetch the form again."),
    },
    "not_rows": {
        "da": ("Svaret er ikke delt op i rækker.", "Udfyld hver række for sig."),
        "en": ("The answer is not divided into rows.", "Fill in each row."),
    },
}


def sentences(kind: str, facts: Mapping[str, Any], language: str) -> tuple[str, str]:
    """(what, cure) for one fault. Raises KeyError for a kind that has no sentence."""
    what, cure = SENTENCES[kind][language if language in ("da", "en") else "da"]
    said = {
        name: format_count(value, language) if isinstance(value, int) else value
        for name, value in facts.items()
    }
    return what.format_map(said), cure.format_map(said)
