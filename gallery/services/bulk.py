"""Many products at once: a sheet and its photos are kept, checked, shown, and written as drafts or given up.

The photos go through the gate once, at the check; what it made of them waits beside the verdicts. Products are written one
by one, each whole and in a transaction of its own with its rows' marks, so that a worker that dies goes on where it stopped
and a second press writes nothing twice. Reasons are kept in Indonesian, as they go back on the office's sheet.
"""

import tempfile
import zipfile
from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Purpose
from accounts.models import Consent
from core import audit
from core.archives import PictureArchive
from core.languages import in_indonesian
from gallery.bulk import stage
from gallery.bulk.plan import Plan
from gallery.bulk.sheet import heading_of, refused_workbook
from gallery.enums import UploadStatus
from gallery.models import BulkPicture, BulkRow, BulkUpload, Photo
from gallery.photos import clean_photo
from gallery.services.photos import describe_photo, hang_photo
from gallery.services.products import change_product, check_may_offer, create_product, set_variants
from ikm.enums import RowVerdict
from ikm.policies import speaks_for

#: Uploads of up to so many photos and rows are worked on while the person waits, larger ones by the worker: the gate takes
#: about half a second a photo.
PICTURES_AT_ONCE, ROWS_AT_ONCE = 6, 50
#: The lock of a maker's products, held while one of them is written.
_MAKER_LOCK = 733761
#: Longer than the gate takes for the largest photo, on a machine that is busy.
_SILENCE = timedelta(minutes=3)


def check_may_upload(business, actor):
    """Raises PermissionDenied or ValidationError like check_may_offer; on behalf of a maker an official may once the business
    is verified and agrees to be shown."""
    check_may_offer(business, actor)
    if speaks_for(actor, business.pk):
        return
    if business.verified_on is None:
        raise ValidationError(_("Usaha ini belum diverifikasi. Verifikasi dahulu, lalu unggah produknya."))
    if not Consent.objects.active(Purpose.PUBLISH).filter(subject=business.reference).exists():
        raise ValidationError(_("Usaha ini belum setuju tampil untuk umum. Catat persetujuannya dahulu."))


@transaction.atomic
def upload_products(business, rows, archive, *, actor, sheet_name, archive_name=""):
    """Keep a sheet (`rows` of bulk.sheet.read_sheet) and its photos (a PictureArchive or None) to be checked.

    What the same person left unsaved for this business is given up. Raises PermissionDenied, ValidationError.
    """
    check_may_upload(business, actor)
    waiting = BulkUpload.objects.filter(
        business=business, uploaded_by=actor, status__in=[UploadStatus.CHECKING, UploadStatus.CHECKED]
    )
    for older in waiting:
        discard_upload(older, actor=actor)
    made = BulkUpload(
        business=business, sheet_name=sheet_name[-200:], archive_name=archive_name[-200:], uploaded_by=actor
    )
    if archive is not None:
        archive.file.seek(0)
        made.file.save("foto.zip", File(archive.file), save=False)
    made.save()
    BulkRow.objects.bulk_create(BulkRow(upload=made, line=line, cells=cells) for line, cells in rows)
    audit.record(actor, "gallery.upload_products", made, detail={"rows": len(rows)})
    return made


def is_small(rows, pictures):
    """Whether so many rows and photos can be worked on within a request."""
    return rows <= ROWS_AT_ONCE and pictures <= PICTURES_AT_ONCE


@contextmanager
def _working_on(upload):
    """Whether this process alone works on the upload: True or False.

    The mark is renewed with the progress; one that fell silent was left by a process that died. It only saves double work:
    what is written is guarded by the locks below.
    """
    now = timezone.now()
    free = Q(worked_on_at__isnull=True) | Q(worked_on_at__lt=now - _SILENCE)
    is_ours = BulkUpload.objects.filter(free, pk=upload.pk).update(worked_on_at=now) == 1
    try:
        yield is_ours
    finally:
        if is_ours:
            BulkUpload.objects.filter(pk=upload.pk).update(worked_on_at=None)


def _tell(upload, done, total):
    BulkUpload.objects.filter(pk=upload.pk).update(
        progress=100 * done // max(total, 1), worked_on_at=timezone.now()
    )


# --- Check ------------------------------------------------------------------------------------------------------------


@in_indonesian
def check_upload(upload):
    """Put the photos through the gate, judge each row and keep the verdicts for the preview; no product is touched.

    Returns the upload. One that another process works on, or that no longer waits, is left alone.
    """
    with _working_on(upload) as is_ours:
        upload.refresh_from_db()
        if not is_ours or upload.status != UploadStatus.CHECKING:
            return upload
        with tempfile.TemporaryFile() as staged:
            pictures = _through_the_gate(upload, staged) if upload.file else None
            _keep(upload, pictures, staged)
    upload.refresh_from_db()
    return upload


def _through_the_gate(upload, staged):
    """The BulkPictures of the archive; what the gate made of them is written to the file `staged`."""
    found, kept = [], set()
    with upload.file.open("rb") as file, zipfile.ZipFile(staged, "w", zipfile.ZIP_STORED) as copies:
        archive = PictureArchive(file)
        names = archive.names
        for done, name in enumerate(names):
            picture = BulkPicture(upload=upload, name=name)
            try:
                clean = clean_photo(ContentFile(archive.read(name)))
            except ValidationError as error:
                picture.error = " ".join(error.messages)[:300]
            else:
                picture.sha256, picture.perceptual_hash = clean.sha256, clean.perceptual_hash
                picture.width, picture.height = clean.width, clean.height
                if clean.sha256 not in kept:
                    stage.put(copies, clean)
                    kept.add(clean.sha256)
            found.append(picture)
            _tell(upload, done, len(names))
    return found


@transaction.atomic
def _keep(upload, pictures, staged):
    locked = BulkUpload.objects.select_for_update().get(pk=upload.pk)
    if locked.status != UploadStatus.CHECKING:  # given up meanwhile
        return
    if pictures is not None:
        BulkPicture.objects.filter(upload=locked).delete()
        BulkPicture.objects.bulk_create(pictures)
        _delete_file_on_commit(locked)
        staged.seek(0)
        locked.file.save(f"{locked.reference}.zip", File(staged), save=False)
    plan = Plan(locked.business, list(locked.rows.values_list("line", "cells")), pictures)
    plan.remark()
    _mark(locked, plan.rows)
    locked.status, locked.progress = UploadStatus.CHECKED, 0
    locked.save()
    audit.record(locked.uploaded_by, "gallery.check_upload", locked)


def _mark(upload, judged, *, is_written=False):
    """Write the verdicts of `judged` (rows of a plan) to the rows of the upload."""
    rows = {row.line: row for row in upload.rows.filter(line__in=[one.line for one in judged])}
    for one in judged:
        row = rows[one.line]
        row.verdict, row.errors, row.warnings, row.changes = (
            one.verdict,
            one.errors,
            one.warnings,
            one.changes,
        )
        row.product, row.is_written = one.product, is_written and one.verdict != RowVerdict.REFUSED
    BulkRow.objects.bulk_update(
        rows.values(), ["verdict", "errors", "warnings", "changes", "product", "is_written"], batch_size=500
    )


def _delete_file_on_commit(upload):
    if upload.file:
        storage, path = upload.file.storage, upload.file.name
        transaction.on_commit(lambda: storage.delete(path))
        upload.file = ""


# --- Save or give up --------------------------------------------------------------------------------------------------


def _lock(upload, actor, *statuses):
    locked = BulkUpload.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=upload.pk)
    check_may_upload(locked.business, actor)
    if locked.status not in statuses:
        raise ValidationError(
            _("Unggahan ini %(status)s; langkah itu tidak dapat dilakukan lagi."),
            code="status",
            params={"status": locked.get_status_display()},
        )
    return locked


@transaction.atomic
def request_save(upload, *, actor):
    """Confirm the preview: the upload waits for its products to be written. Raises ValidationError, PermissionDenied."""
    locked = _lock(upload, actor, UploadStatus.CHECKED)
    if not locked.rows.filter(verdict__in=[RowVerdict.NEW, RowVerdict.CHANGED]).exists():
        raise ValidationError(_("Tidak ada baris baru atau berubah yang dapat disimpan."))
    locked.status, locked.progress, locked.saved_by = UploadStatus.SAVING, 0, actor
    locked.save()
    return locked


@in_indonesian
def save_upload(upload):
    """Write the products of a confirmed upload as drafts, each after another look at what stands now.

    A product that can no longer be written has its rows refused, with the reason. Returns the upload.
    """
    with _working_on(upload) as is_ours:
        upload.refresh_from_db()
        if not is_ours or upload.status != UploadStatus.SAVING:
            return upload
        pictures = list(upload.pictures.all()) if upload.archive_name else None
        rows = list(
            upload.rows.exclude(verdict=RowVerdict.REFUSED)
            .filter(is_written=False)
            .values_list("line", "cells")
        )
        groups = Plan(upload.business, rows, pictures).groups
        total = upload.rows.count()
        with _staged(upload) as copies:
            for number, group in enumerate(groups, start=1):
                lines = [(row.line, row.cells) for row in group.rows]
                _write_group(upload, lines, pictures, copies)
                _tell(upload, total - len(rows) + number * len(rows) // len(groups), total)
        _finish(upload)
    upload.refresh_from_db()
    return upload


@contextmanager
def _staged(upload):
    if not upload.file:
        yield None
        return
    with upload.file.open("rb") as file, zipfile.ZipFile(file) as copies:
        yield copies


def _write_group(upload, lines, pictures, copies):
    """One product: written whole, or its rows refused."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MAKER_LOCK, upload.business_id])
            if upload.rows.filter(line__in=[line for line, _cells in lines], is_written=True).exists():
                return
            plan = Plan(upload.business, lines, pictures)
            check_may_upload(upload.business, upload.saved_by)
            for group in plan.groups:
                if not group.is_refused and (group.product is None or group.is_changed):
                    product = _write(upload, group, copies)
                    for row in group.rows:
                        row.product = product
            _mark(upload, plan.rows, is_written=True)
    except (ValidationError, PermissionDenied, IntegrityError) as error:
        for row in plan.rows:
            row.verdict = RowVerdict.REFUSED
            row.errors = [{"field": "", "message": _sentence(error)}]
        _mark(upload, plan.rows)


def _sentence(error):
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, IntegrityError):
        return _("Katalog berubah sejak pemeriksaan. Unggah baris ini sekali lagi.")
    return str(error)


def _write(upload, group, copies):
    actor = upload.saved_by
    if group.product is None:
        product = create_product(upload.business, actor=actor, **group.fields)
    elif group.fields:
        product = change_product(group.product, actor=actor, **group.fields)
    else:
        product = group.product
    for picture, alt in group.photos:
        hang_photo(product, stage.take(copies, picture), actor=actor, alt=alt)
    for photo, alt in group.described:
        describe_photo(photo, actor=actor, alt=alt, alt_en=photo.alt_en)
    if group.variants_change:
        photos = {one.sha256: one for one in Photo.objects.filter(product=product)}
        rows = [{**row, "photo": photos.get(row["photo"])} for row in group.variants]
        set_variants(product, rows, actor=actor)
    return product


@transaction.atomic
def _finish(upload):
    locked = BulkUpload.objects.select_for_update().get(pk=upload.pk)
    if locked.status != UploadStatus.SAVING:
        return
    _delete_file_on_commit(locked)
    locked.pictures.all().delete()
    locked.status, locked.progress, locked.saved_at = UploadStatus.SAVED, 100, timezone.now()
    locked.save()
    audit.record(locked.saved_by, "gallery.save_upload", locked)


@transaction.atomic
def discard_upload(upload, *, actor):
    """Give up an upload that is not saved; its photos and rows are removed. Raises ValidationError, PermissionDenied."""
    locked = _lock(upload, actor, UploadStatus.CHECKING, UploadStatus.CHECKED)
    _delete_file_on_commit(locked)
    locked.pictures.all().delete()
    locked.rows.all().delete()
    locked.status = UploadStatus.DISCARDED
    locked.save()
    audit.record(actor, "gallery.discard_upload", locked)
    return locked


@in_indonesian
def refused_rows_workbook(upload):
    """The refused rows as the sheet they came from, a column of reasons at the end (bytes)."""
    rows = upload.rows.filter(verdict=RowVerdict.REFUSED).values_list("line", "cells", "errors")
    return refused_workbook([(line, cells, in_words(errors)) for line, cells, errors in rows])


def in_words(remarks):
    """Reasons or remarks of a row as sentences, each with the heading of its column in front."""
    return [
        f"{heading}: {one['message']}" if (heading := heading_of(one["field"])) else one["message"]
        for one in remarks
    ]


def work_off():
    """Work on the oldest upload that waits for the worker. Returns it, or None when none waits.

    Two workers never take the same one: the second finds it locked and passes on. A worker that dies leaves it waiting.
    """
    waiting = BulkUpload.objects.filter(status__in=[UploadStatus.CHECKING, UploadStatus.SAVING]).order_by(
        "id"
    )
    for upload in waiting.select_related("business", "uploaded_by", "saved_by"):
        before = upload.status
        done = check_upload(upload) if before == UploadStatus.CHECKING else save_upload(upload)
        if done.status != before:
            return done
    return None
