"""Reference data of credit: collectability tables, reasons to decline, and the service standard of each stage."""

from datetime import date

from django.db import transaction

from credit.enums import ApplicationStatus, BankKind
from credit.models import CollectabilityTable, Reason, StageStandard
from credit.replay import BPR, COMMERCIAL_BANK

#: (kind of bank, in force from, until, table, legal basis)
COLLECTABILITY = [
    (BankKind.BPR, date(2017, 1, 1), None, BPR, "POJK 33/POJK.03/2018, dipertahankan POJK 1/2024"),
    (BankKind.COMMERCIAL, date(2017, 1, 1), None, COMMERCIAL_BANK, "POJK 40/POJK.03/2019"),
]

#: code: (label, label in English, advice, advice in English, days before applying again, for office, for bank)
REASONS = {
    "residence": (
        "Alamat KTP pemilik di luar Kota Semarang",
        "The owner's KTP address is outside Kota Semarang",
        "Ajukan lagi setelah KTP Anda beralamat di Kota Semarang.",
        "Apply again once your KTP has an address in Kota Semarang.",
        0, True, False,
    ),
    "business_age": (
        "Usaha belum cukup lama berjalan",
        "The business is not old enough",
        "Ajukan lagi pada tanggal yang tertulis, saat usaha Anda sudah cukup lama berjalan.",
        "Apply again on the date shown, when your business is old enough.",
        180, True, False,
    ),
    "licence_missing": (
        "Izin usaha belum ada",
        "There is no business licence",
        "Urus NIB di oss.go.id atau minta bantuan di loket dinas, lalu ajukan lagi.",
        "Get an NIB at oss.go.id or ask for help at the counter, then apply again.",
        0, True, False,
    ),
    "not_operating": (
        "Usaha tidak berjalan saat dikunjungi",
        "The business was not running when visited",
        "Jalankan kembali usaha Anda paling sedikit tiga bulan, lalu ajukan lagi.",
        "Run your business again for at least three months, then apply again.",
        90, True, False,
    ),
    "ability": (
        "Sisa usaha tidak cukup untuk angsuran",
        "What the business earns does not cover the instalments",
        "Ajukan jumlah yang lebih kecil atau jangka waktu yang lebih lama.",
        "Apply for a smaller amount or a longer term.",
        30, True, True,
    ),
    "not_found": (
        "Pemilik tidak ditemui tiga kali",
        "The owner was not met three times",
        "Tentukan hari dan jam Anda ada di tempat, lalu ajukan lagi.",
        "Say on which days and hours you are there, then apply again.",
        0, True, False,
    ),
    "credit_record": (
        "Catatan kredit belum lancar",
        "The credit record is not in order",
        "Lunasi tunggakan di bank lain, minta surat lunas, lalu ajukan lagi.",
        "Pay what is overdue at the other bank, ask for a letter, then apply again.",
        90, False, True,
    ),
    "collateral": (
        "Agunan tidak memenuhi syarat",
        "The collateral does not meet the conditions",
        "Siapkan agunan atas nama sendiri yang nilainya cukup, atau ajukan pinjaman tanpa agunan.",
        "Offer collateral in your own name that is worth enough, or apply without collateral.",
        0, True, True,
    ),
    "documents": (
        "Dokumen tidak dilengkapi",
        "Documents were not completed",
        "Lengkapi dokumen yang diminta, lalu ajukan lagi.",
        "Complete the documents asked for, then apply again.",
        0, True, True,
    ),
}  # fmt: skip

STANDARDS_FROM = date(2017, 1, 1)

#: Working days within which each stage is promised to end.
STANDARDS = {
    ApplicationStatus.SUBMITTED: 3,
    ApplicationStatus.VISIT_PLANNED: 7,
    ApplicationStatus.VERIFIED: 2,
    ApplicationStatus.RECOMMENDED: 2,
    ApplicationStatus.FORWARDED: 2,
    ApplicationStatus.IN_BANK_REVIEW: 5,
    ApplicationStatus.APPROVED: 5,
    ApplicationStatus.SIGNED: 3,
}


@transaction.atomic
def load_reference():
    """Add what is missing; what the office changed stays. Running it again changes nothing. Returns rows by kind."""
    Reason.objects.bulk_create(
        [
            Reason(
                code=code,
                label=label,
                label_en=label_en,
                advice=advice,
                advice_en=advice_en,
                reapply_after_days=days,
                for_office=office,
                for_bank=bank,
            )
            for code, (label, label_en, advice, advice_en, days, office, bank) in REASONS.items()
        ],
        ignore_conflicts=True,
    )
    StageStandard.objects.bulk_create(
        [
            StageStandard(status=status, working_days=days, in_force_from=STANDARDS_FROM)
            for status, days in STANDARDS.items()
        ],
        ignore_conflicts=True,
    )
    for kind, since, until, table, basis in COLLECTABILITY:
        if not CollectabilityTable.objects.filter(bank_kind=kind).exists():
            CollectabilityTable.objects.create(
                bank_kind=kind,
                in_force_from=since,
                in_force_until=until,
                arrears=list(table.arrears),
                matured=list(table.matured) if table.matured else None,
                legal_basis=basis,
            )
    return {
        "reasons": len(REASONS),
        "stage_standards": len(STANDARDS),
        "collectability_tables": len(COLLECTABILITY),
    }
