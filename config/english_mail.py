"""English for what is refused of reminder rules and mail texts (see `config.english`)."""

from collections.abc import Mapping

MAIL: Mapping[str, str] = {
    "Tallet skal være mellem {} og {}.": "The number must lie between {} and {}.",
    "Ret tallet.": "Correct the number.",
    "Det er ikke et helt tal.": "That is not a whole number.",
    "Den slags påmindelse findes ikke.": "There is no such kind of reminder.",
    "Vælg en fra listen.": "Choose one from the list.",
    "Skriv fx 5.": "Write 5, for example.",
    "Der står flere gange, men ikke hvor længe der skal gå imellem.": (
        "It says several times, but not how long to wait in between."
    ),
    "Skriv antallet af dage, eller skriv én gang.": "Write the number of days, or write once.",
    "Ikke sendt: der er ikke længere noget at vise mailen med.": (
        "Not sent: there is nothing to show the mail with any more."
    ),
    "Der er ikke valgt en leder.": "No leader has been chosen.",
    "Vælg én på listen.": "Choose one on the list.",
    "Der er et linjeskift i teksten.": "There is a line break in the text.",
    "Skriv den på én linje.": "Write it on one line.",
    "Der står en krøllet parentes alene.": "A curly bracket stands alone.",
    "Skriv pladsholderen med begge parenteser.": "Write the placeholder with both brackets.",
    "Pladsholderen »{}« mangler.": "The placeholder “{}” is missing.",
    "Skriv den ind, så man kan se, hvad mailen handler om.": (
        "Put it in, so that one can see what the mail is about."
    ),
    "Pladsholderen »{}« kan ikke stå her.": "The placeholder “{}” cannot stand here.",
    "Tag den ud.": "Take it out.",
    "Brug en af dem, der står på siden.": "Use one of those named on the page.",
    "Pladsholderen »{}« findes ikke.": "The placeholder “{}” does not exist.",
}
