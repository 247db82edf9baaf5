"""The magic numbers of a sandbox: what is sent with one of them meets the outcome that a partner wants to try.

All but one are records like any other, on which the portal's own rules give the outcome. The answer that does not come is made
here: the request is carried out, and its answer held back.
"""

import threading
import time

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core.problems import problem_page

#: Applications forwarded to the bank; every step of hers is open.
FORWARDED = ("KRD-UJTE-RMAD", "KRD-UJCA-DANE")
#: The contract of an active loan: payments are booked.
ACCEPTED_LOAN = "AKAD-UJI-DITERIMA"
#: The contract of a loan that is not paid out yet: payments are refused.
REFUSED_LOAN = "AKAD-UJI-DITOLAK"
#: A payment of ACCEPTED_LOAN that is booked already.
BOOKED_PAYMENT, BOOKED_AMOUNT = "TRX-UJI-GANDA", 100_000
#: How the Idempotency-Key of a request begins whose answer is held back.
SLOW_KEY = "uji-lambat"

#: What to send, and what then happens, as the guide tells it.
VALUES = [
    (", ".join(FORWARDED), _l("Permohonan yang diteruskan kepada bank. Semua langkah bank diterima.")),
    (f"contract_number {ACCEPTED_LOAN}", _l("Pembayaran dibukukan (201).")),
    (f"contract_number {REFUSED_LOAN}", _l("Pembayaran ditolak (400), karena pinjamannya belum dicairkan.")),
    (
        f"bank_reference {BOOKED_PAYMENT}",
        _l("Sudah dibukukan: 200 bila isinya sama, 400 dengan kode booked_differently bila lain."),
    ),
    (
        f"Idempotency-Key {SLOW_KEY}-…",
        _l(
            "Dikerjakan, tetapi jawabannya baru datang setelah 10 detik, atau 504. Kirim ulang dengan kunci yang sama."
        ),
    ),
    (
        "Idempotency-Key",
        _l("Kunci yang sudah dipakai, isi sama: jawaban semula dengan Idempotent-Replayed. Isi lain: 422."),
    ),
]

# One thread of each worker at most waits for nothing; the others serve.
_one = threading.Semaphore(1)


def held_back(request, response):
    """The answer to a request under a SLOW_KEY that was carried out just now: it comes after SANDBOX_SLOW_SECONDS, or, while
    another is held back, at once as 504: either way the program does not know what happened, and asks again under the same
    key. Any other answer as it is."""
    key = request.headers.get("Idempotency-Key", "")
    if (
        not key.startswith(SLOW_KEY)
        or response.status_code >= 400
        or response.headers.get("Idempotent-Replayed")
    ):
        return response
    if not _one.acquire(blocking=False):
        return problem_page(504, _("Jawaban tidak sampai. Kirim ulang dengan Idempotency-Key yang sama."))
    try:
        time.sleep(settings.SANDBOX_SLOW_SECONDS)
    finally:
        _one.release()
    return response
