"""What seed 001 prints: three questions put to three units, with the source's own wordings and spaces."""

QUESTIONS = [
    "Hvad er jeres kerneopgave?",
    "Hvilken forskel gør fokus på kerneopgaven i hverdagen?",
    "Hvordan er kerneopgaven kommet til verden?",
]
PRINTED = {
    "MAABJERGHUS": "At skabe de bedste muligheder for det enkelte barns trivsel og udvikling",
    "SABRO": "Vores kerneopgave er at støtte alle børn bedst muligt i deres faglige, personlige og sociale "
    "udvikling",
    "CHARLOTTEHAVEN": "Et godt børneliv",
}
"""The three answers to the first question, as the source has them."""

SECOND = {
    "MAABJERGHUS": ("Måbjerghus Børnehaves", "Hvilken forskel\u00a0 gør fokus på kerneopgaven i hverdagen?"),
    "SABRO": ("Sabro-Korsvejsskolens", "Hvilken forskel gør\u00a0 fokus på kerneopgaven i hverdagen?"),
    "CHARLOTTEHAVEN": ("Charlottehavens", "Hvad gør fokus på kerneopgaven i hverdagen?"),
}
"""Whose core task the first question asks for, and the second question's own wording and spaces."""


def mail_of(unit_id: str) -> str:
    """A reply that repeats the questions as the source prints them for this unit."""
    whose, second = SECOND[unit_id]
    return (
        f"Hej\n\nHvad er {whose} kerneopgave?\n”{PRINTED[unit_id]}”.\n\n{second}\nOpdigtet: den samler os.\n"
        "To linjer.\n\nHvordan er kerneopgaven kommet til verden?\nOpdigtet: på en fælles dag.\n\n"
        "Venlig hilsen\nIda\n"
    )
