"""The curator's desk: what waits, one product side by side, and what lacks its English."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.public import numbered_page, official_reference
from core.workflow import history, open_steps, steps_of_others
from gallery.enums import ProductStatus
from gallery.forms.curation import DecisionForm, EnglishForm, FilterForm
from gallery.models import Photo, Product
from gallery.services import curation
from gallery.services.photos import alike
from gallery.services.products import translate_product
from ikm.views.office import official

PER_PAGE = 50


def with_first_photo(rows):
    """`rows` with their photos and the photos' sizes, for pictures in a list."""
    return rows.prefetch_related(Prefetch("photos", Photo.objects.prefetch_related("renditions")))


@official("gallery.view_product")
@require_GET
def desk(request):
    """Products by status, those that wait for the curator first and the longest waiting before the others."""
    rows = Product.objects.visible_to(request.user)
    counts = rows.aggregate(
        **{value: Count("pk", filter=Q(status=value)) for value in ProductStatus.values},
        untranslated=Count("pk", filter=Q(status=ProductStatus.PUBLISHED) & Q(name_en="")),
    )
    form = FilterForm({"status": ProductStatus.SUBMITTED, **request.GET.dict()})
    form.is_valid()
    status, words = form.cleaned_data.get("status", ""), form.cleaned_data.get("q", "")
    if status:
        rows = rows.filter(status=status)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(business__name__icontains=words))
    order = ["submitted_at", "pk"] if status == ProductStatus.SUBMITTED else ["-pk"]
    page, addresses = numbered_page(
        request, with_first_photo(rows.select_related("business", "category").order_by(*order)), PER_PAGE
    )
    tiles = [
        {"value": counts[value], "label": label, "url": f"?status={value}"}
        for value, label in ProductStatus.choices
    ]
    tiles.append(
        {
            "value": counts["untranslated"],
            "label": _("tayang tanpa bahasa Inggris"),
            "url": reverse("office_translations"),
        }
    )
    return render(
        request,
        "gallery/office/desk.html",
        {"form": form, "active": bool(words), "tiles": tiles, "page": page, **addresses},
    )


def _found(request, reference):
    rows = Product.objects.visible_to(request.user).select_related("business__kelurahan", "category")
    return get_object_or_404(rows, reference=official_reference(reference, "PRD"))


@official("gallery.view_product")
def product(request, reference):
    """One product: its photos left, its texts right, a reason beside each, and the steps that are open."""
    found = _found(request, reference)
    photos = list(found.photos.prefetch_related("renditions"))
    steps = {
        name: step
        for name, step in open_steps(found, request.user).items()
        if name in {"ask_improvement", "publish", "withdraw"}
    }
    form = DecisionForm(request.POST or None, product=found, photos=photos)
    if request.method == "POST" and form.is_valid() and _decide(form, found, request) is not None:
        following = _next_waiting(request.user)
        return redirect("office_product", following) if following else redirect("office_gallery")
    return render(
        request,
        "gallery/office/product.html",
        {
            "product": found,
            "form": form,
            "steps": steps,
            "own": "publish" in steps_of_others(found, request.user),
            "photos": [
                (
                    photo,
                    photo.renditions.all()[len(photo.renditions.all()) - 1],
                    alike(photo),
                    _pair(form, photo.reference),
                )
                for photo in photos
            ],
            "parts": [
                (label, _said(found, part), _pair(form, part))
                for part, label in curation.PARTS.items()
                if part != "photo" or not photos
            ],
            "variants": list(found.variants.all()),
            "gaps": curation.gaps(found),
            "remarks": list(found.remarks.select_related("photo").order_by("answered_at", "pk")),
            "events": [
                {
                    "title": dict(ProductStatus.choices).get(line.to_status, line.to_status),
                    "at": line.at,
                    "by": str(line.actor),
                    "note": line.note,
                }
                for line in history(found)
            ],
        },
        status=400 if form.errors else 200,
    )


def _decide(form, found, request):
    """The moved product, or None with the form's errors filled."""
    action, note = request.POST.get("action", ""), form.cleaned_data["note"]
    if action == "ask_improvement":
        done = form.call(curation.ask_improvement, found, form.remarks(), actor=request.user, note=note)
        sentence = _("%(product)s dikembalikan kepada pembuatnya dengan catatan Anda.")
    elif action == "publish":
        done = form.call(curation.publish_product, found, actor=request.user, note=note)
        sentence = _("%(product)s kini tayang di galeri.")
    else:
        done = form.call(curation.withdraw_product, found, actor=request.user, note=note)
        sentence = _("%(product)s ditarik dari galeri.")
    if done is not None:
        messages.success(request, sentence % {"product": done})
    return done


def _next_waiting(user):
    waiting = Product.objects.visible_to(user).filter(status=ProductStatus.SUBMITTED)
    return waiting.order_by("submitted_at", "pk").values_list("reference", flat=True).first()


def _pair(form, key):
    return [form[name] for name in form.pairs.get(key, ())]


def _said(found, part):
    """What the product says in `part`, as lines."""
    if part == "price":
        return []
    if part == "weight_grams":
        sides = (found.length_cm, found.width_cm, found.height_cm)
        size = " × ".join(str(side) for side in sides) + " cm" if all(sides) else ""
        return [f"{found.weight_grams} g" if found.weight_grams else "", size]
    if part == "licences":
        return [f"{one.get_kind_display()} {one.number}" for one in found.badges()]
    value = getattr(found, part, None)
    english = getattr(found, f"{part}_en", "")
    return [line for line in (str(value or ""), english) if line]


@official("gallery.curate_product")
@require_GET
def translations(request):
    """Shown products whose English is missing or partly so."""
    rows = Product.objects.visible_to(request.user).without_english()
    rows = rows.exclude(status=ProductStatus.WITHDRAWN).select_related("business")
    page, addresses = numbered_page(request, rows.order_by("-published_at", "-pk"), PER_PAGE)
    return render(request, "gallery/office/translations.html", {"page": page, **addresses})


@official("gallery.curate_product")
def translate(request, reference):
    """The English texts beside the Indonesian ones."""
    found = _found(request, reference)
    form = EnglishForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        done = form.call(translate_product, found, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Tersimpan."))
            return redirect("office_translations")
    return render(
        request,
        "gallery/office/translate.html",
        {"form": form, "product": found},
        status=400 if form.errors else 200,
    )
