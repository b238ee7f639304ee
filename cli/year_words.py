"""What the commands that import figures, goals and frames say, in Danish and English."""

from cli.wording import english

SENTENCES: dict[str, tuple[str, str]] = {
    "figures read": (
        "Læst som {encoding}. Enheder: {units}. Kolonner: {columns}. {title} {year}.",
        "Read as {encoding}. Units: {units}. Columns: {columns}. {title} {year}.",
    ),
    "unused": ("Ikke brugt: kolonnerne {columns}.", "Not used: the columns {columns}."),
    "sign plus": (
        "Udgifter står med plus, indtægter med minus ({count} beløb).",
        "Costs are positive, income is negative (amounts: {count}).",
    ),
    "sign minus": (
        "Udgifter står med minus ({count} beløb), indtægter med plus.",
        "Costs are negative (amounts: {count}), income is positive.",
    ),
    "overspending": (
        "Merforbrug over {above} procent ({count}); de skal forklare det:",
        "Overspending above {above} per cent ({count}); they have to explain it:",
    ),
    "sum fits": (
        "  {column}: sum {total}, og det er filens egen sum.",
        "  {column}: sum {total}, which is the file's own total.",
    ),
    "sum differs": (
        "  {column}: sum {total}; filen siger {printed}, altså {difference} til forskel.",
        "  {column}: sum {total}; the file says {printed}, a difference of {difference}.",
    ),
    "sum alone": (
        "  {column}: sum {total}; filen har ingen sum at holde den op imod.",
        "  {column}: sum {total}; the file has no total to hold it against.",
    ),
    "notice of sum": (
        "Bemærk: »{column}« er {difference} fra filens egen sum.",
        "Notice: “{column}” is {difference} from the file's own total.",
    ),
    "sum wrong": (
        "Rækkerne i »{column}« er {difference} fra filens egen sum, mere end afrunding.",
        "The rows of “{column}” are {difference} from the file's own total, more than rounding.",
    ),
    "mend sum": (
        "Find det beløb, der er forkert eller mangler. Er filen rigtig, så gentag med --yes-really.",
        "Find the amount that is wrong or missing. If the file is right, repeat with --yes-really.",
    ),
    "units missing": (
        "Uden beløb ({count}); aktiviteten åbner ikke, før de har et:",
        "Without a figure ({count}); the activity does not open until they have one:",
    ),
    "units without": (
        "Uden tal ({count}); de bliver spurgt uden:",
        "Without a figure ({count}); they are asked without:",
    ),
    "units empty": ("Tomme felter ({count}):", "Empty fields ({count}):"),
    "units outside": (
        "Har beløb, men bliver ikke spurgt ({count}):",
        "Have a figure but will not be asked ({count}):",
    ),
    "units unknown": ("Findes ikke ({count}):", "Do not exist ({count}):"),
    "figures kept": ("Indlæst: {count} beløb.", "Imported: {count} amounts."),
    "tried again": ("Åbningen prøves igen nu.", "The opening is tried again now."),
    "no such call": (
        "Der er ingen budgetudmelding i {year}.",
        "There is no budget call in {year}.",
    ),
    "no figures there": (
        "Planen for {year} lader ingen tal følge med den aktivitet.",
        "The plan of {year} lets no figures come with that activity.",
    ),
    "start first": (
        "Start året med `aarshjul cycle start {year} --plan MAPPE`, eller vælg et andet år.",
        "Start the year with `aarshjul cycle start {year} --plan FOLDER`, or choose another.",
    ),
    "several calls": (
        "Der er flere: {names}.",
        "There are several: {names}.",
    ),
    "say activity": ("Vælg en med --activity.", "Choose one with --activity."),
    "goals new": ("Nye mål", "New goals"),
    "goals reworded": ("Ændrede mål", "Reworded goals"),
    "goals gone": ("Står ikke i filen, men gælder stadig", "Not in the file, but still in force"),
    "scheme changed": (
        "Konceptet for udviklingsaftaler er ændret for {years}.",
        "The concept of development agreements is changed for {years}.",
    ),
    "level falls": (
        "»{name}« går fra niveau {was} i {before} til niveau {level} i {year}, men niveauet kan kun stige.",
        "“{name}” goes from level {was} in {before} to level {level} in {year}, but a level can only rise.",
    ),
    "mend level": (
        "Skriv mindst niveauet fra året før under rollout.",
        "Write at least the level of the year before under rollout.",
    ),
    "goals kept": ("Indlæst: {count} mål for {years}.", "Imported: {count} goals for {years}."),
    "to be signed": (
        "Udviklingsaftaler, der skal underskrives igen: {count}.",
        "Development agreements to be signed again: {count}.",
    ),
    "goal for later": (
        "Udviklingsaftaler, der er indgået eller er ved at blive det uden de nye mål: {count}. Målene kommer "
        "kun i aftaler, der laves herefter; med --also-in-force kommer de også i disse.",
        "Development agreements made, or being made, without the new goals: {count}. The goals come into "
        "agreements made later alone; with --also-in-force they come into these as well.",
    ),
    "goal for all": (
        "Udviklingsaftaler, der får de nye mål med; er de i kraft, skal de underskrives igen: {count}.",
        "Development agreements that take the new goals; those in force are to be signed again: {count}.",
    ),
    "no changes": ("Ingen ændringer.", "No changes."),
    "no such area": (
        "Området »{area}« findes ikke blandt enhederne.",
        "There is no area “{area}” among the units.",
    ),
    "areas known": ("Kommunens områder: {areas}.", "The municipality's areas: {areas}."),
    "everyone": ("fælles", "common"),
    "theme": ("tema", "theme"),
    "political": ("politisk mål", "political goal"),
    "code": ("bogstav", "letter"),
    "level": ("niveau", "level"),
    "area": ("område", "area"),
    "title": ("titel", "title"),
    "description": ("beskrivelse", "description"),
    "source": ("kilde", "source"),
    "parent_key": ("overordnet mål", "goal above"),
    "origin": ("oprindelse", "origin"),
    "goal_type": ("måltype", "type"),
    "background_intention": ("politisk intention", "political intention"),
    "background_knowledge": ("viden på området", "knowledge"),
    "obligations": ("det, der skal gøres", "what must be done"),
    "signs": ("tegn", "signs"),
    "evidence": ("kilder til opfølgning", "evidence"),
    "indicator": ("indikator", "indicator"),
    "follow_up_method": ("opfølgningsmetode", "follow-up method"),
    "follow_up_by": ("opfølgningsansvarlig", "responsible for follow-up"),
    "first_year": ("første år", "first year"),
    "last_year": ("sidste år", "last year"),
    "follows": ("afløser", "takes over from"),
    "hide_small": ("små tal skjules", "small numbers hidden"),
    "inferred": ("udledt", "inferred"),
    "frame new": (
        "{area} {year}: ny ramme med {count} punkter.",
        "{area} {year}: a new frame with {count} items.",
    ),
    "frame texts": ("{area} {year}: {items}", "{area} {year}: {items}"),
    "frames kept": ("Indlæst. Styringsrammer: {count}.", "Imported. Steering frames: {count}."),
    "frames approved": (
        "Nye rammer er godkendt af {body} {on}.",
        "New frames are approved by {body}, {on}.",
    ),
    "frames drafts": (
        "Nye rammer er kladder, til udvalget har godkendt dem.",
        "New frames are drafts until the committee has approved them.",
    ),
    "dry": ("Intet er ændret (--dry-run).", "Nothing has been changed (--dry-run)."),
}


def tell(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][english()].format(**values)
