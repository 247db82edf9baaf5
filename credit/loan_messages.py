"""What the borrower hears of a loan, in the language each reader chose."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.dates import date_in_words
from core.indonesia import rupiah
from credit.enums import LoanEventKind as K
from credit.enums import LoanStatus
from ikm.notifications import tell_speakers

SENTENCES = {
    K.DISBURSED: (
        gettext_noop("Pinjaman Anda dicairkan"),
        gettext_noop(
            "Pinjaman %(reference)s sebesar %(amount)s cair pada %(day)s. Angsuran pertama %(next)s, %(next_on)s."
        ),
    ),
    K.PAID: (
        gettext_noop("Pembayaran Anda diterima"),
        gettext_noop(
            "Pembayaran %(amount)s pada %(day)s sudah dibukukan. Sisa pokok pinjaman Anda %(left)s."
        ),
    ),
    K.RECOVERED: (
        gettext_noop("Pembayaran Anda diterima"),
        gettext_noop("Pembayaran %(amount)s pada %(day)s sudah dibukukan untuk pinjaman yang dihapus buku."),
    ),
    K.REVERSED: (
        gettext_noop("Catatan pinjaman Anda dibetulkan"),
        gettext_noop(
            "Satu catatan pinjaman %(reference)s dibatalkan karena keliru. Sisa pokok kini %(left)s."
        ),
    ),
    K.CHARGED: (
        gettext_noop("Ada biaya pada pinjaman Anda"),
        gettext_noop("Biaya atau denda %(amount)s dicatat pada %(day)s untuk pinjaman %(reference)s."),
    ),
    K.DEFERRED: (
        gettext_noop("Angsuran Anda ditunda"),
        gettext_noop(
            "Angsuran pinjaman %(reference)s ditunda. Angsuran berikutnya %(next)s pada %(next_on)s."
        ),
    ),
    K.RESTRUCTURED: (
        gettext_noop("Jadwal angsuran Anda diubah"),
        gettext_noop(
            "Pinjaman %(reference)s mendapat jadwal baru. Angsuran berikutnya %(next)s pada %(next_on)s."
        ),
    ),
    K.RATE_CHANGED: (
        gettext_noop("Bunga pinjaman Anda berubah"),
        gettext_noop(
            "Bunga pinjaman %(reference)s berubah sejak %(day)s. Angsuran berikutnya %(next)s, %(next_on)s."
        ),
    ),
    K.WRITTEN_OFF: (
        gettext_noop("Pinjaman Anda dihapus buku"),
        gettext_noop(
            "Bank menghapus buku pinjaman %(reference)s pada %(day)s. Hubungi bank untuk penyelesaiannya."
        ),
    ),
}
SIGNED = (
    gettext_noop("Akad pinjaman Anda tercatat"),
    gettext_noop("Akad %(reference)s sebesar %(amount)s sudah tercatat. Bank akan mencairkannya."),
)
REMINDER = (
    gettext_noop("Angsuran Anda segera jatuh tempo"),
    gettext_noop(
        "Angsuran %(next)s pinjaman %(reference)s jatuh tempo pada %(next_on)s. Siapkan pembayarannya di bank."
    ),
)
ARREARS = (
    gettext_noop("Angsuran Anda belum dibayar"),
    gettext_noop(
        "Angsuran %(amount)s pinjaman %(reference)s menunggak sejak %(day)s. Bayar segera atau hubungi bank."
    ),
)
PAID_OFF = (
    gettext_noop("Pinjaman Anda lunas"),
    gettext_noop(
        "Pinjaman %(reference)s lunas pada %(day)s. Surat lunas dapat Anda unduh dari halaman pinjaman."
    ),
)


def tell_borrower(loan, sentences, **values):
    """Everyone who speaks for the business hears (title, body); days and amounts in `values` are put in words."""

    def said(sentence):
        words = {
            name: rupiah(value) if name in {"amount", "left", "next"} else date_in_words(value)
            for name, value in values.items()
            if value is not None
        }
        return _(sentence) % ({"next_on": "–", "amount": "", "reference": loan.reference} | words)

    title, body = sentences
    link = reverse("my_loan", args=[loan.reference])
    return tell_speakers(loan.business, title=lambda: said(title), body=lambda: said(body), link=link)


def tell_of_event(loan, event, state):
    """The borrower hears what was recorded."""
    settled = event.kind in {K.PAID, K.RECOVERED} and loan.status == LoanStatus.PAID_OFF
    return tell_borrower(
        loan,
        PAID_OFF if settled else SENTENCES[event.kind],
        amount=event.amount,
        day=event.on,
        left=state.outstanding_principal,
        next=state.next_due,
        next_on=state.next_due_on,
    )
