"""What the wheel says, in Danish and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cycle.danish import format_date, month_name
from cycle.plan.model import Ring
from cycle.tasks.overview import Standing
from documents.wheel_model import Coming, Facts

MONTHS = ("Jan", "Feb.", "Mar.", "Apr.", "Maj", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dec.")
"""The month labels exactly as seed 004 I prints them."""

MONTHS_EN = ("Jan", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")

RINGS: Mapping[Ring, Mapping[str, str]] = {
    Ring.PLANNING: {"da": "Planlægningsår", "en": "Planning year"},
    Ring.FOLLOW_UP: {"da": "Opfølgningsår", "en": "Follow-up year"},
}

STANDINGS: Mapping[Standing, Mapping[str, str]] = {
    Standing.NOT_YET: {"da": "Ikke åbnet endnu", "en": "Not opened yet"},
    Standing.ON_TRACK: {"da": "Åben", "en": "Open"},
    Standing.DUE_SOON: {"da": "Frist inden for fem dage", "en": "Due within five days"},
    Standing.OVERDUE: {"da": "Nogen har overskredet fristen", "en": "Some are overdue"},
    Standing.COMPLETE: {"da": "Lukket, alle har svaret", "en": "Closed, all answered"},
    Standing.INCOMPLETE: {"da": "Lukket, svar mangler", "en": "Closed, answers missing"},
    Standing.CANCELLED: {"da": "Aflyst", "en": "Cancelled"},
    Standing.BEFORE_START: {"da": "Før årshjulet startede", "en": "Before the cycle was started"},
}

TEXTS: Mapping[str, Mapping[str, str]] = {
    "title": {"da": "Styringsårshjul {year}, {place}", "en": "Steering cycle {year}, {place}"},
    "name": {"da": "Styringsårshjul", "en": "Steering cycle"},
    "today": {"da": "I dag", "en": "Today"},
    "concerns": {"da": "for {year}", "en": "for {year}"},
    "begins": {"da": "åbner {opens}", "en": "opens {opens}"},
    "share": {"da": "{answered} af {total}", "en": "{answered} of {total}"},
    "dates": {
        "da": "åbner {opens}, frist {due}, lukker {closes}",
        "en": "opens {opens}, due {due}, closes {closes}",
    },
    "answered": {"da": "{answered} af {total} har svaret", "en": "{answered} of {total} have answered"},
    "about": {"da": "Vedrører {year}", "en": "Concerns {year}"},
    "inferred": {"da": "Datoen er udledt, ikke besluttet", "en": "The date is inferred, not decided"},
    "coming": {"da": "Årshjul {year}", "en": "Annual cycle {year}"},
    "coming_told": {
        "da": "Årshjul {year}: {count} aktiviteter. Den første er {title}, der åbner {opens}.",
        "en": "Annual cycle {year}: {count} activities. The first is {title}, which opens {opens}.",
    },
    "none": {"da": "Ingen aktiviteter.", "en": "No activities."},
    "key_inferred": {"da": "Prikket ende: datoen er udledt", "en": "Dotted end: inferred date"},
}


@dataclass(frozen=True)
class Words:
    """The wheel's texts in one language."""

    language: str

    def text(self, key: str, **values: object) -> str:
        """A text with its values set in."""
        return TEXTS[key][self.language].format(**values)

    def standing(self, standing: Standing) -> str:
        """A standing's name."""
        return STANDINGS[standing][self.language]

    def months(self) -> Sequence[str]:
        """The labels of the twelve months."""
        return MONTHS_EN if self.language == "en" else MONTHS

    def ring(self, ring: Ring) -> str:
        """A ring's name."""
        return RINGS[ring][self.language]

    def meta(self, facts: Facts, year: int) -> str:
        """The small line under a title: the year it concerns when another, and how many have answered.

        What runs over the new year lies under January's hand before it has opened, so it says when it does.
        """
        parts = []
        if facts.concerns_year != year:
            parts.append(self.text("concerns", year=facts.concerns_year))
        if facts.standing is Standing.NOT_YET and facts.closes_on.year > year:
            parts.append(self.text("begins", opens=self.day_and_month(facts.opens_on)))
        if facts.total and facts.standing is not Standing.NOT_YET:
            parts.append(self.text("share", answered=facts.answered, total=facts.total))
        return " · ".join(parts)

    def explain(self, facts: Facts) -> str:
        """Everything about one activity in one line, for pointers and screen readers."""
        dates = self.text(
            "dates",
            opens=self._day(facts.opens_on),
            due=self._day(facts.due_on),
            closes=self._day(facts.closes_on),
        )
        parts = [f"{facts.title} ({self.ring(facts.ring).lower()}): {dates}"]
        parts.append(self.text("about", year=facts.concerns_year))
        parts.append(self.standing(facts.standing))
        if facts.total:
            parts.append(self.text("answered", answered=facts.answered, total=facts.total))
        if facts.inferred:
            parts.append(self.text("inferred"))
        return ". ".join(parts) + "."

    def coming(self, coming: Coming) -> str:
        """What the year to come is called."""
        return self.text("coming", year=coming.year)

    def explain_coming(self, coming: Coming) -> str:
        """How much there is of it, and what comes first."""
        first = coming.ahead[0]
        told = {"year": coming.year, "count": len(coming.ahead), "title": first.title}
        return self.text("coming_told", **told, opens=self._day(first.opens_on))

    def describe(self, all_facts: Sequence[Facts]) -> str:
        """The whole wheel in words."""
        return " ".join(self.explain(facts) for facts in all_facts) or self.text("none")

    def day_and_month(self, day: date) -> str:
        """A date without its year."""
        dot = "." if self.language == "da" else ""
        return f"{day.day}{dot} {month_name(day.month, self.language)}"

    def _day(self, day: date) -> str:
        return format_date(day, self.language)


def words_for(language: str) -> Words:
    """The texts in a language; Danish when there are none in it."""
    return Words(language if language in TEXTS["title"] else "da")
