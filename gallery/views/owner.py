"""A maker's pages: my products, the task list, one page a part, check, receipt, preview, withdraw, change."""

from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Purpose
from accounts.models import Consent
from accounts.services import current_text
from core.dates import date_in_words
from core.indonesia import rupiah
from core.sections import answer_sections
from core.workflow import history, open_steps
from gallery.deadlines import due_on
from gallery.enums import ProductStatus
from gallery.forms import owner as forms
from gallery.models import Photo, Product
from gallery.parts import OPTIONAL, SECTION_OF, SECTIONS
from gallery.services import consents, curation, photos, products
from ikm.enums import BusinessStatus
from ikm.models import Business


def maker(view):
    """Only for who may offer products."""
    return login_required(permission_required("gallery.submit_product", raise_exception=True)(view))


def _own(request):
    """Products of the businesses for which the signed-in person speaks, an official's too."""
    spoken_for = Business.objects.spoken_for_by(request.user)
    return Product.objects.visible_to(request.user).filter(business__in=spoken_for)


def my_product_or_404(request, reference):
    """The product with this reference of a business for which the signed-in person speaks."""
    return get_object_or_404(_own(request).select_related("business", "category"), reference=reference)


# --- My products ------------------------------------------------------------------------------------------------------


def next_thing(product):
    """What the maker has to do next about this product, as (sentence, label of the button)."""
    match product.status:
        case ProductStatus.DRAFT:
            return _("Lengkapi, lalu kirim ke kurator."), _("Lanjutkan mengisi")
        case ProductStatus.TO_IMPROVE:
            return _("Kurator meminta beberapa bagian diperbaiki."), _("Perbaiki")
        case ProductStatus.PUBLISHED:
            return _("Produk ini dilihat semua orang."), _("Lihat")
        case ProductStatus.WITHDRAWN:
            return _("Produk ini tidak tayang. Anda dapat mengubah dan mengirimnya lagi."), _("Lihat")
    due = due_on(product)
    if due is None:
        return _("Kurator sedang memeriksa."), _("Lihat")
    return _("Kurator menjawab paling lambat %(day)s.") % {"day": date_in_words(due)}, _("Lihat")


#: What needs the maker comes first.
_ORDER = {
    ProductStatus.TO_IMPROVE: 0,
    ProductStatus.DRAFT: 1,
    ProductStatus.SUBMITTED: 2,
    ProductStatus.PUBLISHED: 3,
    ProductStatus.WITHDRAWN: 4,
}


@maker
def my_products(request):
    rows = (
        _own(request)
        .select_related("business")
        .prefetch_related(Prefetch("photos", Photo.objects.prefetch_related("renditions")))
        .defer("business__search", "business__product_words")
        .order_by("-id")
    )
    return render(
        request,
        "gallery/owner/my_products.html",
        {
            "products": [
                (product, *next_thing(product), thumbnail(product))
                for product in sorted(rows, key=lambda one: _ORDER[one.status])
            ]
        },
    )


def thumbnail(product):
    """The smallest JPEG of the first photo, None while there is none."""
    first = next(iter(product.photos.all()), None)
    return smallest(first) if first else None


def smallest(photo):
    """The smallest JPEG of a photo, with the photo on it."""
    one = next(one for one in photo.renditions.all() if one.format == "jpeg")
    one.photo = photo
    return one


@maker
def start(request):
    """Choose the business and name the product; what stands in the way is said, with the page where it is settled."""
    rows = list(
        Business.objects.visible_to(request.user)
        .filter(pk__in=Business.objects.spoken_for_by(request.user))
        .exclude(status=BusinessStatus.MERGED)
        .order_by("name", "id")
    )
    able = [one for one in rows if one.status == BusinessStatus.REGISTERED]
    agreed = set(
        Consent.objects.active(Purpose.PUBLISH)
        .filter(subject__in=[one.reference for one in able])
        .values_list("subject", flat=True)
    )
    wanted = request.POST.get("usaha", "") or request.GET.get("usaha", "")
    chosen = next((one for one in able if one.reference == wanted), able[0] if len(able) == 1 else None)
    form = forms.StartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if chosen is None:
            form.add_error(None, _("Pilih usaha yang membuat produk ini."))
        elif form.is_valid():
            made = form.call(
                products.create_product, chosen, actor=request.user, name=form.cleaned_data["name"]
            )
            if made is not None:
                return redirect("my_product", made.reference)
    return render(
        request,
        "gallery/owner/start.html",
        {
            "form": form,
            "able": able,
            "chosen": chosen,
            "rows": [
                {
                    "business": one,
                    "is_registered": one.status == BusinessStatus.REGISTERED,
                    "is_verified": one.verified_on is not None,
                    "agrees": one.reference in agreed,
                }
                for one in rows
            ],
        },
        status=400 if form.errors else 200,
    )


@maker
def consent(request, reference):
    """Agree to be shown to the public, and perhaps to be promoted on marketplaces."""
    business = get_object_or_404(Business.objects.spoken_for_by(request.user), reference=reference)
    purposes = {"publish": Purpose.PUBLISH, "marketplace": Purpose.MARKETPLACE}
    given = consents.given(business, purposes.values())
    texts = {
        name: text.shown for name, purpose in purposes.items() if (text := current_text(purpose)) is not None
    }
    form = forms.ConsentForm(
        request.POST if request.method == "POST" else None,
        texts=texts,
        initial={name: purpose in given for name, purpose in purposes.items()},
    )
    if request.method == "POST" and form.is_valid():
        wanted = [purpose for name, purpose in purposes.items() if form.cleaned_data[name]]
        consents.agree(business, wanted, actor=request.user, ip_address=request.META.get("REMOTE_ADDR"))
        messages.success(request, _("Persetujuan dicatat."))
        return redirect("my_products")
    return render(
        request,
        "gallery/owner/consent.html",
        {"form": form, "business": business},
        status=400 if form.errors else 200,
    )


# --- The task list ----------------------------------------------------------------------------------------------------


@maker
def home(request, reference):
    """The task list of a draft, what is to be improved, or where a product stands."""
    product = my_product_or_404(request, reference)
    if product.status in products.OPEN:
        return render(
            request,
            "gallery/owner/tasks.html",
            {
                "product": product,
                "tasks": task_list(product),
                "remarks": remarks_of(product),
                "note": last_note(product, "ask_improvement")
                if product.status == ProductStatus.TO_IMPROVE
                else "",
                "may_withdraw": "withdraw" in open_steps(product, request.user),
            },
        )
    return render(
        request,
        "gallery/owner/product.html",
        {
            "product": product,
            "sentence": next_thing(product)[0],
            "due": due_on(product),
            "steps": open_steps(product, request.user),
            "sections": answers(product),
            "note": last_note(product, "withdraw") if product.status == ProductStatus.WITHDRAWN else "",
            "is_shown": Product.objects.published().filter(pk=product.pk).exists(),
            "events": moments(product),
        },
    )


def moments(product):
    """What happened to the product and when, for includes/timeline.html."""
    names = dict(ProductStatus.choices)
    return [
        {
            "title": capfirst(names[line.to_status]) if line.from_status else _("Produk dibuat"),
            "at": line.at,
            "note": line.note,
        }
        for line in history(product)
    ]


def last_note(product, step):
    """What was written when this step was last taken, "" if it never was."""
    line = history(product).filter(step=step).last()
    return line.note if line else ""


def gap_links(product):
    """What is missing before the product may be sent: [(sentence, address of the page that settles it)]."""
    own = {
        "business": reverse("my_business", args=[product.business.reference]),
        "consent": reverse("gallery_consent", args=[product.business.reference]),
    }
    return [
        (sentence, own.get(part) or reverse("my_product_section", args=[product.reference, SECTION_OF[part]]))
        for part, sentence in curation.gaps(product).items()
    ]


def remarks_of(product, section=""):
    """What the curator asks that is not answered yet, with the page where it is done; of one section if it is named."""
    found = []
    for remark in product.remarks.filter(answered_at__isnull=True).select_related("photo"):
        page = SECTION_OF[remark.field]
        if section in ("", page):
            address = reverse("my_product_section", args=[product.reference, page])
            found.append(
                {
                    "label": capfirst(curation.PARTS[remark.field]),
                    "photo": remark.photo,
                    "reason": remark.get_reason_display(),
                    "note": remark.note,
                    "url": f"{address}#{remark.photo.reference}" if remark.photo else address,
                }
            )
    return found


def _filled(product):
    """The optional sections that hold something."""
    filled = set()
    if product.licences.exists() or product.hs_code or product.is_export_ready:
        filled.add("sertifikat")
    if product.name_en and product.description_en:
        filled.add("inggris")
    return filled


def task_list(product):
    """One task a section, with whether it is done, and the last: check and send."""
    lacking = {SECTION_OF.get(part) for part in curation.gaps(product)}
    asked = {SECTION_OF[field] for field in _asked(product)}
    filled = _filled(product)
    tasks = []
    for name, label in SECTIONS.items():
        if name in asked:
            status, word = "correction", _("Perlu diperbaiki")
        elif name in lacking:
            status, word = "todo", _("Belum selesai")
        elif name in OPTIONAL and name not in filled:
            status, word = "optional", _("Boleh kosong")
        else:
            status, word = "done", _("Selesai")
        tasks.append(
            {
                "label": label,
                "url": reverse("my_product_section", args=[product.reference, name]),
                "status": status,
                "status_label": word,
            }
        )
    return tasks


def _asked(product):
    return set(product.remarks.filter(answered_at__isnull=True).values_list("field", flat=True))


# --- One page a section -----------------------------------------------------------------------------------------------

PAGES = {
    "produk": forms.WhatForm,
    "ukuran": forms.MeasuresForm,
    "sertifikat": forms.CertificatesForm,
    "inggris": forms.EnglishForm,
}


@maker
def section(request, reference, section):
    """A page of the product; each answer is kept when it is sent, also when the page is not complete."""
    product = my_product_or_404(request, reference)
    if section not in SECTIONS:
        raise Http404
    if product.status not in products.OPEN:
        messages.info(request, _("Produk ini %(status)s, jadi isiannya tidak dapat diubah.")
                      % {"status": product.get_status_display()})  # fmt: skip
        return redirect("my_product", reference)
    if section == "harga":
        return variants_page(request, product)
    if section == "foto":
        return photos_page(request, product)
    return form_page(request, product, section)


def _context(product, section, form, **more):
    return {
        "product": product,
        "section": section,
        "heading": SECTIONS[section],
        "form": form,
        "remarks": remarks_of(product, section),
        "correcting": product.status == ProductStatus.TO_IMPROVE,
        **more,
    }


def _after(request, product, section):
    """Where the pressed button leads: the list, or the next section."""
    if product.status == ProductStatus.TO_IMPROVE or request.POST.get("then") == "list":
        messages.success(request, _("Isian disimpan."))
        return redirect("my_product", product.reference)
    names = list(SECTIONS)
    following = names[names.index(section) + 1 :]
    if following:
        return redirect("my_product_section", product.reference, following[0])
    return redirect("my_product_check", product.reference)


def form_page(request, product, section):
    page = PAGES[section]
    initial = {name: getattr(product, name) for name in products.FIELDS} | {"version": product.version}
    if section == "sertifikat":
        initial["licences"] = product.licences.all()
    form = page(request.POST if request.method == "POST" else None, initial=initial, product=product)
    conflict = []
    if request.method == "POST" and form.is_valid():
        typed = form.values()
        written, stale = form.call_versioned(
            products.change_product,
            product,
            actor=request.user,
            version=form.cleaned_data.get("version"),
            **typed,
        )
        if written:
            return _after(request, product, section)
        if stale:
            conflict = [
                (form.fields[name].label, shown(stale.current, name), shown_value(name, value))
                for name, value in typed.items()
                if name != "licences" and (getattr(stale.current, name) or None) != (value or None)
            ]
    return render(
        request,
        "gallery/owner/section.html",
        _context(product, section, form, conflict=conflict),
        status=409 if conflict else 400 if form.errors else 200,
    )


def shown(product, name):
    return shown_value(name, getattr(product, name))


def shown_value(name, value):
    """A value of a form as people read it."""
    if value in (None, ""):
        return "–"
    if name == "is_export_ready":
        return _("ya") if value else _("tidak")
    if name == "condition":
        return dict(Product._meta.get_field("condition").choices)[value]
    return str(value)


VARIANT_FIELDS = ("reference", "price", "stock", "size", "motif", "colour", "sku", "photo", "is_active")


def variants_page(request, product):
    """The price list. A button that posts keeps what was typed and gives one row more."""
    standing = [
        {name: getattr(one, name) for name in VARIANT_FIELDS}
        for one in product.variants.select_related("photo")
    ]
    extra = 1 if not standing or "baris" in request.GET else 0
    form = forms.VariantsForm(
        request.POST if request.method == "POST" else None, product=product, rows=standing, extra=extra
    )
    if request.method == "POST" and form.is_valid():
        done = form.call(
            products.set_variants,
            product,
            form.values(),
            actor=request.user,
            version=form.cleaned_data.get("version"),
        )
        if done is not None:
            if request.POST.get("then") == "row":
                address = reverse("my_product_section", args=[product.reference, "harga"])
                return redirect(f"{address}?baris#baris-baru")
            return _after(request, product, "harga")
        with suppress(Product.DoesNotExist):
            product.refresh_from_db(fields=["version"])
            form.data = form.data.copy()
            form.data["version"] = product.version
    return render(
        request,
        "gallery/owner/variants.html",
        _context(product, "harga", form, forms=form.rows, has_errors=any(row.errors for row in form.rows)),
        status=400 if request.method == "POST" else 200,
    )


def photos_page(request, product, *, describing=None):
    """The photos in their order, each with its words, and the form for one more: one file a request."""
    sent = request.method == "POST" and describing is None and "then" not in request.POST
    form = forms.PhotoForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        added = form.call(
            photos.add_photo,
            product,
            form.cleaned_data["file"],
            actor=request.user,
            alt=form.cleaned_data["alt"],
        )
        if added is not None:
            messages.success(request, " ".join(filter(None, [_("Foto diterima."), added[1]])))
            return redirect("my_product_section", product.reference, "foto")
    elif request.method == "POST" and describing is None:
        return _after(request, product, "foto")
    rows = []
    for one in product.photos.prefetch_related("renditions"):
        mine = describing if describing is not None and describing.prefix == one.reference else None
        rows.append(
            {
                "photo": one,
                "picture": smallest(one),
                "form": mine
                or forms.DescribePhotoForm(
                    prefix=one.reference, initial={"alt": one.alt, "alt_en": one.alt_en}
                ),
                "remarks": [
                    remark
                    for remark in remarks_of(product, "foto")
                    if remark["photo"] and remark["photo"].pk == one.pk
                ],
                "alike": likeness(request, one),
            }
        )
    context = _context(product, "foto", form, rows=rows, full=len(rows) >= photos.MOST_PHOTOS)
    context["remarks"] = [remark for remark in context["remarks"] if remark["photo"] is None]
    context["forms"] = [row["form"] for row in rows]
    context["has_errors"] = bool(form.errors) or any(one.errors for one in context["forms"])
    return render(request, "gallery/owner/photos.html", context, status=400 if context["has_errors"] else 200)


def likeness(request, photo):
    """A sentence where another product has a photo that looks like this one, "" where none does."""
    found = [other for other, _apart in photos.alike(photo)]
    if not found:
        return ""
    mine = set(_own(request).filter(pk__in=[one.product_id for one in found]).values_list("pk", flat=True))
    own = next((one for one in found if one.product_id in mine), None)
    if own is not None:
        return _("Foto ini mirip dengan foto pada produk Anda “%(product)s”. Pakai foto lain.") % {
            "product": own.product.name
        }
    return _("Foto ini mirip dengan foto pada produk usaha lain. Pakai foto yang Anda buat sendiri.")


@maker
@require_POST
def photo(request, reference, photo):
    """Describe, move or remove a photo, by the pressed button."""
    product = my_product_or_404(request, reference)
    found = get_object_or_404(product.photos, reference=photo)
    step = request.POST.get("then", "")
    try:
        if step == "remove":
            photos.remove_photo(found, actor=request.user)
            messages.success(request, _("Foto dihapus."))
        elif step in ("up", "down"):
            order = list(product.photos.values_list("pk", flat=True))
            place = order.index(found.pk) + 1 + (1 if step == "down" else -1)
            photos.move_photo(found, actor=request.user, to=place)
        else:
            form = forms.DescribePhotoForm(request.POST, prefix=found.reference)
            if not form.is_valid() or (
                form.call(photos.describe_photo, found, actor=request.user, **form.cleaned_data) is None
            ):
                return photos_page(request, product, describing=form)
            messages.success(request, _("Keterangan foto disimpan."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("my_product", reference)
    address = reverse("my_product_section", args=[reference, "foto"])
    return redirect(address if step == "remove" else f"{address}#{found.reference}")


# --- Check, send, receipt ---------------------------------------------------------------------------------------------


def answers(product, *, changeable=False):
    """All answers, a list of (section, title, rows for includes/summary_list.html)."""
    measures = " × ".join(
        str(side) for side in (product.length_cm, product.width_cm, product.height_cm) if side
    )
    content = {
        "produk": [
            (_("Nama produk"), product.name),
            (_("Kategori"), product.category.shown if product.category else ""),
            (_("Keterangan"), product.description),
            (_("Bahan"), product.materials),
            (_("Merek"), product.brand),
            (_("Kondisi"), capfirst(product.get_condition_display())),
        ],
        "harga": [
            (one.choice or _("Harga"), variant_in_words(one)) for one in product.variants.all()
        ] or [(_("Harga"), "")],
        "foto": [
            (
                _("Foto"),
                _("%(number)d foto") % {"number": number} if (number := product.photos.count()) else "",
            )
        ],
        "ukuran": [
            (_("Berat"), _("%(grams)s gram") % {"grams": product.weight_grams} if product.weight_grams else ""),
            (_("Ukuran"), f"{measures} cm" if measures else ""),
            (_("Pesanan paling sedikit"), str(product.minimum_order)),
            (
                _("Dibuat setelah dipesan"),
                _("%(days)s hari") % {"days": product.made_to_order_days}
                if product.made_to_order_days
                else _("Tidak, siap dikirim"),
            ),
        ],
        "sertifikat": [
            (
                _("Sertifikat"),
                ", ".join(f"{one.get_kind_display()} {one.number}" for one in product.licences.all()),
            ),
            (_("Kode HS"), product.hs_code),
            (_("Siap ekspor"), _("Ya") if product.is_export_ready else _("Belum")),
        ],
        "inggris": [
            (_("Nama (Inggris)"), product.name_en),
            (_("Keterangan (Inggris)"), product.description_en),
            (_("Bahan (Inggris)"), product.materials_en),
        ],
    }  # fmt: skip
    return answer_sections(
        SECTIONS,
        content,
        lambda name: reverse("my_product_section", args=[product.reference, name]) if changeable else "",
    )


def variant_in_words(variant):
    sold = _("%(price)s, stok %(stock)s") % {"price": rupiah(variant.price), "stock": variant.stock}
    return sold if variant.is_active else _("%(price)s, tidak dijual") % {"price": rupiah(variant.price)}


@maker
def check(request, reference):
    """All answers; sending lists everything that is missing, each with its page."""
    product = my_product_or_404(request, reference)
    if product.status not in products.OPEN:
        return redirect("my_product", reference)
    missing = []
    if request.method == "POST":
        missing = gap_links(product)
        if not missing:
            try:
                curation.submit_product(product, actor=request.user)
            except (ValidationError, PermissionDenied) as error:
                messages.error(
                    request, error.messages[0] if isinstance(error, ValidationError) else str(error)
                )
            else:
                return redirect("my_product_receipt", reference)
    return render(
        request,
        "gallery/owner/check.html",
        {
            "product": product,
            "sections": answers(product, changeable=True),
            "missing": missing,
            "correcting": product.status == ProductStatus.TO_IMPROVE,
            "pictures": [smallest(one) for one in product.photos.prefetch_related("renditions")],
        },
        status=400 if missing else 200,
    )


@maker
def receipt(request, reference):
    """The receipt of a product that was sent; its address may be kept."""
    product = my_product_or_404(request, reference)
    sent = history(product).filter(step="submit").last()
    if sent is None:
        return redirect("my_product", reference)
    return render(
        request,
        "gallery/owner/receipt.html",
        {
            "product": product,
            "sent_at": sent.at,
            "due": due_on(product),
            "next": [
                _("Kurator melihat foto, keterangan, dan harga."),
                _("Bila ada yang kurang, Anda mendapat pesan dan cukup memperbaiki bagian itu."),
                _("Bila sudah baik, produk tayang di galeri dan Anda mendapat tautannya."),
            ],
        },
    )


@maker
def preview(request, reference):
    """The product as the public would see it, whatever its status."""
    product = my_product_or_404(request, reference)
    return render(
        request,
        "gallery/owner/preview.html",
        {
            "product": product,
            "photos": [
                (one, max(one.renditions.all(), key=lambda size: (size.format == "jpeg", size.width)))
                for one in product.photos.prefetch_related("renditions")
            ],
            "variants": list(product.variants.filter(is_active=True)),
            "badges": product.badges(),
        },
    )


# --- Withdraw, change -------------------------------------------------------------------------------------------------


def _ask_first(request, reference, step, service, template, done, then):
    """Say what the step means, then take it once the button is pressed."""
    product = my_product_or_404(request, reference)
    if step not in open_steps(product, request.user):
        messages.info(request, _("Langkah ini tidak dapat dilakukan sekarang."))
        return redirect("my_product", reference)
    form = forms.NoteForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.call(service, product, actor=request.user, note=form.cleaned_data["note"]) is not None
    ):
        messages.success(request, done % {"product": product.name})
        return redirect(then, *([reference] if then == "my_product" else []))
    return render(request, template, {"product": product, "form": form}, status=400 if form.errors else 200)


@maker
def withdraw(request, reference):
    return _ask_first(
        request, reference, "withdraw", curation.withdraw_product, "gallery/owner/withdraw.html",
        _("%(product)s ditarik dari galeri."), "my_products",
    )  # fmt: skip


@maker
def discard(request, reference):
    """Say what is lost, then throw the draft away."""
    product = my_product_or_404(request, reference)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        name = str(product)
        form.call(products.discard_product, product, actor=request.user)
        if not form.errors:
            messages.success(request, _("%(product)s dibuang.") % {"product": name})
            return redirect("my_products")
    return render(
        request,
        "gallery/owner/discard.html",
        {"form": form, "product": product},
        status=400 if form.errors else 200,
    )


@maker
def revise(request, reference):
    return _ask_first(
        request, reference, "revise", curation.revise_product, "gallery/owner/revise.html",
        _("%(product)s dapat Anda ubah sekarang."), "my_product",
    )  # fmt: skip
