"""What the lines of a person's story are called."""

from collections.abc import Callable, Mapping

from cycle.tasks.person_story import Happened, Line
from web.words import Pair

VIEWS: Mapping[str, Pair] = {
    "": ("Alt", "All"),
    "sendt": ("Mails til personen", "Mails to the person"),
    "ikke-skrevet": ("Ikke skrevet", "Not written"),
    "modtaget": ("Mails fra personen", "Mails from the person"),
    "gjort": ("Svar og afgørelser", "Answers and decisions"),
    "poster": ("Poster", "Posts"),
}
WHAT: Mapping[tuple[Happened, str], Pair] = {
    (Happened.SENT, ""): ("Mail til personen", "Mail to the person"),
    (Happened.NOT_WRITTEN, ""): ("Ingen mail", "No mail"),
    (Happened.RECEIVED, ""): ("Mail fra personen", "Mail from the person"),
    (Happened.ANSWERED, "complete"): ("Svarede", "Answered"),
    (Happened.ANSWERED, "nil"): ("Svarede: intet at bemærke", "Answered: nothing to report"),
    (Happened.ANSWERED, "withdrawn"): ("Svarede; taget tilbage siden", "Answered; taken back since"),
    (Happened.JUDGED, "approved"): ("Godkendte", "Approved"),
    (Happened.JUDGED, "returned"): ("Sendte retur", "Sent back"),
    (Happened.EXTENDED, "extended"): ("Forlængede fristen", "Extended the deadline"),
    (Happened.EXTENDED, "asked"): ("Bad om mere tid", "Asked for more time"),
    (Happened.EXTENDED, "refused"): ("Afslog at forlænge fristen", "Refused an extension"),
    (Happened.POST, "begins"): ("Tiltræder", "Takes up the post"),
    (Happened.POST, "ends"): ("Sidste dag på posten", "Last day in the post"),
    (Happened.POST, "stands_in"): ("Stedfortræder fra i dag", "Substitute from this day"),
    (Happened.POST, "stood_in"): ("Sidste dag som stedfortræder", "Last day as substitute"),
}


def happened_namer(language: str) -> Callable[[Line], str]:
    """`what(line)`: what happened, in the language."""
    place = 1 if language == "en" else 0
    return lambda line: WHAT[line.happened, line.what][place]
