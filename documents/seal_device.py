"""A seal whose key lies in a device (PKCS#11): a smart card, a token, a hardware security module."""

from threading import Lock

import pkcs11
from pkcs11 import Attribute, PKCS11Error, TokenFlag
from pyhanko.sign import Signer
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from config.settings import Settings
from cycle.errors import PlanInvalid, Problem

CURE = "Se efter, om enheden sidder i, og om slot, label og PIN er rigtige."
_LOCK = Lock()
_OPEN: dict[tuple[object, ...], tuple[pkcs11.Session, Signer]] = {}
"""A device lets a process log in once: its session is used again as long as it answers."""


def device_signer(settings: Settings) -> Signer:
    """What signs with the device of the settings; its session stays open. Raises PlanInvalid."""
    wanted = (
        settings.seal_pkcs11_module,
        settings.seal_pkcs11_slot,
        settings.seal_pkcs11_label,
        settings.seal_pkcs11_pin.get_secret_value(),
    )
    with _LOCK:
        known = _OPEN.get(wanted)
        if known is not None and _answers(known[0], settings.seal_pkcs11_label):
            return known[1]
        try:
            if known is not None:
                known[0].close()
            _OPEN[wanted] = opened = _opened(settings)
        except Exception as error:  # the drivers' own errors have no common class
            _OPEN.pop(wanted, None)
            what = f"Enheden svarer ikke: {str(error) or type(error).__name__}."
            raise PlanInvalid([Problem(str(settings.seal_pkcs11_module), what, CURE)]) from error
        return opened[1]


def _opened(settings: Settings) -> tuple[pkcs11.Session, Signer]:
    pin, label = settings.seal_pkcs11_pin.get_secret_value(), settings.seal_pkcs11_label
    session = open_pkcs11_session(str(settings.seal_pkcs11_module), slot_no=_slot(settings), user_pin=pin)
    signer = PKCS11Signer(session, cert_label=label)
    certificate = signer.signing_cert  # asks the device now, and not at the first agreement
    if certificate is not None and certificate.public_key.algorithm == "ec":
        # few devices digest for an elliptic curve; all sign a digest that is made here
        signer = PKCS11Signer(session, cert_label=label, use_raw_mechanism=True)
    return session, signer


def _answers(session: pkcs11.Session, label: str) -> bool:
    try:
        return any(True for _ in session.get_objects({Attribute.LABEL: label}))
    except PKCS11Error:
        return False


def _slot(settings: Settings) -> int | None:
    """The slot of the settings, else the first that holds a token in use; a slot may be empty."""
    if settings.seal_pkcs11_slot is not None:
        return settings.seal_pkcs11_slot
    slots = pkcs11.lib(str(settings.seal_pkcs11_module)).get_slots(token_present=True)
    used = (n for n, slot in enumerate(slots) if TokenFlag.TOKEN_INITIALIZED in slot.get_token().flags)
    return next(used, None)
