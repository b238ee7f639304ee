"""Every sentence the commands of this room say, in Danish and English.

`AARSHJUL_LANGUAGE=en` chooses English. Placeholders are plain names: no code in a text.
"""

import os

SENTENCES: dict[str, tuple[str, str]] = {
    "error": ("Fejl: {text}", "Error: {text}"),
    "help": (
        "Brug: aarshjul KOMMANDO …\n\n{commands}\n\n"
        "Skriv `aarshjul KOMMANDO --help` for en kommandos egne valg og `aarshjul --version` for versionen.",
        "Usage: aarshjul COMMAND …\n\n{commands}\n\n"
        "`aarshjul COMMAND --help` shows a command's own options, `aarshjul --version` the version.",
    ),
    "see help": (
        "`{command} --help` viser, hvad der kan skrives.",
        "`{command} --help` shows what can be written.",
    ),
    "interrupted": ("Afbrudt.", "Interrupted."),
    "unknown command": ("Kommandoen {name} findes ikke.", "There is no command {name}."),
    "did you mean": ("Mente du {name}?", "Did you mean {name}?"),
    "plan fits": (
        "{file} er i orden: {activities} og {forms}. Datoerne kan regnes ud for {years}.",
        "{file} is in order: {activities} and {forms}. Its dates resolve for {years}.",
    ),
    "activities": ("{count} aktiviteter", "{count} activities"),
    "one activity": ("1 aktivitet", "1 activity"),
    "forms": ("{count} skemaer", "{count} forms"),
    "one form": ("1 skema", "1 form"),
    "folder not empty": (
        "Der ligger allerede noget her, og det bliver ikke overskrevet.",
        "Something lies here already, and it is not overwritten.",
    ),
    "choose new folder": ("Vælg en ny mappe.", "Choose a new folder."),
    "plan made": (
        "{folder} er en kopi af eksemplet. Ret filerne, og skriv: aarshjul plan check {folder}",
        "{folder} is a copy of the example. Edit the files, and run: aarshjul plan check {folder}",
    ),
    "years": ("{first} og {last}", "{first} and {last}"),
    "no such schema": (
        "Der er intet JSON Schema for {name}.",
        "There is no JSON Schema for {name}.",
    ),
    "choose": ("Vælg {choices}.", "Choose {choices}."),
    "plan heading": ("{title}, årshjul {year}", "{title}, wheel {year}"),
    "activity": ("Aktivitet", "Activity"),
    "step": ("Trin", "Step"),
    "track": ("Spor", "Track"),
    "who": ("Ansvarlige og deltagere", "Responsible and participants"),
    "results": ("Resultat", "Result"),
    "dates given in": ("Datoerne fastlægges i {step}", "Dates are given in {step}"),
    "concerns": ("Om", "About"),
    "opens": ("Åbner", "Opens"),
    "due": ("Frist", "Due"),
    "closes": ("Lukker", "Closes"),
    "stages": ("Trin", "Stages"),
    "notes": ("Bemærkninger", "Notes"),
    "folder is other kind": (
        "Mappen er lavet af `aarshjul {found}`.",
        "The folder was made by `aarshjul {found}`.",
    ),
    "other folder for serve": (
        "Vælg en anden mappe til `aarshjul serve` med AARSHJUL_DATA_DIR.",
        "Choose another folder for `aarshjul serve` with AARSHJUL_DATA_DIR.",
    ),
    "other folder for demo": (
        "Vælg en anden mappe til `aarshjul demo` med --data-dir. Uden --data-dir får demoen sin egen.",
        "Choose another folder for `aarshjul demo` with --data-dir. Without it the demo gets one of its own.",
    ),
    "folder unwritable": (
        "Der kan ikke skrives i mappen: {why}.",
        "The folder cannot be written to: {why}.",
    ),
    "mend folder": (
        "Giv brugeren lov til at skrive her, eller vælg en anden mappe med {option}.",
        "Give this user permission to write here, or choose another folder with {option}.",
    ),
    "folder unmade": ("Mappen kan ikke laves: {why}.", "The folder cannot be made: {why}."),
    "takes no folders": ("der kan ikke laves mapper dér", "no folders can be made there"),
    "mend folder unmade": (
        'Lav den med: sudo mkdir -p {path} && sudo chown "$USER" {path}. '
        "Eller vælg en anden mappe med {option}.",
        'Make it with: sudo mkdir -p {path} && sudo chown "$USER" {path}. '
        "Or choose another folder with {option}.",
    ),
    "marker broken": (
        "Filen er ødelagt; den siger ikke, om mappen er en rigtig installation eller en demo.",
        "The file is damaged; it does not say whether this is a real installation or a demo.",
    ),
    "mend marker": (
        'Skriv {{"kind": "serve"}} i den, hvis mappen er jeres rigtige installation.',
        'Write {{"kind": "serve"}} into it if this folder is your real installation.',
    ),
    "port taken": (
        "Porten {port} på {host} er optaget.",
        "Port {port} on {host} is taken.",
    ),
    "mend port": (
        "Stop det andet program, eller vælg en anden port med AARSHJUL_PORT.",
        "Stop the other program, or choose another port with AARSHJUL_PORT.",
    ),
    "mend demo port": (
        "Stop det andet program, eller vælg en anden port med --port; `--port 0` tager en ledig "
        "(med make: `make demo PORT=0`).",
        "Stop the other program, or choose another port with --port; `--port 0` takes a free one "
        "(with make: `make demo PORT=0`).",
    ),
    "no mailbox": (
        "Der er ingen postkasse at holde øje med, og der tages ikke imod mail.",
        "There is no mailbox to keep watch at, and no mail is taken in.",
    ),
    "mend no mailbox": (
        "Sæt AARSHJUL_IMAP_HOST (og ikke AARSHJUL_IMAP_IDLE=false) eller AARSHJUL_MAIL_LISTEN.",
        "Set AARSHJUL_IMAP_HOST (and not AARSHJUL_IMAP_IDLE=false) or AARSHJUL_MAIL_LISTEN.",
    ),
    "serving already": (
        "Årshjulet kører allerede med mappen {folder}.",
        "The wheel is already running with the folder {folder}.",
    ),
    "mend serving already": (
        "Stop det først, eller vælg en anden mappe med AARSHJUL_DATA_DIR.",
        "Stop it first, or choose another folder with AARSHJUL_DATA_DIR.",
    ),
    "serving": (
        "Årshjulet kører på {url}. Stop med Ctrl-C.\nPrefect svarer om lidt på {prefect}.",
        "The wheel runs at {url}. Stop it with Ctrl-C.\nPrefect will answer shortly at {prefect}.",
    ),
    "demo loading": (
        "Læser {example} ind med opdigtede ledere …",
        "Loading {example} with invented leaders …",
    ),
    "demo ready": (
        "Demoen er klar på {url}. Stop med Ctrl-C.",
        "The demo is ready at {url}. Stop it with Ctrl-C.",
    ),
    "demo mail server": (
        "Demoens mailserver kom ikke i gang.",
        "The demo's mail server did not start.",
    ),
    "mend demo mail server": (
        "Se, hvad den skrev ovenfor, og prøv igen.",
        "See what it wrote above and try again.",
    ),
    "demo played": (
        "I mappen er der spillet en demo før. En demo kan ikke fortsættes.",
        "A demo has been played in this folder. A demo cannot be continued.",
    ),
    "mend demo played": (
        "Vælg en ny mappe, eller slet den gamle. Uden --data-dir får demoen sin egen.",
        "Choose a new folder or delete the old one. Without --data-dir the demo gets one of its own.",
    ),
    "demo figures": (
        "Opgaver {tasks}, afgørelser om mails {decisions}, svar {answers}.\n"
        "Mails: besluttet {mails_decided}, sendt {mails_sent}, modtaget af mailserveren {mails_received}, "
        "holdt tilbage {mails_withheld}, venter {mails_waiting}; "
        "mistet {lost}, dobbelt {double}, uforklaret {unexplained}.\n"
        "Flowkørsler {flow_runs}, heraf i Prefect {flow_runs_in_prefect}, fejlet {flow_runs_failed}. "
        "Tid {seconds} sekunder.",
        "Tasks {tasks}, decisions in the ledger {decisions}, answers {answers}.\n"
        "Mails: decided {mails_decided}, sent {mails_sent}, received by the mail server {mails_received}, "
        "withheld {mails_withheld}, waiting {mails_waiting}; "
        "lost {lost}, double {double}, unexplained {unexplained}.\n"
        "Flow runs {flow_runs}, of them in Prefect {flow_runs_in_prefect}, failed {flow_runs_failed}. "
        "Time {seconds} seconds.",
    ),
    "demo disagree": (
        "Afgørelser, udbakke og mailserver stemmer ikke overens, eller en kørsel fejlede. {trouble}",
        "Ledger, outbox and mail server do not agree, or a run failed. {trouble}",
    ),
    "cycle started": (
        "{title} er startet. Aktiviteter: {count}.",
        "{title} has been started. Activities: {count}.",
    ),
    "activity cancelled": ("{name} er aflyst.", "{name} has been cancelled."),
    "cycle revised": (
        "Revision {number} gælder nu; {told} får besked om en ny frist.",
        "Revision {number} is in force; {told} will be told of a new deadline.",
    ),
    "changed title": ("titel", "title"),
    "changed opens_at": ("åbning", "opening"),
    "changed due_on": ("frist", "deadline"),
    "changed closes_at": ("lukning", "close"),
    "changed stage_due": ("trinenes frister", "the steps' deadlines"),
    "changed form_version_id": ("skema", "form"),
    "changed stage_forms": ("trinenes skemaer", "the steps' forms"),
    "changed rules": ("påmindelser", "reminders"),
    "changed texts": ("tekster og regler", "texts and rules"),
    "state planned": ("ikke åbnet endnu", "not opened yet"),
    "state open": ("åben", "open"),
    "state closed": ("lukket", "closed"),
    "state cancelled": ("aflyst", "cancelled"),
    "cycle unchanged": (
        "Intet er ændret: revision {number} gælder fortsat.",
        "Nothing is changed: revision {number} stays in force.",
    ),
    "case waits": (
        "{title}: ikke journaliseret: {unfiled} af {documents} (siden {since}).",
        "{title}: not filed: {unfiled} of {documents} (since {since}).",
    ),
    "case filed": ("{title}: alt er journaliseret ({documents}).", "{title}: all is filed ({documents})."),
    "case empty": ("{title}: har ingen dokumenter endnu.", "{title}: has no documents yet."),
    "cases all filed": ("Alt er journaliseret.", "Everything is filed."),
    "case delivered": (
        "{path}. Dokumenter: {documents}.",
        "{path}. Documents: {documents}.",
    ),
    "case again": (
        "{path}. Dokumenter: {documents}. Afleveret igen: {damaged} mangler filer eller er ændret.",
        "{path}. Documents: {documents}. Handed over again: files of {damaged} are missing or altered.",
    ),
    "case without kle": (
        "Uden KLE-nummer: {titles}. Skriv kle ved aktiviteten i planen, eller sæt AARSHJUL_KLE.",
        "Without a KLE number: {titles}. Write kle at the activity in the plan, or set AARSHJUL_KLE.",
    ),
    "case unchanged": ("{path}: uændret.", "{path}: unchanged."),
    "cases none": (
        "Der er intet at aflevere.",
        "There is nothing to hand over.",
    ),
    "case of what": (
        "Vælg enten --activity eller --agreement.",
        "Choose either --activity or --agreement.",
    ),
    "no such case": (
        "Der er ingen åbnet aktivitet »{activity}« i {year}.",
        "There is no activity “{activity}” in {year} that has opened.",
    ),
    "see cycle show": (
        "Se aktiviteterne med `aarshjul cycle show`.",
        "See the activities with `aarshjul cycle show`.",
    ),
    "no such agreement": ("Aftalen {number} findes ikke.", "There is no agreement {number}."),
    "see agreement": (
        "Nummeret står i adressen på aftalens side.",
        "The number stands in the address of the agreement's page.",
    ),
    "no manifest": (
        "Mappen er ikke en sagspakke: {why}.",
        "The folder is no case package: {why}.",
    ),
    "choose package": (
        "Vælg en mappe, som `aarshjul case export` har lavet.",
        "Choose a folder that `aarshjul case export` has made.",
    ),
    "case marked": (
        "Mærket som journaliseret i {number}. Dokumenter: {count}.",
        "Marked as filed in {number}. Documents: {count}.",
    ),
    "all well": ("Intet hænger.", "Nothing hangs."),
    "store unreachable": ("Databasen kan ikke nås: {why}", "The database cannot be reached: {why}"),
    "mend store": (
        "Se efter, om databasen kører, og om AARSHJUL_DATABASE_URL er rigtig.",
        "Check that the database runs and that AARSHJUL_DATABASE_URL is right.",
    ),
}


def english() -> bool:
    """Whether this process speaks English."""
    return os.environ.get("AARSHJUL_LANGUAGE", "da").strip().lower() == "en"


def language() -> str:
    """ "da" or "en": what the house's other rooms are asked to speak."""
    return "en" if english() else "da"


def say(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][1 if english() else 0].format(**values)
