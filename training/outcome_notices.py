"""What people are told when a run is over: the outcome, the certificate, the questions afterwards; and of help asked for."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core import outbox
from core.dates import date_in_words
from ikm.notifications import tell_speakers
from training.notifications import course_title, recipients


def _tell(enrolment, title, body, link, about=""):
    for person in recipients(enrolment):
        outbox.tell(person, title=title, body=body, link=link, about=about or enrolment.reference)


def _page(enrolment):
    return reverse("my_enrolment", args=[enrolment.reference])


def tell_outcome(enrolment):
    """Passed, not passed, or absent, with the reason."""
    told = {"name": enrolment.participant.name, "reason": enrolment.reason}

    def body():
        return {
            "completed": _("%(name)s lulus. Sertifikat menyusul, dan evaluasi dapat diisi."),
            "failed": _("%(name)s belum lulus. %(reason)s"),
            "no_show": _(
                "%(name)s tercatat tidak hadir. Dua kali tidak hadir menurunkan urutan pada daftar tunggu."
            ),
        }[enrolment.status] % told

    _tell(
        enrolment,
        lambda: _("Hasil “%(course)s”") % {"course": course_title(enrolment.run)},
        body,
        _page(enrolment),
    )


def tell_certificate(certificate):
    enrolment = certificate.enrolment
    _tell(
        enrolment,
        lambda: _("Sertifikat “%(course)s” sudah terbit") % {"course": course_title(enrolment.run)},
        lambda: (
            _("Sertifikat %(name)s nomor %(number)s dapat diunduh.")
            % {"name": certificate.holder, "number": certificate.letter.number}
        ),
        _page(enrolment),
    )


def tell_revoked(certificate, reason):
    enrolment = certificate.enrolment
    _tell(
        enrolment,
        lambda: _("Sertifikat “%(course)s” dicabut") % {"course": course_title(enrolment.run)},
        lambda: (
            _("Sertifikat nomor %(number)s tidak berlaku lagi. Alasan: %(reason)s")
            % {"number": certificate.letter.number, "reason": reason}
        ),
        _page(enrolment),
    )


def ask_follow_up(follow_up):
    """Three short questions; told again once when nobody answers."""
    enrolment = follow_up.enrolment
    _tell(
        enrolment,
        lambda: _("Bagaimana usaha sesudah “%(course)s”?") % {"course": course_title(enrolment.run)},
        lambda: _("Isi tiga angka: omzet, pekerja, dan izin. Jawaban membantu dinas memperbaiki pelatihan."),
        reverse("follow_up", args=[follow_up.reference]),
        about=follow_up.reference,
    )


def tell_facilitation(facilitation, note=""):
    """How the request stands now."""

    def body():
        words = {
            "asked": _("Permintaan diterima pada %(day)s. Petugas mempelajarinya."),
            "in_progress": _("Petugas mulai mengurusnya."),
            "granted": _("Sudah terbit."),
            "refused": _("Permintaan ditolak."),
            "withdrawn": _("Permintaan ditarik kembali."),
        }[facilitation.status] % {"day": date_in_words(facilitation.asked_at.date())}
        return f"{words} {note}".strip()

    tell_speakers(
        facilitation.business,
        title=lambda: (
            _("Fasilitasi %(kind)s untuk “%(about)s”")
            % {"kind": facilitation.get_kind_display(), "about": facilitation.about}
        ),
        body=body,
        link=reverse("facilitation", args=[facilitation.reference]),
    )
