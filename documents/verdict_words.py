"""A verdict in words, the same for the command and the page."""

from zoneinfo import ZoneInfo

from cycle.danish import format_datetime
from documents.verification import Change, Outcome, Verdict

HEADINGS = {
    Outcome.VALID: (
        "Dokumentet er ægte og uændret.",
        "The document is genuine and unaltered.",
    ),
    Outcome.ALTERED: (
        "Dokumentet er ændret, siden det blev forseglet.",
        "The document has been altered since it was sealed.",
    ),
    Outcome.OTHER: (
        "Dokumentet er uændret, men forseglet af en anden end os.",
        "The document is unaltered, but sealed by somebody other than us.",
    ),
    Outcome.UNKNOWN_TIME: (
        "Dokumentet bærer en tidsstempling fra nogen, vi ikke kender.",
        "The document carries a time stamp by somebody we do not know.",
    ),
    Outcome.NOT_SEALED: (
        "Dokumentet er ikke forseglet.",
        "The document is not sealed.",
    ),
}
CHANGES = {
    Change.CONTENT: (
        "Noget af det, der var forseglet, er rettet: tekst, tal eller udseende.",
        "Something of what was sealed has been changed: text, figures or appearance.",
    ),
    Change.ADDED: (
        "Der er føjet noget til efter seglet.",
        "Something has been added behind the seal.",
    ),
    Change.SEAL: (
        "Der er rettet i selve seglet.",
        "The seal itself has been changed.",
    ),
    Change.STAMP: (
        "Seglet er helt, men enhver kan have føjet tidsstemplingen til.",
        "The seal is whole, but anybody may have added the time stamp.",
    ),
    Change.UNREADABLE: (
        "Filen har været forseglet, men er beskadiget, så seglet ikke kan læses.",
        "The file has been sealed, but is damaged so that the seal cannot be read.",
    ),
    Change.NO_PDF: (
        "Filen er ikke en PDF-fil. Vælg dokumentet, som det blev hentet.",
        "The file is not a PDF. Choose the document as it was downloaded.",
    ),
    Change.DAMAGED: (
        "PDF-filen er beskadiget. Måske er kun en del af den kommet med.",
        "The PDF is damaged. Maybe only a part of it has come along.",
    ),
}
CURES = {
    Outcome.ALTERED: (
        "Stol ikke på denne fil. Hent dokumentet igen dér, hvor det er lavet.",
        "Do not rely on this file. Fetch the document again where it was made.",
    ),
    Outcome.UNKNOWN_TIME: (
        "Kender I den, der har tidsstemplet, så læg dens certifikat i AARSHJUL_SEAL_TRUST. Ellers hent "
        "dokumentet igen dér, hvor det er lavet.",
        "If you know who stamped it, put their certificate into AARSHJUL_SEAL_TRUST. Otherwise fetch the "
        "document again where it was made.",
    ),
    Outcome.OTHER: (
        "Sammenlign certifikatets fingeraftryk med det, kommunen selv oplyser.",
        "Compare the certificate's fingerprint with the one the municipality itself gives.",
    ),
    Outcome.NOT_SEALED: (
        "En PDF-fil uden segl kan være rettet af hvem som helst.",
        "Anybody may have changed a PDF file without a seal.",
    ),
}


def heading(verdict: Verdict, language: str) -> str:
    """The verdict in one sentence."""
    return HEADINGS[verdict.outcome][_place(language)]


def details(verdict: Verdict, language: str) -> list[str]:
    """What is different, and what to do about it."""
    at = _place(language)
    found = [CHANGES[change][at] for change in verdict.changes]
    if verdict.added and Change.ADDED in verdict.changes:
        found.append(
            f"{verdict.added} bytes stand behind the seal."
            if at
            else f"{verdict.added} byte står efter seglet."
        )
    cure = None if Change.NO_PDF in verdict.changes else CURES.get(verdict.outcome)
    return [*found, cure[at]] if cure else found


def facts(verdict: Verdict, language: str, zone: ZoneInfo) -> list[tuple[str, str]]:
    """(what, value): who sealed it and when, and the fingerprints to compare."""
    at = _place(language)
    found: list[tuple[str, str]] = []
    if verdict.sealer:
        found.append((("Forseglet af", "Sealed by")[at], verdict.sealer))
    if verdict.sealed_at is not None:
        source = (
            ("bekræftet af en tidsstempling", "confirmed by a time-stamping authority")[at]
            if verdict.timed
            else ("efter seglets egen oplysning", "as the seal itself states")[at]
        )
        moment = format_datetime(verdict.sealed_at, language, zone)
        found.append((("Forseglet", "Sealed")[at], f"{moment} ({source})"))
    if verdict.fingerprint:
        found.append((("Certifikatets fingeraftryk", "Certificate's fingerprint")[at], verdict.fingerprint))
    found.append((("Filens fingeraftryk (SHA-256)", "File's fingerprint (SHA-256)")[at], verdict.digest))
    return found


def _place(language: str) -> int:
    return 1 if language == "en" else 0
