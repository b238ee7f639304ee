"""English for what is said of steering frames and of a budget call's figures (see `config.english`)."""

from collections.abc import Mapping

FRAMES: Mapping[str, str] = {
    "En styringsramme har tre dele: formal, directional og operating, i den rækkefølge.": (
        "A steering frame has three parts: formal, directional and operating, in that order."
    ),
    "Skriv hver del én gang, i den rækkefølge.": "Write each part once, in that order.",
    "»{}« kan ikke skrives af rapporterne: delen er ikke quarterly.": (
        "“{}” cannot be written by the reports: the part is not quarterly."
    ),
    "Slet linjen, eller flyt punktet.": "Delete the line, or move the item.",
    "Punktet »{}« er brugt to gange.": "The item “{}” is used twice.",
    "Giv det ene punkt et andet id.": "Give one of the items another id.",
    "Punktet »{}« findes ikke.": "There is no item “{}”.",
    "Rammen har ikke punktet »{}«.": "The frame has no item “{}”.",
    "Nye punkter kommer med i næste års ramme.": "New items come with next year's frame.",
    "Rammen er godkendt; »{}« kan ikke ændres ved indlæsning.": (
        "The frame is approved; “{}” cannot be changed by an import."
    ),
    "Begynd en ny udgave på rammens side, og få den godkendt.": (
        "Begin a new version on the frame's page and have it approved."
    ),
    "»{}« skrives af kvartalsrapporten.": "“{}” is written by the quarterly report.",
    "»{}« kan ikke bruges i »{}«.": "“{}” cannot be used in “{}”.",
    "Merforbrug forklares kun i flow budget_call.": (
        "Overspending is explained in the flow budget_call alone."
    ),
    "Skemaet »{}« har ikke spørgsmålet »{}«.": "The form “{}” has no question “{}”.",
    "»above« kan ikke bruges uden {}.": "“above” cannot be used without {}.",
    "Skriv dem, eller slet »above«.": "Write them, or delete “above”.",
    "Lad punktet stå, som det står i rammen.": "Leave the item as it stands in the frame.",
}
