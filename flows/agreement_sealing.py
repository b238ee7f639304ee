"""The signed agreements that have no sealed document yet get one. Safe to repeat and to break off.

What is missing is read from the store; documents are made outside any transaction and kept one by one, so
that a run that ends early leaves only the rest to the next.
"""

from collections.abc import Iterable, Iterator

from sqlmodel import Session, col, select

from cycle.access.roles import KnownBy
from cycle.files import store as files
from cycle.goals.agreement_terms import TERMS
from cycle.goals.parties import STATEMENT_FIELD, STATEMENT_FILE
from cycle.goals.sealed import keep_document, signed_version, unsealed
from cycle.goals.tables import Agreement, Signature
from cycle.tasks.forms import Form
from cycle.tasks.states import TaskKind
from cycle.tasks.submit import latest_submissions
from cycle.tasks.tables import FormVersion, Submission, Task
from documents.agreement_paper import AgreementPaper, Annex, Press, Signed
from documents.agreement_text import chapters, period, years
from documents.seal_key import Owner
from flows.request import Facts
from flows.runtime import RunContext

DEMO = ("Opdigtede svar", "Invented answers")
IDENTIFIED = {
    KnownBy.LINK: (
        "personligt link, sendt til postens e-mailadresse",
        "personal link, mailed to the post's address",
    ),
    KnownBy.CODE: (
        "engangskode, sendt til personens e-mailadresse",
        "one-time code, mailed to the person's address",
    ),
    KnownBy.PASSWORD: ("konto med adgangskode", "account with a password"),
    KnownBy.TWO_STEPS: (
        "konto med adgangskode og kode fra app",
        "account with a password and a code from an app",
    ),
    KnownBy.LOGIN: ("kommunens login", "the municipality's login"),
}


def seal_signed(context: RunContext, facts: Facts) -> None:
    """Makes, seals and keeps every document that is missing. Raises SealFailed, TemplateInvalid."""
    occurrence, language = facts.occurrence, context.settings.language
    with context.reading() as session:
        missing = unsealed(session, occurrence.id or 0)
    if not missing:
        return
    owner = Owner(occurrence.root_id, facts.directory.units[occurrence.root_id].name)
    with Press(context.settings, owner, language, now=context.now) as press:
        made = press.make(_papers(context, facts, missing, language))
        for agreement, sealed in zip(missing, made, strict=True):
            with context.transaction() as session:
                new = keep_document(
                    session,
                    agreement,
                    sealed.content,
                    name=f"udviklingsaftale-{agreement.unit_id}-{agreement.year}.pdf",
                    level=sealed.level.value,
                    fingerprint=sealed.fingerprint,
                    now=context.now,
                )
                context.count(sealed=int(new))


def _papers(
    context: RunContext, facts: Facts, agreements: Iterable[Agreement], language: str
) -> Iterator[AgreementPaper]:
    mark = DEMO[language == "en"] if context.settings.demo else ""
    for agreement in agreements:
        with context.reading() as session:
            paper = _Gatherer(session, facts, agreement, language).paper(mark)
        yield paper


class _Gatherer:
    """What one agreement's document says, read from the store."""

    def __init__(self, session: Session, facts: Facts, agreement: Agreement, language: str) -> None:
        self._session, self._facts, self._agreement = session, facts, agreement
        self._language, self._at = language, int(language == "en")
        self._units = facts.directory.units
        self._version, self._signatures = signed_version(session, agreement, agreement.in_force_version)
        self._signing = self._steps()

    def paper(self, mark: str) -> AgreementPaper:
        """The document's words; `mark` stands on every page of it."""
        agreement, signed = self._agreement, self._version.content.get(TERMS, {})
        return AgreementPaper(
            municipality=signed.get("municipality") or self._units[agreement.root_id].name,
            title=("Udviklingsaftale", "Development agreement")[self._at] + f" {years(agreement)}",
            unit=signed.get("unit") or self._units[agreement.unit_id].name,
            period=period(agreement, self._language),
            version=self._version.no,
            digest=self._version.digest,
            chapters=chapters(self._version.content, self._form(), self._language),
            signatures=tuple(map(self._signed, self._signatures)),
            language=self._language,
            mark=mark,
        )

    def _form(self) -> Form:
        """The form the unit's own part was written in."""
        form_version_id = self._version.content.get("form") or self._facts.occurrence.form_version_id
        return Form.model_validate_json(self._session.get_one(FormVersion, form_version_id).spec)

    def _steps(self) -> dict[str, tuple[Task, Submission | None]]:
        """The signing task of each capacity, with its newest answer."""
        subjects = [f"{each.capacity}:{self._agreement.unit_id}" for each in self._signatures]
        query = select(Task).where(
            Task.occurrence_id == self._agreement.occurrence_id,
            Task.kind == TaskKind.SIGN,
            col(Task.subject).in_(subjects),
        )
        tasks = self._session.exec(query).all()
        answers = latest_submissions(self._session, [task.id or 0 for task in tasks])
        return {task.subject.partition(":")[0]: (task, answers.get(task.id or 0)) for task in tasks}

    def _signed(self, signature: Signature) -> Signed:
        task, answer = self._signing[signature.capacity]
        post = f"{task.role}, {self._units[task.unit_id].name}"
        return Signed(
            name=signature.name,
            capacity=post,
            registered=f"{signature.registered}, {self._stood_in(signature)}{post}"
            if signature.registered
            else post,
            at=signature.at,
            identified=IDENTIFIED[KnownBy(signature.identified_by)][self._at],
            digest=signature.digest,
            statement=str(answer.answers.get(STATEMENT_FIELD) or "") if answer else "",
            annex=self._annex(answer),
        )

    def _stood_in(self, signature: Signature) -> str:
        return ("stedfortræder for ", "substitute for ")[self._at] if signature.stood_in else ""

    def _annex(self, answer: Submission | None) -> Annex | None:
        """The file that came with the signature."""
        named = answer.answers.get(STATEMENT_FILE) if answer else None
        if not named:
            return None
        file = files.read(self._session, named["sha256"])
        return Annex(str(named["name"]), file.sniffed_type, bytes(file.content), str(named["sha256"]))
