"""The words of the error pages of whoever sees the pages as somebody else."""

from web.faults import Fault

READ_ONLY = Fault(
    403,
    ("Du kan kun se", "You can only look"),
    (
        "Du ser siderne, som en anden ser dem, og kan derfor ikke ændre noget. Intet er gemt.",
        "You see the pages as somebody else does, so you cannot change anything. Nothing was saved.",
    ),
    (
        "Tryk på »Stop visningen« øverst på siden, og gør det som dig selv.",
        "Press »Stop viewing« at the top of the page, and do it as yourself.",
    ),
)
PRIVATE = Fault(
    403,
    ("Siden er personens egen", "The page is the person's own"),
    (
        "Du ser siderne, som en anden ser dem. Denne side er kun for personen selv.",
        "You see the pages as somebody else does. This page is for that person alone.",
    ),
    ("Gå tilbage, eller stop visningen.", "Go back, or stop viewing."),
    onward=("/mine", "Gå til Mine opgaver", "Go to My tasks"),
)
