"""The key that documents are sealed with: made at first use, or a municipality's own certificate.

The embedded default is `<data_dir>/seal/<municipality>.pem`, key and self-signed certificate in one file
that its owner alone can read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from asn1crypto import keys as asn1_keys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.sign import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from config.secret_file import place_private, read_private
from config.settings import Settings
from cycle.errors import PlanInvalid, Problem
from documents.seal_trust import FOLDER, Trust, certificates_in, certificates_of, fault, keep, kept, read

YEARS = 10
BEFORE = timedelta(days=1)
"""A certificate is good from the day before it is made: clocks differ."""

FOR_SEALS = {
    "digital_signature": True,
    "content_commitment": True,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}
"""What the certificate says the key is for: signing, and nothing else."""


@dataclass(frozen=True)
class Owner:
    """The municipality in whose name a document is sealed."""

    root_id: str
    name: str


def signer_of(settings: Settings, owner: Owner, *, now: datetime) -> Signer:
    """What signs in the municipality's name: by the settings, else the key in `data_dir`, made if missing.

    Raises PlanInvalid when the key cannot be read, or its certificate is not in force at `now` (UTC).
    """
    if settings.seal_pkcs11_module is not None:
        signer, where = _of_device(settings), str(settings.seal_pkcs11_module)
    elif settings.seal_pkcs12 is not None:
        signer, where = _of_pkcs12(settings, settings.seal_pkcs12), str(settings.seal_pkcs12)
    else:
        path = key_path(settings, owner.root_id)
        signer, where = _embedded(path, owner, now), str(path)
    _check_in_force(signer, where, now)
    return signer


def key_path(settings: Settings, root_id: str) -> Path:
    """Where the municipality's own key lies."""
    return settings.data_dir / FOLDER / f"{quote(root_id, safe='')}.pem"


def trusted(settings: Settings) -> Trust:
    """Whose seals are ours, and which authorities are believed: what lies in `data_dir/seal`, the settings'
    own key with its chain, and `seal_trust`. Raises PlanInvalid when a file of the settings cannot be read.
    """
    return given(settings).also(kept(settings))


def given(settings: Settings) -> Trust:
    """The same by the settings alone. Raises PlanInvalid when a file of theirs cannot be read."""
    trust = Trust()
    if settings.seal_pkcs12 is not None:
        signer = _of_pkcs12(settings, settings.seal_pkcs12)
        own = () if signer.signing_cert is None else (signer.signing_cert,)
        chain = tuple(each for each in signer.cert_registry if each not in own)
        trust = Trust(own, chain)
    if settings.seal_trust is not None:
        trust = trust.also(certificates_of(settings.seal_trust))
    return trust


def _embedded(path: Path, owner: Owner, now: datetime) -> Signer:
    try:
        content = read_private(path)
    except FileNotFoundError:
        place_private(path, _make(owner, now))
        content = read_private(path)
    try:
        key = serialization.load_pem_private_key(content, password=None)
        (certificate,) = certificates_in(content)
    except ValueError as error:
        cure = "Hent filen fra jeres sikkerhedskopi; en ny nøgle kan ikke genkende de gamle segl."
        raise fault(path, "Seglets nøgle kan ikke læses.", cure) from error
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # the library's own
    return SimpleSigner(certificate, asn1_keys.PrivateKeyInfo.load(plain), store)


def _make(owner: Owner, now: datetime) -> bytes:
    """A new key with its certificate, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DK"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner.name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{owner.name[:50]}, Årshjul"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + timedelta(days=365 * YEARS + YEARS // 4))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**FOR_SEALS), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem + certificate.public_bytes(serialization.Encoding.PEM)


def _of_pkcs12(settings: Settings, path: Path) -> SimpleSigner:
    password = settings.seal_pkcs12_password.get_secret_value().encode() or None
    try:
        found: SimpleSigner = SimpleSigner.load_pkcs12_data(read(path), other_certs=[], passphrase=password)
    except (ValueError, TypeError) as error:
        cure = "Se efter, om AARSHJUL_SEAL_PKCS12_PASSWORD er rigtig, og om filen er hel."
        raise fault(path, "PKCS#12-filen kan ikke åbnes.", cure) from error
    return found


def _of_device(settings: Settings) -> Signer:
    """The device's signer. Its certificate is kept beside our own keys: its seals are known without it."""
    from documents.seal_device import device_signer

    signer = device_signer(settings)
    certificate = signer.signing_cert
    if certificate is not None:
        keep(settings, certificate, "enhed")
    return signer


def _check_in_force(signer: Signer, where: str, now: datetime) -> None:
    certificate = signer.signing_cert
    if certificate is None:
        raise PlanInvalid([Problem(where, "Der er intet certifikat til nøglen.", "Tilføj certifikatet.")])
    if certificate.not_valid_before <= now <= certificate.not_valid_after:
        return
    first, last = f"{certificate.not_valid_before:%d.%m.%Y}", f"{certificate.not_valid_after:%d.%m.%Y}"
    cure = (
        "Er det jeres egen nøgle i data_dir/seal, så giv filen et andet navn, der ender på .pem: en ny "
        "bliver lavet, og den gamle bliver ved med at kunne kendes. Ellers skal certifikatet fornys."
    )
    raise PlanInvalid([Problem(where, f"Seglets certifikat gælder kun fra {first} til {last}.", cure)])
