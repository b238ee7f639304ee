"""English for what is said of plans, forms, texts, goals and settings (see `config.english`)."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "et helt tal": "a whole number",
    "fx 5": "5, say",
    "et tal": "a number",
    "fx 12.5": "12.5, say",
    "ja eller nej": "yes or no",
    "true eller false": "true or false",
    "en tekst": "a text",
    "på én linje, evt. i anførselstegn": "on one line, in quotation marks if need be",
    "en liste": "a list",
    "med én linje pr. punkt, som begynder med »- «": "with one line for each entry, beginning with “- ”",
    "en gruppe af nøgler": "a group of keys",
    "med »nøgle: værdi« på hver sin linje, rykket ind": "with “key: value” on lines of their own, indented",
    "en dato": "a date",
    "fx 2027-04-20": "2027-04-20, say",
    "En gruppe af nøgler": "A group of keys",
    "En liste": "A list",
    "mindst": "at least",
    "større end": "greater than",
    "højst": "at most",
    "mindre end": "less than",
    "aktivitet": "activity",
    "påmindelse": "reminder",
    "trin": "stage",
    "felt": "field",
    "Enheden": "The unit",
    "Arten": "The kind",
    "Området": "The area",
    "Aktiviteten": "The activity",
    "aktiviteten": "the activity",
    "den findes ikke": "it does not exist",
    "der er ikke adgang": "access is denied",
    "den er ikke gemt som UTF-8": "it is not saved as UTF-8",
}
FILES: Mapping[str, str] = {
    "{}: {} er ikke {}.": "{}: {} is not {}.",
    "{}: {} er uden for det tilladte.": "{}: {} is outside what is allowed.",
    "{}: {} kan ikke bruges her.": "{}: {} cannot be used here.",
    "{}: {} kan ikke bruges her ({}).": "{}: {} cannot be used here ({}).",
    "{}: {} kan ikke bruges som id.": "{}: {} cannot be used as an id.",
    "{}: Værdien er for kort.": "{}: The value is too short.",
    "{}: Værdien er for lang.": "{}: The value is too long.",
    "{} er ikke {}.": "{} is not {}.",
    "{} er uden for det tilladte.": "{} is outside what is allowed.",
    "{} kan ikke bruges her.": "{} cannot be used here.",
    "{} kan ikke bruges her ({}).": "{} cannot be used here ({}).",
    "{} kan ikke bruges som id.": "{} cannot be used as an id.",
    "»{}« er ikke et nummer i KL Emnesystematik. Skriv det som 00.30.00.": (
        "“{}” is no number of KL Emnesystematik. Write it like 00.30.00."
    ),
    "Værdien er for kort.": "The value is too short.",
    "Værdien er for lang.": "The value is too long.",
    "Skriv {}.": "Write {}.",
    "Skriv {}, {}.": "Write {}, {}.",
    "Skriv {} eller {}.": "Write {} or {}.",
    "Skriv et tal, der er {} {}.": "Write a number that is {} {}.",
    "Brug små bogstaver, tal, bindestreg, punktum og understreg, og begynd med et bogstav eller tal.": (
        "Use small letters, digits, hyphen, full stop and underscore; begin with a letter or digit."
    ),
    "Der skal mindst være {}.": "There have to be at least {}.",
    "Der må højst være {}.": "There may be at most {}.",
    "Mente du »{}«?": "Did you mean “{}”?",
    "Nøglen »{}« mangler.": "The key “{}” is missing.",
    "Nøglen »{}« mangler i »{}«.": "The key “{}” is missing in “{}”.",
    "Tilføj »{}: …«.": "Add “{}: …”.",
    "Tilføj »{}: …« ({}).": "Add “{0}: …”.",
    "Nøglen »{}« kendes ikke her.": "The key “{}” is not known here.",
    "»{}« har ikke forhandling, godkendelse og underskrift i den rækkefølge.": (
        "“{}” does not have negotiation, approval and signing in that order."
    ),
    "Skriv trin med kind: negotiate, approve og sign.": "Write stages of kind: negotiate, approve and sign.",
    "Trinnet »{}« hører kun til i flow agreement_signing.": (
        "The stage “{}” belongs to the flow agreement_signing alone."
    ),
    "Trinnet »{}« hører kun til i flow strategy_revision.": (
        "The stage “{}” belongs to the flow strategy_revision alone."
    ),
    "Trinnet »{}« kan ikke have et skema: det er klaret, når målene er i måltræet.": (
        "The stage “{}” cannot have a form: it is done when the goals are in the goal tree."
    ),
    "Slet »form«.": "Delete “form”.",
    "Brug kind: consolidate eller release.": "Use kind: consolidate or release.",
    "Skemaet »{}« spørger ikke om underskriverens navn.": "The form “{}” does not ask for the signer's name.",
    "Giv skemaet et felt med id {} og type text.": "Give the form a field with id {} and type text.",
    "Skemaet »{}« spørger ikke, om der er enighed.": "The form “{}” does not ask whether there is agreement.",
    "Giv skemaet et felt med id {} og en mulighed med value {}.": (
        "Give the form a field with id {} and a choice with value {}."
    ),
    "Trinnet »{}« har intet skema.": "The stage “{}” has no form.",
    "Tilføj »form: …«.": "Add “form: …”.",
    "Tilføj »form: …«. {}": "Add “form: …”. {}",
    "Skemaet har ingen felter.": "The form has no fields.",
    "Skriv mindst ét felt.": "Write at least one field.",
    "Gruppen »{}« har ingen felter.": "The group “{}” has no fields.",
    "Tilføj dem under »fields«.": "Add them under “fields”.",
    "Gruppen »{}« skal have enten »rows« eller »rows_from«.": (
        "The group “{}” needs either “rows” or “rows_from”."
    ),
    "Skriv rækkerne under »rows«, eller »rows_from: goals«.": (
        "Write the rows under “rows”, or “rows_from: goals”."
    ),
    "En gentaget gruppe kan ikke ligge i en anden.": "A repeated group cannot lie in another.",
    "»period« kan ikke bruges i »{}«.": "“period” cannot be used in “{}”.",
    "Den hører kun til i flow agreement_signing.": "It belongs in the flow agreement_signing alone.",
    "»only_rows« i »{}« hører til i en gentaget gruppe.": "“only_rows” in “{}” belongs in a repeated group.",
    "»choices« og »choices_from« i »{}« udelukker hinanden.": (
        "“choices” and “choices_from” in “{}” exclude each other."
    ),
    "Slet den ene.": "Delete one of them.",
    "Slet den, eller flyt feltet ind i gruppen.": "Delete it, or move the field into the group.",
    "»only_rows« i »{}« kan ikke vide noget om skemaets egne rækker.": (
        "“only_rows” in “{}” can know nothing about the form's own rows."
    ),
    "Slet den, eller brug »rows_from: goals«.": "Delete it, or use “rows_from: goals”.",
    "Læg dem efter hinanden.": "Put one after the other.",
    "Feltet »{}« har minimum over maximum.": "The field “{}” has minimum above maximum.",
    "Byt dem om.": "Swap them.",
    "»{}« er ikke en betingelse.": "“{}” is not a condition.",
    "Skriv fx »only_when: holdt=ja«.": "Write for example “only_when: held=yes”.",
    "Feltet »{}« står ikke over »{}« i samme gruppe.": (
        "The field “{}” does not stand above “{}” in the same group."
    ),
    "Stil det felt, der spørges til, først.": "Put the field that is asked about first.",
    "Feltet »{}« kan ikke have svaret »{}«.": "The field “{}” cannot have the answer “{}”.",
    "»{}« kan kun bruges, når type er {}.": "“{}” can only be used when type is {}.",
    "Fjern den, eller ret typen.": "Remove it, or correct the type.",
    "Feltet »{}« har ikke to valgmuligheder.": "The field “{}” does not have two choices.",
    "Tilføj dem under »choices«.": "Add them under “choices”.",
    "»{}« står der to gange.": "“{}” stands there twice.",
    "Giv den ene en anden value.": "Give one of them another value.",
    "Bogstavet »{}« er brugt to gange.": "The letter “{}” is used twice.",
    "Giv det ene mål et andet bogstav.": "Give one of the goals another letter.",
    "Området »{}« findes ikke i units.csv.": "There is no area “{}” in units.csv.",
    "{} »{}« findes ikke i units.csv.": "{} “{}” is not in units.csv.",
    "Nøglen »{}« er brugt til to mål.": "The key “{}” is used for two goals.",
    "Giv det ene mål en anden nøgle.": "Give one of the goals another key.",
    "Målet »{}« hører under »{}«, som ikke er et mål eller tema over det.": (
        "The goal “{}” is put under “{}”, which is no goal or theme above it."
    ),
    "Målet »{}« gælder ikke i noget af filens år.": "The goal “{}” holds in none of the file's years.",
    "Ret first_year og last_year, eller filens years.": (
        "Correct first_year and last_year, or the years of the file."
    ),
    "Indikatoren »{}« mangler »{}«, som reglen {} holder op imod.": (
        "The indicator “{}” lacks “{}”, which the rule {} holds its values against."
    ),
    "Indikatoren »{}« har low over high.": "The indicator “{}” has low above high.",
    "Bogstavet »{}« er ikke en af pladserne på det niveau.": "The letter “{}” is no slot of that level.",
    "»{}« er på niveau {} i {}, men dens art »{}« er på niveau {}.": (
        "“{}” is at level {} in {}, but its kind “{}” is at level {}."
    ),
    "Skriv {} eller mere, eller slet linjen: en enhed kan kun være foran sin art.": (
        "Write {} or more, or delete the line: a unit can only be ahead of its kind."
    ),
    "»{}« går fra niveau {} i {} til niveau {} i {}, men niveauet kan kun stige.": (
        "“{}” goes from level {} in {} to level {} in {}, but a level can only rise."
    ),
    "Ret et af årene.": "Correct one of the years.",
    "Skemaet »{}« findes også i {}.": "The form “{}” is also in {}.",
    "Giv det ene et andet id.": "Give one of them another id.",
    "Giv den ene et andet id.": "Give one of them another id.",
    "Der er to af id »{}« ({}).": "There are two of id “{}” ({}).",
    "Filen skal have »aktivitet: tekst« på hver linje.": "The file needs “activity: text” on each line.",
    "Aktiviteten »{}« findes ikke i planen.": "There is no activity “{}” in the plan.",
    "Aktiviteten »{}« har allerede en tekst.": "The activity “{}” has a text already.",
    "Behold kun den ene.": "Keep one of them alone.",
    "Teksten til »{}« er ikke en tekst på højst {} tegn.": (
        "The text for “{}” is no text of at most {} characters."
    ),
    "Skriv nogle få sætninger.": "Write a few sentences.",
    "Linjen kan ikke læses som CSV.": "The line cannot be read as CSV.",
    "Gem filen som CSV igen.": "Save the file as CSV again.",
    "Aktiviteten »{}« har intet skema.": "The activity “{}” has no form.",
    "Planen har ingen aktiviteter.": "The plan has no activities.",
    "Skriv mindst én aktivitet.": "Write at least one activity.",
    "Skemaet »{}« findes ikke i mappen forms.": "There is no form “{}” in the folder forms.",
    "Enheden »{}« findes ikke i {}.": "There is no unit “{}” in {}.",
    "Rollen »{}« findes ikke i {}.": "There is no role “{}” in {}.",
    "{} »{}« findes ikke i {}.": "{} “{}” is not in {}.",
    "»by« kan ikke bruges i trinnet »{}«.": "“by” cannot be used in the stage “{}”.",
    "Brug »audience« i stedet.": "Use “audience” instead.",
    "Trinnet »{}« siger ikke hvem.": "The stage “{}” does not say who.",
    "Tilføj »audience: …«.": "Add “audience: …”.",
    "Tilføj fx »by: leder« eller »by: nærmeste leder«.": (
        "Add for example “by: leder” or “by: nærmeste leder”."
    ),
    "Trinnet »{}« skylder hver enhed én gang.": "Every unit owes the stage “{}” once.",
    "Brug »by« i stedet.": "Use “by” instead.",
    "Påmindelsen »{}: {}« kan ikke forstås.": "The reminder “{}: {}” cannot be understood.",
    "Skriv fx »14 dage«, »5 arbejdsdage« eller »2 arbejdsdage, hver 5., højst 3«.": (
        "Write for example “14 days”, “5 working days” or “2 working days, every 5, at most 3”."
    ),
    "Filen er ikke gemt som UTF-8 (ved »{}«).": "The file is not saved as UTF-8 (at “{}”).",
    "Filen er gemt som UTF-16.": "The file is saved as UTF-16.",
    "Gem den som UTF-8.": "Save it as UTF-8.",
    "Gem den som UTF-8: i Notesblok »Gem som«, Kodning: UTF-8.": (
        "Save it as UTF-8: in Notepad “Save as”, Encoding: UTF-8."
    ),
    "Filen fylder mere end {} MB.": "The file is larger than {} MB.",
    "Er det den rigtige fil?": "Is it the right file?",
    "Filen findes ikke.": "The file does not exist.",
    "Se efter, om stien er rigtig: {}.": "Check that the path is right: {}.",
    "Filen kan ikke læses: {}.": "The file cannot be read: {}.",
}
