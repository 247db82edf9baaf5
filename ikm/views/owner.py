"""The entrepreneur's pages of a registration: my businesses, the task list, one page a section, check, receipt."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Purpose
from accounts.models import Consent
from accounts.services import current_text
from core.dates import date_in_words
from core.indonesia import display_phone, mask_nik, rupiah
from core.sections import answer_sections
from core.workflow import history
from ikm.deadlines import Standards, due_on
from ikm.enums import BusinessStatus, ChangeStatus, RepresentativeStatus, VisitStatus
from ikm.forms import owner as forms
from ikm.kbli_search import search_kbli
from ikm.models import Area, Business, Kbli, Owner, Representative
from ikm.parts import PARTS, SECTIONS
from ikm.services import registration
from ikm.services.registration import ALREADY_REGISTERED, EDITABLE

OPTIONAL = {"izin", "kontak"}


def my_business_or_404(request, reference):
    """The business with this reference for which the signed-in person speaks."""
    return get_object_or_404(
        Business.objects.visible_to(request.user)
        .filter(pk__in=Business.objects.spoken_for_by(request.user))
        .select_related("kelurahan__parent", "main_kbli"),
        reference=reference,
    )


# --- My businesses ----------------------------------------------------------------------------------------------------


def next_thing(business, standards):
    """What the person has to do next about this business by the service standards, as (sentence, label of the button, url)."""
    home = reverse("my_business", args=[business.reference])
    match business.status:
        case BusinessStatus.DRAFT:
            return _("Lengkapi pendaftaran, lalu kirim."), _("Lanjutkan mengisi"), home
        case BusinessStatus.NEEDS_CORRECTION:
            return _("Petugas meminta beberapa bagian diperbaiki."), _("Perbaiki"), home
        case BusinessStatus.SUBMITTED:
            return (
                _("Petugas memeriksa paling lambat %(day)s. Anda tidak perlu melakukan apa-apa.")
                % {"day": date_in_words(due_on(business, standards))},
                _("Lihat"),
                home,
            )
        case BusinessStatus.REJECTED:
            return _("Pendaftaran ditolak. Baca alasannya."), _("Lihat alasan"), home
        case BusinessStatus.REGISTERED if business.is_stale:
            return _("Data sudah lebih dari setahun. Periksa dan tegaskan."), _("Periksa data"), home
        case BusinessStatus.REGISTERED:
            return _("Terdaftar. Tidak ada yang harus dilakukan sekarang."), _("Buka"), home
    return _("Berkas ini sudah tidak berlaku."), _("Lihat"), home


@login_required
def my_businesses(request):
    mine = (
        Business.objects.visible_to(request.user)
        .filter(pk__in=Business.objects.spoken_for_by(request.user))
        .exclude(status=BusinessStatus.MERGED)
        .select_related("kelurahan__parent")
        .order_by("-modified_at")
    )
    claims = (
        Representative.objects.visible_to(request.user)
        .filter(user=request.user, status__in=[RepresentativeStatus.CLAIMED, RepresentativeStatus.REFUSED])
        .select_related("business")
        .order_by("-id")
    )
    standards = Standards()
    return render(
        request,
        "ikm/owner/my_businesses.html",
        {"businesses": [(business, *next_thing(business, standards)) for business in mine], "claims": claims},
    )


@login_required
def start(request):
    """What one needs, and the button; a person with a draft is offered that draft instead."""
    if request.method == "POST":
        business, created = registration.start_registration(actor=request.user)
        if not created:
            messages.info(request, _("Anda masih mempunyai draf ini. Lanjutkan, atau hapus bila salah."))
        return redirect("my_business", business.reference)
    return render(request, "ikm/owner/start.html", {"draft": registration.draft_of(request.user)})


# --- The task list ----------------------------------------------------------------------------------------------------


@login_required
def business_home(request, reference):
    """The task list of a draft, what is to be corrected, or the state of an entry that the office has."""
    business = my_business_or_404(request, reference)
    if business.status == BusinessStatus.MERGED:
        return redirect("my_businesses")
    if business.status == BusinessStatus.DRAFT:
        missing = registration.gaps(business)
        return render(
            request,
            "ikm/owner/tasks.html",
            {
                "business": business,
                "tasks": task_list(business, missing),
                "missing": missing,
                "refusal": last_note(business, "reject"),
            },
        )
    if business.status == BusinessStatus.NEEDS_CORRECTION:
        return render(
            request,
            "ikm/owner/corrections.html",
            {
                "business": business,
                "corrections": corrections(business),
                "note": last_note(business, "ask_correction"),
            },
        )
    return render(request, "ikm/owner/business.html", home_context(business))


def home_context(business):
    """What the page of an entry that the office has shows."""
    return {
        "business": business,
        "sections": answers(business),
        "due": due_on(business) if business.status == BusinessStatus.SUBMITTED else None,
        "refusal": last_note(business, "reject") if business.status == BusinessStatus.REJECTED else "",
        "visit": business.visits.filter(status=VisitStatus.PLANNED).first(),
        "waiting_change": business.change_requests.filter(status=ChangeStatus.PROPOSED).exists(),
    }


def last_note(business, step):
    """What the office wrote when it last took this step, "" if it never did."""
    line = history(business).filter(step=step).last()
    return line.note if line else ""


def task_list(business, missing):
    """One task a section, with whether it is done; the money waits for the workers."""
    lacking = {gap.section for gap in missing}
    filled = filled_sections(business)
    tasks = []
    for name, label in SECTIONS.items():
        url = reverse("registration_section", args=[business.reference, name])
        if name in lacking:
            status, status_label, hint = "todo", _("Belum selesai"), ""
            if name == "modal" and "pekerja" in lacking:
                url, hint = "", _("Isi tenaga kerja lebih dahulu.")
        elif name in filled or name not in OPTIONAL:
            status, status_label, hint = "done", _("Selesai"), ""
        else:
            status, status_label, hint = "optional", _("Boleh kosong"), ""
        tasks.append(
            {"label": label, "url": url, "hint": hint, "status": status, "status_label": status_label}
        )
    return tasks


def filled_sections(business):
    """The optional sections that hold something."""
    filled = set()
    if business.licences.exists():
        filled.add("izin")
    if business.phone or business.email or business.website or business.visit_days:
        filled.add("kontak")
    return filled


def corrections(business):
    """What the office asks to correct: the item, its label, the page where it is done, whether it changed since."""
    items = []
    for item in business.correction_items.filter(answered_at__isnull=True):
        part = PARTS.get(item.field)
        items.append(
            {
                "item": item,
                "label": part.label if part else item.field,
                "url": part and reverse("registration_section", args=[business.reference, part.section]),
                "changed": registration.is_changed_since(business, item),
            }
        )
    return items


# --- One page a section -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """A section that is one form: what it shows first, and the service that keeps it."""

    form: type
    read: callable
    save: callable
    prefix: str = ""
    whole: str = ""

    def part(self, name):
        """The name of the part that the form's field `name` fills in."""
        return self.whole or f"{self.prefix}{name}"


def _read_business(*names):
    return lambda business: {name: getattr(business, name) for name in names}


def _read_place(business):
    return {
        "address": business.address,
        "kelurahan": business.kelurahan_id,
        "postcode": business.postcode,
        "latitude": business.latitude,
        "longitude": business.longitude,
    }


def _read_owner(business):
    owner = registration.main_owner(business)
    if owner is None:
        return {}
    names = ("name", "nik", "sex", "birth_date", "has_disability", "phone", "ktp_address")
    return {name: getattr(owner, name) for name in names}


def _read_figure(*names):
    def read(business):
        figure = business.figures.first()
        return {name: getattr(figure, name) for name in names} if figure else {}

    return read


PAGES = {
    "identitas": Page(
        forms.IdentityForm,
        _read_business("name", "legal_form", "brand", "nib", "npwp", "founded_year"),
        registration.save_details,
    ),
    "alamat": Page(forms.PlaceForm, _read_place, registration.save_details),
    "kontak": Page(
        forms.ContactForm,
        _read_business("phone", "email", "website", "visit_days", "visit_from", "visit_until"),
        registration.save_details,
    ),
    "pemilik": Page(forms.OwnerForm, _read_owner, registration.save_owner, prefix="owner_"),
    "pekerja": Page(
        forms.WorkersForm,
        _read_figure("men_workers", "women_workers"),
        registration.save_figures,
        whole="workers",
    ),
    "modal": Page(
        forms.MoneyForm,
        _read_figure("investment", "land_and_buildings", "turnover"),
        registration.save_figures,
        whole="money",
    ),
}


@login_required
def section(request, reference, section):
    """A page of the registration; each answer is kept when it is sent, also when the page is not complete."""
    business = my_business_or_404(request, reference)
    if section not in SECTIONS:
        raise Http404
    if business.status not in EDITABLE:
        messages.info(request, _("Berkas ini sudah dikirim, jadi isiannya tidak dapat diubah di sini."))
        return redirect("my_business", reference)
    asked = registration.asked_parts(business)
    if asked is not None and not any(PARTS[name].section == section for name in asked if name in PARTS):
        messages.info(request, _("Bagian itu tidak diminta untuk diperbaiki."))
        return redirect("my_business", reference)
    if section in PAGES:
        return form_page(request, business, section, PAGES[section], asked)
    special = {
        "produk": products_page,
        "kbli": kbli_page,
        "izin": licences_page,
        "berkas": documents_page,
        "persetujuan": consents_page,
    }
    return special[section](request, business, asked)


def section_context(business, section, form, **more):
    """What every section page shows around its form."""
    return {
        "business": business,
        "section": section,
        "heading": SECTIONS[section],
        "form": form,
        "correcting": business.status == BusinessStatus.NEEDS_CORRECTION,
        "already_registered": any(
            error.code == ALREADY_REGISTERED for errors in form.errors.as_data().values() for error in errors
        ),
        **more,
    }


def after_section(request, business, section):
    """Where the pressed button leads: the list, or the next section that still lacks something."""
    business.refresh_from_db()
    if business.status == BusinessStatus.NEEDS_CORRECTION or request.POST.get("then") == "list":
        messages.success(request, _("Isian disimpan."))
        return redirect("my_business", business.reference)
    names = list(SECTIONS)
    lacking = {gap.section for gap in registration.gaps(business)}
    later = [name for name in names[names.index(section) + 1 :] if name in lacking or name in OPTIONAL]
    if later:
        return redirect("registration_section", business.reference, later[0])
    return redirect("check_answers", business.reference)


#: Shown masked, never filled in: whoever looks over the shoulder learns nothing, and leaving it empty keeps it.
SEALED = {"nik", "npwp"}


def suggested_owner(business, user):
    """What is known of the person already, for the first visit of the owner's page: asked once, not twice."""
    other = (
        Owner.objects.visible_to(user)
        .filter(ownerships__is_main=True, ownerships__business__in=Business.objects.spoken_for_by(user))
        .exclude(ownerships__business=business)
        .first()
    )
    if other is not None:
        names = ("name", "sex", "birth_date", "has_disability", "phone", "ktp_address")
        return {name: getattr(other, name) for name in names}
    return {"name": user.name, "phone": user.phone or ""}


def _seal(form, kept):
    """Empty the sealed fields that hold something already, and say what stands there."""
    for name in SEALED & form.fields.keys() & kept.keys():
        form.initial[name] = ""
        form.fields[name].required = False
        form.fields[name].help_text = _("Tersimpan: %(masked)s. Isi hanya bila salah.") % {
            "masked": mask_nik(kept[name])
        }


def form_page(request, business, section, page, asked):
    stands = page.read(business)
    if section == "pemilik" and not stands:
        stands = suggested_owner(business, request.user)
    form = page.form(request.POST or None, initial={**stands, "version": business.version})
    kept = {name: stands[name] for name in SEALED if stands.get(name)}
    _seal(form, kept)
    if asked is not None:
        for name in [name for name in form.fields if name != "version" and page.part(name) not in asked]:
            del form.fields[name]
    conflict = []
    if request.method == "POST" and form.is_valid():
        typed = {name: value for name, value in form.values().items() if value or name not in kept}
        written, stale = form.call_versioned(
            page.save,
            business,
            actor=request.user,
            version=form.cleaned_data.get("version") or business.version,
            **typed,
        )
        if written:
            return after_section(request, business, section)
        if stale:
            conflict = differences(form, typed, page.read(stale.current))
    return render(
        request,
        "ikm/owner/section.html",
        section_context(business, section, form, conflict=conflict),
        status=409 if conflict else 400 if form.errors else 200,
    )


def differences(form, typed, current):
    """Where what was typed differs from what stands now: rows of (label, what stands, what was typed)."""
    rows = []
    for name, value in typed.items():
        stands = current.get(name)
        if (stands or None) != (getattr(value, "pk", value) or None):
            rows.append((form.fields[name].label, shown(name, stands), shown(name, value)))
    return rows


def shown(name, value):
    """A value of a form as people read it."""
    if value in (None, "", []):
        return "–"
    if name in {"investment", "land_and_buildings", "turnover"}:
        return rupiah(value)
    if name == "phone":
        return display_phone(value)
    if name in SEALED:
        return mask_nik(value)
    if name == "visit_days":
        return ", ".join(str(dict(forms.DAYS)[day]) for day in value)
    if name == "kelurahan" and isinstance(value, str):
        return str(Area.objects.filter(pk=value).first() or value)
    return str(value)


def products_page(request, business, asked):
    form = forms.ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if not name and request.POST.get("then") != "more":
            return after_section(request, business, "produk")
        if not name:
            form.add_error("name", _("Tulis nama produknya."))
        elif form.call(registration.add_product, business, actor=request.user, name=name):
            if request.POST.get("then") == "more":
                return redirect("registration_section", business.reference, "produk")
            return after_section(request, business, "produk")
    context = section_context(business, "produk", form, products=business.products.all())
    return render(request, "ikm/owner/products.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def remove_product_line(request, reference, pk):
    business = my_business_or_404(request, reference)
    product = get_object_or_404(business.products.visible_to(request.user), pk=pk)
    try:
        registration.remove_product(product, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("my_business", reference)
    messages.success(request, _("Produk “%(name)s” dihapus.") % {"name": product.name})
    return redirect("registration_section", reference, "produk")


def kbli_page(request, business, asked):
    """Search by everyday words, then choose one of the results; the choice works without JavaScript."""
    words = (request.POST.get("q") or request.GET.get("q") or "").strip()
    if not words and business.main_kbli_id is None:
        words = ", ".join(business.products.values_list("name", flat=True)[:3])
    found = [kbli.pk for kbli in search_kbli(words)] if words else []
    if business.main_kbli_id and business.main_kbli_id not in found:
        found.insert(0, business.main_kbli_id)
    results = Kbli.objects.filter(pk__in=found)
    form = forms.KbliForm(
        request.POST or None,
        results=results,
        initial={"main_kbli": business.main_kbli_id, "version": business.version},
    )
    order = {pk: place for place, pk in enumerate(found)}
    form.fields["main_kbli"].choices = [
        (kbli.pk, f"{kbli.code} {kbli.title}") for kbli in sorted(results, key=lambda kbli: order[kbli.pk])
    ]
    conflict = []
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["main_kbli"]
        if chosen is None or (conflict := _save_kbli(form, business, request.user, chosen)) is None:
            return after_section(request, business, "kbli")
    context = section_context(business, "kbli", form, words=words, found=bool(found), conflict=conflict)
    status = 409 if conflict else 400 if form.errors else 200
    return render(request, "ikm/owner/kbli.html", context, status=status)


def _save_kbli(form, business, actor, chosen):
    """None when saved; else the rows of a conflict with a save in between, perhaps none, and the form's errors."""
    version = form.cleaned_data.get("version") or business.version
    written, stale = form.call_versioned(
        registration.save_details, business, actor=actor, version=version, main_kbli=chosen
    )
    if written:
        return None
    if stale is None:
        return []
    return [(form.fields["main_kbli"].label, str(stale.current.main_kbli or "–"), str(chosen))]


def licences_page(request, business, asked):
    form = forms.LicenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if not values["number"] and not values["kind"]:
            return after_section(request, business, "izin")
        if not values["kind"]:
            form.add_error("kind", _("Pilih jenis izin."))
        elif not values["number"]:
            form.add_error("number", _("Isi nomor izin."))
        elif form.call(registration.add_licence, business, actor=request.user, **values):
            if request.POST.get("then") == "more":
                return redirect("registration_section", business.reference, "izin")
            return after_section(request, business, "izin")
    context = section_context(business, "izin", form, licences=business.licences.all())
    return render(request, "ikm/owner/licences.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def remove_licence_line(request, reference, pk):
    business = my_business_or_404(request, reference)
    licence = get_object_or_404(business.licences.visible_to(request.user), pk=pk)
    try:
        registration.remove_licence(licence, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("my_business", reference)
    messages.success(request, _("Izin dihapus dari daftar."))
    return redirect("registration_section", reference, "izin")


def documents_page(request, business, asked):
    """One file a request: each document has its own form."""
    parts = [name for name, part in PARTS.items() if part.document and (asked is None or name in asked)]
    sent = request.POST.get("part")
    rows, bad = [], None
    for name in parts:
        form = forms.DocumentForm(
            request.POST if sent == name else None, request.FILES if sent == name else None, prefix=name
        )
        form.fields["file"].label = PARTS[name].label
        if name == "document_business_photo":
            form.fields["file"].help_text = _("JPG, PNG, atau WebP, paling besar 10 MB.")
            form.fields["file"].widget.attrs["accept"] = "image/*"
        if sent == name and form.is_valid():
            upload = form.cleaned_data["file"]
            if upload is None:
                form.add_error("file", _("Pilih berkasnya dahulu."))
            elif _attach(form, business, request.user, name, upload):
                messages.success(request, _("Berkas diterima."))
                return redirect("registration_section", business.reference, "berkas")
        if form.errors:
            bad = form
        rows.append((name, PARTS[name].label, registration.documents(business, name[9:]).first(), form))
    if request.method == "POST" and sent not in parts:
        return after_section(request, business, "berkas")
    context = section_context(business, "berkas", bad or forms.DraftForm(), rows=rows)
    return render(request, "ikm/owner/documents.html", context, status=400 if bad else 200)


def _attach(form, business, actor, part, upload):
    try:
        with transaction.atomic():
            return registration.add_document(business, actor=actor, part=part, upload=upload)
    except ValidationError as error:
        for sentence in error.messages:
            form.add_error("file", sentence)
    return None


@login_required
@require_POST
def remove_document(request, reference, document):
    business = my_business_or_404(request, reference)
    if document not in PARTS or not PARTS[document].document:
        raise Http404
    try:
        registration.remove_document(business, actor=request.user, part=document)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("my_business", reference)
    messages.success(request, _("Berkas dihapus."))
    return redirect("registration_section", reference, "berkas")


def active_purposes(business):
    return set(
        Consent.objects.filter(subject=business.reference, withdrawn_at__isnull=True).values_list(
            "purpose", flat=True
        )
    )


def consents_page(request, business, asked):
    texts = {
        purpose: text.shown
        for purpose in [Purpose.REGISTER, *forms.ConsentForm.FREE]
        if (text := current_text(purpose)) is not None
    }
    form = forms.ConsentForm(
        request.POST or None, texts=texts, initial=dict.fromkeys(active_purposes(business), True)
    )
    if request.method == "POST" and form.is_valid():
        chosen = {name for name, given in form.values().items() if given}
        registration.save_consents(
            business, actor=request.user, purposes=chosen, ip_address=request.META.get("REMOTE_ADDR")
        )
        return after_section(request, business, "persetujuan")
    return render(request, "ikm/owner/consents.html", section_context(business, "persetujuan", form))


# --- Check, send, receipt ---------------------------------------------------------------------------------------------


def answers(business, *, changeable=False):
    """All answers of an entry, a list of (section, title, rows for includes/summary_list.html)."""
    owner, figure = registration.main_owner(business), business.figures.first()
    files = {
        name: registration.documents(business, name[9:]).first()
        for name, part in PARTS.items()
        if part.document
    }
    purposes = active_purposes(business)
    days = dict(forms.DAYS)
    hours = " – ".join(f"{time:%H.%M}" for time in (business.visit_from, business.visit_until) if time)
    content = {
        "identitas": [
            (_("Nama usaha"), business.name),
            (_("Badan usaha"), business.get_legal_form_display()),
            (_("Merek dagang"), business.brand),
            (_("NIB"), business.nib),
            (_("NPWP"), mask_nik(business.npwp) if business.npwp else ""),
            (_("Tahun berdiri"), str(business.founded_year or "")),
        ],
        "produk": [(_("Produk"), ", ".join(product.name for product in business.products.all()))],
        "kbli": [
            (
                _("Kelompok industri"),
                business.main_kbli and f"{business.main_kbli.code} {business.main_kbli.title}",
            )
        ],
        "alamat": [
            (_("Alamat"), business.address),
            (_("Kelurahan"), business.kelurahan and str(business.kelurahan)),
            (_("Kode pos"), business.postcode),
            (
                _("Titik peta"),
                f"{business.latitude}, {business.longitude}" if business.latitude is not None else "",
            ),
        ],
        "pemilik": [
            (_("Nama pemilik"), owner and owner.name),
            (_("NIK"), owner and owner.nik and mask_nik(owner.nik)),
            (_("Jenis kelamin"), owner and owner.get_sex_display()),
            (_("Tanggal lahir"), owner and owner.birth_date and date_in_words(owner.birth_date)),
            (_("Penyandang disabilitas"), (_("Ya") if owner.has_disability else _("Tidak")) if owner else ""),
            (_("Telepon"), owner and display_phone(owner.phone)),
            (_("Alamat pada KTP"), owner and owner.ktp_address),
        ],
        "pekerja": [
            (_("Pekerja laki-laki"), str(figure.men_workers) if figure else ""),
            (_("Pekerja perempuan"), str(figure.women_workers) if figure else ""),
        ],
        "modal": [
            (_("Nilai investasi"), money(figure and figure.investment)),
            (_("Nilai tanah dan bangunan"), money(figure and figure.land_and_buildings)),
            (_("Omzet setahun"), money(figure and figure.turnover)),
        ],
        "izin": [(licence.get_kind_display(), licence.number) for licence in business.licences.all()]
        or [(_("Izin dan sertifikat"), "")],
        "berkas": [(PARTS[name].label, file and file.original_name) for name, file in files.items()],
        "kontak": [
            (_("Telepon usaha"), display_phone(business.phone)),
            (_("Surel usaha"), business.email),
            (_("Situs"), business.website),
            (_("Hari dapat ditemui"), ", ".join(str(days[day]) for day in business.visit_days)),
            (_("Jam dapat ditemui"), hours),
        ],
        "persetujuan": [
            (purpose.label.capitalize(), _("Setuju") if purpose in purposes else _("Tidak"))
            for purpose in [Purpose.REGISTER, *forms.ConsentForm.FREE]
        ],
    }
    return answer_sections(
        SECTIONS,
        content,
        lambda name: reverse("registration_section", args=[business.reference, name]) if changeable else "",
    )


def money(amount):
    return "" if amount is None else rupiah(amount)


@login_required
def check_answers(request, reference):
    """All answers with links to change them; sending lists everything that is missing."""
    business = my_business_or_404(request, reference)
    if business.status not in EDITABLE:
        return redirect("registration_receipt", reference)
    correcting = business.status == BusinessStatus.NEEDS_CORRECTION
    missing = []
    if request.method == "POST":
        missing = registration.gaps(business)
        if not missing:
            try:
                registration.submit_business(business, actor=request.user)
            except (ValidationError, PermissionDenied) as error:
                messages.error(
                    request, error.messages[0] if isinstance(error, ValidationError) else str(error)
                )
            else:
                return redirect("registration_receipt", reference)
    return render(
        request,
        "ikm/owner/check_answers.html",
        {
            "business": business,
            "sections": answers(business, changeable=not correcting),
            "missing": missing,
            "correcting": correcting,
            "look_alikes": [] if correcting else registration.look_alikes(business, actor=request.user),
        },
        status=400 if missing else 200,
    )


@login_required
def receipt(request, reference):
    """The receipt of an entry that was sent; its address may be kept."""
    business = my_business_or_404(request, reference)
    sent = history(business).filter(step="submit").last()
    if sent is None:
        return redirect("my_business", reference)
    return render(
        request,
        "ikm/owner/receipt.html",
        {
            "business": business,
            "sent_at": sent.at,
            "due": due_on(business),
            "next": [
                _("Petugas memeriksa isian dan berkas Anda, bila perlu dengan berkunjung."),
                _("Bila ada yang kurang, Anda mendapat pesan dan cukup memperbaiki bagian itu."),
                _("Bila semua benar, usaha Anda terdaftar dan Anda dapat meminta surat keterangan."),
            ],
        },
    )


@login_required
def discard(request, reference):
    """Ask once more, then remove a draft that was never sent."""
    business = my_business_or_404(request, reference)
    if request.method == "POST":
        try:
            registration.discard_draft(business, actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("my_business", reference)
        messages.success(request, _("Draf dihapus."))
        return redirect("my_businesses")
    return render(request, "ikm/owner/discard.html", {"business": business})


@login_required
@require_POST
def revise(request, reference):
    business = my_business_or_404(request, reference)
    try:
        registration.revise_business(business, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("my_business", reference)
