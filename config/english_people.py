"""English for what is refused about people, posts and imports on the pages (see `config.english`)."""

from collections.abc import Mapping

PEOPLE: Mapping[str, str] = {
    "Adressen hører til {}.": "The address is {}'s.",
    "Skriv det navn, hvis det er den samme, eller en anden adresse.": (
        "Write that name if it is the same person, or another address."
    ),
    "Skriv navn@domæne.dk.": "Write name@domain.dk.",
    "Navnet mangler.": "The name is missing.",
    "Skriv for- og efternavn.": "Write first name and surname.",
    "Navnet er for langt.": "The name is too long.",
    "Skriv kun navnet.": "Write the name alone.",
    "{} har allerede posten.": "{} has the post already.",
    "Skriv en anden.": "Write somebody else.",
    "{} har posten fra {}.": "{} has the post from {}.",
    "Vælg en senere dag, eller tag det tilbage først.": "Choose a later day, or take that back first.",
    "Vælg en senere dag, eller tag det tilbage.": "Choose a later day, or take it back.",
    "Vælg en tidligere dag.": "Choose an earlier day.",
    "{} er allerede stedfortræder i perioden.": "{} is the substitute in that period already.",
    "Afslut den periode først, eller vælg en anden.": "End that period first, or choose another.",
    "{} begynder først {}.": "{} does not begin until {}.",
    "Der er ikke valgt, hvad der sker med den sidste dag.": "It is not chosen what becomes of the last day.",
    "Adressen mangler.": "The address is missing.",
    "Skriv en anden adresse.": "Write another address.",
    "Datoen ligger mere end et år tilbage eller to år frem.": (
        "The date lies more than a year back or two years ahead."
    ),
    "Det er ikke valgt, hvad listen er.": "It is not chosen what the list is.",
    "Vælg enheder eller ledere.": "Choose units or leaders.",
    "Der er ikke valgt nogen fil.": "No file has been chosen.",
    "Vælg en fil.": "Choose a file.",
    "Planen er for lang: højst {} tegn.": "The plan is too long: at most {} characters.",
    "Planen er tom.": "The plan is empty.",
    "Skriv planen i feltet, eller vælg en fil.": "Write the plan into the field, or choose a file.",
    "Filen er ikke tekst i UTF-8.": "The file is not text in UTF-8.",
    "Gem den som UTF-8, og hent den igen.": "Save it as UTF-8 and upload it again.",
}
