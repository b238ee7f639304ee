"""The words of the page for a filter that cannot be read."""

from web.faults import Fault

FILTER = Fault(
    404,
    ("Filteret kan ikke læses", "The filter cannot be read"),
    (
        "Noget i adressen efter spørgsmålstegnet er ikke et tal eller en dato, som siden kender.",
        "Something in the address after the question mark is no number or date that the page knows.",
    ),
    ("Vis siden uden filter, og vælg derfra.", "Show the page without the filter and choose from there."),
)
