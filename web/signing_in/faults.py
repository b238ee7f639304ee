"""The words of the error pages about opened links, about passwords and about the municipality's login."""

from web.faults import Fault

OWN_TASKS = ("/mine", "Gå til Mine opgaver", "Go to My tasks")
_OPEN_AGAIN = (
    "Åbn linket i mailen om opgaven igen. Så er du tilbage på siden, og denne side kan lukkes.",
    "Open the link in the e-mail about the task again. You are then back on the page; close this one.",
)
LINK_NEEDED = Fault(
    401,
    ("Åbn linket i mailen", "Open the link in the e-mail"),
    (
        "Siden hører til en opgave eller et møde, og linket til den er ikke åbnet i denne browser.",
        "The page belongs to a task or a meeting, and its link has not been opened in this browser.",
    ),
    (
        "Åbn linket i mailen, eller få en kode på mail under Mine opgaver. Har du skrevet noget, så gør det "
        "i et nyt vindue, kom tilbage hertil bagefter, og prøv igen.",
        "Open the link in the e-mail, or get a code by e-mail under My tasks. If you wrote something, do it "
        "in a new window, come back to this page afterwards and try again.",
    ),
    retry=True,
    onward=OWN_TASKS,
)
LINK_ENDED = Fault(
    401,
    ("Linket skal åbnes igen", "The link has to be opened again"),
    (
        "Det er mere end fire timer siden, du åbnede linket. Intet er gemt denne gang.",
        "It is more than four hours since you opened the link. Nothing was saved this time.",
    ),
    (
        "Åbn linket i mailen igen. Har du skrevet noget, så kom tilbage hertil bagefter, og prøv igen.",
        "Open the link in the e-mail again. If you wrote something, come back to this page and try again.",
    ),
    retry=True,
    onward=OWN_TASKS,
)
LINK_ENDED_KEPT = Fault(
    401,
    ("Din kladde er gemt – åbn linket igen", "Your draft is saved – open the link again"),
    (
        "Det er mere end fire timer siden, du åbnede linket, så svaret er ikke sendt. "
        "Det, du har skrevet, er gemt som kladde.",
        "It is more than four hours since you opened the link, so the answer was not sent. What you wrote is "
        "saved as a draft.",
    ),
    _OPEN_AGAIN,
)
_TRY_LOGIN_AGAIN = ("/log-ind", "Gå til log ind", "Go to sign-in")
LOGIN_FAILED = Fault(
    502,
    ("Kommunens login svarer ikke, som det skal", "The municipality's login does not answer as it should"),
    (
        "Du er ikke logget ind. Det er ikke noget, du har gjort.",
        "You are not signed in. It is nothing you did.",
    ),
    (
        "Prøv igen om lidt. Sker det igen, så skriv til kommunens it; loggen siger hvorfor.",
        "Try again shortly. If it happens again, write to the municipality's IT; the log says why.",
    ),
    onward=_TRY_LOGIN_AGAIN,
)
LOGIN_REFUSED = Fault(
    403,
    ("Kommunens login lukkede dig ikke ind", "The municipality's login did not let you in"),
    (
        "Du afbrød, din konto her er lukket, eller login oplyste ingen e-mailadresse.",
        "You cancelled, your account here is closed, or the login gave no e-mail address.",
    ),
    ("Prøv igen, eller skriv til sekretariatet.", "Try again, or write to the secretariat."),
    onward=_TRY_LOGIN_AGAIN,
)
LOGIN_TOO_OLD = Fault(
    400,
    ("Der gik for lang tid", "It took too long"),
    (
        "Svaret fra kommunens login hører ikke til det, denne browser bad om for nylig.",
        "The login's answer does not belong to what this browser asked for lately.",
    ),
    ("Begynd forfra.", "Begin again."),
    onward=_TRY_LOGIN_AGAIN,
)
LOGIN_CONFLICT = Fault(
    409,
    ("E-mailadressen hører til en anden konto", "The e-mail address belongs to another account"),
    (
        "Kommunens login siger, at adressen er din, men her har en anden den.",
        "The municipality's login says that the address is yours, but here somebody else has it.",
    ),
    ("Bed sekretariatet om at få den gamle konto lukket.", "Ask for the old account to be closed."),
)
CONFIRM_TO_HAND_OVER = Fault(
    403,
    ("Vis først, at det er dig", "First show that it is you"),
    (
        "Linket i mailen gælder kun den ene opgave. Overdrager du, gælder det hele posten. "
        "Intet er overdraget.",
        "The link in the e-mail is about this one task; handing over is about the whole post. Nothing was "
        "handed over.",
    ),
    (
        "Få en kode på din egen e-mail, eller log ind med din konto. Så kommer du tilbage hertil. Har posten "
        "kun en fælles postkasse, så bed sekretariatet om at sætte en stedfortræder på.",
        "Get a code by your own e-mail, or sign in with your account. You then come back here. If the post "
        "has a shared mailbox only, ask the secretariat to name a substitute.",
    ),
)
CONFIRM_TO_SUBSCRIBE = Fault(
    403,
    CONFIRM_TO_HAND_OVER.title,
    (
        "Linket i mailen gælder kun den ene opgave. Kalenderen viser frister og møder for alle dine poster. "
        "Adressen er ikke ændret.",
        "The link in the e-mail is about this one task; the calendar shows deadlines and meetings of all "
        "your posts. The address was not changed.",
    ),
    (
        "Få en kode på din egen e-mail, eller log ind med din konto. Så kommer du tilbage hertil.",
        "Get a code by your own e-mail, or sign in with your account. You then come back here.",
    ),
)
SIGN_IN_TO_SIGN = Fault(
    403,
    ("Log ind for at skrive under", "Sign in to sign"),
    (
        "Kommunen kræver, at du er logget ind, når du skriver under. Intet er underskrevet.",
        "The municipality asks you to be signed in when you sign. Nothing was signed.",
    ),
    (
        "Log ind. Så kommer du tilbage til aftalen og kan skrive under.",
        "Sign in. You then come back to the agreement and can sign.",
    ),
)
BUSY = Fault(
    503,
    ("Der er for travlt lige nu", "Too busy right now"),
    (
        "Så mange skriver adgangskode på samme tid, at vi ikke nåede at se på din. Det tæller ikke som et "
        "forsøg, og intet er ændret.",
        "So many people are entering a password at the same time that yours was not looked at. It does not "
        "count as an attempt, and nothing was changed.",
    ),
    ("Vent nogle sekunder, og prøv igen.", "Wait a few seconds and try again."),
)
