"""What a server that does not answer says, in words and with a full stop."""

import smtplib
import socket

import pytest

from cli.checks.reasons import reason


@pytest.mark.parametrize(
    ("error", "danish"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "Intet program svarer på adressen."),
        (TimeoutError("timed out"), "Serveren svarer ikke i tide."),
        (socket.gaierror(-2, "Name or service not known"), "Servernavnet kendes ikke."),
        (smtplib.SMTPException("STARTTLS extension not supported"), "STARTTLS extension not supported."),
        (ConnectionResetError(), "ConnectionResetError."),
    ],
)
def test_a_reason_is_a_sentence(error: Exception, danish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AARSHJUL_LANGUAGE", raising=False)
    assert reason(error) == danish
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    assert reason(error).endswith(".") and "Errno" not in reason(error)
