"""What `aarshjul simulate` says, in Danish and English."""

from cli.wording import english

SENTENCES: dict[str, tuple[str, str]] = {
    "progress": ("{answered} svar", "{answered} answers"),
    "summary": (
        "{title} {year}: {units} enheder, {tasks} opgaver, {mails} mails fra årshjulet og {acts} "
        "kvitteringer og andre svar på handlinger; {answers} opdigtede svar.",
        "{title} {year}: {units} units, {tasks} tasks, {mails} mails from the wheel and {acts} receipts and "
        "other answers to an act; {answers} invented answers.",
    ),
    "busiest": (
        "Travleste dag: {day} med {mails} mails.",
        "Busiest day: {day} with {mails} mails.",
    ),
    "month": ("{month}: {mails} til {people}", "{month}: {mails} to {people}"),
    "one mail": ("1 mail", "1 mail"),
    "mails": ("{count} mails", "{count} mails"),
    "one person": ("1 person", "1 person"),
    "people": ("{count} personer", "{count} people"),
    "opens": ("åbner  {title}", "opens  {title}"),
    "due": ("frist  {title}", "due    {title}"),
    "look out": ("Vær opmærksom på", "Look out for"),
    "nothing": ("Intet.", "Nothing."),
    "dry run": ("{title} {year}: prøvekørsel", "{title} {year}: dry run"),
    "counts": (
        "{units} enheder, {tasks} opgaver, {mails} mails.{busiest} Svarene er opdigtede.",
        "{units} units, {tasks} tasks, {mails} mails.{busiest} The answers are invented.",
    ),
    "heading month": ("Måned", "Month"),
    "heading mails": ("Mails", "Mails"),
    "heading people": ("Personer", "People"),
    "heading opens": ("Åbner", "Opens"),
    "heading due": ("Frist", "Due"),
    "crowded": (
        "{name} har {count} frister i uge {week} {year}",
        "{name} has {count} deadlines in week {week} of {year}",
    ),
    "more crowded": (
        "… i alt {total} personer og uger med mange frister",
        "… {total} people and weeks with many deadlines in all",
    ),
    "asks nobody": (
        "{title}: ingen enhed passer, så ingen bliver spurgt",
        "{title}: no unit fits, so nobody is asked",
    ),
    "no tasks": (
        "Ingen får en opgave: ingen af enhederne i {file} passer til planens aktiviteter.",
        "Nobody gets a task: none of the units in {file} fits the plan's activities.",
    ),
    "mend units": (
        "Ret arter, områder og enheder i planen, eller vælg en anden fil med --units.",
        "Correct the plan's kinds, areas and units, or choose another file with --units.",
    ),
    "nobody": (
        "Ingen har posten {role}, {unit}, og der er ingen over den",
        "Nobody holds the post {role}, {unit}, and there is nobody above it",
    ),
    "stands in": (
        "Posten {role}, {unit}, er ledig: mails går til {name}",
        "The post {role}, {unit}, is vacant: mails go to {name}",
    ),
    "more vacant": ("… i alt {total} poster uden leder", "… {total} posts without a leader in all"),
    "no address": ("{name} har ingen mailadresse", "{name} has no e-mail address"),
    "more silent": (
        "… i alt {total} personer uden mailadresse",
        "… {total} people without an e-mail address in all",
    ),
}


def tell(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][english()].format(**values)
