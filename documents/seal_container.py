"""The parts of a seal's container (CMS SignedData, RFC 5652) that its signature does not cover.

They decide nothing, so a reader passes over them; a byte changed in one is a changed document all the same.
Each must be as the signed parts say.
"""

from collections.abc import Sequence
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

TIME_STAMP = "signature_time_stamp_token"


def fills(container: bytes) -> bool:
    """Whether the container's outermost parts are as long as it says, with nothing behind them."""
    info = cms.ContentInfo.load(container, strict=True)
    return sum(len(info[name].dump()) for name in ("content_type", "content")) == len(info.contents)


def nothing_loose(data: cms.SignedData) -> bool:
    """Whether everything the signature leaves out follows from what it covers."""
    if len(data["signer_infos"]) != 1 or data["crls"].native:
        return False
    version = "v1" if data["encap_content_info"]["content_type"].native == "data" else "v3"
    signer = data["signer_infos"][0]
    certificates = [each.chosen for each in data["certificates"] if each.name == "certificate"]
    named = [each.dump() for each in data["digest_algorithms"]]
    return (
        data["version"].native == version
        and named == [signer["digest_algorithm"].dump()]
        and signer["version"].native == "v1"
        and len(certificates) == len(data["certificates"])
        and any(_names(signer["sid"], each) for each in certificates)
        and all(_is_whole(each, certificates) for each in certificates)
        and data["encap_content_info"]["content_type"].native == _signed_type(signer)
        and all(_plain_attribute(each) for each in signer["unsigned_attrs"] or ())
    )


def _names(sid: cms.SignerIdentifier, certificate: asn1_x509.Certificate) -> bool:
    """Whether the signer is named as the certificate names itself, sign by sign.

    A reader compares names without regard to capitals (RFC 5280, 7.1).
    """
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    expected = cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(named))
    return bool(sid.dump() == expected.dump())


def _is_whole(certificate: asn1_x509.Certificate, among: Sequence[asn1_x509.Certificate]) -> bool:
    """Whether whoever issued the certificate has signed exactly it, as far as the issuer lies beside it."""
    issuers = [each for each in among if each.subject.dump() == certificate.issuer.dump()]
    return not issuers or any(_issued(certificate, each) for each in issuers)


def _issued(certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> bool:
    try:
        loaded = x509.load_der_x509_certificate(certificate.dump())
        loaded.verify_directly_issued_by(x509.load_der_x509_certificate(issuer.dump()))
    except (ValueError, InvalidSignature):
        return False
    except (TypeError, UnsupportedAlgorithm):  # a kind of key that cannot be judged here
        return True
    return True


def _signed_type(signer: cms.SignerInfo) -> Any:
    """The type of the content that the signature speaks of."""
    return next(
        (
            each["values"][0].native
            for each in signer["signed_attrs"]
            if each["type"].native == "content_type"
        ),
        None,
    )


def _plain_attribute(attribute: cms.CMSAttribute) -> bool:
    """A time stamp that is itself whole; nothing else is put beside our seals."""
    if attribute["type"].native != TIME_STAMP or len(attribute["values"]) != 1:
        return False
    return nothing_loose(attribute["values"][0]["content"])
