"""Many products at once: upload a sheet with its photos, look at every row, save or give up, take back what was refused.

A maker comes from "Produk saya", an official from the office's page on behalf of a maker; what they see of an upload is the
same page.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Purpose
from accounts.models import Consent
from core.public import official_reference
from gallery.bulk import stage
from gallery.bulk.plan import PHOTO_NUMBERS, picture_key, pictures_by_name
from gallery.bulk.sheet import empty_workbook, heading_of
from gallery.enums import UploadStatus
from gallery.forms.bulk import UploadForm
from gallery.models import BulkUpload
from gallery.services import bulk
from gallery.views.owner import maker
from ikm.enums import BusinessStatus, RowVerdict
from ikm.models import Business
from ikm.policies import speaks_for
from ikm.views.office import official

ROWS_PER_PAGE = 50
LAST_UPLOADS = 20
MOST_FOUND = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _workbook(content, name):
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _last(uploads):
    return uploads.select_related("business").exclude(status=UploadStatus.DISCARDED)[:LAST_UPLOADS]


def _received(request, form):
    """The page of an upload that was kept, None with the form's errors filled."""
    if request.method != "POST" or not form.is_valid():
        return None
    rows, sheet_name = form.cleaned_data["sheet"]
    archive, archive_name = form.cleaned_data["photos"]
    pictures = len(archive.names) if archive else 0
    made = form.call(
        bulk.upload_products,
        form.business_chosen,
        rows,
        archive,
        actor=request.user,
        sheet_name=sheet_name,
        archive_name=archive_name,
    )
    if made is None:
        return None
    if bulk.is_small(len(rows), pictures):
        bulk.check_upload(made)
    return redirect("bulk_upload", made.reference)


@maker
@require_http_methods(["GET", "POST"])
def uploads(request):
    """The form for who speaks for a business in the register, and the last uploads."""
    businesses = (
        Business.objects.spoken_for_by(request.user)
        .filter(status=BusinessStatus.REGISTERED)
        .order_by("name", "pk")
    )
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*data, businesses=businesses) if businesses else None
    answer = _received(request, form) if form else None
    return answer or render(
        request,
        "gallery/bulk/uploads.html",
        {
            "form": form,
            "uploads": _last(
                BulkUpload.objects.filter(business__in=Business.objects.spoken_for_by(request.user))
            ),
        },
        status=400 if form and form.errors else 200,
    )


@maker
@require_GET
def example(request):
    return _workbook(empty_workbook(), "lembar-produk.xlsx")


# --- On behalf of a maker ---------------------------------------------------------------------------------------------


def _able():
    """Verified businesses that agree to be shown."""
    agrees = Consent.objects.active(Purpose.PUBLISH).filter(subject=OuterRef("reference"))
    return Business.objects.filter(
        Exists(agrees), status=BusinessStatus.REGISTERED, verified_on__isnull=False
    )


@official("gallery.submit_product")
@require_GET
def makers(request):
    """Find the maker by name or number; the last uploads of all."""
    words = " ".join(request.GET.get("q", "").split())[:100]
    found = []
    if words:
        rows = _able().filter(Q(name__icontains=words) | Q(reference__iexact=words))
        found = list(rows.select_related("kelurahan").order_by("name", "pk")[:MOST_FOUND])
    return render(
        request,
        "gallery/bulk/makers.html",
        {"words": words, "found": found, "uploads": _last(BulkUpload.objects.visible_to(request.user))},
    )


@official("gallery.submit_product")
@require_http_methods(["GET", "POST"])
def upload_for(request, reference):
    business = get_object_or_404(_able(), reference=official_reference(reference, "IKM"))
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*data, businesses=Business.objects.filter(pk=business.pk))
    return _received(request, form) or render(
        request,
        "gallery/bulk/upload_for.html",
        {"form": form, "business": business},
        status=400 if form.errors else 200,
    )


# --- One upload -------------------------------------------------------------------------------------------------------


def _found(request, reference):
    rows = BulkUpload.objects.visible_to(request.user).select_related("business", "uploaded_by", "saved_by")
    return get_object_or_404(rows, reference=official_reference(reference, "UGH"))


def _is_own(request, found):
    """Whether the person came as the maker; an official comes from the office's page."""
    return speaks_for(request.user, found.business_id)


def _start(is_own):
    return reverse("bulk_uploads" if is_own else "office_bulk_uploads")


@maker
@require_GET
def upload(request, reference):
    """Where an upload stands; once checked, every row with its verdict and photos."""
    found = _found(request, reference)
    is_own = _is_own(request, found)
    if found.status in (UploadStatus.CHECKING, UploadStatus.SAVING):
        return render(request, "gallery/bulk/waiting.html", {"upload": found, "back": _start(is_own)})
    counts = found.rows.aggregate(
        **{value: Count("pk", filter=Q(verdict=value)) for value in RowVerdict.values},
        written=Count("product", filter=Q(is_written=True) & ~Q(verdict=RowVerdict.UNCHANGED), distinct=True),
    )
    verdict = request.GET.get("putusan", "")
    verdict = verdict if verdict in RowVerdict.values else ""
    after = request.GET.get("setelah", "")
    rows = found.rows.select_related("product")
    if verdict:
        rows = rows.filter(verdict=verdict)
    if after.isdecimal() and len(after) < 9:
        rows = rows.filter(line__gt=int(after))
    rows = list(rows[: ROWS_PER_PAGE + 1])
    more, rows = len(rows) > ROWS_PER_PAGE, rows[:ROWS_PER_PAGE]
    query = f"putusan={verdict}&" if verdict else ""
    pictures = list(found.pictures.all())
    by_name = pictures_by_name(pictures)
    return render(
        request,
        "gallery/bulk/upload.html",
        {
            "upload": found,
            "back": _start(is_own),
            "is_own": is_own,
            "counts": counts,
            "verdict_label": RowVerdict(verdict).label if verdict else "",
            "tiles": [
                {
                    "value": number_format(counts[choice.value]),
                    "label": choice.label,
                    "url": f"?putusan={choice.value}#baris",
                    "note": note,
                }
                for choice, note in (
                    (RowVerdict.NEW, _("menjadi draf baru")),
                    (RowVerdict.CHANGED, _("mengubah draf yang ada")),
                    (RowVerdict.UNCHANGED, _("sama dengan yang tercatat")),
                    (RowVerdict.REFUSED, _("tidak akan ditulis")),
                )
            ],
            "rows": [_row(row, by_name) for row in rows],
            "unused": _unused(found, pictures, by_name),
            "next_url": f"?{query}setelah={rows[-1].line}#baris" if more else "",
            "previous_url": f"?{query.rstrip('&')}#baris" if after else "",
            "can_save": found.status == UploadStatus.CHECKED and counts["new"] + counts["changed"] > 0,
            "can_discard": found.status == UploadStatus.CHECKED,
        },
    )


def _row(row, by_name):
    """A row as people read it."""
    cells = row.cells
    photos = []
    for place in PHOTO_NUMBERS:
        if name := cells.get(f"photo{place}"):
            found = by_name.get(picture_key(name), [])
            clean = found[0] if len(found) == 1 and found[0].sha256 else None
            photos.append({"name": name, "picture": clean, "alt": cells.get(f"alt{place}", "")})
    return {
        "row": row,
        "name": cells.get("name") or (row.product.name if row.product else ""),
        "about": " · ".join(
            cells[name] for name in ("sku", "size", "motif", "colour", "price") if cells.get(name)
        ),
        "photos": photos,
        "changes": [{"label": heading_of(one["field"]), **one} for one in row.changes],
        "errors": bulk.in_words(row.errors),
        "warnings": bulk.in_words(row.warnings),
    }


def _unused(found, pictures, by_name):
    """Names of the photos that no row names."""
    if not pictures:
        return []
    used = set()
    for cells in found.rows.values_list("cells", flat=True):
        for place in PHOTO_NUMBERS:
            if name := cells.get(f"photo{place}"):
                used.update(one.pk for one in by_name.get(picture_key(name), ()))
    return [one.name for one in pictures if one.pk not in used]


@maker
@require_POST
def save(request, reference):
    found = _found(request, reference)
    try:
        waiting = bulk.request_save(found, actor=request.user)
    except (ValidationError, PermissionDenied) as error:
        messages.error(
            request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        )
    else:
        if bulk.is_small(waiting.rows.count(), waiting.pictures.count()):
            bulk.save_upload(waiting)
            messages.success(request, _("Produk tersimpan sebagai draf."))
    return redirect("bulk_upload", found.reference)


@maker
@require_http_methods(["GET", "POST"])
def discard(request, reference):
    """Give up an upload, after asking."""
    found = _found(request, reference)
    if request.method == "POST":
        try:
            bulk.discard_upload(found, actor=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("bulk_upload", found.reference)
        messages.success(request, _("Unggahan dibatalkan. Lembar dan fotonya dihapus."))
        return redirect(_start(_is_own(request, found)))
    return render(request, "gallery/bulk/discard.html", {"upload": found})


@maker
@require_GET
def refused_rows(request, reference):
    """The refused rows as the sheet they came from, with the reasons."""
    found = _found(request, reference)
    if not found.rows.filter(verdict=RowVerdict.REFUSED).exists():
        raise Http404
    return _workbook(bulk.refused_rows_workbook(found), f"ditolak-{found.reference}.xlsx")


@maker
@require_GET
def picture(request, reference, pk):
    """A small copy of one photo that waits to be saved."""
    found = _found(request, reference)
    one = get_object_or_404(found.pictures.exclude(sha256=""), pk=pk)
    with found.file.open("rb") as file:
        content = stage.thumbnail(file, one)
    response = HttpResponse(content, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response
