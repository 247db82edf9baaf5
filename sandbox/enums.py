from django.db import models
from django.utils.translation import gettext_lazy as _


class Row(models.TextChoices):
    """A row of the SIT checklist; the last two remember what the next call makes of them, and are not shown."""

    TOKEN = "token", _("Token diambil dengan kunci uji")
    LIST_READ = "list_read", _("Daftar dibaca halaman demi halaman sampai akhir")
    CHANGES_READ = "changes_read", _("Hanya yang berubah diambil dengan modified_since")
    REPLAYED = "replayed", _("Permintaan dikirim ulang dengan Idempotency-Key yang sama")
    LOST_ANSWER = "lost_answer", _("Jawaban yang tidak sampai diambil lagi")
    CHANGED = "changed", _("Perubahan ditolak 412, lalu berhasil setelah dibaca ulang")
    PAYMENT = "payment", _("Pembayaran dibukukan")
    DUPLICATE = "duplicate", _("Pembayaran ganda dikenali")
    REFUSED = "refused", _("Penolakan pembayaran diterima")
    WEBHOOK = "webhook", _("Webhook diterima (2xx)")
    SIGNATURE = "signature", _("Webhook bertanda tangan palsu ditolak (4xx)")
    WEBHOOK_AGAIN = "webhook_again", _("Webhook diminta dikirim ulang")
    LIMIT = "limit", _("Batas permintaan dipatuhi setelah 429")
    SECRET = "secret", _("Rahasia diganti dengan yang baru")
    STALE = "stale", _("Perubahan ditolak 412")
    LIMITED = "limited", _("Batas permintaan tercapai")
