"""The register in the back office. Steps go through the services; NIK is shown only on a page that asks for the reason."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core import audit
from core.admin import OfficeAdmin, OfficeForm, ReadOnlyAdmin, ReadOnlyInline, plain
from core.admin_export import file_response
from core.indonesia import mask_nik, parse_nik, parse_npwp, parse_phone
from core.references import parse_reference
from ikm.enums import AreaLevel, BusinessStatus, FigureSource
from ikm.exports import businesses_file
from ikm.models import (
    Area,
    Business,
    ChangeItem,
    ChangeRequest,
    CorrectionItem,
    DuplicatePair,
    ImportBatch,
    ImportMapping,
    ImportRow,
    Kbli,
    LetterRequest,
    Licence,
    Merge,
    Owner,
    Ownership,
    Product,
    Representative,
    ScaleRule,
    Visit,
    YearlyFigure,
)
from ikm.services import claims, verification
from ikm.services.figures import record_figures, refresh_current
from ikm.services.registration import licence_number
from ikm.similarity import reasons
from ikm.statistics import check_moment

YEAR = plain("year", _l("tahun"))


def page(name, *args):
    """The address of one of the portal's own pages, None while that room is not served."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None


class SealedNumberForm(OfficeForm):
    """A form beside a sealed number: the number is not shown, a new one may be written over it."""

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        return parse_phone(phone) if phone else ""

    def sealed(self, name, parse):
        """The new number of field `name`, "" when none was written."""
        text = self.cleaned_data.get(name, "").strip()
        return parse(text).number if text else ""


# --- Reference data ---------------------------------------------------------------------------------------------------


@admin.register(Area)
class AreaAdmin(OfficeAdmin):
    list_display = ["code", "name", "level", "parent", "postcode"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["parent"]
    fields = ["code", "level", "name", "parent", "postcode"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def get_search_results(self, request, queryset, search_term):
        """As a choice for a business only kelurahan make sense."""
        queryset, distinct = super().get_search_results(
            request, queryset.select_related("parent"), search_term
        )
        if request.GET.get("field_name") == "kelurahan":
            queryset = queryset.filter(level=AreaLevel.KELURAHAN)
        return queryset, distinct

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Kbli)
class KbliAdmin(OfficeAdmin):
    list_display = ["code", plain("version", _l("versi")), "title"]
    list_filter = ["version"]
    search_fields = ["code", "title", "keywords"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ScaleRule)
class ScaleRuleAdmin(OfficeAdmin):
    list_display = ["kind", "scale", "rank", "workers_max", "amount_max", "in_force_from", "in_force_until"]
    list_filter = ["kind"]


# --- Owners -----------------------------------------------------------------------------------------------------------


class OwnerForm(SealedNumberForm):
    new_nik = forms.CharField(
        label=_l("NIK baru"),
        required=False,
        max_length=25,
        help_text=_l("Isi hanya bila NIK belum ada atau keliru. NIK yang tersimpan tidak ditampilkan."),
    )

    def clean_new_nik(self):
        number = self.sealed("new_nik", parse_nik)
        if number and Owner.objects.with_blind(nik=number).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("NIK ini sudah tercatat. Buka berkas yang sudah ada."))
        return number

    def _post_clean(self):
        if number := self.cleaned_data.get("new_nik"):
            self.instance.nik = number
        super()._post_clean()


@admin.register(Owner)
class OwnerAdmin(OfficeAdmin):
    form = OwnerForm
    list_display = ["reference", "name", "masked_nik", "sex", "phone"]
    list_filter = ["sex", "has_disability"]
    search_fields = ["name"]
    search_help_text = _l("Nama, nomor pemilik, telepon, atau NIK lengkap.")
    fields = ["reference", "name", "masked_nik", "new_nik", "sex", "birth_date", "has_disability", "phone", "email",
              "ktp_address", "ktp_area_code"]  # fmt: skip
    readonly_fields = ["reference", "masked_nik"]

    @admin.display(description=_l("NIK"))
    def masked_nik(self, owner):
        return mask_nik(owner.nik) if owner.nik else "–"

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        writes = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [name for name in fields if name != "new_nik" or writes]

    def get_search_results(self, request, queryset, search_term):
        """A NIK is looked up by its blind index, never compared in clear."""
        exact = exact_owner(queryset, search_term)
        return (
            (exact, False)
            if exact is not None
            else super().get_search_results(request, queryset, search_term)
        )

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view(self.nik_view)
        return [path("<path:object_id>/nik/", view, name="ikm_owner_nik"), *super().get_urls()]

    def work_links(self, request, obj):
        if obj.nik and request.user.has_perm("ikm.reveal_nik"):
            return [(_("Lihat NIK lengkap"), reverse("admin:ikm_owner_nik", args=[obj.pk]))]
        return []

    def nik_view(self, request, object_id):
        """Asks why, then shows the NIK once; who, when and why stand in the audit trail."""
        owner = self.get_object(request, unquote(object_id))
        if owner is None or not self.has_view_permission(request, owner):
            raise Http404
        if not request.user.has_perm("ikm.reveal_nik"):
            raise PermissionDenied(_("Peran Anda tidak mencakup NIK lengkap."))
        nik = error = ""
        if request.method == "POST":
            try:
                nik = verification.reveal_nik(
                    owner, actor=request.user, reason=request.POST.get("reason", "")
                )
            except ValidationError as refused:
                error = refused.messages[0]
        context = {
            **self.admin_site.each_context(request),
            "title": _("NIK %(name)s") % {"name": owner},
            "opts": self.opts,
            "original": owner,
            "nik": nik,
            "error": error,
            "reason": request.POST.get("reason", ""),
        }
        return TemplateResponse(request, "admin/ikm/owner/nik.html", context, status=400 if error else 200)


def exact_owner(queryset, text):
    """Owners whom `text` names exactly (number, NIK or phone); None when it is none of these."""
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) == 16 and digits == text.replace(" ", ""):
        return queryset.filter(pk__in=Owner.objects.with_blind(nik=digits))
    return by_reference(queryset, text, "PML") or by_phone(queryset, text)


def by_reference(queryset, text, prefix):
    """Rows with the reference `text`, None when it is no reference."""
    try:
        return queryset.filter(reference=parse_reference(text, prefix=prefix))
    except ValidationError:
        return None


def by_phone(queryset, text):
    """Rows with the phone `text`, None when it is no phone."""
    try:
        return queryset.filter(phone=parse_phone(text))
    except ValidationError:
        return None


# --- Businesses -------------------------------------------------------------------------------------------------------


class RegisterForm(forms.Form):
    """For which day, and as known when, the register is taken out (GET)."""

    as_of = forms.DateField(
        label=_l("Keadaan per tanggal"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    known_at = forms.DateTimeField(
        label=_l("Menurut yang diketahui sampai"),
        required=False,
        help_text=_l("Kosongkan untuk memakai semua perbaikan sampai kini. Contoh: 31-12-2024 23.59"),
        input_formats=[
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%dT%H:%M:%S%z",
            "%Y-%m-%d %H:%M",
            "%d-%m-%Y %H.%M",
            "%d-%m-%Y %H:%M",
        ],
    )
    kind = forms.ChoiceField(label=_l("Bentuk"), choices=[("xlsx", "Excel"), ("csv", "CSV")])

    def clean_known_at(self):
        known_at = self.cleaned_data["known_at"]
        try:
            check_moment(None, known_at)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return known_at


class KecamatanFilter(admin.SimpleListFilter):
    title = _l("kecamatan")
    parameter_name = "kecamatan"
    path = "kecamatan_code"

    def lookups(self, request, model_admin):
        return Area.objects.filter(level=AreaLevel.KECAMATAN).values_list("code", "name")

    def queryset(self, request, queryset):
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class KecamatanOfBusinessFilter(KecamatanFilter):
    path = "business__kecamatan_code"


class StaleFilter(admin.SimpleListFilter):
    title = _l("verifikasi")
    parameter_name = "verifikasi"

    def lookups(self, request, model_admin):
        return [("usang", _("lebih dari 12 bulan"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=Business.objects.stale()) if self.value() == "usang" else queryset


class BusinessForm(SealedNumberForm):
    new_npwp = forms.CharField(
        label=_l("NPWP baru"),
        required=False,
        max_length=25,
        help_text=_l("Isi hanya bila NPWP belum ada atau keliru. NPWP yang tersimpan tidak ditampilkan."),
    )

    def clean_nib(self):
        return self.cleaned_data["nib"] or None

    def clean_new_npwp(self):
        return self.sealed("new_npwp", parse_npwp)

    def _post_clean(self):
        if number := self.cleaned_data.get("new_npwp"):
            self.instance.npwp = number
        super()._post_clean()


class PartInline(ReadOnlyInline):
    """Parts of a business, to look at; each has its own page to change it."""

    show_change_link = True


class OwnershipInline(PartInline):
    model = Ownership
    fields = ["owner", "is_main"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("owner", "business")


class ProductInline(PartInline):
    model = Product
    fields = ["name", "capacity", "unit"]


class FigureInline(PartInline):
    model = YearlyFigure
    fields = [YEAR, "period", "men_workers", "women_workers", "investment", "turnover", "scale", "source"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("business")


class LicenceInline(PartInline):
    model = Licence
    fields = ["kind", "number", "issuer", "issued_on", "expires_on"]


class RepresentativeInline(PartInline):
    model = Representative
    fields = ["user", "kind", "status", "claimed_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "business")


@admin.register(Business)
class BusinessAdmin(OfficeAdmin):
    """A business comes in by registration or import; here it is looked up, corrected and moved along its steps."""

    form = BusinessForm
    list_display = [
        "reference",
        "name",
        "status",
        "scale",
        "workers",
        "kbli_code",
        "kelurahan",
        "registered_on",
    ]
    list_filter = ["status", "scale", KecamatanFilter, StaleFilter, "branch", "legal_form"]
    list_select_related = ["main_kbli", "kelurahan__parent"]
    search_fields = ["name"]
    search_help_text = _l("Nama usaha, nomor register, NIB, telepon, atau NIK pemilik.")
    autocomplete_fields = ["main_kbli", "other_kbli", "kelurahan"]
    inlines = [OwnershipInline, FigureInline, ProductInline, LicenceInline, RepresentativeInline]
    fieldsets = [
        (None, {"fields": ["reference", "status", "name", "legal_form", "nib", "npwp_state", "new_npwp", "brand"]}),
        (_l("Bidang"), {"fields": ["branch", "main_kbli", "other_kbli", "commodity", "story", "founded_year"]}),
        (_l("Tempat"), {"fields": ["address", "kelurahan", "postcode", "latitude", "longitude"]}),
        (_l("Kontak"), {"fields": ["phone", "email", "website", "visit_from", "visit_until"]}),
        (_l("Dalam register"), {"fields": ["registered_on", "closed_on", "verified_on", "verified_by", "confirmed_on",
                                           "merged_into", "scale", "workers"]}),
    ]  # fmt: skip
    readonly_fields = ["reference", "status", "npwp_state", "registered_on", "closed_on", "verified_on", "verified_by",
                       "confirmed_on", "merged_into", "scale", "workers"]  # fmt: skip
    step_services = {
        "register": verification.register_business,
        "reject": verification.reject_business,
        "close": verification.close_business,
        "reopen": verification.reopen_business,
    }
    export_action = "ikm.export_businesses"

    @admin.display(description=_l("KBLI"), ordering="main_kbli")
    def kbli_code(self, business):
        return business.main_kbli.code if business.main_kbli else "–"

    @admin.display(description=_l("NPWP"))
    def npwp_state(self, business):
        return mask_nik(business.npwp) if business.npwp else "–"

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.status == BusinessStatus.MERGED:
            return False
        return super().has_change_permission(request, obj)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != "new_npwp"]})
            for name, options in fieldsets
        ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("search", "product_words")

    def get_search_results(self, request, queryset, search_term):
        """What names one business exactly is looked up through its index; anything else is searched in the names."""
        digits = "".join(search_term.split())
        if digits.isdecimal() and len(digits) == 13:
            return queryset.filter(nib=digits), False
        if digits.isdecimal() and len(digits) == 16:
            owners = Owner.objects.with_blind(nik=digits)
            return queryset.filter(
                pk__in=Ownership.objects.filter(owner__in=owners).values("business")
            ), False
        exact = by_reference(queryset, search_term, "IKM")
        if exact is None:
            exact = by_phone(queryset, search_term)
        if exact is not None:
            return exact, False
        return super().get_search_results(request, queryset, search_term)

    def work_links(self, request, obj):
        links = [(_("Berkas lengkap"), page("office_business", obj.reference))]
        return [(label, url) for label, url in links if url]

    def has_export_permission(self, request):
        return self.has_view_permission(request) and request.user.has_perm("ikm.export_business")

    def get_urls(self):
        view = self.admin_site.admin_view(self.register_view)
        return [path("register/", view, name="ikm_business_register"), *super().get_urls()]

    def register_view(self, request):
        """The register on a day, as it was known at a moment: the form, or the file."""
        if not self.has_export_permission(request):
            raise PermissionDenied(_("Peran Anda tidak mencakup ekspor daftar ini."))
        form = RegisterForm(request.GET or None, initial={"as_of": timezone.localdate()})
        if form.is_valid():
            as_of, known_at = form.cleaned_data["as_of"], form.cleaned_data["known_at"]
            kind = form.cleaned_data["kind"]
            file, count = businesses_file(kind, as_of=as_of, known_at=known_at)
            audit.record(
                request.user,
                self.export_action,
                detail={
                    "count": count,
                    "as_of": as_of.isoformat(),
                    "known_at": known_at.isoformat() if known_at else "",
                    "kind": kind,
                },
            )
            return file_response(file, f"register-{as_of:%Y-%m-%d}", kind)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Register per tanggal"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(
            request, "admin/ikm/business/register.html", context, status=400 if form.errors else 200
        )

    def changelist_view(self, request, extra_context=None):
        links = []
        if self.has_export_permission(request):
            links = [{"label": _("Register per tanggal"), "url": reverse("admin:ikm_business_register")}]
        return super().changelist_view(request, {**(extra_context or {}), "tool_links": links})

    def export_file(self, request, queryset, kind):
        return businesses_file(kind, queryset=queryset)


# --- Parts of a business ----------------------------------------------------------------------------------------------


class PartAdmin(OfficeAdmin):
    """A row of one business; the search names the business."""

    search_fields = ["business__reference__exact", "business__name"]
    search_help_text = _l("Nama usaha atau nomor register.")
    autocomplete_fields = ["business"]
    list_select_related = ["business"]

    def get_readonly_fields(self, request, obj=None):
        """A row does not wander from one business to another."""
        readonly = list(super().get_readonly_fields(request, obj))
        return [*readonly, "business"] if obj else readonly


class RefreshingAdmin(PartAdmin):
    """Rows from which the business copies its scale, workers and products."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        refresh_current([obj.business_id])

    def delete_model(self, request, obj):
        business_id = obj.business_id
        super().delete_model(request, obj)
        refresh_current([business_id])


@admin.register(Ownership)
class OwnershipAdmin(PartAdmin):
    list_display = ["business", "owner", "is_main"]
    list_filter = ["is_main"]
    list_select_related = ["business", "owner"]
    autocomplete_fields = ["business", "owner"]


@admin.register(Product)
class ProductAdmin(RefreshingAdmin):
    list_display = ["name", "business", "capacity", "unit"]
    list_filter = [KecamatanOfBusinessFilter]


class YearFilter(admin.SimpleListFilter):
    title = _l("tahun")
    parameter_name = "tahun"

    def lookups(self, request, model_admin):
        this_year = timezone.localdate().year
        return [(str(year), str(year)) for year in range(this_year, this_year - 15, -1)]

    def queryset(self, request, queryset):
        return queryset.filter(year=self.value()) if (self.value() or "").isdecimal() else queryset


class FigureForm(OfficeForm):
    def _post_clean(self):
        # What an official writes here is the official's, whoever reported it before.
        self.instance.source = FigureSource.OFFICIAL
        super()._post_clean()


@admin.register(YearlyFigure)
class YearlyFigureAdmin(RefreshingAdmin):
    """Figures are written by the service that reckons the three scales."""

    form = FigureForm
    list_display = ["business", YEAR, "period", "workers", "investment", "turnover", "scale", "source"]
    list_filter = [YearFilter, "period", "scale", "source"]
    fields = ["business", "year", "period", "stated_on", "men_workers", "women_workers", "investment",
              "land_and_buildings", "capacity", "production", "unit", "production_value", "turnover",
              "raw_material_value", "export_value", "export_countries", "electricity_kwh", "fuel_litres", "scale",
              "pp7_scale", "bps_scale", "source", "recorded_by"]  # fmt: skip
    readonly_fields = ["scale", "pp7_scale", "bps_scale", "source", "recorded_by"]

    def get_fields(self, request, obj=None):
        """The period names the figures: it is chosen once."""
        return [YEAR if name == "year" and obj else name for name in self.fields]

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        return [*readonly, YEAR, "period"] if obj else readonly

    def save_model(self, request, obj, form, change):
        named = {name: form.cleaned_data[name] for name in form.cleaned_data if name not in FIGURE_KEYS}
        written = record_figures(
            obj.business,
            actor=request.user,
            year=obj.year,
            period=obj.period,
            source=FigureSource.OFFICIAL,
            stated_on=obj.stated_on,
            **named,
        )
        obj.pk = written.pk


#: What names a figure, and what the form carries beside its values.
FIGURE_KEYS = {"business", "year", "period", "stated_on", "row_version"}


class LicenceForm(OfficeForm):
    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") and cleaned.get("number"):
            try:
                cleaned["number"] = licence_number(cleaned["kind"], cleaned["number"])
            except ValidationError as error:
                self.add_error("number", error)
        return cleaned


class ExpiryFilter(admin.SimpleListFilter):
    title = _l("masa berlaku")
    parameter_name = "berlaku"

    def lookups(self, request, model_admin):
        return [("habis", _("sudah habis")), ("segera", _("habis dalam 90 hari"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "habis":
            return queryset.filter(expires_on__lt=today)
        if self.value() == "segera":
            return queryset.filter(expires_on__range=(today, today + timedelta(days=90)))
        return queryset


@admin.register(Licence)
class LicenceAdmin(PartAdmin):
    form = LicenceForm
    list_display = ["number", "kind", "business", "issued_on", "expires_on"]
    list_filter = ["kind", ExpiryFilter]
    search_fields = ["number", "business__name"]
    fields = ["business", "kind", "number", "issuer", "issued_on", "expires_on", "about"]


# --- Work in progress: looked at here, decided on the portal's own pages ------------------------------------------------


class WorkAdmin(ReadOnlyAdmin):
    """Something under way; its buttons are the steps that are open, its link the page where it is decided."""

    search_fields = ["reference__exact", "business__reference__exact"]
    search_help_text = _l("Nomor, atau nomor register usahanya.")
    list_select_related = ["business"]
    ordering = ["-id"]
    work_page = ""

    def work_links(self, request, obj):
        url = page(self.work_page, obj.reference) if self.work_page else None
        return [(_("Buka di meja kerja"), url)] if url else []


@admin.register(Representative)
class RepresentativeAdmin(WorkAdmin):
    list_display = ["reference", "user", "business", "kind", "status", "claimed_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["user", "business"]
    fields = ["reference", "user", "business", "kind", "status", "reason", "claimed_at"]
    step_services = {
        "approve": claims.approve_claim,
        "refuse": claims.refuse_claim,
        "end": claims.end_representation,
    }
    work_page = "office_claim"


@admin.register(CorrectionItem)
class CorrectionItemAdmin(ReadOnlyAdmin):
    list_display = ["business", "field", "reason", "asked_by", "asked_at", "answered_at"]
    list_filter = ["reason"]
    list_select_related = ["business", "asked_by"]
    search_fields = ["business__reference__exact"]
    ordering = ["-id"]


class ChangeItemInline(ReadOnlyInline):
    model = ChangeItem
    fields = ["field", "old_value", "new_value", "verdict", "reason"]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(field="owner_nik")


@admin.register(ChangeRequest)
class ChangeRequestAdmin(WorkAdmin):
    list_display = ["reference", "business", "status", "proposed_by", "proposed_at", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["business", "proposed_by", "decided_by"]
    inlines = [ChangeItemInline]
    work_page = "office_change"


@admin.register(ChangeItem)
class ChangeItemAdmin(ReadOnlyAdmin):
    list_display = ["request", "field", "verdict", "reason"]
    list_filter = ["verdict"]
    list_select_related = ["request"]
    search_fields = ["request__reference__exact"]
    ordering = ["-id"]
    fields = ["request", "field", "verdict", "reason"]


@admin.register(Visit)
class VisitAdmin(WorkAdmin):
    list_display = ["reference", "business", "verifier", "status", "planned_on", "attempt", "distance_m"]
    list_filter = ["status"]
    list_select_related = ["business", "verifier"]
    work_page = "office_visit"


@admin.register(LetterRequest)
class LetterRequestAdmin(WorkAdmin):
    list_display = ["reference", "business", "kind", "brand", "status", "requested_by", "requested_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["business", "requested_by"]
    work_page = "letter_decision"


@admin.register(DuplicatePair)
class DuplicatePairAdmin(ReadOnlyAdmin):
    list_display = ["first", "second", "score", "why", "status", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["first", "second", "decided_by"]
    search_fields = ["first__reference__exact", "second__reference__exact"]
    fields = ["first", "second", "score", "why", "status", "found_at", "decided_by", "decided_at"]
    readonly_fields = ["why"]

    @admin.display(description=_l("sebab"))
    def why(self, pair):
        return ", ".join(reasons(pair.reasons))

    def work_links(self, request, obj):
        return [(_("Bandingkan"), reverse("duplicate_pair", args=[obj.pk]))]


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ["reference", "kept", "merged", "merged_by", "merged_at", "undone_at"]
    list_filter = ["merged_at", ("undone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["kept", "merged", "merged_by"]
    search_fields = ["reference__exact", "kept__reference__exact", "merged__reference__exact"]
    fields = ["reference", "kept", "merged", "merged_by", "merged_at", "undone_by", "undone_at"]

    def work_links(self, request, obj):
        return [(_("Buka penggabungan"), reverse("merge_detail", args=[obj.reference]))]


@admin.register(ImportMapping)
class ImportMappingAdmin(OfficeAdmin):
    list_display = ["name", "kbli_version", "money_in_thousands", "created_by"]
    list_filter = ["money_in_thousands"]
    list_select_related = ["created_by"]
    search_fields = ["name"]
    fields = ["name", "columns", "money_in_thousands", "kbli_version", "created_by"]
    readonly_fields = ["created_by"]


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ["reference", "original_name", "status", "rows_new", "rows_changed", "rows_unchanged", "rows_refused",
                    "uploaded_by", "uploaded_at"]  # fmt: skip
    list_filter = ["status"]
    list_select_related = ["uploaded_by"]
    search_fields = ["reference__exact", "original_name"]
    fields = ["reference", "original_name", "sha256", "status", "progress", "message", "rows_new", "rows_changed",
              "rows_unchanged", "rows_refused", "uploaded_by", "uploaded_at", "applied_at"]  # fmt: skip


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin):
    """Verdicts and reasons; the cells, which may hold anybody's NIK, stay on the import's own page."""

    list_display = ["batch", "line", "verdict", "business"]
    list_filter = ["verdict"]
    list_select_related = ["batch", "business"]
    search_fields = ["batch__reference__exact"]
    ordering = ["-id"]
    fields = ["batch", "line", "verdict", "errors", "warnings", "business"]
