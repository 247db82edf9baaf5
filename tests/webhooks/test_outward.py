"""Webhooks reach only the outside: whatever the address looks like, nothing inside is connected to."""

import http.client
import socket
import threading
import time

import pytest
from django.core.exceptions import ValidationError

from tests.webhooks.receivers import counting, receiving
from webhooks import outward

INSIDE = [
    "127.0.0.1", "127.8.9.1", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "100.64.0.1", "192.0.0.8",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]",
    "[2002:7f00:1::]", "[2002:a00:1::]", "[64:ff9b::7f00:1]", "[::ffff:169.254.169.254]", "[2001:db8::1]",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_nothing_on_this_machine_is_connected_to_by_any_spelling(host):
    with counting(socket.AF_INET6 if host.startswith("[::1]") else socket.AF_INET, "::1" if host == "[::1]" else "127.0.0.1") as (port, count):  # fmt: skip
        answer = outward.post(f"https://{host}:{port}/", headers={}, body=b"{}")
        assert answer.status is None
        assert answer.error
        assert count() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_without_the_guard_the_same_spellings_do_connect(host, monkeypatch):
    """The control: the socket that counts, counts."""
    monkeypatch.setattr(outward, "is_public", lambda text: True)
    with counting() as (port, count):
        monkeypatch.setattr(outward, "TOTAL_SECONDS", 0.3)
        outward.post(f"https://{host}:{port}/", headers={}, body=b"{}")
        assert count() == 1


@pytest.mark.parametrize("host", [*(name for name in INSIDE if name != "localhost"), *PRIVATE])
def test_numbers_that_mean_the_inside_are_refused_when_the_endpoint_is_registered(host):
    with pytest.raises(ValidationError):
        outward.check(f"https://{host}/webhook")


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example/webhook", "ftp://bank.example/", "bank.example", "", "https://", "https:///x",
        "https://user:pass@bank.example/", "https://@bank.example/", "https://bank.example/#part", "https://bank.example:99999/",
        "https://bank.example/a b", "https://bank.example/\r\nX: y", "https://bänk.example/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_only_whole_https_addresses_are_endpoints(url):
    with pytest.raises(ValidationError):
        outward.check(url)
    assert outward.post(url, headers={}, body=b"{}").status is None


@pytest.mark.parametrize(
    "text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_public_internet_are_let_through(text):
    assert outward.is_public(text)


class Names:
    """A name server that gives each of these addresses in turn, then the last one for ever."""

    def __init__(self, monkeypatch, *addresses):
        self.addresses, self.asked = list(addresses), 0
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host, port, *args, flags=0, **options):
        if host != "rebind.example":
            return self.real(host, port, *args, flags=flags, **options)
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "no number")
        self.asked += 1
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def test_a_name_that_means_the_inside_is_refused(monkeypatch):
    names = Names(monkeypatch, "127.0.0.1")
    with counting() as (port, count):
        assert outward.post(f"https://rebind.example:{port}/", headers={}, body=b"").status is None
        assert count() == 0
    assert names.asked == 1


def test_a_name_that_changes_its_mind_after_it_was_looked_at_is_asked_once(monkeypatch):
    monkeypatch.setattr(outward, "CONNECT_SECONDS", 0.2)
    names = Names(monkeypatch, "93.184.215.14", "127.0.0.1")
    with counting() as (port, count):
        assert outward.post(f"https://rebind.example:{port}/", headers={}, body=b"").status is None
        assert count() == 0
    assert names.asked == 1


def test_looking_twice_would_reach_the_inside(monkeypatch):
    """The control: check the name, then let the library look it up again."""
    Names(monkeypatch, "93.184.215.14", "127.0.0.1")
    with counting() as (port, count):
        outward._outside(outward._look_up(outward.parse(f"https://rebind.example:{port}/")))
        client = http.client.HTTPConnection("rebind.example", port, timeout=1)
        client.connect()
        client.close()
        assert count() == 1


def test_one_inside_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **options: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.215.14", "10.0.0.1")
        ],
    )
    with pytest.raises(outward.Inside):
        outward._outside(outward._look_up(outward.Address(True, "two.example", 443, "/", "two.example")))


def test_a_test_receiver_is_reached_only_while_the_setting_names_it(settings):
    with receiving() as server:
        assert outward.post(server.url, headers={}, body=b"{}").status is None
        assert server.got == []
        settings.WEBHOOK_TEST_RECEIVERS = frozenset({server.place})
        assert outward.post(server.url, headers={"X-Kind": "uji"}, body=b"{}").status == 204
        assert server.got[0][0]["Host"] == server.place


def test_a_long_answer_is_read_no_further_than_its_excerpt(settings):
    with receiving() as server:
        settings.WEBHOOK_TEST_RECEIVERS = frozenset({server.place})
        server.body, server.answers = b"\x00<b>" + b"x" * 5_000_000, [200]
        answer = outward.post(server.url, headers={}, body=b"{}")
    assert answer.status == 200
    assert len(answer.excerpt) == outward.EXCERPT_CHARACTERS
    assert "\x00" not in answer.excerpt


def test_a_receiver_that_drips_is_hung_up_on(settings, monkeypatch):
    monkeypatch.setattr(outward, "TOTAL_SECONDS", 0.5)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip():
            connection, _peer = listener.accept()
            with connection:
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        settings.WEBHOOK_TEST_RECEIVERS = frozenset({place})
        began = time.monotonic()
        answer = outward.post(f"http://{place}/", headers={}, body=b"{}")
        stop.set()
        thread.join()
    assert answer.status is None
    assert time.monotonic() - began < 2
