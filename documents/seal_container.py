"""The parts of a seal's container (CMS SignedData, RFC 5652) that its signature does not cover.

They decide nothing, so a reader passes over them; a byte changed in one is a changed document all the same.
Each must be as the signed parts say.
"""

from typing import Any

from asn1crypto import cms

VERSIONS = ("v1", "v3")
TIME_STAMP = "signature_time_stamp_token"


def nothing_loose(data: cms.SignedData) -> bool:
    """Whether everything the signature leaves out follows from what it covers."""
    if len(data["signer_infos"]) != 1 or data["version"].native not in VERSIONS or data["crls"].native:
        return False
    signer = data["signer_infos"][0]
    named = [each.dump() for each in data["digest_algorithms"]]
    return (
        named == [signer["digest_algorithm"].dump()]
        and signer["version"].native == "v1"
        and data["encap_content_info"]["content_type"].native == _signed_type(signer)
        and all(_plain_attribute(each) for each in signer["unsigned_attrs"] or ())
    )


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
