"""The registrar's pages of the import: upload, columns, preview of every row, apply or discard."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core import audit
from core.indonesia import mask_nik, rupiah
from ikm.enums import Branch, ImportStatus, LegalForm, RowVerdict
from ikm.forms.imports import ColumnsForm, UploadForm
from ikm.imports.columns import FIELDS, MONEY
from ikm.imports.report import example_workbook, field_label
from ikm.imports.sheets import open_sheet
from ikm.models import ImportBatch
from ikm.services import imports

ROWS_PER_PAGE = 50
BATCHES_PER_PAGE = 25
EXAMPLES = 3
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def importing(view):
    """Only for officials who import."""
    return login_required(permission_required(imports.PERMISSION, raise_exception=True)(view))


def _workbook(content, name):
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@importing
@require_GET
def batches(request):
    """All batches, the newest first."""
    before = request.GET.get("sebelum", "")
    rows = ImportBatch.objects.select_related("uploaded_by")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    rows = list(rows[: BATCHES_PER_PAGE + 1])
    next_url = f"?sebelum={rows[BATCHES_PER_PAGE - 1].pk}" if len(rows) > BATCHES_PER_PAGE else ""
    return render(
        request,
        "ikm/imports/batches.html",
        {
            "batches": rows[:BATCHES_PER_PAGE],
            "next_url": next_url,
            "previous_url": request.path if before else "",
        },
    )


@importing
@require_http_methods(["GET", "POST"])
def upload(request):
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content, name = form.cleaned_data["file"]
        batch = form.call(
            imports.upload_batch,
            content,
            actor=request.user,
            name=name,
            mapping=form.cleaned_data["mapping"],
        )
        if batch is not None:
            return redirect("import_columns", batch.reference)
    return render(request, "ikm/imports/upload.html", {"form": form})


@importing
@require_GET
def example(request):
    return _workbook(example_workbook(), "contoh-data-ikm.xlsx")


@importing
@require_http_methods(["GET", "POST"])
def columns(request, reference):
    """What each column holds, with some of its cells, and in what unit its money is."""
    batch = get_object_or_404(ImportBatch, reference=reference)
    if batch.status not in (ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.FAILED):
        return redirect("import_batch", batch.reference)
    header = imports.batch_header(batch)
    initial = {"kbli_version": batch.kbli_version}
    if batch.mapping or batch.status != ImportStatus.UPLOADED:
        initial["money"] = ColumnsForm.THOUSANDS if batch.money_in_thousands else ColumnsForm.RUPIAH
    form = ColumnsForm(request.POST or None, header=header, initial=initial)
    if request.method == "POST" and form.is_valid():
        mapped = form.call(
            imports.map_batch,
            batch,
            actor=request.user,
            fields=form.chosen(),
            money_in_thousands=form.cleaned_data["money"] == ColumnsForm.THOUSANDS,
            kbli_version=form.cleaned_data["kbli_version"],
            save_as=form.cleaned_data["save_as"],
        )
        if mapped is not None:
            if imports.is_small(mapped):
                imports.check_batch(mapped, actor=request.user)
            return redirect("import_batch", batch.reference)
    examples = _examples(batch, header)
    return render(
        request,
        "ikm/imports/columns.html",
        {
            "batch": batch,
            "form": form,
            "rows": [
                {
                    "column": column,
                    "field": form[f"column_{column.index}"],
                    "examples": examples[column.index],
                }
                for column in form.columns
            ],
            "says_thousands": header.says_thousands,
            "missing": [FIELDS[name].label for name in header.missing],
        },
    )


_LONG_NUMBER = re.compile(r"[0-9][0-9.\- ]{13,}[0-9]")


def _examples(batch, header):
    """The first filled cells of each column; long numbers may be a NIK and are masked."""
    sheet = open_sheet(imports.batch_content(batch))
    found = {column.index: [] for column in header.columns}
    for row in sheet.head(header.data_row + 10)[header.data_row :]:
        for index, cells in found.items():
            text = " ".join(str(row[index] if index < len(row) else "").split())
            if text and len(cells) < EXAMPLES:
                cells.append(_LONG_NUMBER.sub(lambda match: mask_nik(match[0]), text[:40]))
    return found


@importing
@require_GET
def preview(request, reference):
    """Where a batch stands; once checked, every row with its verdict."""
    batch = get_object_or_404(
        ImportBatch.objects.select_related("uploaded_by", "applied_by", "mapping"), reference=reference
    )
    if batch.status == ImportStatus.UPLOADED:
        return redirect("import_columns", batch.reference)
    if batch.status in (ImportStatus.CHECKING, ImportStatus.APPLYING):
        return render(request, "ikm/imports/waiting.html", {"batch": batch})
    verdict = request.GET.get("putusan", "")
    verdict = verdict if verdict in RowVerdict.values else ""
    rows = batch.rows.select_related("business")
    if verdict:
        rows = rows.filter(verdict=verdict)
    after = request.GET.get("setelah", "")
    if after.isdecimal() and len(after) < 9:
        rows = rows.filter(line__gt=int(after))
    rows = list(rows.order_by("line")[: ROWS_PER_PAGE + 1])
    query = f"putusan={verdict}&" if verdict else ""
    more = len(rows) > ROWS_PER_PAGE
    rows = rows[:ROWS_PER_PAGE]
    return render(
        request,
        "ikm/imports/preview.html",
        {
            "batch": batch,
            "verdict": verdict,
            "verdict_label": RowVerdict(verdict).label if verdict else "",
            "tiles": [
                {
                    "value": number_format(getattr(batch, f"rows_{choice.value}")),
                    "label": choice.label,
                    "url": f"?putusan={choice.value}#baris",
                    "note": notes,
                }
                for choice, notes in (
                    (RowVerdict.NEW, _("usaha yang belum ada")),
                    (RowVerdict.CHANGED, _("data register berubah")),
                    (RowVerdict.UNCHANGED, _("sama dengan register")),
                    (RowVerdict.REFUSED, _("tidak akan ditulis")),
                )
            ],
            "rows": [_row(row) for row in rows],
            "next_url": f"?{query}setelah={rows[-1].line}#baris" if more else "",
            "previous_url": f"?{query.rstrip('&')}#baris" if after else "",
            "can_apply": batch.status == ImportStatus.CHECKED and batch.rows_new + batch.rows_changed > 0,
            "can_discard": batch.status in (ImportStatus.CHECKED, ImportStatus.FAILED),
        },
    )


def _row(row):
    """A row as people read it: what it is about, what changes from what to what, and what was found."""
    cells = row.cells
    return {
        "row": row,
        "name": cells.get("name") or (row.business.name if row.business else ""),
        "about": " · ".join(
            part
            for part in (
                cells.get("kelurahan"),
                cells.get("product"),
                cells.get("year", "").removesuffix(".0"),
            )
            if part
        ),
        "changes": [
            {"label": field_label(name), "old": _shown(name, old), "new": _shown(name, new)}
            for name, (old, new) in row.changes.items()
        ],
        "errors": [{"label": field_label(e["field"]), "message": e["message"]} for e in row.errors],
        "warnings": [{"label": field_label(w["field"]), "message": w["message"]} for w in row.warnings],
    }


def _shown(name, value):
    if value is None or value == "":
        return "–"
    bare = name.removeprefix("figure.")
    if bare in MONEY or bare == "export_value":
        return rupiah(int(value))
    for field, choices in (("legal_form", LegalForm), ("branch", Branch)):
        if bare == field and value in choices.values:
            return choices(value).label
    return value


@importing
@require_http_methods(["GET", "POST"])
def apply(request, reference):
    """What applying would do, and the button that does it."""
    batch = get_object_or_404(ImportBatch, reference=reference)
    if request.method == "POST":
        try:
            batch = imports.request_apply(batch, actor=request.user)
            if imports.is_small(batch):
                batch = imports.apply_batch(batch, actor=request.user)
                imports.look_for_duplicates(batch)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            if batch.status == ImportStatus.APPLIED:
                messages.success(request, _("Data sudah ditulis ke register."))
        return redirect("import_batch", batch.reference)
    if batch.status != ImportStatus.CHECKED:
        return redirect("import_batch", batch.reference)
    return render(request, "ikm/imports/apply.html", {"batch": batch})


@importing
@require_http_methods(["GET", "POST"])
def discard(request, reference):
    """Give up a batch, after asking."""
    batch = get_object_or_404(ImportBatch, reference=reference)
    if request.method == "POST":
        try:
            imports.discard_batch(batch, actor=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("import_batch", batch.reference)
        messages.success(request, _("Impor dibatalkan. Berkas dan hasil pemeriksaannya dihapus."))
        return redirect("imports")
    return render(request, "ikm/imports/discard.html", {"batch": batch})


@importing
@require_GET
def refused_rows(request, reference):
    """The refused rows as the sheet they came from, with their reasons."""
    batch = get_object_or_404(ImportBatch.objects.exclude(file=""), reference=reference)
    content = imports.refused_rows_workbook(batch)
    # The sheet holds what the office sent, personal numbers included.
    audit.record(request.user, "ikm.download_refused_rows", batch, detail={"rows": batch.rows_refused})
    return _workbook(content, f"ditolak-{batch.reference}.xlsx")
