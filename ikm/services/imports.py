"""The office's sheet on its way into the register: upload, mapping of columns, check, apply or discard."""

import base64
import hashlib
from dataclasses import dataclass, field

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, crypto
from core.references import new_reference
from ikm.enums import ImportStatus, RowVerdict
from ikm.imports.columns import FIELDS, MONEY, Column, Header, from_saved, says_millions, to_saved
from ikm.imports.reading import SheetReader, load_tables
from ikm.imports.report import refused_workbook
from ikm.imports.sheets import open_sheet
from ikm.imports.staging import Staging
from ikm.models import ImportBatch, ImportMapping, ImportRow
from ikm.services.duplicates import find_all_pairs

PERMISSION = "ikm.import_business"
#: Sheets up to this many rows are worked on while the official waits; larger ones by the worker.
ROWS_AT_ONCE = 5_000
_FILE_LABEL = "ikm.importbatch.file"


@dataclass(kw_only=True)
class Outcome:
    """What an import did, or would do: the four counts, the reasons by line, and the batch if one was kept."""

    counts: dict
    errors: dict = field(default_factory=dict)
    batch: ImportBatch | None = None
    added: int = 0
    changed: int = 0


def _require(actor):
    if actor is not None and not actor.has_perm(PERMISSION):
        raise PermissionDenied(_("Anda tidak dapat mengimpor data usaha."))


def confirmed_header(sheet, saved=None):
    """The header of `sheet`, with the fields of a saved mapping where one is given. Raises ValidationError when there is
    none, or when a column that no import can do without is missing."""
    if sheet.header is None:
        raise ValidationError(
            _(
                "Judul kolom tidak ditemukan. Pastikan ada baris judul seperti Nama Perusahaan, Jalan/Alamat, Desa/Kel, "
                "KBLI, dan Tahun Data."
            ),
            code="no_header",
        )
    header = from_saved(sheet.header, saved) if saved else sheet.header
    if header.missing:
        raise ValidationError(
            _("Kolom %(columns)s belum ada. Tambahkan kolomnya atau tunjuk kolom yang memuatnya."),
            code="missing",
            params={"columns": ", ".join(str(FIELDS[name].label) for name in header.missing)},
        )
    for column in header.columns:
        if column.field in MONEY and says_millions(column.heading):
            raise _in_millions(column)
    return header


def _in_millions(column):
    return ValidationError(
        _("Kolom %(column)s dalam jutaan rupiah. Ubah ke rupiah penuh atau ribuan rupiah dahulu."),
        code="millions",
        params={"column": column.heading},
    )


def import_sheet(
    sheet,
    *,
    actor,
    name,
    sha256,
    money_in_thousands,
    mapping=None,
    kbli_version=2020,
    dry_run=False,
    on_rows=None,
    on_stage=None,
):
    """Check an opened sheet and, unless `dry_run`, write every row that is not refused, all or nothing.

    The refused and the changed rows are kept with the batch. `on_rows(count)` and `on_stage(sentence)` hear of progress.
    Returns an Outcome. Raises ValidationError when the sheet as a whole cannot be taken.
    """
    _require(actor)
    say = on_stage or (lambda sentence: None)
    header = confirmed_header(sheet, mapping.columns if mapping else None)
    with transaction.atomic():
        batch = ImportBatch(
            reference=new_reference("IMP"),
            original_name=name[:200],
            sha256=sha256,
            mapping=mapping,
            columns=_columns_as_json(header),
            money_in_thousands=money_in_thousands,
            kbli_version=kbli_version,
            uploaded_by=actor,
        )
        with pghistory.context(user=actor.pk if actor else None, import_batch=batch.reference):
            staging = _compare(batch, sheet, header, for_update=not dry_run, on_rows=on_rows, say=say)
            outcome = Outcome(counts=staging.counts(), errors=staging.errors())
            if dry_run:
                transaction.set_rollback(True)
                return outcome
            say(_("Menulis ke register"))
            _set_counts(batch, outcome.counts)
            batch.status, batch.progress = ImportStatus.APPLIED, 100
            batch.applied_at, batch.applied_by = timezone.now(), actor
            batch.save()
            staging.keep_rows(batch, verdicts=[RowVerdict.CHANGED, RowVerdict.REFUSED])
            outcome.added, outcome.changed = staging.apply(actor=actor)
            audit.record(actor, "ikm.import_business", batch, detail=outcome.counts)
            outcome.batch = batch
            say(_("Menyelesaikan"))
    return outcome


def _compare(batch, sheet, header, *, for_update, on_rows=None, say=lambda sentence: None, keep_cells=False):
    staging = Staging(for_update=for_update)
    reader = SheetReader(
        sheet,
        header,
        tables=load_tables(batch.kbli_version),
        in_thousands=batch.money_in_thousands,
        keep_cells=keep_cells,
    )
    say(_("Membaca baris"))
    staging.load(reader, on_rows=on_rows)
    if not staging.rows:
        raise ValidationError(_("Tidak ada baris data di bawah judul kolom."), code="no_rows")
    say(_("Membandingkan dengan register"))
    staging.compare()
    return staging


def _set_counts(batch, counts):
    for verdict, count in counts.items():
        setattr(batch, f"rows_{verdict}", count)


# --- Step by step, for the pages ------------------------------------------------------------------------------------


def _columns_as_json(header):
    return {
        "first_row": header.first_row,
        "rows": header.rows,
        "columns": [
            {"index": c.index, "heading": c.heading, "field": c.field or "", "in_thousands": c.in_thousands}
            for c in header.columns
        ],
    }


def batch_header(batch):
    """The header of a batch as confirmed."""
    saved = batch.columns
    return Header(
        first_row=saved["first_row"],
        rows=saved["rows"],
        columns=tuple(
            Column(
                index=c["index"],
                heading=c["heading"],
                field=c["field"] or None,
                in_thousands=c["in_thousands"],
            )
            for c in saved["columns"]
        ),
    )


def batch_content(batch):
    """The uploaded file's bytes; at rest they are sealed, as the sheet holds NIK in plain."""
    with batch.file.open("rb") as file:
        return base64.b64decode(crypto.unseal(file.read().decode(), label=_FILE_LABEL))


@transaction.atomic
def upload_batch(content, *, actor, name, mapping=None):
    """Keep an inspected file as a new batch, its columns recognised (with the help of a saved mapping) but not yet
    confirmed. Raises ValidationError when no header is found."""
    _require(actor)
    sheet = open_sheet(content)
    if sheet.header is None:
        confirmed_header(sheet)
    header = from_saved(sheet.header, mapping.columns) if mapping else sheet.header
    batch = ImportBatch(
        reference=new_reference("IMP"),
        original_name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        columns=_columns_as_json(header),
        mapping=mapping,
        money_in_thousands=mapping.money_in_thousands if mapping else False,
        kbli_version=mapping.kbli_version if mapping else 2020,
        uploaded_by=actor,
    )
    sealed = crypto.seal(base64.b64encode(content).decode(), label=_FILE_LABEL)
    batch.file.save(f"{batch.reference}.sealed", ContentFile(sealed.encode()), save=False)
    batch.save()
    audit.record(actor, "ikm.upload_import", batch)
    return batch


#: Locks of batches; not row locks, so that another connection can tell the progress meanwhile.
_BATCH_LOCK = 733740


def _lock(batch, actor, *statuses):
    _require(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_BATCH_LOCK, batch.pk])
    batch = ImportBatch.objects.get(pk=batch.pk)
    if batch.status not in statuses:
        raise ValidationError(
            _("Impor ini berstatus “%(status)s”; langkah itu tidak dapat dilakukan lagi."),
            code="status",
            params={"status": batch.get_status_display()},
        )
    return batch


@transaction.atomic
def map_batch(batch, *, actor, fields, money_in_thousands, kbli_version=2020, save_as=""):
    """Confirm which column holds what (`fields`: column index -> field name or "") and how money is counted; with
    `save_as` the mapping is kept under that name."""
    batch = _lock(batch, actor, ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.FAILED)
    header = batch_header(batch)
    named = [name for name in fields.values() if name]
    double = sorted({name for name in named if named.count(name) > 1})
    if double:
        raise ValidationError(
            _("%(fields)s dipilih untuk lebih dari satu kolom."),
            params={"fields": ", ".join(str(FIELDS[name].label) for name in double)},
        )
    columns = tuple(
        Column(
            index=column.index,
            heading=column.heading,
            field=(fields.get(column.index, column.field) or None),
            in_thousands=column.in_thousands,
        )
        for column in header.columns
    )
    header = Header(first_row=header.first_row, rows=header.rows, columns=columns)
    if header.missing:
        raise ValidationError(
            _("Tunjuk kolom untuk %(columns)s."),
            code="missing",
            params={"columns": ", ".join(str(FIELDS[name].label) for name in header.missing)},
        )
    batch.columns = _columns_as_json(header)
    batch.money_in_thousands, batch.kbli_version = money_in_thousands, kbli_version
    for column in columns:
        if column.field in MONEY and says_millions(column.heading):
            raise _in_millions(column)
    if save_as.strip():
        batch.mapping = save_mapping(batch, actor=actor, name=save_as)
    batch.status, batch.progress, batch.message = ImportStatus.CHECKING, 0, ""
    batch.save()
    return batch


@transaction.atomic
def save_mapping(batch, *, actor, name):
    """Save the batch's columns and its unit of money under `name`, replacing a mapping of that name."""
    _require(actor)
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Beri nama pemetaan ini.")})
    mapping, _created = ImportMapping.objects.update_or_create(
        name=name,
        defaults={
            "columns": to_saved(batch_header(batch)),
            "money_in_thousands": batch.money_in_thousands,
            "kbli_version": batch.kbli_version,
        },
        create_defaults={
            "columns": to_saved(batch_header(batch)),
            "money_in_thousands": batch.money_in_thousands,
            "kbli_version": batch.kbli_version,
            "created_by": actor,
        },
    )
    audit.record(actor, "ikm.save_mapping", name)
    return mapping


def check_batch(batch, *, actor, on_rows=None):
    """Read the batch's file, judge each row and keep the verdicts for the preview. Nothing else is written.

    A file that cannot be read leaves the batch failed, with the reason in its message.
    """
    try:
        with transaction.atomic():
            batch = _lock(batch, actor, ImportStatus.CHECKING, ImportStatus.CHECKED)
            sheet = open_sheet(batch_content(batch))
            staging = _compare(
                batch, sheet, batch_header(batch), for_update=False, on_rows=on_rows, keep_cells=True
            )
            _keep_verdicts(batch, staging)
            audit.record(actor, "ikm.check_import", batch, detail=staging.counts())
    except ValidationError as error:
        if error.code == "status":
            raise
        ImportBatch.objects.filter(pk=batch.pk).update(
            status=ImportStatus.FAILED, message=" ".join(error.messages)[:300]
        )
        batch.refresh_from_db()
    return batch


def _keep_verdicts(batch, staging):
    ImportRow.objects.filter(batch=batch)._raw_delete("default")
    staging.keep_rows(batch, verdicts=RowVerdict.values)
    _set_counts(batch, staging.counts())
    batch.status, batch.progress = ImportStatus.CHECKED, 100
    batch.save()


@transaction.atomic
def request_apply(batch, *, actor):
    """Confirm the preview: the batch waits for its rows to be written."""
    batch = _lock(batch, actor, ImportStatus.CHECKED)
    batch.status, batch.progress, batch.message, batch.applied_by = ImportStatus.APPLYING, 0, "", actor
    batch.save()
    return batch


def apply_batch(batch, *, actor, on_rows=None):
    """Write what the preview showed, all or nothing.

    The file is compared with the register once more. If the outcome is no longer the previewed one, nothing is written:
    the batch is checked again, and its message asks for another look.
    """
    try:
        return _apply(batch, actor, on_rows)
    except IntegrityError:
        # Somebody registered the same NIB or NIK between the comparison and the writing.
        ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.CHECKED, message=_moved())
        batch.refresh_from_db()
        return batch


def _moved():
    return _("Register berubah sejak pratinjau. Lihat kembali hasil pemeriksaan, lalu terapkan.")


@transaction.atomic
def _apply(batch, actor, on_rows):
    batch = _lock(batch, actor, ImportStatus.CHECKED, ImportStatus.APPLYING)
    with pghistory.context(user=actor.pk if actor else None, import_batch=batch.reference):
        sheet = open_sheet(batch_content(batch))
        staging = _compare(
            batch, sheet, batch_header(batch), for_update=True, on_rows=on_rows, keep_cells=True
        )
        if not staging.matches(batch):
            _keep_verdicts(batch, staging)
            batch.message = _moved()
            batch.save()
            return batch
        staging.apply(actor=actor)
        staging.link_rows(batch)
        batch.status, batch.progress, batch.message = ImportStatus.APPLIED, 100, ""
        batch.applied_at, batch.applied_by = timezone.now(), actor
        batch.save()
        audit.record(actor, "ikm.import_business", batch, detail=staging.counts())
    return batch


@transaction.atomic
def discard_batch(batch, *, actor):
    """Give up a batch that is not applied; its file and rows are removed."""
    batch = _lock(
        batch,
        actor,
        ImportStatus.UPLOADED,
        ImportStatus.CHECKING,
        ImportStatus.CHECKED,
        ImportStatus.FAILED,
    )
    ImportRow.objects.filter(batch=batch)._raw_delete("default")
    storage, path = batch.file.storage, batch.file.name
    batch.file = ""
    batch.status = ImportStatus.DISCARDED
    batch.save()
    if path:
        transaction.on_commit(lambda: storage.delete(path))
    audit.record(actor, "ikm.discard_import", batch)
    return batch


def refused_rows_workbook(batch):
    """The refused rows of a batch as .xlsx with a column of reasons (bytes)."""
    sheet = open_sheet(batch_content(batch))
    errors = dict(batch.rows.filter(verdict=RowVerdict.REFUSED).values_list("line", "errors"))
    return refused_workbook(sheet, batch_header(batch), errors)


def is_small(batch):
    """Whether a batch can be worked on within a request."""
    return open_sheet(batch_content(batch)).total_rows <= ROWS_AT_ONCE


def work_off():
    """Work on the oldest batch that waits for the worker. Returns it, or None when none waits.

    Two workers never take the same one: the second finds it locked and passes on. A worker that dies leaves it waiting.
    """
    waiting = ImportBatch.objects.filter(status__in=[ImportStatus.CHECKING, ImportStatus.APPLYING]).order_by(
        "id"
    )
    for batch in waiting.select_related("uploaded_by", "applied_by"):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_BATCH_LOCK, batch.pk])
                if not cursor.fetchone()[0]:
                    continue
            batch.refresh_from_db(fields=["status"])
            with _Progress(batch) as progress:
                if batch.status == ImportStatus.CHECKING:
                    return check_batch(batch, actor=batch.uploaded_by, on_rows=progress.tell)
                if batch.status != ImportStatus.APPLYING:
                    continue
                batch = apply_batch(batch, actor=batch.applied_by, on_rows=progress.tell)
        look_for_duplicates(batch)
        return batch
    return None


def look_for_duplicates(batch):
    """Put what an applied batch brought in beside the rest of the register: near-duplicates go to the worklist.

    Returns how many pairs are open. Comes after the writing has been committed; a worker that dies in between leaves it
    to `manage.py find_duplicates`.
    """
    if batch.status != ImportStatus.APPLIED:
        return 0
    return find_all_pairs(
        batch.rows.filter(verdict=RowVerdict.NEW).values_list("business_id", flat=True).distinct()
    )


class _Progress:
    """Tells the progress of a batch over a second connection, as the first one shows nothing before it is done."""

    def __init__(self, batch):
        self.batch = batch
        self.total = max(open_sheet(batch_content(batch)).total_rows, 1)
        self.told = 0

    def __enter__(self):
        self.connection = connection.copy()
        return self

    def __exit__(self, *exception):
        self.connection.close()

    def tell(self, rows):
        percent = min(90 * rows // self.total, 90)
        if percent < self.told + 5:
            return
        self.told = percent
        with self.connection.cursor() as cursor:
            cursor.execute("UPDATE ikm_importbatch SET progress = %s WHERE id = %s", [percent, self.batch.pk])
