"""One POST to an address that somebody else chose: it reaches the outside alone, and takes neither long nor much.

The name is looked up once and the connection goes to an address that was looked at; no redirect is followed, no proxy is
asked. Hosts in settings.WEBHOOK_TEST_RECEIVERS ("host:port") may stand inside and speak plain HTTP; production has none.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CONNECT_SECONDS = 5
TOTAL_SECONDS = 15
EXCERPT_CHARACTERS = 500
#: Set aside for protocols (RFC 6890); older versions of Python take most of it for public.
_NOBODYS = ipaddress.ip_network("192.0.0.0/24")


@dataclass(frozen=True)
class Answer:
    """What came of it. `status` is None where no HTTP answer came; `error` then says why."""

    status: int | None
    milliseconds: int
    excerpt: str = ""
    error: str = ""


class Inside(Exception):
    """The address belongs to this machine, to its networks, or to nobody."""


@dataclass(frozen=True)
class Address:
    secure: bool
    host: str
    port: int
    path: str
    netloc: str

    @property
    def for_tests(self):
        return f"{self.host}:{self.port}" in settings.WEBHOOK_TEST_RECEIVERS


def parse(url):
    """The Address of `url`. Raises ValidationError for what is never sent to, whatever its name means tomorrow."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValidationError(_("Alamat ini tidak dapat dibaca.")) from None
    if not url.isascii() or any(sign <= " " or sign == "\x7f" for sign in url) or not parts.hostname:
        raise ValidationError(_("Tulis alamat lengkap, misalnya https://sistem.contoh.id/webhook."))
    secure = parts.scheme == "https"
    path = parts.path or "/"
    address = Address(
        secure,
        parts.hostname,
        port or (443 if secure else 80),
        f"{path}?{parts.query}" if parts.query else path,
        parts.netloc,
    )
    if parts.username is not None or parts.fragment:
        raise ValidationError(_("Alamat tanpa nama pengguna, kata sandi, dan tanda #."))
    if not secure and not (parts.scheme == "http" and address.for_tests):
        raise ValidationError(_("Alamat webhook memakai https."))
    if not address.for_tests:
        # Numbers alone, decimal and hexadecimal forms too, are read without asking any name server.
        with suppress(socket.gaierror):
            _outside(_look_up(address, flags=socket.AI_NUMERICHOST))
    return address


def check(url):
    """Raises ValidationError with a sentence when `url` cannot be an endpoint."""
    try:
        parse(url)
    except Inside:
        raise ValidationError(_("Alamat ini bukan alamat di internet umum.")) from None


def post(url, *, headers, body):
    """Send `body` (bytes) once. Returns the Answer; raises nothing that the other side can cause."""
    began = time.monotonic()

    def since():
        return int((time.monotonic() - began) * 1000)

    try:
        address = parse(url)
        connection = _connect(address, until=began + TOTAL_SECONDS)
    except ValidationError as error:
        return Answer(None, since(), error=error.messages[0])
    except Inside:
        return Answer(
            None, since(), error=_("Nama ini menunjuk ke alamat yang bukan internet umum; tidak dikirim.")
        )
    except OSError as error:
        return Answer(None, since(), error=_("Tidak tersambung: %(why)s") % {"why": _short(error)})
    # A receiver that sends a byte now and then outlives every timeout of the socket, but not this one.
    shutdown = connection.dup()
    alarm = threading.Timer(max(0, TOTAL_SECONDS - (time.monotonic() - began)), _hang_up, [shutdown])
    alarm.daemon = True
    alarm.start()
    try:
        return _exchange(address, connection, headers, body, since)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = _("terlalu lama") if since() >= TOTAL_SECONDS * 1000 else _short(error)
        return Answer(None, since(), error=_("Tidak ada jawaban: %(why)s") % {"why": why})
    finally:
        alarm.cancel()
        shutdown.close()
        connection.close()


def _exchange(address, connection, headers, body, since):
    client = http.client.HTTPConnection(address.host, address.port)
    client.auto_open = 0
    if address.secure:
        connection = ssl.create_default_context().wrap_socket(connection, server_hostname=address.host)
    client.sock = connection
    try:
        client.request("POST", address.path, body=body, headers={"Host": address.netloc, **headers})
        with client.getresponse() as response:
            excerpt = response.read(EXCERPT_CHARACTERS * 4).decode(errors="replace")
        printable = "".join(sign if sign.isprintable() else " " for sign in excerpt)
        return Answer(response.status, since(), excerpt=printable[:EXCERPT_CHARACTERS])
    finally:
        client.close()


def _connect(address, *, until):
    """A TCP connection to one of the addresses that the name has now, all of which must be outside."""
    found = _look_up(address)
    if not address.for_tests:
        _outside(found)
    for position, (family, sort, protocol, _name, target) in enumerate(found, 1):
        connection = socket.socket(family, sort, protocol)
        connection.settimeout(max(0.1, min(CONNECT_SECONDS, until - time.monotonic())))
        try:
            connection.connect(target)
        except OSError:
            connection.close()
            if position == len(found) or time.monotonic() >= until:
                raise
        else:
            connection.settimeout(TOTAL_SECONDS)
            return connection
    raise OSError(_("nama ini tidak punya alamat"))


def _look_up(address, *, flags=0):
    return socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=flags)


def _outside(found):
    for *_kind, target in found:
        if not is_public(target[0]):
            raise Inside


def is_public(text):
    """Whether this IP address is one of the public internet, also by the IPv4 address that an IPv6 one may hold."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6:
        held = address.ipv4_mapped or address.sixtofour
        if held is not None:
            return is_public(str(held))
    return address.is_global and not (
        address in _NOBODYS
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
    )


def _hang_up(connection):
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _short(error):
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:120]
