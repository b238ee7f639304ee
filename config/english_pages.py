"""English for what pages and accounts refuse (see `config.english`)."""

from collections.abc import Mapping

_CASES: Mapping[str, str] = {
    "Det er {} dokumenter. Der kan udleveres {} ad gangen.": (
        "There are {} documents. {} can be handed out at once."
    ),
    "Vælg en kortere periode eller en mindre enhed.": "Choose a shorter period or a smaller unit.",
    "Datoen er ikke kommet endnu.": "The date has not come yet.",
    "Skriv den dag, dokumenterne blev journaliseret.": "Write the day on which the documents were filed.",
    "Sagsnummeret mangler.": "The case number is missing.",
    "Sagsnummeret indeholder usynlige styretegn.": "The case number holds invisible control characters.",
    "Skriv nummeret igen.": "Type the number again.",
    "Skriv sagens nummer i ESDH-systemet.": "Write the case's number in the records system.",
    "Sagsnummeret er for langt: højst {} tegn.": "The case number is too long: at most {} characters.",
    "Skriv nummeret alene.": "Write the number alone.",
    "Der er ikke valgt nogen.": "Nobody has been chosen.",
    "Der er ikke valgt et dokument.": "No document has been chosen.",
    "Vælg mindst ét, eller vælg alle.": "Choose at least one, or all.",
    "Sagen har ikke {}.": "The case does not have {}.",
    "Hent sagens dokumenter igen.": "Fetch the case's documents again.",
    "Der er ikke valgt en sag, hvor noget mangler.": "No case has been chosen in which something is missing.",
    "Vælg mindst én.": "Choose at least one.",
    "Der er ikke søgt på noget.": "Nothing has been searched for.",
    "Skriv en enhed, en person eller en periode.": "Write a unit, a person or a period.",
    "Perioden slutter, før den begynder.": "The period ends before it begins.",
    "Byt om på de to datoer.": "Swap the two dates.",
    "»{}« findes ikke.": "“{}” does not exist.",
    "Skriv navnet, som det står, eller nummeret.": "Write the name as it stands, or the number.",
    "»{}« kan være {}: {}.": "“{}” may be {}: {}.",
    "Skriv nummeret i parentesen.": "Write the number in brackets.",
    "»{}« er ikke en dato.": "“{}” is no date.",
}
_PLANS: Mapping[str, str] = {
    "Det er en anden plan: kommune, id og kind skal være dem, årshjulet har.": (
        "It is another plan: municipality, id and kind have to be those that the wheel has."
    ),
    "Skriv municipality: {} og id: {}.": "Write municipality: {} and id: {}.",
}
_RUNS: Mapping[str, str] = {
    "{} opgaver set på": "{} tasks looked at",
    "{} af {} opgaver åbnet": "{} of {} tasks opened",
}
"""How far a run has come."""
_MEETINGS: Mapping[str, str] = {
    "Mødet mangler en overskrift.": "The meeting has no title.",
    "Mødet skal slutte, efter at det begynder.": "The meeting must end after it begins.",
    "Mødets tid er allerede gået.": "The meeting's time has already passed.",
    "Vælg en dag, der kommer. Er mødet holdt, så skriv referatet.": (
        "Choose a day to come. When the meeting has been held, write its minutes."
    ),
    "Mødet ligger mere end to år ude i fremtiden.": "The meeting lies more than two years ahead.",
    "Se efter, om året er rigtigt.": "Check whether the year is right.",
    "Hjemmeopgaven mangler.": "The homework is missing.",
    "Skriv, hvad der skal gøres.": "Write what is to be done.",
    "Ingen post er valgt.": "No post has been chosen.",
    "Vælg mindst én. Personer uden post kan ikke få en opgave.": (
        "Choose at least one. People without a post cannot be given a task."
    ),
    "Dagsordenen har over {} punkter.": "The agenda has more than {} items.",
    "Saml dem.": "Join some of them.",
    "Linket begynder ikke med https://.": "The link does not begin with https://.",
    "Kopiér hele linket.": "Copy the whole link.",
    "Vedhæft referatet som fil i stedet.": "Attach the minutes as a file instead.",
    "Der er ikke valgt noget møde.": "No meeting has been chosen.",
    "Sæt kryds ved mindst ét.": "Tick at least one.",
    "Ret adressen.": "Correct the address.",
    "Adressen indeholder linjeskift, mellemrum eller styretegn.": (
        "The address has line breaks, blanks or control characters in it."
    ),
    "Adressen er ikke en gyldig e-mailadresse.": "The address is no valid e-mail address.",
    "Adressen er for lang.": "The address is too long.",
    "Domænet i adressen er ikke gyldigt.": "The domain of the address is not valid.",
}
_GOALS: Mapping[str, str] = {
    "{} mål i måltræet for {} følger strategiens udgave {}.": (
        "{} goals in the tree of {} follow version {} of the strategy."
    ),
    "Vedtag en ny udgave i stedet.": "Adopt a new version instead.",
    "Strategiens udgave {} bygger på udgave {}.": "Version {} of the strategy builds on version {}.",
    "Skriv videre på udgave {} i stedet.": "Go on writing version {} instead.",
    "Udgave {} af styringsrammen {} for {} bygger på den godkendte.": (
        "Version {} of the steering frame {} for {} builds on the approved one."
    ),
    "Der er skrevet opfølgning i {} af de godkendte styringsrammer.": (
        "Follow-up has been written in {} of the approved steering frames."
    ),
    "Mødet {} er ikke holdt endnu; i dag er det {}.": "The meeting of {} has not been held yet; today is {}.",
    "Mødedatoen {} ligger før aktiviteten åbnede, {}.": (
        "The date of the meeting, {}, is before the activity opened, {}."
    ),
    "Skriv den dag, mødet blev holdt.": "Write the day on which the meeting was held.",
    "Feltet skal udfyldes.": "The field must be filled in.",
    "Vælg, om det blev vedtaget.": "Choose whether it was adopted.",
    "Bemærkningen er for lang.": "The remark is too long.",
    "Der mangler en bemærkning.": "The remark is missing.",
    "Skriv højst {} tegn.": "Write at most {} characters.",
    "Der mangler et navn.": "The name is missing.",
    "Skriv dit fulde navn.": "Write your full name.",
    "Målet står i {} og kan ikke ende før det.": "The goal stands in {} and cannot end before that.",
    "Vælg {} eller et senere år.": "Choose {} or a later year.",
    "Målet har ingen ordlyd.": "The goal has no words.",
    "Skriv, hvad målet er.": "Write what the goal is.",
    "Så gælder målet ikke i {}, som det står i.": "Then the goal does not hold in {}, in which it stands.",
    "Ret året, eller slet målet.": "Correct the year, or delete the goal.",
    "Reglen har intet at holde tallet op imod.": "The rule has nothing to hold the figure against.",
    "Udfyld feltet.": "Fill in the field.",
    "Det første tal er større end det sidste.": "The first figure is larger than the last.",
    "Byt dem om.": "Swap them.",
    "Et bogstav er ét stort bogstav, evt. med et tal efter.": (
        "A letter is one capital, with a number after it if need be."
    ),
    "Skriv fx B eller B2.": "Write for example B or B2.",
    "Indikatoren siger ikke, hvad der måles.": "The indicator does not say what is measured.",
    "Skriv det, eller tøm dens felter.": "Write it, or empty its fields.",
    "Niveauet mangler.": "The level is missing.",
    "Vælg et niveau.": "Choose a level.",
    "Et områdemål hører til et område.": "An area goal belongs to an area.",
    "Vælg området.": "Choose the area.",
    "Målet står der allerede.": "The goal stands there already.",
    "Giv det andre ord, eller ret det.": "Give it other words, or correct that one.",
    "Et politisk mål hører under et tema.": "A political goal belongs under a theme.",
    "Vælg temaet.": "Choose the theme.",
    "Strategien har intet tema tilbage.": "The strategy has no theme left.",
    "Behold eller skriv ét.": "Keep or write one.",
    "»{}« har ingen ordlyd.": "“{}” has no words.",
    "Skriv den, eller sæt kryds i »Udgår«.": "Write them, or tick that it ends.",
    "Gør den kortere, eller henvis til et bilag.": "Make it shorter, or refer to an annex.",
}
_TASKS: Mapping[str, str] = {
    "Den nye frist skal ligge efter den nuværende frist og ikke før i dag.": (
        "The new deadline must be after the present one and not before today."
    ),
    "Vælg en senere dato.": "Choose a later date.",
    "Der mangler en begrundelse.": "The reason is missing.",
    "Skriv, hvad der skal rettes, så lederen ved det.": (
        "Write what is to be corrected, so that the leader knows."
    ),
    "Der er ikke valgt, hvad der skal ske.": "What is to be done has not been chosen.",
    "Vælg en af mulighederne.": "Choose one of the options.",
    "Der er ikke valgt nogen enhed.": "No unit has been chosen.",
    "Der er valgt mere end {} enheder.": "More than {} units have been chosen.",
    "Vælg færre ad gangen.": "Choose fewer at a time.",
    "Sæt kryds ved mindst én.": "Tick at least one.",
    "Det, der er skrevet, kan ikke læses: det er gemt med en anden nøgle end den, installationen har nu.": (
        "What was written cannot be read: it is kept under another key than the installation has now."
    ),
    "Bed driften om at lægge den tidligere secret.key tilbage.": (
        "Ask operations to put the former secret.key back."
    ),
    "Teksten er for lang: højst {} tegn.": "The text is too long: at most {} characters.",
    "Gør den kortere.": "Make it shorter.",
    "{} mangler.": "{} is missing.",
    "Skriv den, og prøv igen.": "Write it and try again.",
    "{} er ikke en dato.": "{} is no date.",
    "Vælg en dato.": "Choose a date.",
    "Vælg en dato, eller skriv den som 20.4.2027.": "Choose a date, or write it as 20 April 2027.",
    "{} er ikke et tal.": "{} is no number.",
    "Hent siden igen.": "Reload the page.",
}
_FIGURES: Mapping[str, str] = {
    "Åbnede {}; enhederne har fået deres beløb.": "Opened on {}; the units have had their amounts.",
    "Aktiviteten er lukket; svarene er givet ud fra de tal, der står.": (
        "The activity is closed; the answers were given by the figures that stand."
    ),
    "Skriv til de enheder, der har fået et forkert tal, fra aktivitetens side.": (
        "Write to the units that had a wrong figure, from the activity's page."
    ),
    "Aktiviteten er aflyst: {}.": "The activity is cancelled: {}.",
    "Skriv til de enheder, der har fået et forkert beløb, fra aktivitetens side.": (
        "Write to the units that had a wrong amount, from the activity's page."
    ),
    "Enheden {} findes ikke.": "The unit {} does not exist.",
    "Ret id'et, eller indlæs enhederne.": "Correct the id, or import the units.",
    "Planen taler om kolonnen »{}«, som filen ikke har.": (
        "The plan speaks of the column “{}”, which the file does not have."
    ),
    "Ret overskriften i filen eller »figures« i planen; filen har {}.": (
        "Correct the heading in the file or “figures” in the plan; the file has {}."
    ),
}
_ACCOUNTS: Mapping[str, str] = {
    "Navnet mangler.": "The name is missing.",
    "Angiv personens navn.": "Give the person's name.",
    "Ledere har ingen konto.": "Leaders have no account.",
    "De svarer via linket i mailen; vælg en anden rolle.": (
        "They answer by the link in the mail; choose another role."
    ),
    "Enheden »{}« findes ikke.": "The unit “{}” does not exist.",
    "Indlæs enhederne først.": "Import the units first.",
    "Sproget »{}« kendes ikke.": "The language “{}” is not known.",
    "Skriv da eller en.": "Write da or en.",
    "»{}« er ikke en e-mailadresse.": "“{}” is no e-mail address.",
    "Skriv navn@domæne.dk.": "Write name@domain.dk.",
    "Der er allerede en konto for {}.": "There is an account for {} already.",
    "Brug en anden adresse.": "Use another address.",
    "Adgangskoden er for kort.": "The password is too short.",
    "Adgangskoden er for let at gætte.": "The password is too easy to guess.",
    "Brug fx tre-fire ord, der ikke hører sammen. Undgå navne, årstal og kendte adgangskoder.": (
        "Use three or four words that do not belong together. Avoid names, years and known passwords."
    ),
    "De to nye adgangskoder er ikke ens.": "The two new passwords differ.",
    "Skriv den nye adgangskode to gange.": "Write the new password twice.",
    "Den nuværende adgangskode mangler.": "The present password is missing.",
    "Skriv den, du loggede ind med.": "Write the one that you signed in with.",
    "Den nye adgangskode mangler.": "The new password is missing.",
    "Skriv den to gange.": "Write it twice.",
    "Den nuværende adgangskode passer ikke.": "The present password does not fit.",
    "Skriv den, du loggede ind med. Efter fem forkerte låses kontoen i et kvarter.": (
        "Write the one that you signed in with. Five wrong ones lock the account for a quarter of an hour."
    ),
    "Brug mindst {} tegn, gerne flere ord.": "Use at least {} characters, several words for preference.",
    "Adgangskoden er for lang.": "The password is too long.",
    "Brug højst {} tegn.": "Use at most {} characters.",
    "Navnet mangler eller er for langt.": "The name is missing or too long.",
    "Højst {} tegn.": "At most {} characters.",
    "»{}« findes allerede.": "“{}” exists already.",
    "Vælg et andet navn.": "Choose another name.",
    "Et token kan gælde 1-{} dage.": "A token may hold for 1-{} days.",
    "Vælg et andet tal.": "Choose another number.",
    "Påmindelserne er de samme som nu.": "The reminders are the same as now.",
    "Ret et tal, eller tilføj eller fjern en påmindelse.": "Change a number, or add or remove a reminder.",
}
PAGES: Mapping[str, str] = {
    **_CASES,
    **_PLANS,
    **_RUNS,
    **_MEETINGS,
    **_GOALS,
    **_TASKS,
    **_FIGURES,
    **_ACCOUNTS,
}
NAMED: Mapping[str, str] = {
    "Begrundelsen": "The reason",
    "Begyndelsen": "The beginning",
    "Dagen": "The day",
    "Datoen": "The date",
    "Deltageren": "The participant",
    "Den nye frist": "The new deadline",
    "Den sidste dag": "The last day",
    "Den ønskede frist": "The deadline wished for",
    "Formularens nummer": "The form's number",
    "Fristen": "The deadline",
    "Mødedatoen": "The date of the meeting",
    "Navnet": "The name",
    "Slutningen": "The end",
    "Stedfortræderens mailadresse": "The substitute's e-mail address",
    "Teksten": "The text",
    "Udgaven": "The edition",
    "Året": "The year",
}
"""What a page calls what was typed, where a sentence names it."""
