"""Messages of the facilities to who speaks for a business, written in the caller's transaction."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core import outbox
from core.slots import Slot
from ikm.notifications import speakers


def tell(record, title, body, link):
    """The same message to everyone who speaks for the record's business; `title` and `body` are functions."""
    for person in speakers(record.business):
        outbox.tell(person, title=title, body=body, link=link, about=record.reference)


def time_of(booking):
    """`Selasa, 1 Desember 2026, 09.00–11.00 WIB`, in the language that is read."""
    return str(Slot(booking.during.lower, booking.during.upper))


def tell_booking(booking, *, note=""):
    """How a booking stands now."""

    def title():
        return {
            "waiting": _("Masuk antrean: %(unit)s"),
            "requested": _("Pesanan diterima: %(unit)s"),
            "approved": _("Pesanan disetujui: %(unit)s"),
            "refused": _("Pesanan ditolak: %(unit)s"),
            "released": _("Pesanan dilepas: %(unit)s"),
            "cancelled": _("Pesanan dibatalkan: %(unit)s"),
            "expired": _("Tidak mendapat giliran: %(unit)s"),
        }[booking.status] % {"unit": booking.unit}

    def body():
        words = _("%(reference)s: %(time)s.") % {"reference": booking.reference, "time": time_of(booking)}
        following = {
            "waiting": _("Kami memberi tahu Anda bila waktu ini kosong."),
            "requested": _("Petugas memeriksa pesanan Anda, lalu Anda diberi tahu."),
            "approved": _("Datang tepat waktu dan sebutkan nomor pesanan kepada petugas."),
            "refused": _("Alasannya tertulis di bawah."),
            "released": _("Tidak ada yang datang, sehingga waktu ini dapat dipakai orang lain."),
            # Who reads why it was cancelled need not hear what becomes of the time.
            "cancelled": "" if note else _("Waktu ini dapat dipakai orang lain."),
            "expired": _("Waktu ini tidak sempat kosong. Silakan pesan waktu lain."),
        }[booking.status]
        return "\n".join(filter(None, [words, following, note]))

    tell(booking, title, body, reverse("my_booking", args=[booking.reference]))


def tell_series(series, made, refused):
    """A recurring booking was made, with how many of its days."""

    def body():
        return _("%(made)d hari dipesan, %(refused)d hari dilewati karena tidak kosong.") % {
            "made": made,
            "refused": refused,
        }

    tell(
        series, lambda: _("Pesanan berulang: %(unit)s") % {"unit": series.unit}, body, reverse("my_bookings")
    )


def tell_damage(report, *, note=""):
    """How a report of damage stands now, to who speaks for the business that had booked; officials see their queue."""
    if report.booking is None:
        return

    def title():
        return {
            "in_repair": _("Sedang diperbaiki: %(unit)s"),
            "repaired": _("Selesai diperbaiki: %(unit)s"),
            "declined": _("Tidak diperbaiki: %(unit)s"),
        }[report.status] % {"unit": report.unit}

    def body():
        words = _("Laporan kerusakan %(number)s. Terima kasih sudah melapor.") % {"number": report.reference}
        return f"{words}\n{note}".strip()

    for person in speakers(report.booking.business):
        outbox.tell(
            person,
            title=title,
            body=body,
            link=reverse("my_damage", args=[report.reference]),
            about=report.reference,
        )
