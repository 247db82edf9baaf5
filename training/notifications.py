"""Messages of training to people, written in the caller's transaction, in the recipient's language."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import outbox
from core.dates import moment_in_words
from ikm.notifications import speakers
from training.selectors import begins_in_words, place_of


def course_title(run):
    """The course's title in the language that is read."""
    course = run.course
    return course.title_en if get_language() == "en" and course.title_en else course.title


def recipients(enrolment):
    """Who is told: the participant's own account and who enrolled; where an official did, all who speak for the business."""
    by = enrolment.enrolled_by
    people = {enrolment.participant.user} | (set(speakers(enrolment.business)) if by.is_staff else {by})
    return sorted((one for one in people if one is not None and one.is_active), key=lambda one: one.pk)


def answering(enrolment):
    """Under whose name an answer by link is written: the participant's own account, else who enrolled."""
    return enrolment.participant.user or enrolment.enrolled_by


def names(entry):
    """The people of an entry: "Siti", "Siti dan Budi", "Siti, Ani, dan Budi"."""
    told = [one.participant.name for one in entry]
    if len(told) < 3:
        return _(" dan ").join(told)
    return _("%(first)s, dan %(last)s") % {"first": ", ".join(told[:-1]), "last": told[-1]}


def _tell(entry, title, body, link):
    for person in {one.pk: one for enrolment in entry for one in recipients(enrolment)}.values():
        outbox.tell(person, title=title, body=body, link=link, about=entry[0].reference)


def _page(entry):
    return reverse("my_enrolment", args=[entry[0].reference])


def tell_enrolled(entry):
    """The receipt: a seat, a waiting place, or an application; with the number and what comes next."""
    run = entry[0].run
    told = {"name": names(entry), "reference": entry[0].reference, "moment": ""}

    def title():
        return {
            "enrolled": _("Kursi untuk “%(course)s” sudah didapat"),
            "waiting": _("Masuk daftar tunggu “%(course)s”"),
            "applied": _("Pendaftaran “%(course)s” sudah kami terima"),
        }[entry[0].status] % {"course": course_title(run)}

    def body():
        values = told | {
            "begins": begins_in_words(run),
            "closes": moment_in_words(run.registration_until),
            "place": place_of(entry[0]).number,
        }
        return {
            "enrolled": _("Nomor %(reference)s. %(name)s mendapat kursi. Mulai %(begins)s."),
            "waiting": _(
                "Nomor %(reference)s. %(name)s menunggu pada urutan %(place)s. Kami memberi tahu bila ada kursi kosong."
            ),
            "applied": _(
                "Nomor %(reference)s. Pendaftaran ditutup %(closes)s, lalu peserta dipilih dan Anda diberi tahu hasilnya."
            ),
        }[entry[0].status] % values

    _tell(entry, title, body, _page(entry))


def tell_selected(entry):
    """What the selection brought: a seat, a waiting place, or nothing; with the published result."""
    run = entry[0].run

    def title():
        return _("Hasil seleksi “%(course)s”") % {"course": course_title(run)}

    def body():
        values = {
            "name": names(entry),
            "begins": begins_in_words(run),
            "place": place_of(entry[0]).number,
        }
        return {
            "enrolled": _("%(name)s mendapat kursi. Mulai %(begins)s."),
            "waiting": _("%(name)s menunggu pada urutan %(place)s. Kami memberi tahu bila ada kursi kosong."),
            "unchosen": _(
                "%(name)s belum terpilih, dan daftar tunggu penuh. Cara undian dapat Anda hitung sendiri."
            ),
        }[entry[0].status] % values

    _tell(entry, title, body, _page(entry))


def tell_offer(entry, token):
    """A seat is free: the link with which it is taken or declined, and until when."""
    run = entry[0].run

    def title():
        return _("Ada kursi kosong di “%(course)s”") % {"course": course_title(run)}

    def body():
        return _(
            "Kursi ini disimpan untuk %(name)s sampai %(until)s. Terima atau tolak lewat tautan di bawah."
        ) % {
            "name": names(entry),
            "until": moment_in_words(entry[0].offered_until),
        }

    _tell(entry, title, body, reverse("seat_offer", args=[token]))


def tell_accepted(entry):
    run = entry[0].run
    _tell(
        entry,
        lambda: _("Kursi untuk “%(course)s” sudah didapat") % {"course": course_title(run)},
        lambda: (
            _("%(name)s mendapat kursi. Mulai %(begins)s.")
            % {"name": names(entry), "begins": begins_in_words(run)}
        ),
        _page(entry),
    )


def tell_expired(entry):
    run = entry[0].run
    _tell(
        entry,
        lambda: _("Tawaran kursi “%(course)s” lewat waktu") % {"course": course_title(run)},
        lambda: (
            _("Tidak ada jawaban untuk %(name)s, sehingga kursi ditawarkan kepada yang berikutnya.")
            % {"name": names(entry)}
        ),
        _page(entry),
    )


def tell_cancelled(entry, reason):
    run = entry[0].run
    _tell(
        entry,
        lambda: _("Keikutsertaan pada “%(course)s” dibatalkan") % {"course": course_title(run)},
        lambda: (
            _("Keikutsertaan %(name)s dibatalkan oleh dinas. Alasan: %(reason)s")
            % {"name": names(entry), "reason": reason}
        ),
        _page(entry),
    )
