"""Sealing a PDF: the municipality's electronic seal (PAdES, ETSI EN 319 142-1) over every byte of it.

B-B by itself, B-T with a time-stamping authority, B-LTA with the proof of the certificates in it. The seal
certifies that nothing may be changed afterwards; `documents.verification` says whether anything was.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError, extract_certificate_info
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from config.settings import Settings
from cycle.errors import CycleError
from documents.seal_faults import why_not
from documents.seal_key import Owner, given, signer_of
from documents.seal_trust import keep

FIELD = "Segl"
DIGEST = "sha256"
SUPPLEMENT = pdf_name("/Supplement")
"""What an attached file is to the document (ISO 32000-2, table 43): part of what is told, beside it."""
TSA_SECONDS = 20
RESERVED = 16_384
"""Signs kept free for a seal without a time stamp: a long chain of certificates fits."""

PROOF_FIRST = DSSContentSettings(
    include_vri=False,
    next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
)
"""The archive time stamp comes last, so that it covers every byte before it."""


class SealLevel(StrEnum):
    """How much the seal proves by itself (ETSI EN 319 142-1)."""

    BASIC = "B-B"
    TIMED = "B-T"
    LASTING = "B-LTA"


class SealFailed(CycleError):
    """The document could not be sealed now; nothing was kept. Tried again later. `english` says the same."""

    def __init__(self, danish: str, english: str) -> None:
        super().__init__(danish)
        self.english = english


@dataclass(frozen=True)
class Sealed:
    """A sealed document. `fingerprint` is the SHA-256 of the certificate it was sealed with."""

    content: bytes
    level: SealLevel
    fingerprint: str


@dataclass(frozen=True)
class Sealer:
    """The seal of one municipality, with what it needs from outside, ready to be used many times."""

    signer: Signer
    name: str
    timestamper: TimeStamper | None
    context: ValidationContext | None
    settings: Settings

    @classmethod
    def of(cls, settings: Settings, owner: Owner, *, now: datetime) -> "Sealer":
        """The seal as the settings say. Raises PlanInvalid when its key cannot be used at `now` (UTC)."""
        signer = signer_of(settings, owner, now=now)
        stamper = None
        if settings.seal_tsa_url:
            stamper = RequestsHTTPTimeStamper(settings.seal_tsa_url, timeout=TSA_SECONDS)  # type: ignore[no-untyped-call]  # the library's own
        context = _proving(settings, signer) if settings.seal_long_term else None
        return cls(signer, owner.name, stamper, context, settings)

    @property
    def good_until(self) -> datetime:
        """The end of the certificate's time (UTC)."""
        assert self.signer.signing_cert is not None
        ends: datetime = self.signer.signing_cert.not_valid_after
        return ends

    @property
    def level(self) -> SealLevel:
        """What a seal made now will be."""
        if self.context is not None:
            return SealLevel.LASTING
        return SealLevel.TIMED if self.timestamper is not None else SealLevel.BASIC

    def seal(self, pdf: bytes, *, reason: str, now: datetime) -> Sealed:
        """Seals the PDF as of `now` (UTC); `reason` stands in the seal.

        Raises SealFailed when the PDF cannot be read, or an authority of the settings does not answer.
        """
        field = SigFieldSpec(FIELD, readable_field_name=reason)
        signer = _AtTime(
            now, self._told(reason), self.signer, timestamper=self.timestamper, new_field_spec=field
        )
        try:
            made = asyncio.run(self._sign(signer, IncrementalPdfFileWriter(BytesIO(pdf))))
        except TimestampRequestError as error:
            raise SealFailed(
                "Tidsstemplingen svarer ikke, som den skal (AARSHJUL_SEAL_TSA_URL). Der prøves igen.",
                "The time-stamping authority does not answer as it should "
                "(AARSHJUL_SEAL_TSA_URL). It is tried again.",
            ) from error
        except (PathError, ValidationError, SigningError, PdfError, ValueError, OSError) as error:
            raise SealFailed(*why_not(error)) from error
        return Sealed(made.getvalue(), self.level, fingerprint_of(self.signer))

    async def _sign(self, signer: PdfSigner, writer: IncrementalPdfFileWriter) -> BytesIO:
        if self.timestamper is None:
            sealed: BytesIO = await signer.async_sign_pdf(writer, bytes_reserved=RESERVED)
            return sealed
        token = await self.timestamper.async_dummy_response(DIGEST)
        sealed = await signer.async_sign_pdf(writer)
        stamped_by = extract_certificate_info(token["content"]).signer_cert
        keep(self.settings, stamped_by, "tid")
        return sealed

    def _told(self, reason: str) -> PdfSignatureMetadata:
        """What the seal says of itself."""
        lasting = self.context is not None
        return PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            name=self.name,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            validation_context=self.context,
            embed_validation_info=lasting,
            use_pades_lta=lasting,
            dss_settings=PROOF_FIRST,
            signer_key_usage=set(),
        )


def _proving(settings: Settings, signer: Signer) -> ValidationContext:
    """What the proof of the certificates starts from: their issuers, who are asked whether one is revoked.

    A key of our own vouches for itself: there is nobody to ask.
    """
    roots = list(given(settings).authorities)
    own = signer.signing_cert
    if own is not None and own.self_issued:
        roots.append(own)
    asking = RequestsFetcherBackend(per_request_timeout=TSA_SECONDS)
    return ValidationContext(
        trust_roots=roots, allow_fetching=True, revocation_mode="require", fetcher_backend=asking
    )


@dataclass(frozen=True)
class Attachment:
    """A file that is to lie in a PDF."""

    name: str
    media_type: str
    content: bytes


def attach(pdf: bytes, files: Iterable[Attachment], *, now: datetime) -> bytes:
    """The PDF (one set as PDF/A-3) with these files lying in it, to be sealed with it."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    for file in sorted(files, key=lambda each: each.name):
        params = EmbeddedFileParams(creation_date=now, modification_date=now)
        data = EmbeddedFileObject.from_file_data(
            writer, file.content, params=params, mime_type=file.media_type
        )
        spec = FileSpec(file.name, file_name=file.name, embedded_data=data, af_relationship=SUPPLEMENT)
        embed_file(writer, spec)
    made = BytesIO()
    writer.write(made)  # type: ignore[no-untyped-call]  # the library's own
    return made.getvalue()


def fingerprint_of(signer: Signer) -> str:
    """SHA-256 of the signer's certificate, in hexadecimal."""
    assert signer.signing_cert is not None
    return sha256(signer.signing_cert.dump()).hexdigest()


class _AtTime(PdfSigner):
    """A signer whose seal states the engine's time instead of the machine's."""

    def __init__(self, at: datetime, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at = at

    def init_signing_session(self, *given: Any, **named: Any) -> PdfSigningSession:
        session = super().init_signing_session(*given, **named)
        session.system_time = self._at
        return session
