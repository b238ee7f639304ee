"""Why a server does not answer, as a sentence: the systems' own words are English and full of numbers."""

from cli.wording import english

KNOWN: tuple[tuple[str, str, str], ...] = (
    ("connection refused", "Intet program svarer på adressen.", "No program answers at the address."),
    ("timed out", "Serveren svarer ikke i tide.", "The server does not answer in time."),
    ("timeout expired", "Serveren svarer ikke i tide.", "The server does not answer in time."),
    ("name or service not known", "Servernavnet kendes ikke.", "The server's name is not known."),
    ("could not translate host name", "Servernavnet kendes ikke.", "The server's name is not known."),
    ("failed to resolve host", "Servernavnet kendes ikke.", "The server's name is not known."),
    ("name resolution", "Servernavnet kan ikke slås op.", "The server's name cannot be looked up."),
    ("no route to host", "Der er ingen vej til serveren.", "There is no route to the server."),
    ("network is unreachable", "Der er intet netværk.", "There is no network."),
)


def reason(error: object) -> str:
    """A sentence with its full stop; the system's own words for what is rare."""
    said = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    for sign, danish, in_english in KNOWN:
        if sign in said.lower():
            return in_english if english() else danish
    return said if said.endswith((".", "!", "?")) else f"{said}."
