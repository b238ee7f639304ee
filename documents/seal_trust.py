"""Whose seals are ours, and which authorities are believed: what a seal is judged by, and proved with.

Ours are end certificates, known one by one. An authority that has issued one of them has issued others too:
it is believed about certificates and about the time, and never makes another's seal ours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder_data

from config.secret_file import place_private
from config.settings import Settings
from cycle.danish import file_fault
from cycle.errors import PlanInvalid, Problem

FOLDER = "seal"
TIME = "time_stamping"


@dataclass(frozen=True)
class Trust:
    """`ours`: certificates whose seals are ours. `authorities`: issuers, and whoever states the time."""

    ours: tuple[Certificate, ...] = ()
    authorities: tuple[Certificate, ...] = ()

    @classmethod
    def of(cls, certificates: Iterable[Certificate]) -> "Trust":
        """Each certificate as what it says of itself."""
        known = list(certificates)
        return cls(
            tuple(each for each in known if not is_authority(each)),
            tuple(each for each in known if is_authority(each)),
        )

    def also(self, certificates: Iterable[Certificate]) -> "Trust":
        """With further certificates."""
        more = Trust.of(certificates)
        return Trust(self.ours + more.ours, self.authorities + more.authorities)

    def is_ours(self, certificate: Certificate) -> bool:
        """Whether a seal with this certificate is ours."""
        return certificate.dump() in {each.dump() for each in self.ours}


def is_authority(certificate: Certificate) -> bool:
    """Whether it issues certificates, or states the time; it seals nothing in a municipality's name."""
    uses = certificate.extended_key_usage_value
    return bool(certificate.ca) or (uses is not None and TIME in uses.native)


def certificates_of(path: Path) -> list[Certificate]:
    """The certificates of a PEM or DER file, at least one. Raises PlanInvalid for a file without."""
    try:
        found = certificates_in(read(path))
        if any(each.subject is None for each in found):  # what is not one shows when it is looked into
            found = []
    except ValueError:
        found = []
    if not found:
        raise fault(path, "Der er intet certifikat i filen.", "Filen skal være PEM eller DER.")
    return found


def certificates_in(content: bytes) -> list[Certificate]:
    """The certificates of a PEM or DER file; a private key beside them is passed over."""
    if b"-----BEGIN" not in content:
        return list(load_certs_from_pemder_data(content))
    start = b"-----BEGIN CERTIFICATE-----"
    parts = [start + part for part in content.split(start)[1:]]
    return [each for part in parts for each in load_certs_from_pemder_data(part)]


def kept(settings: Settings) -> Iterator[Certificate]:
    """Every certificate in `data_dir/seal`. Raises PlanInvalid when a file there cannot be read."""
    for path in sorted((settings.data_dir / FOLDER).glob("*.pem")):
        yield from certificates_of(path)


def keep(settings: Settings, certificate: Certificate, kind: str) -> None:
    """Keeps a certificate beside our own keys, so that what it has sealed or stamped is known without it."""
    path = settings.data_dir / FOLDER / f"{kind}-{certificate.sha256.hex()[:16]}.pem"
    if not path.exists():
        place_private(path, pem.armor("CERTIFICATE", certificate.dump()))


def fault(path: Path, what: str, cure: str) -> PlanInvalid:
    """What is wrong with a file of the settings."""
    return PlanInvalid([Problem(str(path), what, cure)])


def read(path: Path) -> bytes:
    """The file's bytes. Raises PlanInvalid."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise fault(
            path, f"Filen kan ikke læses: {file_fault(error)}.", "Ret sti eller rettigheder."
        ) from error
