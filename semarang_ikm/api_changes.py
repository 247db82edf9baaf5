"""What changed in the API, newest first, as its page tells who writes programs."""

from datetime import date

from django.utils.translation import gettext_lazy as _

CHANGES = [
    (
        date(2026, 11, 24),
        [_("Galeri: produk, umpan, toko, dan titip jual. Produk yang tayang terbuka untuk umum.")],
    ),
    (
        date(2026, 11, 24),
        [
            _("Program mitra masuk dengan OAuth 2 (client credentials). Token berlaku 15 menit."),
            _("Setiap token mempunyai cakupan. Bila kurang, jawabannya 403 dengan kode insufficient_scope."),
            _(
                "Setiap mitra mempunyai batas permintaan per menit sendiri, tertulis dalam header RateLimit-*."
            ),
            _("Lokapasar hanya melihat usaha yang setuju. Bank juga melihat usaha yang berurusan dengannya."),
            _("Mitra tidak lagi diberi token perorangan. Token lama berlaku sampai dicabut."),
            _(
                "Daftar perubahan memberi next_token: pakai sebagai modified_since, dan tidak ada perubahan yang terlewat."
            ),
            _(
                "Saat dalam modified_since tetap diterima. Setelah basis data dipulihkan, token lama dijawab 410."
            ),
        ],
    ),
    (
        date(2026, 11, 24),
        [
            _("Versi pertama: register usaha, wilayah, KBLI, dan statistik."),
            _("Kredit Wibawa: skema, simulasi, permohonan, pinjaman, pembayaran, dan tagihan subsidi."),
            _("Pelatihan, sentra dan klaster, fasilitas, pemesanan, dan dasar hukum."),
        ],
    ),
]
