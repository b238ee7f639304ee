"""Why a page of two people's preparation cannot be shown. Danish and English."""

from web.faults import Fault

NOT_A_PARTY = Fault(
    403,
    (
        "Forberedelsen er kun for samtalens to parter",
        "The preparation is for the dialogue's two parties alone",
    ),
    (
        "Den kan ses af lederen og den nærmeste leder, når begge selv har deres post. Ingen rolle giver "
        "adgang, heller ikke som stedfortræder.",
        "The leader and the nearest superior can see it while both hold their posts themselves. No role "
        "gives access, nor does standing in for one of them.",
    ),
    (
        "Er du den ene af de to, så brug linket i din egen mail, eller log ind med den e-mailadresse, som "
        "listen over ledere har for dig.",
        "If you are one of them, use the link in your own mail, or sign in with the e-mail address that the "
        "list of leaders has for you.",
    ),
)
ERASED = Fault(
    410,
    ("Forberedelsen er slettet", "The preparation has been erased"),
    ("Alt, der var skrevet, er slettet på den dag, planen siger.", "All of it was erased on the plan's day."),
    ("Du skal ikke gøre noget.", "You need not do anything."),
)
