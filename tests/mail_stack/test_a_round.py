"""A whole report round through Postfix and Dovecot: half answered by mail and half by web, each twice."""

from collections import Counter

from sqlalchemy.engine import Engine

from cycle.messages.tables import Inbound, InboundVerdict, Message, MessageKind, MessageState
from cycle.runs.tables import Run, RunState
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind
from cycle.tasks.tables import Submission, Task
from tests.support.mail_round import FULL, NIL, MailTown, trusting
from tests.support.mail_stack import ENGINE, until
from tests.support.web import Form, Site

TYPED = {"status__light": "grøn", "beloeb": "1,5 mio.", "bemaerkning": "Alt går godt."}


def test_eight_units_answer_twice_each_and_the_round_closes_with_eight_answers(
    sqlite_engine: Engine, tmp_path, stack
) -> None:
    town = MailTown(sqlite_engine, tmp_path, stack, units=2)
    try:
        play(town)
    finally:
        town.close()


def play(town: MailTown) -> None:
    town.open()
    tasks = sorted(town.rows(Task), key=lambda task: task.unit_id)
    addresses = [f"{task.unit_id.lower()}@by.example" for task in tasks]
    until(lambda: all(len(town.letters(address)) == 1 for address in addresses), 20, town.stack.log)
    by_mail, by_web = addresses[:4], tasks[4:]

    for number, address in enumerate(by_mail):
        raw = town.reply(town.letters(address)[0], NIL if number == 3 else FULL)
        town.send(address, raw, times=2)
    until(lambda: len(town.stack.mails(ENGINE)) == 8, 20, town.stack.log)
    now = town.now()
    answer_by_web(town, by_web, now)
    town.now()

    found = town.rows(Submission)
    assert sorted(submission.task_id for submission in found) == sorted(task.id or 0 for task in tasks)
    assert Counter(submission.channel for submission in found) == {Channel.MAIL: 4, Channel.WEB: 4}
    assert Counter(submission.kind for submission in found) == {
        SubmissionKind.COMPLETE: 7,
        SubmissionKind.NIL: 1,
    }
    assert [inbound.verdict for inbound in town.rows(Inbound)] == [InboundVerdict.ANSWER] * 4
    assert town.stack.seen() == [True] * 8
    until(lambda: all(len(town.letters(address)) == 2 for address in addresses), 20, town.stack.log)

    town.end()
    assert town.occurrence().state is OccurrenceState.CLOSED
    assert [run.error for run in town.rows(Run) if run.state is RunState.FAILED] == []
    kinds = Counter((m.kind, m.state) for m in town.rows(Message) if m.address in addresses)
    assert kinds == {
        (MessageKind.DAILY, MessageState.SENT): 8,
        (MessageKind.RECEIPT, MessageState.SENT): 8,
    }, "nobody who has answered is reminded"
    assert all(len(town.letters(address)) == 2 for address in addresses), "one request, one receipt"


def answer_by_web(town: MailTown, tasks: list[Task], now) -> None:
    """Each presses the button twice: the browser sends the same form again."""
    secret = "k" * 40
    site = Site(town.engine, town.settings.data_dir, at=now, secret_key=secret)
    with trusting(town.stack):
        for task in tasks:
            link = site.link(task, town.town.leaders[task.unit_id])
            browser = site.browser()
            form = Form(browser.get(link), link)
            assert [form.send(browser, act="submit", **TYPED).status_code for _ in range(2)] == [303, 303]
