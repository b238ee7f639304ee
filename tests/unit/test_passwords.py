"""Which passwords are refused, without asking any network."""

import socket

import pytest

from cycle.access.passwords import hashed, matches, password_faults


@pytest.mark.parametrize(
    "known",
    [
        "password1234",
        "qwertyuiop12",
        "111111111111",
        "iloveyou1234",
        "adgangskode123",
        "Velkommen2027!",
        "Aarshjul2027!",
        "sommersommer1",
        "KobenhavnSkole",
        "hemmelig12345",
    ],
)
def test_a_password_that_stands_on_lists_or_is_made_of_known_words_is_refused(known, monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("a network was asked"))
    (fault,) = password_faults(known)
    assert fault.what == "Adgangskoden er for let at gætte."


def test_ones_own_name_and_address_make_no_password():
    about = ("ida.opdigtet@kbh.example", "Ida Opdigtet")
    for own in ("idaopdigtet1", "Ida.Opdigtet@kbh.example", "opdigtet2027"):
        assert password_faults(own, about)
    assert not password_faults("paraply marmelade tog", about)


def test_any_character_and_two_hundred_of_them_will_do():
    assert not password_faults("æbleskiver på 🚲 til tirsdagsmødet")
    assert not password_faults("hest gul " * 22)[1:]
    long = "".join(chr(0x4E00 + at * 7 % 900) for at in range(200))
    assert not password_faults(long) and password_faults(long + "x")[0].what == "Adgangskoden er for lang."
    assert password_faults("gul hest")[0].what == "Adgangskoden er for kort."


def test_a_password_is_compared_as_it_was_typed_and_kept_as_argon2id():
    kept = hashed("Paraply Marmelade")
    assert kept.startswith("$argon2id$") and matches(kept, "Paraply Marmelade")
    assert (
        not matches(kept, "paraply marmelade") and not matches("", "") and not matches("sludder", "sludder")
    )
