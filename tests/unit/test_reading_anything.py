"""No mail makes the reader raise, and whatever it reads can be stored. The long search is a proof."""

from hypothesis import given

from notifications.reading.headers import sender_of
from notifications.reading.read import read_mail
from notifications.reading.wire import packed, unpacked
from notifications.reading.words import own_words
from tests.support.mail_pieces import MAILS


@given(MAILS)
def test_any_mail_is_read_and_what_is_read_can_be_stored(raw: bytes) -> None:
    mail = read_mail(raw)
    assert unpacked(packed(mail)) == mail
    texts = [mail.message_id, mail.sender, mail.subject, mail.text, mail.own_text, sender_of(raw)]
    texts += [each.address + each.diagnostic for each in mail.failed] + [file.name for file in mail.files]
    for text in texts:
        assert "\x00" not in text and text.encode("utf-8") is not None
    assert (mail.verdict is None) == (mail.reason == "")


@given(MAILS)
def test_own_words_of_any_text_are_its_lines(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    assert own_words(own_words(text)) is not None
    assert len(own_words(text)) <= len(text) + 2
