import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from tests.adapters.channels.post_office import (
    DROP,
    HANG,
    USER,
    Office,
    authority,
    credentials,
    dripping,
    mailer,
    post_office,
    scripted,
)
from tests.adapters.channels.stage import MARKER, digest, event, logged
from tests.adapters.http.holes import resolving, swallowing
from tests.ports import free_port
from watcher.adapters.channels.kinds.email import EmailOptions, Security
from watcher.messages.events import EventKind
from watcher.ports.notifier import Accepted, Postponed, Receivers, Rejected
from watcher.texts.secret import Password, Secret

THREE = ("one@example.com", "two@example.com", "three@example.com")
SHORT = timedelta(milliseconds=300)
TO_THE_DATA = (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go")
"""The answers to a transaction with one recipient, up to its message."""


@pytest.fixture
def office() -> Iterator[Office]:
    with post_office() as one:
        yield one


def test_a_digest_is_one_mail_to_all_recipients(office):
    delivery = mailer(office.port, to=THREE).deliver(digest(event(text="it renews")))
    assert delivery == Accepted(detail=f"127.0.0.1:{office.port} took it for 3 recipients")
    (envelope,) = office.envelopes
    assert envelope.mail_from == "watcher@example.com"
    assert envelope.rcpt_tos == [*THREE]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_over_tls_it_logs_in_and_sends(tmp_path, security):
    certificate, ca_file = authority(tmp_path)
    with post_office(security=security, certificate=certificate, login=True) as office:
        notifier = mailer(office.port, security=security, ca_file=ca_file, **credentials())
        assert isinstance(notifier.deliver(digest(event())), Accepted)
        assert (office.secured, office.logins) == ([True], [True])


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("problem", ["stranger", "other name"])
def test_a_certificate_that_is_not_trusted_gets_no_mail(tmp_path, security, problem):
    certificate, ca_file = authority(tmp_path)
    if problem == "stranger":
        (tmp_path / "other").mkdir()
        _, ca_file = authority(tmp_path / "other")
    else:
        ca = trustme.CA()
        ca.cert_pem.write_to_path(str(ca_file))
        certificate = ca.issue_cert("mail.example.com")
    with post_office(security=security, certificate=certificate) as office:
        delivery = mailer(office.port, security=security, ca_file=ca_file).deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert "its certificate is not trusted" in delivery.why
    assert office.envelopes == []


def test_without_starttls_nothing_is_said(office):
    delivery = mailer(office.port, security=Security.STARTTLS, **credentials()).deliver(digest(event()))
    assert delivery == Rejected(
        why=f"127.0.0.1:{office.port}: STARTTLS extension not supported by server.", channel=True
    )
    assert office.envelopes == []


def test_a_refused_login_is_the_channels(tmp_path):
    certificate, ca_file = authority(tmp_path)
    with post_office(security=Security.STARTTLS, certificate=certificate, login=True) as office:
        office.password = "another"
        notifier = mailer(office.port, security=Security.STARTTLS, ca_file=ca_file, **credentials())
        delivery = notifier.deliver(digest(event()))
    assert delivery == Rejected(why=f"127.0.0.1:{office.port} answered 535 to the login", channel=True)


@pytest.mark.parametrize("mechanisms", [(), ("PLAIN",)], ids=["PLAIN", "LOGIN"])
def test_a_password_of_any_alphabet_logs_in(tmp_path, mechanisms):
    """It was refused, "write it again: one line, nothing else": RFC 4616 has it as UTF-8."""
    certificate, ca_file = authority(tmp_path)
    password = Password("gr\N{LATIN SMALL LETTER U WITH DIAERESIS}ne Katze")
    with post_office(
        security=Security.STARTTLS, certificate=certificate, login=True, without=mechanisms
    ) as office:
        office.password = password.reveal()
        notifier = mailer(
            office.port, security=Security.STARTTLS, ca_file=ca_file, username=USER, password=password
        )
        assert isinstance(notifier.deliver(digest(event())), Accepted)
        assert office.logins == [True]
        office.password = "another"
        delivery = notifier.deliver(digest(event()))
    assert delivery == Rejected(why=f"127.0.0.1:{office.port} answered 535 to the login", channel=True)


def test_where_no_login_takes_such_a_password_that_is_said(tmp_path):
    certificate, ca_file = authority(tmp_path)
    password = Password("gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n")
    with post_office(
        security=Security.STARTTLS, certificate=certificate, login=True, without=("PLAIN", "LOGIN")
    ) as office:
        delivery = mailer(
            office.port, security=Security.STARTTLS, ca_file=ca_file, username=USER, password=password
        ).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel


def test_a_server_without_logins_is_the_channels_trouble(office):
    delivery = mailer(office.port, **credentials()).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel


def test_a_refused_sender_is_the_channels(office):
    office.sender = "550 5.7.1 not you"
    delivery = mailer(office.port).deliver(digest(event()))
    assert delivery == Rejected(why=f"127.0.0.1:{office.port} answered 550 to the sender", channel=True)


@pytest.mark.parametrize(("answer", "channel"), [("550 5.7.1 spam", False), ("552 5.3.4 too big", False)])
def test_a_refused_message_is_the_messages(office, answer, channel):
    office.data = answer
    delivery = mailer(office.port).deliver(digest(event()))
    assert delivery == Rejected(
        why=f"127.0.0.1:{office.port} answered {answer[:3]} to the message", channel=channel
    )


def test_a_message_that_the_server_says_is_too_large_is_the_messages():
    with post_office(size=1_000) as office:
        delivery = mailer(office.port).deliver(digest(event()))
    assert delivery == Rejected(why=f"127.0.0.1:{office.port} answered 552 to the sender")


@pytest.mark.parametrize("step", ["sender", "data"])
def test_what_may_pass_postpones(office, step):
    setattr(office, step, "451 4.7.1 later")
    delivery = mailer(office.port).deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert "answered 451" in delivery.why


def test_all_recipients_refused_is_the_channels(office):
    office.recipients = dict.fromkeys(THREE, "550 5.1.1 who?")
    delivery = mailer(office.port, to=THREE).deliver(digest(event()))
    assert delivery == Rejected(
        why=f"127.0.0.1:{office.port} took it for 0 of 3 recipients and answered 550 for 3: look at `to`",
        channel=True,
    )
    assert office.envelopes == []


ONE, TWO, LAST = THREE


def test_a_recipient_who_refuses_for_good_is_named_and_keeps_nobody_waiting(office):
    """It was the whole channel's refusal: one departed colleague stopped every release for ever."""
    office.recipients = {TWO: "550 5.1.1 who is two@example.com?"}
    delivery = mailer(office.port, to=THREE).deliver(digest(event()))
    assert delivery == Accepted(
        detail=f"127.0.0.1:{office.port} took it for 2 of 3 recipients and answered 550 for 1",
        receivers=Receivers(took=frozenset({ONE, LAST}), refused={TWO: "answered 550"}),
    )
    assert office.envelopes[0].rcpt_tos == [ONE, LAST]


def test_who_was_put_off_gets_it_later_and_the_others_only_once(office):
    office.recipients = {TWO: "450 4.2.0 greylisted"}
    first = mailer(office.port, to=THREE).deliver(digest(event()))
    assert first == Postponed(
        why=f"127.0.0.1:{office.port} took it for 2 of 3 recipients and answered 450 for 1",
        receivers=Receivers(took=frozenset({ONE, LAST}), put_off={TWO: "answered 450"}),
    )
    office.recipients = {}
    again = replace(digest(event()), had={event().key: first.receivers.took})
    second = mailer(office.port, to=THREE).deliver(again)
    assert isinstance(second, Accepted)
    assert second.receivers == Receivers(took=frozenset({TWO}))
    assert [each.rcpt_tos for each in office.envelopes] == [[ONE, LAST], [TWO]]
    assert len({mail["Message-ID"] for mail in office.mails}) == 1


def test_who_refused_for_good_is_not_asked_again(office):
    before = replace(digest(event()), had={event().key: {ONE}}, refused_by={event().key: {TWO, LAST}})
    assert isinstance(mailer(office.port, to=THREE).deliver(before), Accepted)
    assert office.envelopes == []


def test_a_message_that_only_the_last_one_s_server_refuses_is_refused_for_it_alone(office):
    office.data = "554 5.7.1 spam"
    before = replace(digest(event()), had={event().key: {ONE, TWO}})
    delivery = mailer(office.port, to=THREE).deliver(before)
    assert isinstance(delivery, Accepted)
    assert delivery.receivers.refused.keys() == {LAST}


def test_a_letter_for_one_goes_to_that_one_alone_as_long_as_it_is_written_to(office):
    notifier = mailer(office.port, to=THREE)
    assert isinstance(notifier.deliver(replace(digest(event()), only=TWO)), Accepted)
    assert [each.rcpt_tos for each in office.envelopes] == [[TWO]]
    gone = notifier.deliver(replace(digest(event()), only="four@example.com"))
    assert gone == Rejected(why="it is not in `to` any more")
    office.recipients = {TWO: "550 no"}
    assert notifier.deliver(replace(digest(event()), only=TWO)).why.endswith("and answered 550 for 1")


@pytest.mark.parametrize(
    ("answers", "delivery"),
    [
        ((b"421 busy",), Postponed),
        ((b"554 no mail here",), Rejected),
        ((b"220 hi", b"421 busy", b"421 busy"), Postponed),
        ((b"220 hi", b"502 no", b"502 no"), Rejected),
        ((DROP,), Postponed),
        ((b"no smtp at all",), Postponed),
        ((b"220 hi", b"250 hi", DROP), Postponed),
        ((b"220 hi", b"250 hi", b"250 ok", b"421 closing"), Postponed),
        ((*TO_THE_DATA[:-1], b"451 not now"), Postponed),
        ((*TO_THE_DATA[:-1], b"554 never"), Rejected),
        ((*TO_THE_DATA, DROP), Postponed),
    ],
)
def test_whatever_a_server_says_there_is_an_answer(answers, delivery):
    with scripted(*answers) as port:
        assert isinstance(mailer(port).deliver(digest(event())), delivery)


@pytest.mark.parametrize("said", range(len(TO_THE_DATA) + 1))
def test_a_server_that_hangs_postpones(said):
    with scripted(*TO_THE_DATA[:said], HANG) as port:
        delivery = mailer(port, timeout=SHORT).deliver(digest(event()))
    assert delivery == Postponed(why=f"127.0.0.1:{port}: no answer in time")


def test_a_server_that_drips_gains_no_time():
    with dripping() as port:
        delivery = mailer(port, timeout=SHORT).deliver(digest(event()))
    assert delivery == Postponed(why=f"127.0.0.1:{port}: no answer in time")


def test_a_server_that_is_not_there_postpones():
    port = free_port()
    delivery = mailer(port).deliver(digest(event()))
    assert delivery == Postponed(why=f"127.0.0.1:{port}: connection refused")


def test_a_host_that_is_unknown_postpones():
    delivery = mailer(25, host="nowhere.invalid", security=Security.TLS).deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert delivery.why.startswith("nowhere.invalid: ")


def test_the_second_address_gets_the_mail_though_the_first_swallows_everything(office, monkeypatch):
    """The first of two addresses had the whole timeout: no mail in 23 s, and none at the next try either."""
    with swallowing("127.0.0.2", office.port):
        resolving(monkeypatch, "localhost", "127.0.0.2", "127.0.0.1")
        delivery = mailer(office.port, host="localhost").deliver(digest(event()))
    assert isinstance(delivery, Accepted)
    assert len(office.envelopes) == 1


def test_over_tls_the_name_is_proved_at_whatever_address_it_answers(tmp_path, monkeypatch):
    certificate, ca_file = authority(tmp_path)
    with post_office(security=Security.TLS, certificate=certificate) as office:
        resolving(monkeypatch, "mail.example", "127.0.0.1")
        notifier = mailer(office.port, host="mail.example", security=Security.TLS, ca_file=ca_file)
        delivery = notifier.deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert "mail.example" in delivery.why, "the certificate is of another name"
    assert office.envelopes == []


def test_a_name_that_leads_to_metadata_gets_no_mail(monkeypatch):
    resolving(monkeypatch, "mail.example", "169.254.169.254")
    delivery = mailer(25, host="mail.example", security=Security.TLS).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert "nothing is sent there" in delivery.why


def test_no_answer_of_the_servers_is_repeated(tmp_path):
    answers = (b"220 hi", b"250-hi\r\n250 AUTH PLAIN", f"535 your password is {MARKER}".encode())
    with scripted(*answers) as port, logged(level=logging.DEBUG) as log:
        delivery = mailer(port, **credentials()).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert MARKER not in f"{delivery} {log.getvalue()}"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"host": ""}, "host"),
        ({"host": "mail example"}, "host"),
        ({"host": "mail.example.com", "security": Security.NONE}, "security"),
        ({"username": "me"}, "username"),
        ({"password": Secret("x")}, "password"),
        ({"username": "m\ne", "password": Secret("x")}, "username"),
        ({"helo": "pod-1"}, "helo"),
        ({"helo": "10.0.0.7"}, "helo"),
        ({"helo": "[pod]"}, "helo"),
        ({"helo": "a.example\r\nMAIL"}, "helo"),
        ({"helo": ""}, "helo"),
        ({"to": ()}, "to"),
        ({"to": ("ops@example.com\r\nBcc: all@example.com",)}, "to"),
        ({"to": ("a@example.com, b@example.com",)}, "to"),
        ({"to": ("ops",)}, "to"),
        ({"sender": "wätcher@example.com"}, "sender"),
        ({"sender": "<>"}, "sender"),
        ({"sender": "ops@"}, "sender"),
        ({"to": ("Ops <",)}, "to"),
        ({"subject_prefix": "a\nb"}, "subject_prefix"),
        ({"ca_file": Path("nowhere.pem")}, "ca_file"),
        ({"ca_file": Path(__file__)}, "ca_file"),
        ({"subject_template": "{{ event }}"}, "subject_template"),
        ({"text_template_file": Path("nowhere.j2")}, "text_template_file"),
    ],
)
def test_options_that_can_never_work_are_refused_each_by_its_name(options, key):
    good = {
        "host": "localhost",
        "security": Security.NONE,
        "sender": "w@example.com",
        "to": ("o@example.com",),
    }
    assert [name for name, _ in EmailOptions(**good).mistakes()] == []
    assert [name for name, _ in EmailOptions(**good | options).mistakes()] == [key]
    with pytest.raises(ValueError, match=rf"^notifiers\.ops\.{key}: "):
        mailer(25, **good | options)


def test_a_template_gives_the_text_and_the_subject_its_words(office, tmp_path):
    file = tmp_path / "mail.j2"
    file.write_text("{% for event in events %}\nKeep {{ event.handle }}: {{ event.hold }}\n{% endfor %}\n")
    notifier = mailer(
        office.port,
        text_template_file=file,
        subject_template="{{ totals.events }} news",
        subject_prefix="[x]",
    )
    notifier.deliver(digest(event(EventKind.RELEASE_ANNOUNCED, handle="cafe")))
    (mail,) = office.mails
    assert mail["subject"] == "[x] 1 news"
    assert mail.get_body(("plain",)).get_content() == "Keep @cafe: lease-watcher hold sa_cafe\r\n"
    assert "@cafe" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("machine", "options", "name"),
    [
        ("watcher-28f5d-x7k", {}, "example.com"),
        ("watcher.internal", {}, "watcher.internal"),
        ("10.0.0.7", {}, "example.com"),
        ("gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n.example", {}, "example.com"),
        ("watcher.internal", {"helo": "out.example.org"}, "out.example.org"),
        ("pod", {"helo": "[192.0.2.7]"}, "[192.0.2.7]"),
        ("pod", {"helo": "[IPv6:2001:db8::7]"}, "[IPv6:2001:db8::7]"),
        ("pod", {"sender": "watcher@localhost"}, "[127.0.0.1]"),
    ],
)
def test_it_calls_itself_by_a_full_name(office, monkeypatch, machine, options, name):
    """From every pod it was `[127.0.0.1]`, which Postfix refuses with 504 where it wants a full name."""
    monkeypatch.setattr("watcher.adapters.channels.mail.smtp.gethostname", lambda: machine)
    assert isinstance(mailer(office.port, **options).deliver(digest(event())), Accepted)
    assert office.greetings == [name]


def test_a_server_that_refuses_the_name_is_the_channels(office):
    office.wants_full_name = True
    assert isinstance(mailer(office.port, helo="out.example.org").deliver(digest(event())), Accepted)
    delivery = mailer(office.port, helo="[192.0.2.7]").deliver(digest(event()))
    assert delivery == Rejected(
        why=f"127.0.0.1:{office.port} took it for 0 of 1 recipient and answered 504 for 1: "
        "look at `helo` and `to`",
        channel=True,
        receivers=delivery.receivers,
    )
