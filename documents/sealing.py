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
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError

from config.settings import Settings
from cycle.errors import CycleError
from documents.seal_key import Owner, signer_of, trusted

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
    """The document could not be sealed now; nothing was kept. Tried again later."""


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

    @classmethod
    def of(cls, settings: Settings, owner: Owner, *, now: datetime) -> "Sealer":
        """The seal as the settings say. Raises PlanInvalid when its key cannot be used at `now` (UTC)."""
        signer = signer_of(settings, owner, now=now)
        stamper = None
        if settings.seal_tsa_url:
            stamper = RequestsHTTPTimeStamper(settings.seal_tsa_url, timeout=TSA_SECONDS)  # type: ignore[no-untyped-call]  # the library's own
        context = None
        if settings.seal_long_term:
            context = ValidationContext(trust_roots=trusted(settings), allow_fetching=True)
        return cls(signer, owner.name, stamper, context)

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
        lasting = self.context is not None
        meta = PdfSignatureMetadata(
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
        field = SigFieldSpec(FIELD, readable_field_name=reason)
        signer = _AtTime(now, meta, self.signer, timestamper=self.timestamper, new_field_spec=field)
        try:
            writer = IncrementalPdfFileWriter(BytesIO(pdf))
            made = asyncio.run(
                signer.async_sign_pdf(writer, bytes_reserved=None if self.timestamper else RESERVED)
            )
        except TimestampRequestError as error:
            raise SealFailed(
                "Tidsstemplingen svarer ikke (AARSHJUL_SEAL_TSA_URL). Der prøves igen."
            ) from error
        except (PathError, SigningError, PdfError) as error:
            raise SealFailed(f"Dokumentet kunne ikke forsegles: {error}") from error
        return Sealed(made.getvalue(), self.level, fingerprint_of(self.signer))


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
