"""English for what is said of settings, meeting calendars and a year's start (see `config.english`)."""

from collections.abc import Mapping

YEAR: Mapping[str, str] = {
    "Skemaet »{}« er kun for en samtales to parter.": "The form “{}” is for a dialogue's two parties alone.",
    "Brug det under »preparation«, eller slet »confidential« i skemaet.": (
        "Use it under “preparation”, or delete “confidential” in the form."
    ),
    "»preparation« kan ikke bruges i »{}«.": "“preparation” cannot be used in “{}”.",
    "Brug den i flow results_dialogue.": "Use it in flow results_dialogue.",
    "Skemaet »{}« er ikke kun for en samtales to parter.": (
        "The form “{}” is not for a dialogue's two parties alone."
    ),
    "Skriv »confidential: parties« i skemaet.": "Write “confidential: parties” in the form.",
    "»{}« kan ikke bruges i et skema med »confidential: parties«.": (
        "“{}” cannot be used in a form with “confidential: parties”."
    ),
    "Fjern den; ingen skylder at forberede sig.": "Remove it; nobody owes a preparation.",
    "Fjern den; intet huskes fra år til år.": "Remove it; nothing is remembered from year to year.",
    "Filer kan ikke vedhæftes i et skema med »confidential: parties«.": (
        "Files cannot be attached in a form with “confidential: parties”."
    ),
    "Gentagne grupper kan ikke bruges i et skema med »confidential: parties«.": (
        "Repeated groups cannot be used in a form with “confidential: parties”."
    ),
    "Brug et tekstfelt.": "Use a text field.",
    "{} er i gang, og forberedelserne skal være slettet {}.": (
        "{} is running, and its preparations have to be erased on {}."
    ),
    "Dagen kan blive tidligere, men ikke senere eller fjernes.": (
        "The day may be earlier, but neither later nor left out."
    ),
    "{} sletter forberedelser {}, men {}.": "{} erases preparations on {}, but {}.",
    "Sporet »{}« findes ikke i planen.": "The track “{}” is not in the plan.",
    "Skriv det under »tracks«.": "Write it under “tracks”.",
    "Trinnet »{}« findes ikke blandt dem med datoer.": "The step “{}” is not among those with dates.",
    "Trinnet »{}« kan ikke give datoer.": "The step “{}” cannot give dates.",
    "Giv det flow: process_step og et skema med rows_from: {}.": (
        "Give it flow: process_step and a form with rows_from: {}."
    ),
    "»meetings« kan ikke bruges i »{}«.": "“meetings” cannot be used in “{}”.",
    "Brug den i flow meeting_series eller process_step.": "Use it in flow meeting_series or process_step.",
    "Mødet slutter kl. {}, før det begynder kl. {}.": "The meeting ends at {}, before it begins at {}.",
    "Ret et af klokkeslættene.": "Correct one of the times.",
    "{} er ikke et klokkeslæt.": "{} is no time of day.",
    "Skriv fx 9.00 eller 15.30.": "Write for example 9.00 or 15.30.",
    "Der kan ikke indkaldes til »{}« af sig selv.": "“{}” cannot be called by itself.",
    "Planen siger kun dagen for ét møde. Slet »call«, og indkald på mødernes sider.": (
        "The plan gives the day of one meeting only. Delete “call” and call them on their pages."
    ),
    "Datoen er ikke sikker. Slet »call«, og indkald på mødets side.": (
        "The date is not certain. Delete “call” and call the meeting on its page."
    ),
    "Skemaet »{}« kan kun skrive op, hvem der mødte til ét møde.": (
        "The form “{}” can record attendance of one meeting only."
    ),
    "Brug et andet skema, og skriv det op på mødernes sider.": (
        "Use another form and record attendance on the meetings' pages."
    ),
    "Id »{}« bruges to gange.": "The id “{}” is used twice.",
    "Det tal, der ikke må komme under, mangler.": "The figure that must not be undercut is missing.",
    "Skriv tallet nu, eller vælg en anden regel.": "Write the figure now, or choose another rule.",
    "Målet måles, men måltallet mangler.": "The goal is measured, but its target is missing.",
    "Skriv måltallet, eller lad målingen stå tom.": "Write the target, or leave the measure empty.",
    "Den øvre grænse mangler.": "The upper bound is missing.",
    "Skriv den, eller vælg en anden regel.": "Write it, or choose another rule.",
    "Den øvre grænse er lavere end måltallet.": "The upper bound is lower than the target.",
    "Ret det ene af tallene.": "Correct one of the figures.",
    "Målet er nået allerede: tallet nu er højere end måltallet.": (
        "The goal is reached already: the figure now is higher than the target."
    ),
    "Målet er nået allerede: tallet nu er lavere end måltallet.": (
        "The goal is reached already: the figure now is lower than the target."
    ),
    "Se efter, om måltallet er rigtigt, eller om tallet skal være højst måltallet.": (
        "Check whether the target is right, or whether the figure shall be at most the target."
    ),
    "Se efter, om måltallet er rigtigt, eller om tallet skal være mindst måltallet.": (
        "Check whether the target is right, or whether the figure shall be at least the target."
    ),
    "Den anden dato mangler.": "The other date is missing.",
    "Skriv begge, eller lad begge stå tomme.": "Write both, or leave both empty.",
    "Fristen ligger før den dag, trinet åbner.": "The deadline lies before the day the step opens.",
    "Ret den ene af datoerne.": "Correct one of the dates.",
    "Den nye frist ligger før i dag.": "The new deadline lies before today.",
    "Den ønskede frist skal ligge efter den nuværende frist og ikke før i dag.": (
        "The deadline wished for has to lie after the present one and not before today."
    ),
    "Vælg en dag fra {}.": "Choose a day from {}.",
    "Svar kan kun modtages til og med {}.": "Answers can be taken up to and including {} only.",
    "Vælg en tidligere dag, eller skriv til sekretariatet.": (
        "Choose an earlier day, or write to the secretariat."
    ),
    "Vælg en tidligere dag. Kun sekretariatet kan give en senere.": (
        "Choose an earlier day. Only the secretariat can give a later one."
    ),
    "Den ønskede frist er ikke en arbejdsdag.": "The deadline wished for is not a working day.",
    "Vælg en arbejdsdag.": "Choose a working day.",
    "Begrundelsen mangler.": "The reason is missing.",
    "Skriv kort, hvorfor I har brug for mere tid.": "Write briefly why you need more time.",
    "Skriv, hvorfor fristen ikke kan forlænges, så lederen ved det.": (
        "Write why the deadline cannot be extended, so that the leader knows."
    ),
    "Der er allerede bedt om en ny frist, som ikke er afgjort endnu.": (
        "A later deadline has been asked for already, and not been decided yet."
    ),
    "Vent på svaret, eller skriv til sekretariatet.": "Wait for the answer, or write to the secretariat.",
    "Den sidste dag skal ligge fra i dag og højst et år frem.": (
        "The last day has to lie from today to a year ahead."
    ),
    "Vælg en anden dag.": "Choose another day.",
    "Personen kan ikke være stedfortræder for posten i de dage.": (
        "The person cannot be substitute for the post on those days."
    ),
    "Posten er personens egen, eller der er allerede en stedfortræder. Spørg sekretariatet.": (
        "The post is the person's own, or there is a substitute already. Ask the secretariat."
    ),
    "Ingen leder eller stedfortræder i kommunen har den mailadresse.": (
        "No leader or substitute in the municipality has that address."
    ),
    "Ret adressen, eller indlæs personen først.": "Correct the address, or import the person first.",
    "Flere personer bruger den mailadresse.": "Several people use that address.",
    "Vælg en adresse, som kun én bruger.": "Choose an address that only one uses.",
    "Den nye frist ligger mere end to år ude i fremtiden.": (
        "The new deadline lies more than two years ahead."
    ),
    "Se efter, om året er rigtigt.": "Check the year.",
    "Filen kan læses af andre brugere.": "The file can be read by other users.",
    "Kør: chmod 600 {}": "Run: chmod 600 {}",
    "Nøglen er tom eller for kort.": "The key is empty or too short.",
    "Hent filen fra jeres sikkerhedskopi.": "Fetch the file from your backup.",
    "Indstillingen findes ikke.": "There is no such setting.",
    "Mente du {}?": "Did you mean {}?",
    "»{}« er ikke en grænse. Skriv fx gmail.com=60, *=600.": (
        "“{}” is no limit. Write for example gmail.com=60, *=600."
    ),
    "»{}« er ikke en https-adresse. Skriv den, som loginløsningen selv oplyser.": (
        "“{}” is no https address. Write the one that the login itself states."
    ),
    "»{}« er ingen IP-adresse. Skriv fx 10.0.0.5, 10.0.0.0/24.": (
        "“{}” is no IP address. Write 10.0.0.5 or 10.0.0.0/24, say."
    ),
    "»{}« er alle i verden. Skriv kun de proxyer, der står foran siderne.": (
        "“{}” is everybody in the world. Name only the proxies that stand in front of the pages."
    ),
    "»{}« er ingen rolle. Skriv fx secretariat, operator.": (
        "“{}” is no role. Write secretariat, operator, say."
    ),
    "Kommunens login skal have både AARSHJUL_OIDC_ISSUER og AARSHJUL_OIDC_CLIENT_ID.": (
        "The municipality's login needs both AARSHJUL_OIDC_ISSUER and AARSHJUL_OIDC_CLIENT_ID."
    ),
    "»{}« kan ikke læses. Skriv fx leder-* = superior @ *.": (
        "“{}” cannot be read. Write leder-* = superior @ *, say."
    ),
    "»{}« må have én stjerne i værdien, og den samme i enheden.": (
        "“{}” may have one star in the value, and the same in the unit."
    ),
    "»{}« er ikke en webadresse. Skriv fx https://aarshjul.kommune.dk.": (
        "“{}” is no web address. Write for example https://aarshjul.kommune.dk."
    ),
    "Logoet »{}« kan ikke læses. Ret stien, eller giv læseadgang.": (
        "The logo “{}” cannot be read. Correct the path, or give read access."
    ),
    "Logoet »{}« er for stort. Gem det, så det fylder højst 200 kB.": (
        "The logo “{}” is too large. Save it so that it takes at most 200 kB."
    ),
    "Logoet »{}« er hverken SVG eller PNG. Gem det i et af de to formater.": (
        "The logo “{}” is neither SVG nor PNG. Save it in one of the two."
    ),
    "»{}« er ikke en farve. Skriv fx #0b4f8b.": "“{}” is no colour. Write for example #0b4f8b.",
    "Hvid tekst kan ikke læses på farven »{}«: Kontrasten er {} til 1 og skal være mindst 4,5 til 1. "
    "Vælg en mørkere.": (
        "White text cannot be read on the colour “{}”: the contrast is {} to 1 and has to be at least "
        "4.5 to 1. Choose a darker one."
    ),
    "Adressen skal begynde med https, for links giver adgang uden adgangskode.": (
        "The address has to begin with https: links give access without a password."
    ),
    "»{}« er ikke en webadresse. Skriv fx https://mo.kommune.dk/graphql/v25.": (
        "“{}” is no web address. Write for example https://mo.kommune.dk/graphql/v25."
    ),
    "Adressen skal begynde med https, for der hentes navne og sendes en nøgle.": (
        "The address has to begin with https: names are fetched and a key is sent."
    ),
    "OS2mo kan ikke hentes uden {}. Sæt dem også.": "OS2mo cannot be read without {}. Set them too.",
    "Adressen skal begynde med sqlite:/// eller postgresql+psycopg://.": (
        "The address has to begin with sqlite:/// or postgresql+psycopg://."
    ),
    "Linjeskift og styretegn kan ikke bruges her.": "Line breaks and control characters cannot be used here.",
    "Serveren vil lytte på {}, som andre maskiner kan nå. Sæt AARSHJUL_BASE_URL til den https-adresse, "
    "brugerne skal bruge, og sæt en proxy foran.": (
        "The server would listen on {}, which other machines can reach. Set AARSHJUL_BASE_URL to the https "
        "address people shall use, and put a proxy in front."
    ),
    "Tidszonen »{}« findes ikke. Skriv fx Europe/Copenhagen.": (
        "There is no time zone “{}”. Write for example Europe/Copenhagen."
    ),
    "{} er også sat.": "{} is set, too.",
    "Filen {} kan ikke læses: {}.": "The file {} cannot be read: {}.",
    "Ret sti eller rettigheder.": "Correct its path or permissions.",
    "Skriv fx 2027-05-12 eller 12. maj 2027.": "Write for example 2027-05-12.",
    "»{}« kan ikke læses som en dato med årstal.": "“{}” cannot be read as a date with its year.",
    "{} har allerede et møde {} i filen.": "{} has a meeting on {} in the file already.",
    "Slet den ene række.": "Delete one of the rows.",
    "Kolonnen »{}« kendes ikke.": "The column “{}” is not known.",
    "Kolonnerne er body;date;agenda_deadline;title.": "The columns are body;date;agenda_deadline;title.",
    "Kolonnen date mangler.": "The column date is missing.",
    "Første række skal være overskrifter.": "The first row has to be headings.",
    "Mødet gentages efter en regel.": "The meeting is repeated by a rule.",
    "Eksportér hvert møde for sig, eller brug CSV.": "Export each meeting by itself, or use CSV.",
    "Det fremgår ikke, hvilket udvalg mødet er i.": "It is not said which body meets.",
    "Udfyld kolonnen body, eller vælg udvalget ved indlæsningen.": (
        "Fill in the column body, or choose the body when importing."
    ),
    "Dagsordensfristen ligger efter mødet.": "The agenda deadline lies after the meeting.",
    "Ret en af datoerne.": "Correct one of the dates.",
    "Mødets dato mangler.": "The meeting's date is missing.",
    "Filens tegnsæt kendes ikke.": "The file's encoding is not known.",
    "Gem den som CSV UTF-8.": "Save it as CSV UTF-8.",
    "Gem den som CSV igen.": "Save it as CSV again.",
    "Filen er for stor.": "The file is too large.",
    "En mødekalender er højst 5 MB.": "A meeting calendar is at most 5 MB.",
    "Der er ingen møder i filen.": "There are no meetings in the file.",
    "Vælg en fil med møder.": "Choose a file with meetings.",
    "Filen er ikke en CSV-fil.": "The file is no CSV file.",
    "Filen er ikke en gyldig ICS-kalender.": "The file is no valid ICS calendar.",
    "Eksportér kalenderen igen.": "Export the calendar again.",
    "Enheden {} findes ikke.": "There is no unit {}.",
    "Indlæs enhederne først: aarshjul import units FIL.": (
        "Import the units first: aarshjul import units FILE."
    ),
    "{} er allerede startet.": "{} has been started already.",
    "Alle frister i planen er gået; den sidste var {}.": (
        "All deadlines of the plan are over; the last was {}."
    ),
    "Ret datoerne i planen, eller start et senere år.": "Change the plan's dates, or start a later year.",
    "Ændr det med aarshjul cycle revise {} --plan MAPPE --why GRUND.": (
        "Change it with aarshjul cycle revise {} --plan FOLDER --why REASON."
    ),
    "{} {} er ikke startet.": "{} {} has not been started.",
    "Start året først: aarshjul cycle start {} --plan MAPPE.": (
        "Start the year first: aarshjul cycle start {} --plan FOLDER."
    ),
    "{} er i gang, så «{}» kan ikke ændres.": "{} is running, so “{}” cannot be changed.",
    "I en igangværende aktivitet kan kun frist, slutdato, tekster, skema og påmindelser ændres.": (
        "In a running activity only deadline, closing date, texts, form and reminders can be changed."
    ),
    "{} er i gang og kan ikke udgå.": "{} is running and cannot be left out.",
    "Afslut den først.": "Close it first.",
    "Den nye frist for {}, {}, er allerede passeret.": "The new deadline of {}, {}, has passed already.",
    "Vælg en dato fra i dag og frem.": "Choose a date from today on.",
    "Seglets nøgle er også givet som PKCS#12. Behold kun den ene.": (
        "The seal's key is also given as PKCS#12. Keep one of them alone."
    ),
    "Målet »{}« ender i {}, før det begynder i {}.": "The goal “{}” ends in {}, before it begins in {}.",
    "Byt årene om.": "Exchange the years.",
    "Årene står ikke i rækkefølge, hvert år én gang.": "The years are not in order, each of them once.",
    "Skriv fx [2019, 2020, 2021].": "Write for example [2019, 2020, 2021].",
    "»{}« står her to gange.": "“{}” stands here twice.",
    "Slet den ene linje.": "Delete one of the lines.",
    "Revisionen »{}« forberedes i »{}«, som ikke findes i planen.": (
        "The revision “{}” is prepared in “{}”, which is not in the plan."
    ),
    "Langtidssikring kræver en tidsstempling. Sæt også AARSHJUL_SEAL_TSA_URL.": (
        "Long-term validation needs time stamps. Set AARSHJUL_SEAL_TSA_URL as well."
    ),
    "»{}« er ikke et sted på denne maskine. Skriv fx lmtp:127.0.0.1:8324.": (
        "“{}” is not a place on this machine. Write for example lmtp:127.0.0.1:8324."
    ),
    "Der hentes også mail med AARSHJUL_IMAP_HOST. Behold kun den ene.": (
        "Mail is fetched with AARSHJUL_IMAP_HOST too. Keep one of them alone."
    ),
    "Mailen skal have mappe og domæne. Sæt også AARSHJUL_INBOX_DIR og AARSHJUL_REPLY_DOMAIN.": (
        "The mail needs a folder and a domain. Set AARSHJUL_INBOX_DIR and AARSHJUL_REPLY_DOMAIN as well."
    ),
}
