"""The office's page of what goes on paper: products are chosen, and a booklet or price tags come back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.public import official_reference
from gallery.forms.printing import ChoiceFilterForm, PrintForm
from gallery.models import ConsignmentTerms, Edition, Product, Variant
from gallery.services import printing
from gallery.services.consignment.stock import RECORD
from gallery.views.office import with_first_photo
from ikm.models import Business
from ikm.views.office import official


def pdf_response(content, name):
    """The PDF as a download that no cache keeps."""
    day = f"{timezone.localdate():%Y-%m-%d}"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{day}.pdf"',
            "Cache-Control": "no-store, private",
        },
    )


@official("gallery.view_product")
def prints(request):
    """Products on show to tick, or all that the filters find; a booklet or price tags of them."""
    filters = ChoiceFilterForm(request.POST if request.method == "POST" else request.GET)
    rows = filters.narrowed(Product.objects.visible_to(request.user).published())
    form = PrintForm(
        request.POST if request.method == "POST" else None,
        initial={"language": "id", "per_page": 2, "copies": 1},
    )
    if request.method == "POST" and form.is_valid():
        made = form.call(_made, request, form, filters, rows)
        if made is not None:
            return made
    total = rows.count()
    listed = rows.select_related("business", "category").order_by("business__name", "name", "pk")
    return render(
        request,
        "gallery/office/prints.html",
        {
            "filters": filters,
            "form": form,
            "products": with_first_photo(listed[: printing.MOST_PRODUCTS]),
            "total": total,
            "most": printing.MOST_PRODUCTS,
            "is_cut": total > printing.MOST_PRODUCTS,
            "ticked": set(request.POST.getlist("produk")),
            "wants_all": request.POST.get("which") == "all",
        },
        status=400 if form.errors else 200,
    )


def _made(request, form, filters, rows):
    """The PDF that the pressed button asks for."""
    if request.POST.get("which") != "all":
        rows = rows.filter(reference__in=request.POST.getlist("produk"))
        if not rows.exists():
            raise ValidationError(_("Centang paling sedikit satu produk, atau pilih semua yang disaring."))
    if request.POST.get("action") == "tags":
        variants = Variant.objects.filter(product__in=rows, is_active=True)
        made = printing.make_tags(variants, actor=request.user, copies=form.cleaned_data["copies"])
        return pdf_response(made, "label-harga")
    asked = {name: form.cleaned_data[name] for name in ("title", "language", "per_page")}
    if edition := filters.cleaned_data.get("edisi"):
        made = printing.make_edition_booklet(edition, actor=request.user, products=rows, **asked)
    else:
        made = printing.make_booklet(rows, actor=request.user, **asked)
    return pdf_response(made, "buku-galeri")


@official("gallery.view_product")
@require_POST
def edition_booklet(request, reference):
    """The booklet of a curator's edition, in the language of the page it was asked from."""
    edition = get_object_or_404(Edition, reference=official_reference(reference, "EDS"))
    language = "en" if request.POST.get("bahasa") == "en" else "id"
    try:
        made = printing.make_edition_booklet(edition, actor=request.user, language=language)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("office_prints")
    return pdf_response(made, f"buku-{edition.reference.lower()}")


@official(RECORD)
@require_POST
def maker_tags(request, reference):
    """Price tags of all goods of a maker that lie in the gallery, one a piece."""
    business = get_object_or_404(
        Business.objects.visible_to(request.user).filter(pk__in=ConsignmentTerms.objects.values("business")),
        reference=reference,
    )
    try:
        made = printing.make_tags(
            Variant.objects.filter(product__business=business), actor=request.user, copies=None
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("office_maker_goods", reference)
    return pdf_response(made, f"label-{business.reference.lower()}")
