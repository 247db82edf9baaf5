"""The applicant's pages: my applications, the task list, one page a section, check, receipt, consent, withdrawal."""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Purpose
from accounts.services import current_text
from core.dates import date_in_words
from core.indonesia import mask_nik, parse_rupiah, rupiah
from core.sections import answer_sections
from core.workflow import history
from credit.deadlines import STAGES, due_on, expected_on, explanation, holder
from credit.eligibility import AREA_NAMES, Finding
from credit.enums import AT_BANK, OPEN, ApplicationStatus, CollateralKind, DocumentKind, LoanPurpose
from credit.forms import owner as forms
from credit.models import Application, Loan
from credit.parts import PARTS, SECTIONS
from credit.places import place_of
from credit.selectors import findings_of
from credit.services import applications as service
from credit.tracking import moments
from ikm.enums import BusinessStatus
from ikm.forms.fields import DraftForm
from ikm.forms.owner import DAYS, DocumentForm
from ikm.models import Business


def my_application_or_404(request, reference):
    """The application with this reference of a business for which the signed-in person speaks."""
    return get_object_or_404(
        Application.objects.visible_to(request.user)
        .filter(business__in=Business.objects.spoken_for_by(request.user))
        .select_related("business", "owner", "scheme_version__scheme", "bank", "visit"),
        reference=reference,
    )


def _my_businesses(user):
    return (
        Business.objects.visible_to(user)
        .filter(pk__in=Business.objects.spoken_for_by(user))
        .exclude(status=BusinessStatus.MERGED)
        .order_by("name", "id")
    )


# --- My applications --------------------------------------------------------------------------------------------------


def next_thing(application):
    """What the person has to do next about this application, as (sentence, label of the button, url)."""
    home = reverse("credit_application", args=[application.reference])
    match application.status:
        case ApplicationStatus.DRAFT:
            return _("Lengkapi permohonan, lalu kirim."), _("Lanjutkan mengisi"), home
        case ApplicationStatus.NEEDS_CORRECTION:
            return _("Petugas meminta beberapa bagian diperbaiki."), _("Perbaiki"), home
        case ApplicationStatus.DECLINED | ApplicationStatus.REJECTED:
            return _("Baca alasannya dan apa yang dapat Anda lakukan."), _("Lihat alasan"), home
        case ApplicationStatus.WITHDRAWN:
            return _("Permohonan ini sudah Anda tarik."), _("Lihat"), home
        case ApplicationStatus.DISBURSED:
            return _("Pinjaman sudah dicairkan."), _("Lihat"), home
    due = due_on(application)
    if due is None:
        return str(STAGES[application.status]), _("Lihat"), home
    return (
        _("%(stage)s Paling lambat %(day)s.")
        % {"stage": STAGES[application.status], "day": date_in_words(due)},
        _("Lihat"),
        home,
    )


@login_required
def my_applications(request):
    mine = (
        Application.objects.visible_to(request.user)
        .filter(business__in=Business.objects.spoken_for_by(request.user))
        .select_related("business")
        .order_by("-id")
    )
    return render(
        request,
        "credit/owner/my_applications.html",
        {
            "applications": [
                (application, *next_thing(application))
                # What is under way comes first.
                for application in sorted(mine, key=lambda one: one.status not in OPEN)
            ]
        },
    )


@login_required
def start(request):
    """Choose the business that applies; a draft under way is offered, and what stands in the way is said."""
    businesses = _my_businesses(request.user)
    loan = {name: (request.POST or request.GET).get(name, "") for name in ("jumlah", "bulan")}
    refusal = None
    if request.method == "POST":
        business = get_object_or_404(businesses, reference=request.POST.get("usaha", ""))
        try:
            application, created = service.start_application(business, actor=request.user, **_asked(loan))
        except ValidationError as refused:
            refusal = refused.messages[0]
        else:
            if not created:
                messages.info(request, _("Anda masih mempunyai draf ini. Lanjutkan, atau tarik bila salah."))
            return redirect("credit_application", application.reference)
    businesses = list(businesses)
    under_way = {
        application.business_id: application
        for application in Application.objects.open().filter(business__in=businesses)
    }
    running = {
        loan.business_id: loan
        for loan in Loan.objects.running().visible_to(request.user).filter(business__in=businesses)
    }
    wanted = request.GET.get("usaha", "")
    return render(
        request,
        "credit/owner/start.html",
        {
            "rows": [
                {
                    "business": business,
                    "application": under_way.get(business.pk),
                    "is_registered": business.status == BusinessStatus.REGISTERED,
                    "refusal": service.start_refusal(business),
                    "loan": running.get(business.pk),
                }
                for business in businesses
                if not wanted or business.reference == wanted
            ],
            "loan": loan,
            "refusal": refusal,
        },
        status=400 if refusal else 200,
    )


def _asked(loan):
    """The amount and months of a link from the simulator; what cannot be read is left out."""
    asked = {}
    with suppress(ValidationError):
        asked["amount"] = parse_rupiah(loan["jumlah"])
    if loan["bulan"].isdecimal() and len(loan["bulan"]) < 4:
        asked["months"] = int(loan["bulan"])
    return asked


# --- The task list ----------------------------------------------------------------------------------------------------


@login_required
def application_home(request, reference):
    """The task list of a draft, what is to be corrected, or where an application stands."""
    application = my_application_or_404(request, reference)
    if application.status == ApplicationStatus.DRAFT:
        missing = service.gaps(application)
        context = {"application": application, "tasks": task_list(application, missing), "missing": missing}
        return render(request, "credit/owner/tasks.html", context)
    if application.status == ApplicationStatus.NEEDS_CORRECTION:
        line = history(application).filter(step="ask_correction").last()
        context = {
            "application": application,
            "corrections": corrections(application),
            "note": line.note if line else "",
        }
        return render(request, "credit/owner/corrections.html", context)
    return render(request, "credit/owner/application.html", state_of(application))


def task_list(application, missing):
    """One task a section, with whether it is done; collateral is a task only where the amount needs it."""
    lacking = {gap.section for gap in missing}
    tasks = []
    for name, label in SECTIONS.items():
        url, hint = reverse("credit_section", args=[application.reference, name]), ""
        if name == "agunan" and not service.needs_collateral(application):
            url, status, word = "", "optional", _("Tidak perlu")
            most = rupiah(application.scheme_version.unsecured_max)
            hint = _("Sampai %(most)s tidak perlu agunan.") % {"most": most}
        elif name in lacking:
            status, word = "todo", _("Belum selesai")
        else:
            status, word = "done", _("Selesai")
        tasks.append({"label": label, "url": url, "hint": hint, "status": status, "status_label": word})
    return tasks


def corrections(application):
    """What the office asks to correct: label, note, and the page where it is done."""
    return [
        {
            "label": PARTS[item.field].label if item.field in PARTS else item.field,
            "note": item.note,
            "url": item.field in PARTS
            and reverse("credit_section", args=[application.reference, PARTS[item.field].section]),
        }
        for item in application.corrections.filter(answered_at__isnull=True)
    ]


def reason_of(application):
    """Why it was refused and what to do, in the language of the reader; None when it was not."""
    reason = application.reason
    if reason is None:
        return None
    english = get_language() == "en"
    return {
        "label": (english and reason.label_en) or reason.label,
        "advice": (english and reason.advice_en) or reason.advice,
    }


def state_of(application):
    """What the page of an application shows that the office, the bank or nobody has in hand."""
    open_now = application.status in OPEN
    return {
        "application": application,
        "explanation": explanation(application),
        "reason": reason_of(application),
        "holder": holder(application),
        "due": due_on(application),
        "expected": expected_on(application),
        "findings": [Finding.from_json(kept) for kept in application.findings],
        "sections": answers(application),
        "events": moments(application),
        "has_consent": service.has_consent(application),
        "consent_text": consent_text(),
        "is_open": open_now,
        "at_bank": application.status in AT_BANK,
        "may_withdraw": application.status in Application.STEPS["withdraw"].sources,
        "visit": application.visit
        if application.visit and application.status == ApplicationStatus.VISIT_PLANNED
        else None,
        "place": place_of(application),
        "letters": list(application.letters.filter(revoked_at__isnull=True).order_by("id")),
    }


# --- One page a section -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """A section that is one form over fields of the application."""

    form: type
    names: tuple


PAGES = {
    "pinjaman": Page(forms.LoanForm, ("amount", "months")),
    "tujuan": Page(forms.PurposeForm, ("purpose_kind", "purpose")),
    "agunan": Page(forms.CollateralForm, ("collateral_kind", "collateral_description", "collateral_value")),
}


@login_required
def section(request, reference, section):
    """A page of the application; each answer is kept when it is sent, also when the page is not complete."""
    application = my_application_or_404(request, reference)
    if section not in SECTIONS:
        raise Http404
    if application.status not in service.EDITABLE:
        messages.info(request, _("Permohonan ini sudah dikirim, jadi isiannya tidak dapat diubah."))
        return redirect("credit_application", reference)
    asked = service.asked_parts(application)
    if asked is not None and not any(PARTS[name].section == section for name in asked if name in PARTS):
        messages.info(request, _("Bagian itu tidak diminta untuk diperbaiki."))
        return redirect("credit_application", reference)
    if section in PAGES:
        return form_page(request, application, section, asked)
    special = {
        "usaha": owner_page,
        "berkas": documents_page,
        "kunjungan": visit_page,
        "persetujuan": consent_page,
    }
    return special[section](request, application, asked)


def section_context(application, section, form, **more):
    """What every section page shows around its form."""
    return {
        "application": application,
        "section": section,
        "heading": SECTIONS[section],
        "form": form,
        "correcting": application.status == ApplicationStatus.NEEDS_CORRECTION,
        **more,
    }


def after_section(request, application, section):
    """Where the pressed button leads: the list, or the next section that still lacks something."""
    application.refresh_from_db()
    if application.status == ApplicationStatus.NEEDS_CORRECTION or request.POST.get("then") == "list":
        messages.success(request, _("Isian disimpan."))
        return redirect("credit_application", application.reference)
    names = list(SECTIONS)
    lacking = {gap.section for gap in service.gaps(application)}
    for name in names[names.index(section) + 1 :]:
        if name in lacking:
            return redirect("credit_section", application.reference, name)
    return redirect("credit_check", application.reference)


def form_page(request, application, section, asked):
    page = PAGES[section]
    stands = {name: getattr(application, name) for name in page.names}
    form = page.form(
        request.POST or None,
        initial={**stands, "version": application.version},
        application=application,
    )
    if asked is not None:
        for name in [name for name in page.names if name not in asked]:
            del form.fields[name]
    conflict = []
    if request.method == "POST" and form.is_valid():
        typed = form.values()
        written, stale = form.call_versioned(
            service.save_answers,
            application,
            actor=request.user,
            version=form.cleaned_data.get("version") or application.version,
            **typed,
        )
        if written:
            return after_section(request, application, section)
        if stale:
            conflict = [
                (form.fields[name].label, shown(name, getattr(stale.current, name)), shown(name, value))
                for name, value in typed.items()
                if (getattr(stale.current, name) or None) != (value or None)
            ]
    return render(
        request,
        "credit/owner/section.html",
        section_context(application, section, form, conflict=conflict),
        status=409 if conflict else 400 if form.errors else 200,
    )


def shown(name, value):
    """A value of a form as people read it."""
    if value in (None, ""):
        return "–"
    if name in {"amount", "collateral_value"}:
        return rupiah(value)
    if name == "purpose_kind":
        return capfirst(LoanPurpose(value).label)
    if name == "collateral_kind":
        return capfirst(CollateralKind(value).label)
    return str(value)


def owner_page(request, application, asked):
    """What the register knows, to be read; the few things it does not know are asked here."""
    areas = service.residence_areas(application)
    form = forms.OwnerFactsForm(request.POST or None, application=application, areas=areas)
    if request.method == "POST" and form.is_valid():
        if form.call(service.complete_owner, application, actor=request.user, **form.values()):
            return after_section(request, application, "usaha")
    elif request.method == "POST" and not form.fields:
        return after_section(request, application, "usaha")
    context = section_context(application, "usaha", form, rows=register_rows(application))
    return render(request, "credit/owner/register.html", context, status=400 if form.errors else 200)


def register_rows(application):
    """What the register says of the business and its owner, for includes/summary_list.html."""
    business, owner = application.business, application.owner
    licences = [f"{licence.get_kind_display()} {licence.number}" for licence in business.licences.all()]
    if business.nib:
        licences.insert(0, f"NIB {business.nib}")
    rows = [
        (_("Nama usaha"), business.name),
        (_("Alamat usaha"), f"{business.address}, {business.kelurahan}"),
        (_("Tahun berdiri"), str(business.founded_year or "")),
        (_("Izin usaha"), ", ".join(dict.fromkeys(licences))),
        (_("Nama pemilik"), owner.name),
        (_("NIK"), owner.nik and mask_nik(owner.nik)),
        (_("Tanggal lahir"), owner.birth_date and date_in_words(owner.birth_date)),
        (_("Wilayah KTP"), AREA_NAMES.get(owner.ktp_area_code, owner.ktp_area_code)),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def documents_page(request, application, asked):
    """One file a request: each document has its own form, and takes what the register already has."""
    kinds = [kind for kind in service.needed_documents(application) if asked is None or kind in asked]
    sent = request.POST.get("part")
    rows, bad = [], None
    for kind in kinds:
        mine = sent == kind
        form = DocumentForm(request.POST if mine else None, request.FILES if mine else None, prefix=str(kind))
        form.fields["file"].label = kind.label
        if kind == DocumentKind.BUSINESS_PHOTO:
            form.fields["file"].help_text = _("JPG, PNG, atau WebP, paling besar 10 MB.")
            form.fields["file"].widget.attrs["accept"] = "image/*"
        if mine and form.is_valid():
            upload = form.cleaned_data["file"]
            if upload is None:
                form.add_error("file", _("Pilih berkasnya dahulu."))
            elif _attach(form, application, request.user, kind, upload):
                messages.success(request, _("Berkas diterima."))
                return redirect("credit_section", application.reference, "berkas")
        if form.errors:
            bad = form
        file = service.documents(application, kind).first()
        known = None if file else service.reusable_document(application, kind)
        rows.append((kind, file, known, form))
    if request.method == "POST" and sent not in kinds:
        return after_section(request, application, "berkas")
    context = section_context(application, "berkas", bad or DraftForm(), rows=rows)
    return render(request, "credit/owner/documents.html", context, status=400 if bad else 200)


def _attach(form, application, actor, kind, upload):
    try:
        with transaction.atomic():
            return service.add_document(application, actor=actor, kind=kind, upload=upload)
    except ValidationError as error:
        for sentence in error.messages:
            form.add_error("file", sentence)
    return None


def _document_step(request, reference, document, step, done):
    application = my_application_or_404(request, reference)
    if document not in DocumentKind.values:
        raise Http404
    try:
        step(application, actor=request.user, kind=DocumentKind(document))
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("credit_application", reference)
    messages.success(request, done)
    return redirect("credit_section", reference, "berkas")


@login_required
@require_POST
def reuse(request, reference, document):
    """Take the document that the register already has."""
    return _document_step(
        request, reference, document, service.reuse_document, _("Dokumen dari data usaha dipakai.")
    )


@login_required
@require_POST
def remove(request, reference, document):
    return _document_step(request, reference, document, service.remove_document, _("Berkas dihapus."))


def visit_page(request, application, asked):
    business = application.business
    form = forms.VisitHoursForm(
        request.POST or None,
        initial={
            "days": business.visit_days,
            "visit_from": business.visit_from,
            "visit_until": business.visit_until,
        },
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.call(service.save_visit_hours, application, actor=request.user, **form.values())
    ):
        return after_section(request, application, "kunjungan")
    context = section_context(application, "kunjungan", form)
    return render(request, "credit/owner/section.html", context, status=400 if form.errors else 200)


def consent_text():
    """The words of the consent, in the language of the reader."""
    text = current_text(Purpose.SHARE_WITH_BANK)
    return text.shown if text else ""


def consent_page(request, application, asked):
    form = forms.ConsentForm(
        request.POST or None, text=consent_text(), initial={"given": service.has_consent(application)}
    )
    if request.method == "POST" and form.is_valid():
        service.save_consent(
            application,
            actor=request.user,
            given=form.cleaned_data["given"],
            ip_address=request.META.get("REMOTE_ADDR"),
        )
        return after_section(request, application, "persetujuan")
    return render(request, "credit/owner/section.html", section_context(application, "persetujuan", form))


@login_required
def consent(request, reference):
    """Withdraw the consent of an application that was sent, or give it again; first what it means, then the button."""
    application = my_application_or_404(request, reference)
    if application.status not in OPEN:
        return redirect("credit_application", reference)
    given = service.has_consent(application)
    if request.method == "POST":
        service.save_consent(
            application, actor=request.user, given=not given, ip_address=request.META.get("REMOTE_ADDR")
        )
        messages.success(request, _("Persetujuan ditarik.") if given else _("Persetujuan dicatat."))
        return redirect("credit_application", reference)
    return render(
        request,
        "credit/owner/consent.html",
        {
            "application": application,
            "given": given,
            "text": consent_text(),
            "at_bank": application.status in AT_BANK,
        },
    )


# --- Check, send, receipt, withdraw -----------------------------------------------------------------------------------


def answers(application, *, changeable=False):
    """All answers, a list of (section, title, rows for includes/summary_list.html)."""
    files = {
        kind: service.documents(application, kind).first() for kind in service.needed_documents(application)
    }
    business = application.business
    days = dict(DAYS)
    hours = " – ".join(f"{time:%H.%M}" for time in (business.visit_from, business.visit_until) if time)
    content = {
        "pinjaman": [
            (_("Jumlah pinjaman"), shown("amount", application.amount) if application.amount else ""),
            (
                _("Jangka waktu"),
                _("%(months)s bulan") % {"months": application.months} if application.months else "",
            ),
        ],
        "tujuan": [
            (_("Pinjaman untuk"), capfirst(application.get_purpose_kind_display())),
            (_("Rencana penggunaan"), application.purpose),
        ],
        "agunan": [
            (_("Agunan"), capfirst(application.get_collateral_kind_display())),
            *(
                [
                    (_("Uraian agunan"), application.collateral_description),
                    (
                        _("Perkiraan nilai"),
                        application.collateral_value and rupiah(application.collateral_value),
                    ),
                ]
                if service.needs_collateral(application)
                else []
            ),
        ],
        "usaha": [(row["label"], row["value"]) for row in register_rows(application)],
        "berkas": [(kind.label, file and file.original_name) for kind, file in files.items()],
        "kunjungan": [
            (_("Hari dapat ditemui"), ", ".join(str(days[day]) for day in business.visit_days)),
            (_("Jam dapat ditemui"), hours or _("Sepanjang hari kerja")),
        ],
        "persetujuan": [
            (
                _("Diteruskan ke bank penyalur"),
                _("Setuju") if service.has_consent(application) else _("Belum setuju"),
            )
        ],
    }
    changing = set(SECTIONS) if changeable else set()
    if not service.needs_collateral(application):
        changing.discard("agunan")
    return answer_sections(
        SECTIONS,
        content,
        lambda name: (
            reverse("credit_section", args=[application.reference, name]) if name in changing else ""
        ),
    )


@login_required
def check_answers(request, reference):
    """All answers with what the rules say of them; sending lists everything that is missing."""
    application = my_application_or_404(request, reference)
    if application.status not in service.EDITABLE:
        return redirect("credit_receipt", reference)
    correcting = application.status == ApplicationStatus.NEEDS_CORRECTION
    missing = []
    if request.method == "POST":
        missing = service.gaps(application)
        if not missing:
            try:
                service.submit_application(application, actor=request.user)
            except (ValidationError, PermissionDenied) as error:
                messages.error(
                    request, error.messages[0] if isinstance(error, ValidationError) else str(error)
                )
            else:
                return redirect("credit_receipt", reference)
    findings = findings_of(application)
    return render(
        request,
        "credit/owner/check_answers.html",
        {
            "application": application,
            "sections": answers(application, changeable=not correcting),
            "findings": findings,
            "doubtful": [one for one in findings if not one.passed and not one.blocks],
            "missing": missing,
            "correcting": correcting,
        },
        status=400 if missing else 200,
    )


@login_required
def receipt(request, reference):
    """The receipt of an application that was sent; its address may be kept."""
    application = my_application_or_404(request, reference)
    sent = history(application).filter(step="submit").last()
    if sent is None:
        return redirect("credit_application", reference)
    expected = expected_on(application)
    next_steps = [
        _("Petugas memeriksa berkas dan menjadwalkan kunjungan pada hari Anda ada."),
        _("Bila ada yang kurang, Anda mendapat pesan dan cukup memperbaiki bagian itu."),
        _("Dinas merekomendasikan, lalu bank yang memutuskan."),
    ]
    if expected:
        next_steps.append(
            _("Bila disetujui, pinjaman cair sekitar %(day)s.") % {"day": date_in_words(expected)}
        )
    return render(
        request,
        "credit/owner/receipt.html",
        {"application": application, "sent_at": sent.at, "due": due_on(application), "next": next_steps},
    )


@login_required
def withdraw(request, reference):
    """Ask once more, then take the application back."""
    application = my_application_or_404(request, reference)
    if application.status not in Application.STEPS["withdraw"].sources:
        messages.info(request, _("Permohonan ini tidak dapat ditarik lagi."))
        return redirect("credit_application", reference)
    form = forms.WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.withdraw_application(application, actor=request.user, note=form.cleaned_data["note"])
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("credit_application", reference)
        messages.success(
            request, _("Permohonan %(reference)s ditarik.") % {"reference": application.reference}
        )
        return redirect("credit_applications")
    context = {
        "application": application,
        "form": form,
        "is_draft": application.status == ApplicationStatus.DRAFT,
        "at_bank": application.status in AT_BANK,
    }
    return render(request, "credit/owner/withdraw.html", context)
