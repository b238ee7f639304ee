"""Why a document could not be sealed, in words: the library's own are about certificates and paths."""

from collections.abc import Iterator

from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    InvalidCertificateError,
    PathBuildingError,
    RevokedError,
)

REASONS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (RevokedError,),
        "Certifikatet er spærret af den, der har udstedt det. Intet forsegles med det; få et nyt.",
        "The certificate has been revoked by its issuer. Nothing is sealed with it; get a new one.",
    ),
    (
        (InsufficientRevinfoError,),
        "Udstederen kunne ikke spørges, om certifikatet er spærret (OCSP, CRL). Der prøves igen.",
        "The issuer could not be asked whether the certificate is revoked (OCSP, CRL). It is tried again.",
    ),
    (
        (PathBuildingError, InvalidCertificateError),  # the latter: self-signed, and not trusted
        "Det vides ikke, hvem der har udstedt seglets eller tidsstemplingens certifikat. Læg udstederens "
        "certifikat i AARSHJUL_SEAL_TRUST.",
        "It is not known who issued the certificate of the seal or of the time stamp. Put the issuer's "
        "certificate into AARSHJUL_SEAL_TRUST.",
    ),
)


def why_not(error: Exception) -> tuple[str, str]:
    """The reason in Danish and in English."""
    for kinds, danish, english in REASONS:
        if any(isinstance(each, kinds) for each in _causes(error)):
            return danish, english
    return f"Dokumentet kunne ikke forsegles: {error}", f"The document could not be sealed: {error}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
