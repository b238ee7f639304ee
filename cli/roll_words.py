"""What `aarshjul plan diff` and `plan roll` say, in Danish and English."""

from cli.wording import english
from cycle.plan.difference import Trouble

SENTENCES: dict[str, tuple[str, str]] = {
    "same": ("Ingen forskel.", "No difference."),
    "of plan": ("Planen selv", "The plan itself"),
    "added": ("+ {id}  {title}", "+ {id}  {title}"),
    "removed": ("- {id}  {title}", "- {id}  {title}"),
    "changed": ("~ {id}  {title}", "~ {id}  {title}"),
    "field": ("    {field}: {before} → {after}", "    {field}: {before} → {after}"),
    "date": ("    {name} {year}: {before} → {after}", "    {name} {year}: {before} → {after}"),
    "none": ("–", "–"),
    "years differ": (
        "De to er ikke samme slags plan: den ene er et årshjul, den anden en proces.",
        "The two are not the same kind of plan: one is a wheel, the other a process.",
    ),
    "which year": ("Vælg et år med --year, som begge kan regnes ud for.", "Choose a --year that suits both."),
    "opens": ("åbner", "opens"),
    "due": ("frist", "due"),
    "closes": ("lukker", "closes"),
    "roll": ("{title}: fra {before} til {after}", "{title}: from {before} to {after}"),
    "plan from files": (
        "Planen er den i {folder}; i forhold til den, der gælder i {year}:",
        "The plan is that of {folder}; compared with the one in force in {year}:",
    ),
    "plan differs": (
        "Planen i {after} i forhold til den, der gælder i {year}:",
        "The plan of {after} compared with the one in force in {year}:",
    ),
    "plan same": (
        "Planen er den samme som i {year} (revision {number}).",
        "The plan is the same as in {year} (revision {number}).",
    ),
    "dates": ("Datoerne i {year} (året før i parentes)", "The dates of {year} (the year before in brackets)"),
    "activity": (
        "  {title}: {opens} – {due} – {closes}",
        "  {title}: {opens} – {due} – {closes}",
    ),
    "one day": ("{after} ({before})", "{after} ({before})"),
    "look at": ("Se på disse datoer ({count})", "Look at these dates ({count})"),
    "doubt": ("  {activity}, {name}: {words}", "  {activity}, {name}: {words}"),
    "goals copied": ("Mål, der føres videre ({count})", "Goals that go on ({count})"),
    "goals there": (
        "Står allerede i {year} og røres ikke: {count} mål.",
        "Stand in {year} already and are left alone: {count} goals.",
    ),
    "goals reworded": (
        "Af dem siger noget andet end i år ({count}):",
        "Of these say something else than this year ({count}):",
    ),
    "goals fresh": ("Nye i {year} ({count})", "New in {year} ({count})"),
    "words": ("      {label}: {before} → {after}", "      {label}: {before} → {after}"),
    "goals ended": (
        "Udgår: {year} er efter deres sidste år, eller strategien har dem ikke mere ({count})",
        "End: {year} is after their last year, or the strategy has them no more ({count})",
    ),
    "goals left": (
        "Har ikke længere et mål over sig; ret »under« i goals.yaml ({count})",
        "Have no goal above them any more; correct “under” in goals.yaml ({count})",
    ),
    "goals out": ("Udelades ({count})", "Left out ({count})"),
    "no such goal": (
        "Intet mål med nøglen »{wanted}« føres videre til {year}.",
        "No goal with the key “{wanted}” goes on to {year}.",
    ),
    "which goals": ("Der er: {keys}.", "There are: {keys}."),
    "an activity": (
        "Det er en aktivitet: slet den i planens filer, og giv mappen med.",
        "That is an activity: delete it in the plan's files and give their folder.",
    ),
    "above left out": (
        "Målet over er udeladt: {title}.",
        "The goal above it is left out: {title}.",
    ),
    "leave out too": ("Udelad det også, eller tag målet over det med.", "Leave it out too, or take that on."),
    "goals written": (
        "Enhedernes egne mål ({count}) følger deres udviklingsaftaler.",
        "The units' own goals ({count}) go with their agreements.",
    ),
    "scheme": (
        "Konceptet for udviklingsaftaler føres videre.",
        "The concept of development agreements goes on.",
    ),
    "strategy waits": (
        "Strategien »{title}«, udgave {version}, er ikke ført ind i måltræet {year}: se /strategi/{id}.",
        "The strategy “{title}”, version {version}, is not in the goal tree of {year}: see /strategi/{id}.",
    ),
    "goal": ("  {code} {title}{area}", "  {code} {title}{area}"),
    "more": ("  … og {count} til", "  … and {count} more"),
    "approve": (
        "Intet er skrevet. Kør kommandoen igen med --yes for at starte {year}.",
        "Nothing is written. Run the command again with --yes to start {year}.",
    ),
    "approve goals": (
        "Årshjulet {year} er startet. Kør igen med --yes for at føre målene videre.",
        "The wheel of {year} has been started. Run again with --yes to take the goals on.",
    ),
    "rolled": (
        "Årshjulet {year} er startet, og {goals} mål er ført videre. Aktiviteter: {activities}.",
        "The wheel of {year} has been started. Activities: {activities}; goals taken on: {goals}.",
    ),
    "goals alone": (
        "Årshjulet {year} var startet; {goals} mål er ført videre.",
        "The wheel of {year} was started already; {goals} goals were taken on.",
    ),
    "nothing left": (
        "{year} er allerede ført videre: intet at gøre.",
        "{year} has been rolled on: nothing to do.",
    ),
    "no wheel": ("Der er intet årshjul i {year}.", "There is no wheel in {year}."),
    "start it": (
        "Start året med `aarshjul cycle start {year} --plan MAPPE`, eller vælg et andet år med --to.",
        "Start the year with `aarshjul cycle start {year} --plan FOLDER`, or choose another --to.",
    ),
    "several wheels": ("Der er flere: {names}.", "There are several: {names}."),
    "name it": ("Giv mappen med planen.", "Give the folder of the plan."),
    "is process": (
        "En proces løber én gang og føres ikke videre.",
        "A process runs once and is not rolled on.",
    ),
}
TROUBLES: dict[Trouble, tuple[str, str]] = {
    Trouble.WEEKEND: ("{on} er en weekend", "{on} is a weekend"),
    Trouble.HOLIDAY: ("{on} er en lukkedag{why}", "{on} is a closed day{why}"),
    Trouble.MOVED: ("flyttet fra {nominal}{why} til {on}", "moved from {nominal}{why} to {on}"),
    Trouble.UNCERTAIN: ("{on} er usikker{why}", "{on} is uncertain{why}"),
    Trouble.INFERRED: ("{on} er udledt", "{on} is inferred"),
}


def tell(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][english()].format(**values)


def trouble(kind: Trouble, **values: object) -> str:
    """What is the matter with a date."""
    return TROUBLES[kind][english()].format(**values)
