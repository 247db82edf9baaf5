from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from core.uploads import inspect_spreadsheet
from ikm.imports.report import refused_workbook
from ikm.imports.sheets import open_sheet
from ikm.models import ImportMapping
from ikm.services.imports import confirmed_header, import_sheet


class Command(BaseCommand):
    help = (
        "Import the office's sheet of businesses (.xlsx or .csv), all or nothing. Prints how many rows are new, changed, "
        "unchanged and refused; exits with 1 if any row was refused. The same file twice changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="where to write the refused rows")
        parser.add_argument("--mapping", metavar="NAME", help="a saved mapping of columns")
        parser.add_argument("--kbli-version", type=int, default=None, help="version of the KBLI codes (2020)")
        parser.add_argument("--actor", metavar="EMAIL", help="who imports (default: the system)")
        money = parser.add_mutually_exclusive_group()
        money.add_argument(
            "--money-in-thousands", action="store_true", default=None, help="amounts are in Rp.000"
        )
        money.add_argument(
            "--money-in-rupiah",
            action="store_false",
            dest="money_in_thousands",
            help="amounts are in whole rupiah even if a heading says Rp.000",
        )

    def handle(self, *, file, dry_run, errors, mapping, kbli_version, actor, money_in_thousands, **options):
        try:
            outcome = self._import(file, dry_run, errors, mapping, kbli_version, actor, money_in_thousands)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        counts = outcome.counts
        for verdict, label in (
            ("new", _("baru")),
            ("changed", _("berubah")),
            ("unchanged", _("tetap")),
            ("refused", _("ditolak")),
        ):
            self.stdout.write(f"{label} ({verdict}): {counts[verdict]}")
        if dry_run:
            self.stdout.write(_("Uji coba: tidak ada yang ditulis."))
        elif counts["new"]:
            self.stdout.write(_("Cari data ganda di antaranya: manage.py find_duplicates"))
        for line, remarks in list(outcome.errors.items())[:20]:
            for remark in remarks:
                self.stderr.write(
                    _("baris %(line)d: %(message)s") % {"line": line, "message": remark["message"]}
                )
        if len(outcome.errors) > 20:
            self.stderr.write(
                _("… dan %(count)d baris lain. Pakai --errors untuk semuanya.")
                % {"count": len(outcome.errors) - 20}
            )
        if counts["refused"]:
            raise SystemExit(1)

    def _import(self, file, dry_run, errors, mapping_name, kbli_version, actor_email, money_in_thousands):
        try:
            with file.open("rb") as handle:
                clean = inspect_spreadsheet(handle)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        mapping = actor = None
        if mapping_name:
            mapping = ImportMapping.objects.filter(name=mapping_name).first()
            if mapping is None:
                raise CommandError(_("Tidak ada pemetaan bernama “%(name)s”.") % {"name": mapping_name})
        if actor_email:
            actor = User.objects.filter(email=actor_email).first()
            if actor is None:
                raise CommandError(_("Tidak ada pengguna %(email)s.") % {"email": actor_email})
        sheet = open_sheet(clean.content)
        header = confirmed_header(sheet, mapping.columns if mapping else None)
        if money_in_thousands is None:
            if mapping is not None:
                money_in_thousands = mapping.money_in_thousands
            elif header.says_thousands:
                raise CommandError(
                    _(
                        "Judul kolom menyebut uang dalam ribuan (Rp.000). Tegaskan dengan --money-in-thousands, atau "
                        "--money-in-rupiah bila angkanya sudah rupiah penuh."
                    )
                )
        outcome = import_sheet(
            sheet,
            actor=actor,
            name=file.name,
            sha256=clean.sha256,
            money_in_thousands=bool(money_in_thousands),
            mapping=mapping,
            kbli_version=kbli_version or (mapping.kbli_version if mapping else 2020),
            dry_run=dry_run,
            on_rows=self._progress,
            on_stage=lambda sentence: self.stderr.write(f"{sentence} …"),
        )
        if errors and outcome.errors:
            errors.write_bytes(refused_workbook(sheet, header, outcome.errors))
        return outcome

    def _progress(self, rows):
        if rows and rows % 20_000 == 0:
            self.stderr.write(_("  %(rows)d baris") % {"rows": rows})
