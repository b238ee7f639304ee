"""What the places are called where something may stand about a person."""

from collections.abc import Mapping

from web.words import Pair

TABLES: Mapping[str, Pair] = {
    "person": ("Listen over ledere", "The list of leaders"),
    "address": ("Adresser", "Addresses"),
    "appointment": ("Poster", "Posts"),
    "substitute": ("Stedfortræder", "Substitute"),
    "account": ("Konto", "Account"),
    "history": ("Historik", "History"),
    "history_salt": ("Historik, navne og adresser", "History, names and addresses"),
    "message": ("Sendte mails", "Mails sent"),
    "inbound": ("Modtagne mails", "Mails received"),
    "inbound_task": ("Hvad der er læst i mails", "What was read in mails"),
    "submission": ("Besvarelser", "Answers"),
    "draft": ("Kladder", "Drafts"),
    "review": ("Godkendelser", "Reviews"),
    "extension": ("Fristforlængelser", "Extensions"),
    "extension_wish": ("Ønsker om ny frist", "Wishes for a later deadline"),
    "task": ("Opgaver", "Tasks"),
    "signature": ("Underskrifter", "Signatures"),
    "agreement_version": ("Udviklingsaftaler", "Development agreements"),
    "goal_remark": ("Bemærkninger til mål", "Remarks on goals"),
    "reminder_decision": ("Afgørelser om påmindelser", "Decisions on reminders"),
    "gathering": ("Møder", "Meetings"),
    "gathering_participant": ("Deltagelse i møder", "Taking part in meetings"),
    "journalised": ("Journalisering", "Filing"),
    "cycle_revision": ("Ændringer af årets plan", "Revisions of the year's plan"),
    "release": ("Frigivne afrapporteringer", "Released roll-ups"),
    "decision": ("Beslutninger", "Decisions"),
    "import_record": ("Indlæsninger", "Imports"),
    "fetched_organisation": ("Hentet fra OS2mo", "Fetched from OS2mo"),
}
