"""What `doctor` says: for each result what was found and how to mend it, in Danish and in English.

The cure is empty where there is nothing to do. Placeholders are plain names.
"""

from cli.checks.engine_wording import ENGINE_SENTENCES
from cli.checks.mail_wording import MAIL_SENTENCES

TITLES: dict[str, tuple[str, str]] = {
    "python": ("Python", "Python"),
    "packages": ("Pakker", "Packages"),
    "folder": ("Datamappe", "Data folder"),
    "space": ("Plads på disken", "Disk space"),
    "secret": ("Hemmelig nøgle", "Secret key"),
    "address": ("Adresse på siderne", "Address of the pages"),
    "store": ("Database", "Store"),
    "schema": ("Databasens tabeller", "Store's tables"),
    "smtp": ("Udgående post", "Outgoing mail"),
    "sender": ("Afsenderens domæne", "Sender's domain"),
    "spf": ("SPF", "SPF"),
    "dkim": ("DKIM", "DKIM"),
    "dmarc": ("DMARC", "DMARC"),
    "replies": ("Svar på mails", "Replies to mails"),
    "imap": ("Indgående post", "Incoming mail"),
    "prefect": ("Prefect", "Prefect"),
    "clock": ("Uret", "Clock"),
    "workers": ("Arbejdere", "Workers"),
    "runs": ("Kørsler", "Runs"),
    "outbox": ("Mails i kø", "Mail waiting"),
    "organisation": ("Organisation", "Organisation"),
    "cycles": ("Årshjul", "Cycles"),
    "posts": ("Poster", "Posts"),
    "filing": ("Journalisering", "Filing"),
    "seal": ("Segl", "Seal"),
}

SENTENCES: dict[str, tuple[str, str, str, str]] = {
    **MAIL_SENTENCES,
    **ENGINE_SENTENCES,
    "python.ok": ("Version {version}.", "", "Version {version}.", ""),
    "python.old": (
        "Version {version} er for gammel.",
        "Installér Python 3.11 eller nyere, og kør `make setup` igen.",
        "Version {version} is too old.",
        "Install Python 3.11 or newer and run `make setup` again.",
    ),
    "packages.ok": ("Alle er der.", "", "All are there.", ""),
    "packages.missing": (
        "Disse mangler: {names}.",
        "Kør `make setup`.",
        "These are missing: {names}.",
        "Run `make setup`.",
    ),
    "folder.ok": ("{path} kan skrives.", "", "{path} can be written.", ""),
    "folder.none": (
        "{path} findes ikke endnu.",
        "Den laves, første gang `aarshjul serve` kører. Ligger den et andet sted, så sæt AARSHJUL_DATA_DIR.",
        "{path} does not exist yet.",
        "It is made when `aarshjul serve` first runs. If yours is elsewhere, set AARSHJUL_DATA_DIR.",
    ),
    "folder.unmade": (
        "{path} findes ikke og kan ikke laves: {why}.",
        'Lav den med: sudo mkdir -p {quoted} && sudo chown "$USER" {quoted}. '
        "Eller vælg en anden mappe med AARSHJUL_DATA_DIR.",
        "{path} does not exist and cannot be made: {why}.",
        'Make it with: sudo mkdir -p {quoted} && sudo chown "$USER" {quoted}. '
        "Or choose another folder with AARSHJUL_DATA_DIR.",
    ),
    "folder.unwritable": (
        "Der kan ikke skrives i {path}: {why}.",
        "Giv den bruger, årshjulet kører som, lov til at skrive i mappen.",
        "{path} cannot be written to: {why}.",
        "Give the user that runs the wheel permission to write there.",
    ),
    "space.ok": ("{free} ledig.", "", "{free} free.", ""),
    "space.low": (
        "Kun {free} ledig.",
        "Ryd op, eller flyt datamappen til en større disk, før svar ikke kan gemmes.",
        "Only {free} free.",
        "Make room, or move the data folder to a larger disk, before answers cannot be kept.",
    ),
    "secret.ok": ("Kan kun læses af ejeren.", "", "Readable by its owner alone.", ""),
    "secret.broken": ("{why}", "{cure}", "{why}", "{cure}"),
    "address.ok": ("{url}", "", "{url}", ""),
    "address.local": (
        "Links i mails begynder med {url} og virker kun på denne maskine.",
        "Sæt AARSHJUL_BASE_URL til den https-adresse, brugerne når siderne på.",
        "Links in mails start with {url} and work on this machine only.",
        "Set AARSHJUL_BASE_URL to the https address people reach the pages on.",
    ),
    "store.ok": ("{kind} svarer på {milliseconds} ms.", "", "{kind} answers in {milliseconds} ms.", ""),
    "store.none": (
        "Databasen er ikke lavet endnu.",
        "Den laves, første gang `aarshjul serve` eller en anden kommando kører.",
        "The database has not been made yet.",
        "It is made when `aarshjul serve` or another command first runs.",
    ),
    "store.unreachable": (
        "Databasen svarer ikke: {why}",
        "Se efter, om den kører, og om AARSHJUL_DATABASE_URL er rigtig.",
        "The database does not answer: {why}",
        "Check that it runs and that AARSHJUL_DATABASE_URL is right.",
    ),
    "schema.ok": ("Passer til denne version ({revision}).", "", "Fits this version ({revision}).", ""),
    "schema.other": (
        "Tabellerne er {found}, denne version bruger {wanted}.",
        "Stop årshjulet, tag en sikkerhedskopi, og start det igen: så bliver tabellerne opdateret. "
        "Er tabellerne nyere end programmet, så installér den nyere version.",
        "The tables are {found}, this version uses {wanted}.",
        "Stop the wheel, make a backup and start it again: the tables are then brought up to date. "
        "If the tables are newer than the program, install the newer version.",
    ),
    "smtp.ok": ("{host} svarer.", "", "{host} answers.", ""),
    "smtp.none": (
        "Ingen mailserver: mails bliver i køen.",
        "Sæt AARSHJUL_SMTP_HOST, når der skal sendes.",
        "No mail server: mail stays in the queue.",
        "Set AARSHJUL_SMTP_HOST when mail is to be sent.",
    ),
    "smtp.unreachable": (
        "{host}:{port} kan ikke bruges: {why}",
        "Se efter AARSHJUL_SMTP_HOST, _PORT og _SECURITY, og om serveren må nås herfra. Mails venter imens.",
        "{host}:{port} cannot be used: {why}",
        "Check AARSHJUL_SMTP_HOST, _PORT and _SECURITY, and that it may be reached from here. Mail waits.",
    ),
    "imap.ok": ("{host} svarer, og mappen {folder} findes.", "", "{host} answers and has {folder}.", ""),
    "imap.none": (
        "Ingen postkasse: svar på mail kan ikke læses.",
        "Sæt AARSHJUL_IMAP_HOST og AARSHJUL_REPLY_DOMAIN, hvis ledere skal kunne svare på mailen.",
        "No mailbox: answers by e-mail cannot be read.",
        "Set AARSHJUL_IMAP_HOST and AARSHJUL_REPLY_DOMAIN if leaders are to answer by e-mail.",
    ),
    "imap.taken": ("Der tages imod mail på {place}.", "", "Mail is taken in at {place}.", ""),
    "imap.closed": (
        "Der tages ikke imod mail på {place} nu.",
        "Start aarshjul serve (eller aarshjul mailbox). Mailen venter imens hos mailserveren.",
        "No mail is taken in at {place} now.",
        "Start aarshjul serve (or aarshjul mailbox). Mail waits at the mail server meanwhile.",
    ),
    "imap.unreachable": (
        "{host}:{port} kan ikke læses: {why}",
        "Se efter AARSHJUL_IMAP_HOST, _PORT, _SECURITY, _USER, _PASSWORD og _FOLDER. Aktiviteter "
        "lukkes først et døgn senere, når postkassen ikke kan læses.",
        "{host}:{port} cannot be read: {why}",
        "Check AARSHJUL_IMAP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _FOLDER. While the mailbox cannot "
        "be read, deadlines close a day later.",
    ),
    "prefect.ok": ("Svarer på {url}.", "", "Answers at {url}.", ""),
    "prefect.none": (
        "Kører ikke: kørsler bliver ikke vist i Prefect, men de udføres.",
        "Den startes af `aarshjul serve`; jeres egen angives i AARSHJUL_PREFECT_API_URL.",
        "Not running: runs are not shown in Prefect, but they are carried out.",
        "`aarshjul serve` starts it; one of your own is named in AARSHJUL_PREFECT_API_URL.",
    ),
    "prefect.silent": (
        "Svarer ikke på {url}. Årshjulet går videre uden.",
        "Se i loggen, hvorfor den ikke kører. `aarshjul serve` starter den igen af sig selv.",
        "Does not answer at {url}. The wheel goes on without it.",
        "See in the log why it does not run. `aarshjul serve` starts it again by itself.",
    ),
    "organisation.ok": (
        "Enheder: {units}. Personer: {people}.",
        "",
        "Units: {units}. People: {people}.",
        "",
    ),
    "organisation.none": (
        "Der er ingen enheder.",
        "Indlæs dem med `aarshjul import units FIL` og `aarshjul import leaders FIL`.",
        "There are no units.",
        "Load them with `aarshjul import units FILE` and `aarshjul import leaders FILE`.",
    ),
    "cycles.ok": ("{titles}.", "", "{titles}.", ""),
    "cycles.none": (
        "Intet årshjul er startet.",
        "Start et med `aarshjul cycle start ÅR --plan MAPPE`.",
        "No cycle has been started.",
        "Start one with `aarshjul cycle start YEAR --plan FOLDER`.",
    ),
    "filing.ok": (
        "Intet har ventet mere end {days} dage på at blive journaliseret.",
        "",
        "Nothing has waited more than {days} days to be filed.",
        "",
    ),
    "filing.late": (
        "Dokumenter, der har ventet mere end {days} dage på at blive journaliseret: {count}. {names}.",
        "Se siden Journalisering (/sag) eller `aarshjul case list --unfiled`. Antallet af dage er"
        " AARSHJUL_UNFILED_DAYS.",
        "Documents that have waited more than {days} days to be filed: {count}. {names}.",
        "See the page Filing (/sag) or `aarshjul case list --unfiled`. The number of days is"
        " AARSHJUL_UNFILED_DAYS.",
    ),
    "seal.ok": (
        "Et dokument kan forsegles ({kind}); certifikatet gælder til {until}.",
        "",
        "A document can be sealed ({kind}); the certificate is good until {until}.",
        "",
    ),
    "seal.coming": (
        "Nøglen bliver lavet, når den første aftale er underskrevet.",
        "",
        "The key is made when the first agreement is signed.",
        "",
    ),
    "seal.ends": (
        "Et dokument kan forsegles ({kind}), men certifikatet gælder kun til {until}.",
        "Forny certifikatet inden da. Gem det gamle i AARSHJUL_SEAL_TRUST, så dets segl stadig kan kendes.",
        "A document can be sealed ({kind}), but the certificate is good only until {until}.",
        "Renew it before then. Keep the old one in AARSHJUL_SEAL_TRUST, so that its seals are still known.",
    ),
    "seal.fails": (
        "Intet dokument kan forsegles: {why}",
        "Se indstillingerne AARSHJUL_SEAL_…. Underskrevne aftaler får deres dokument, når det virker.",
        "No document can be sealed: {why}",
        "See the settings AARSHJUL_SEAL_…. Agreements that are signed get their document once it works.",
    ),
    "seal.late": (
        "Underskrevne aftaler, der har ventet mere end et døgn på deres dokument: {count}. {names}.",
        "Se siden Kørsler: den fejlede kørsel siger hvorfor.",
        "Agreements signed by all that have waited more than a day for their document: {count}. {names}.",
        "See the page of runs: the failed run says why.",
    ),
    "posts.ok": (
        "Alle åbne enheder har en leder med en adresse.",
        "",
        "Every open unit has a leader with an address.",
        "",
    ),
    "posts.vacant": (
        "Enheder uden leder, hvis mails går til nærmeste leder: {count}. {names}.",
        "Indlæs lederne, når de er ansat: `aarshjul import leaders FIL`.",
        "Units without a leader, whose mail goes to the nearest superior: {count}. {names}.",
        "Load the leaders once they are appointed: `aarshjul import leaders FILE`.",
    ),
    "posts.unreachable": (
        "Enheder, der slet ikke kan nås (ingen leder eller stedfortræder med en adresse): {count}. {names}.",
        "Indlæs ledere og adresser: `aarshjul import leaders FIL`.",
        "Units that cannot be reached at all (no leader or stand-in with an address): {count}. {names}.",
        "Load leaders and addresses: `aarshjul import leaders FILE`.",
    ),
}
