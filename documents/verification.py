"""Whether a sealed PDF is as it was sealed, and by whom. Nothing is asked of any network."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import Any

from asn1crypto.parser import peek
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from documents.seal_container import fills, nothing_loose
from documents.seal_trust import Trust

MARKS = (b"/ByteRange", b"/DocMDP", b"/ETSI.CAdES.detached", b"/SigFlags")
"""What only a sealed PDF has in it: tells a broken seal from none."""

ANY_USE = KeyUsageConstraints(key_usage=set(), extd_key_usage=None)


class Outcome(StrEnum):
    """What a look at a PDF says."""

    VALID = "valid"
    ALTERED = "altered"
    OTHER = "other"
    UNKNOWN_TIME = "unknown_time"
    NOT_SEALED = "not_sealed"


class Change(StrEnum):
    """What is not as it was sealed."""

    CONTENT = "content"
    ADDED = "added"
    SEAL = "seal"
    UNREADABLE = "unreadable"
    NO_PDF = "no_pdf"
    DAMAGED = "damaged"
    STAMP = "stamp"


@dataclass(frozen=True)
class Verdict:
    """What is known of a PDF's seal.

    `changes` says what is different; `added` how many bytes stand behind what was sealed. `sealed_at` (UTC)
    is the authority's time when `timed`, else the seal's own. `fingerprint` is the SHA-256 of the
    certificate, `digest` that of the file as it was given.
    """

    outcome: Outcome
    digest: str
    changes: tuple[Change, ...] = ()
    added: int = 0
    sealer: str = ""
    sealed_at: datetime | None = None
    timed: bool = False
    fingerprint: str = ""

    @property
    def valid(self) -> bool:
        """Whether the document is ours and as it was sealed."""
        return self.outcome is Outcome.VALID


def verify(pdf: bytes, trust: Trust) -> Verdict:
    """Looks at the PDF's seal; `trust` says whose seals are ours. A bad file never raises."""
    digest = sha256(pdf).hexdigest()
    try:
        reader = PdfFileReader(BytesIO(pdf))
        seals = list(reader.embedded_regular_signatures)
        if seals:
            return _judge(pdf, reader, seals[0], trust, digest)
        wrong: tuple[Change, ...] = ()
    except Exception:  # noqa: BLE001 - on a damaged file the reader may raise anything at all
        wrong = (Change.DAMAGED if pdf.lstrip().startswith(b"%PDF-") else Change.NO_PDF,)
    if any(mark in pdf for mark in MARKS):
        return Verdict(Outcome.ALTERED, digest, (Change.UNREADABLE,))
    return Verdict(Outcome.NOT_SEALED, digest, wrong)


def _judge(
    pdf: bytes,
    reader: PdfFileReader,
    seal: EmbeddedPdfSignature,
    trust: Trust,
    digest: str,
) -> Verdict:
    at = seal.self_reported_timestamp
    known = [*trust.ours, *trust.authorities]
    context = ValidationContext(trust_roots=known, allow_fetching=False, moment=at)
    times = ValidationContext(trust_roots=list(trust.authorities), allow_fetching=False, moment=at)
    status = validate_pdf_signature(seal, context, times, key_usage_settings=ANY_USE)
    changes = tuple(dict.fromkeys(_changes(pdf, reader, seal, status, times)))
    stamp = status.timestamp_validity
    timed = stamp is not None and stamp.valid and stamp.trusted
    certificate = status.signing_cert
    facts: dict[str, Any] = {
        "sealer": str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly),
        "sealed_at": stamp.timestamp if stamp is not None and timed else at,
        "timed": timed,
        "fingerprint": sha256(certificate.dump()).hexdigest(),
    }
    if set(changes) - {Change.STAMP}:
        return Verdict(Outcome.ALTERED, digest, changes, _added(pdf, seal), **facts)
    if not (status.trusted and trust.is_ours(certificate)):
        return Verdict(Outcome.OTHER, digest, changes, **facts)
    return Verdict(Outcome.UNKNOWN_TIME if changes else Outcome.VALID, digest, changes, **facts)


def _changes(
    pdf: bytes,
    reader: PdfFileReader,
    seal: EmbeddedPdfSignature,
    status: PdfSignatureStatus,
    times: ValidationContext,
) -> Iterator[Change]:
    """`times` knows the authorities that are believed about the time."""
    if not status.intact:
        yield Change.CONTENT
    stamp = status.timestamp_validity
    is_broken = stamp is not None and not (stamp.valid and stamp.intact)
    if not status.valid or not _written_plainly(pdf, seal) or is_broken:
        yield Change.SEAL
    elif stamp is not None and not stamp.trusted:
        yield Change.STAMP
    yield from _behind(reader, seal, status, times)


def _behind(
    reader: PdfFileReader, seal: EmbeddedPdfSignature, status: PdfSignatureStatus, times: ValidationContext
) -> Iterator[Change]:
    """Nothing, when the seal or the newest archive time stamp behind it reaches to the end of the file.

    Between them only what long-term proof consists of may have been added, by an authority that is known.
    """
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    stamps = list(reader.embedded_timestamp_signatures)
    is_proof = status.modification_level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
    if not is_proof or status.coverage is not SignatureCoverageLevel.ENTIRE_REVISION or not stamps:
        yield Change.ADDED
        return
    last = validate_pdf_timestamp(stamps[-1], times)
    if not (last.coverage is SignatureCoverageLevel.ENTIRE_FILE and last.intact and last.valid):
        yield Change.ADDED
    elif not all(validate_pdf_timestamp(each, times).trusted for each in stamps):
        yield Change.STAMP


def _written_plainly(pdf: bytes, seal: EmbeddedPdfSignature) -> bool:
    """The one place that the seal does not cover, where it lies itself, holds nothing but the seal."""
    start, length, after, _ = (int(number) for number in seal.byte_range)
    gap, container = pdf[start + length : after], bytes(seal.pkcs7_content)
    whole = container[: peek(container)]
    digits = whole.hex()
    text = gap[1 : 1 + len(digits)].decode("ascii")
    return (
        text in (digits, digits.upper())
        and (gap[:1], gap[-1:]) == (b"<", b">")
        and not gap[1 + len(digits) : -1].strip(b"0")
        and fills(whole)
        and nothing_loose(seal.signed_data)
    )


def _added(pdf: bytes, seal: EmbeddedPdfSignature) -> int:
    _, _, after, length = (int(number) for number in seal.byte_range)
    return max(len(pdf) - after - length, 0)
