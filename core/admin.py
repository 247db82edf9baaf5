"""The back office: what every list and form of it has in common, and the shared ground's own tables."""

from datetime import datetime

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from core import audit
from core.admin_export import ExportMixin
from core.attachments import publish_attachment
from core.doors import ServiceFormMixin, step_action
from core.fields import SealedTextField
from core.models import (
    Attachment,
    AuditEntry,
    Delivery,
    Event,
    IdempotencyRecord,
    Letter,
    LetterCounter,
    Message,
    SavedFilter,
    ServiceStandard,
    Signatory,
    StepLine,
    Tariff,
)
from core.saved_filters import delete_filter, save_filter, saved_filters
from core.workflow import open_steps

HISTORY_SHOWN = 200


class BoundedPaginator(Paginator):
    """Counts no further than `most`: a list of a million rows opens as fast as one of a hundred. Whoever looks for a row
    beyond narrows the list."""

    most = 10_000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.most].count()

    @property
    def is_cut(self):
        return self.count >= self.most


def counts_versions(model):
    """Whether rows of `model` count their changes."""
    return any(field.name == "version" and not field.editable for field in model._meta.fields)


class OfficeForm(ServiceFormMixin, forms.ModelForm):
    """A form of the back office: every constraint speaks its own sentence, and a stale save is refused with both values.

    Models with a `version` get a hidden field that carries it.
    """

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if counts_versions(self._meta.model) and self.instance.pk:
            self.fields["row_version"].initial = self.instance.version
        else:
            del self.fields["row_version"]

    def clean(self):
        cleaned = super().clean()
        if "row_version" in self.fields:
            self._refuse_stale()
        return cleaned

    def _refuse_stale(self):
        """Locks the row to the end of the transaction and compares its version with the one that was shown."""
        current = self._meta.model.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if current.version == self.cleaned_data.get("row_version"):
            return
        self.add_error(
            None,
            ValidationError(
                _(
                    "Data ini diubah orang lain sesudah Anda membukanya. Bandingkan kedua isian, lalu simpan lagi."
                ),
                code="stale",
            ),
        )
        for name in self.changed_data:
            if name in self.fields and name != "row_version":
                stored = shown_value(current, name)
                self.add_error(name, _("Kini tersimpan: %(value)s") % {"value": stored or "–"})
        # The next save is made in full knowledge.
        self.data = self.data.copy()
        self.data[self.add_prefix("row_version")] = str(current.version)

    def _post_clean(self):
        """The model's constraints all hold, those too that look at columns which the form does not show."""
        super()._post_clean()
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_service_error(error)


class ServiceForm(OfficeForm):
    """A form whose service writes the row; `write` calls it for `self.actor` and returns the row."""

    def write(self, cleaned):
        raise NotImplementedError

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            self.saved = self.write(cleaned)
        return cleaned

    def _post_clean(self):
        """The form takes over what the row became."""
        if self.errors:
            return
        for field in self._meta.model._meta.concrete_fields:
            setattr(self.instance, field.attname, getattr(self.saved, field.attname))


class ServiceAdminMixin:
    """For a ServiceForm: it learns who acts; what its service has written is not saved again, and undone with an error."""

    def _changeform_view(self, request, object_id, form_url, extra_context):
        response = super()._changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and response.status_code == 200:
            # Shown again with an error, of a row beside it too.
            transaction.set_rollback(True)
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.actor = request.user
        return form

    def save_model(self, request, obj, form, change):
        if not isinstance(form, ServiceForm):
            super().save_model(request, obj, form, change)


def moments_of(during):
    """(beginning, end) of a range of moments; ValidationError where one is missing."""
    if during is None or not isinstance(during.lower, datetime) or not isinstance(during.upper, datetime):
        raise ValidationError({"during": _("Isi waktu mulai dan selesai.")})
    return during.lower, during.upper


def shown_value(record, name):
    """A field's value as people read it; sealed fields show only that they are filled."""
    try:
        field = record._meta.get_field(name)
    except FieldDoesNotExist:
        return ""
    if isinstance(field, SealedTextField):
        return _("(terisi, tidak ditampilkan)") if getattr(record, name) else ""
    if field.many_to_many:
        return ", ".join(str(one) for one in getattr(record, name).all())
    if getattr(field, "choices", None):
        return str(getattr(record, f"get_{name}_display")() or "")
    value = getattr(record, name)
    return "" if value is None else str(value)


def plain(name, description):
    """A column for a number that is a name (a year, a version): written without separators."""

    @admin.display(description=description, ordering=name)
    def column(row):
        value = getattr(row, name)
        return "–" if value is None else str(value)

    return column


class OfficeAdmin(ExportMixin, admin.ModelAdmin):
    """A list that does not count what it need not, a form that keeps the rules, the history of the row."""

    form = OfficeForm
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    change_form_template = "admin/office_change_form.html"
    #: Steps of the record that have a button here: name -> service(record, *, actor, note).
    step_services = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_actions(self, request):
        """The steps' actions only for who may take the step; no deleting in bulk."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return {
            name: action
            for name, action in actions.items()
            if request.user.has_perm(getattr(action[0], "needed_permission", ""))
            or not hasattr(action[0], "needed_permission")
        }

    def get_fieldsets(self, request, obj=None):
        """The hidden version travels with the first group of fields, where the row can be changed."""
        fieldsets = [
            (name, {**options, "fields": [field for field in options["fields"] if field != "row_version"]})
            for name, options in super().get_fieldsets(request, obj)
        ]
        if obj is not None and counts_versions(self.model) and self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"].append("row_version")
        return fieldsets

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            messages.error(request, self._sentence_of(error))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(request.get_full_path())

    def _sentence_of(self, error):
        """The sentence of the constraint that somebody else's row broke between check and save."""
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for constraint in self.model._meta.constraints:
            if constraint.name == name:
                return str(constraint.get_violation_error_message())
        raise error

    # Every write leaves a line in the chained trail beside Django's own log.

    def log_addition(self, request, obj, message):
        self._trace(request, "add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self._trace(request, "change", obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        for obj in queryset:
            self._trace(request, "delete", obj)
        return super().log_deletions(request, queryset)

    def _trace(self, request, verb, obj):
        label = f"{self.opts.app_label}.{verb}_{self.opts.model_name}"
        audit.record(
            request.user, label, getattr(obj, "reference", None) or f"{self.opts.label_lower}:{obj.pk}"
        )

    def get_urls(self):
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"

        def post(view):
            return self.admin_site.admin_view(require_POST(view))

        return [
            path("saringan/", post(self.keep_filter_view), name=f"{prefix}_keep_filter"),
            path("saringan/<int:pk>/hapus/", post(self.forget_filter_view), name=f"{prefix}_forget_filter"),
            path("<path:object_id>/langkah/<step>/", post(self.step_view), name=f"{prefix}_step"),
            *super().get_urls(),
        ]

    # Filters kept under a name.

    def changelist_view(self, request, extra_context=None):
        query = request.GET.copy()
        query.pop(PAGE_VAR, None)
        prefix = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        saved = [
            (kept, reverse(f"{prefix}_forget_filter", args=[kept.pk]))
            for kept in saved_filters(request.user, self.opts.label_lower)
        ]
        context = {
            "saved": saved,
            "kept_query": query.urlencode(),
            "keep_url": reverse(f"{prefix}_keep_filter"),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def keep_filter_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.POST.get("query", "")
        try:
            kept = save_filter(
                actor=request.user, page=self.opts.label_lower, name=request.POST.get("name", ""), query=query
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Saringan “%(name)s” disimpan.") % {"name": kept.name})
        return self._to_list(QueryDict(query).urlencode())

    def forget_filter_view(self, request, pk):
        try:
            kept = delete_filter(pk, actor=request.user)
        except SavedFilter.DoesNotExist:
            raise Http404 from None
        messages.success(request, _("Saringan “%(name)s” dihapus.") % {"name": kept.name})
        return self._to_list("")

    def _to_list(self, query):
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)

    # Steps.

    def step_view(self, request, object_id, step):
        record = self.get_object(request, unquote(object_id))
        if record is None or step not in self.step_services or not self.has_view_permission(request, record):
            raise Http404
        label = record.STEPS[step].label
        try:
            with transaction.atomic():
                self.step_services[step](record, actor=request.user, note=request.POST.get("note", ""))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except PermissionDenied as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{record}: {label}")
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk])
        )

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        steps = []
        if obj is not None and self.step_services:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
            steps = [
                {"name": step, "step": edge, "url": reverse(name, args=[obj.pk, step])}
                for step, edge in open_steps(obj, request.user).items()
                if step in self.step_services
            ]
        links = self.work_links(request, obj) if obj is not None else []
        return super().render_change_form(
            request, {**context, "steps": steps, "work_links": links}, add, change, form_url, obj
        )

    def work_links(self, request, obj):
        """[(label, url)] of the portal's own pages on this record."""
        return []

    # History.

    def history_view(self, request, object_id, extra_context=None):
        """Who changed what and when: the row's events in the database, and the steps it took."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Riwayat: %(record)s") % {"record": record},
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "object": record,
            "opts": self.opts,
            "lines": history_lines(record),
            "most": HISTORY_SHOWN,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/object_history.html", context)


class ReadOnlyMixin:
    """Rows that nobody writes by hand."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnlyMixin, OfficeAdmin):
    """A list to look things up in."""


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Rows that hang on another row, to look at."""

    extra = 0

    def get_readonly_fields(self, request, obj=None):
        return self.fields


# --- History ----------------------------------------------------------------------------------------------------------


def event_model(model):
    """The table that keeps every state of the rows of `model`, None where none does."""
    return next(
        (
            kept
            for kept in apps.get_app_config(model._meta.app_label).get_models()
            if getattr(kept, "pgh_tracked_model", None) is model
        ),
        None,
    )


def history_lines(record):
    """What happened to a row, newest first: {"at", "by", "what", "note", "changes": [(label, old, new)]}."""
    lines = [*_event_lines(record), *_step_lines(record)]
    return sorted(lines, key=lambda line: line["at"], reverse=True)[:HISTORY_SHOWN]


def _event_lines(record):
    events = event_model(type(record))
    if events is None:
        return []
    # One more than is shown, to tell what the oldest shown changed.
    rows = list(events.objects.filter(pgh_obj_id=record.pk).order_by("-pgh_id")[: HISTORY_SHOWN + 1])
    fields = [field for field in events._meta.concrete_fields if not field.name.startswith("pgh_")]
    # Columns without a name are copies that the machine keeps for itself.
    fields = [field for field in fields if str(field.verbose_name) != field.name.replace("_", " ")]
    people = _people({(row.pgh_context or {}).get("user") for row in rows})
    names = _related_names(rows, fields)
    words = {"insert": _("dibuat"), "update": _("diubah"), "delete": _("dihapus")}
    lines = []
    for row, older in zip(rows[:HISTORY_SHOWN], [*rows[1:], None], strict=False):
        changes = []
        if row.pgh_label == "update" and older is not None:
            changes = [
                (field.verbose_name, _old_value(older, field, names), _old_value(row, field, names))
                for field in fields
                if getattr(row, field.attname) != getattr(older, field.attname)
            ]
            if not changes:
                continue
        lines.append(
            {
                "at": row.pgh_created_at,
                "by": people.get((row.pgh_context or {}).get("user"), ""),
                "what": words[row.pgh_label],
                "note": "",
                "changes": changes,
            }
        )
    return lines


def _people(ids):
    return {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=ids - {None})}


def _related_names(rows, fields):
    """What the foreign keys of all rows mean, one query a field."""
    names = {}
    for field in fields:
        if field.is_relation:
            keys = {getattr(row, field.attname) for row in rows} - {None}
            names[field.name] = {
                one.pk: str(one) for one in field.related_model._base_manager.filter(pk__in=keys)
            }
    return names


def _old_value(row, field, names):
    value = getattr(row, field.attname)
    if isinstance(field, SealedTextField):
        return _("(terisi, tidak ditampilkan)") if value else "–"
    if value in (None, "", []):
        return "–"
    if field.is_relation:
        return names[field.name].get(value, value)
    if getattr(field, "choices", None):
        return dict(field.flatchoices).get(value, value)
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    return value


def _step_lines(record):
    if not hasattr(record, "STEPS"):
        return []
    rows = (
        StepLine.objects.filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
        .select_related("actor")
        .order_by("-id")[:HISTORY_SHOWN]
    )
    labels = {name: step.label for name, step in record.STEPS.items()}
    return [
        {
            "at": row.at,
            "by": str(row.actor),
            "what": _("langkah: %(step)s") % {"step": labels.get(row.step, row.step.replace("_", " "))},
            "note": row.note,
            "changes": [],
        }
        for row in rows
    ]


# --- The shared ground's tables ---------------------------------------------------------------------------------------


class InForceFilter(admin.SimpleListFilter):
    """Rows with dates of effect: those in force today, those that are over, those still to come."""

    title = _l("keberlakuan")
    parameter_name = "berlaku"

    def lookups(self, request, model_admin):
        return [
            ("kini", _("berlaku hari ini")),
            ("habis", _("sudah berakhir")),
            ("nanti", _("belum berlaku")),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        over = models.Q(in_force_until__lt=today)
        to_come = models.Q(in_force_from__gt=today)
        chosen = {"kini": ~over & ~to_come, "habis": over, "nanti": to_come}.get(self.value())
        return queryset if chosen is None else queryset.filter(chosen)


class SubjectColumns:
    """What a row hangs on, without fetching it: its kind and number."""

    @admin.display(description=_l("mengenai"))
    def about(self, row):
        return f"{row.content_type.name} {row.object_id}"


@admin.register(StepLine)
class StepLineAdmin(SubjectColumns, ReadOnlyAdmin):
    list_display = ["at", "step", "about", "from_status", "to_status", "actor"]
    list_filter = ["at"]
    list_select_related = ["content_type", "actor"]
    search_fields = ["=step"]
    ordering = ["-id"]
    fields = ["at", "step", "about", "from_status", "to_status", "actor", "note"]
    readonly_fields = ["about"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "actor", "action", "subject"]
    list_filter = ["at"]
    list_select_related = ["actor"]
    search_fields = ["subject__exact", "action__exact"]
    search_help_text = _l("Nomor berkas atau nama tindakan, lengkap.")
    fields = ["number", "at", "actor", "action", "subject", "detail", "origin", "hash"]
    readonly_fields = ["number", "hash"]


@admin.register(Attachment)
class AttachmentAdmin(SubjectColumns, ReadOnlyAdmin):
    actions = [
        step_action(
            publish_attachment,
            description=_l("Tayangkan atau sembunyikan foto"),
            permission="core.publish_attachment",
        )
    ]
    list_display = ["reference", "kind", "original_name", "about", "size", "uploaded_by", "uploaded_at"]
    list_filter = ["is_public", "uploaded_at", ("removed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["content_type", "uploaded_by"]
    search_fields = ["reference__exact"]
    ordering = ["-id"]
    fields = ["reference", "kind", "original_name", "about", "open_file", "content_type_name", "size", "sha256",
              "is_public", "uploaded_by", "uploaded_at", "removed_at"]  # fmt: skip
    readonly_fields = ["about", "open_file"]

    @admin.display(description=_l("berkas"))
    def open_file(self, row):
        return format_html(
            '<a href="{}">{}</a>', reverse("attachment", args=[row.reference]), _("Buka (dicatat)")
        )


@admin.register(Letter)
class LetterAdmin(SubjectColumns, ReadOnlyAdmin):
    list_display = ["number", "title", "about", "issued_at", "issued_by", "valid_until", "revoked_at"]
    list_filter = ["year"]
    list_select_related = ["content_type", "issued_by"]
    search_fields = ["number__exact", "token__exact"]
    fields = ["number", "title", "about", "open_file", "issued_at", "issued_by", "valid_until", "sha256",
              "revoked_at", "revoked_by", "revoked_reason"]  # fmt: skip
    readonly_fields = ["about", "open_file"]

    @admin.display(description=_l("berkas"))
    def open_file(self, row):
        return format_html(
            '<a href="{}">{}</a>', reverse("letter_file", args=[row.token]), _("Buka (dicatat)")
        )


@admin.register(LetterCounter)
class LetterCounterAdmin(ReadOnlyAdmin):
    list_display = ["kind", plain("year", _l("tahun")), "last"]
    list_filter = ["year"]
    fields = ["kind", plain("year", _l("tahun")), "last"]
    readonly_fields = [plain("year", _l("tahun"))]


@admin.register(Signatory)
class SignatoryAdmin(OfficeAdmin):
    list_display = ["name", "post", "unit", "in_force_from", "in_force_until"]
    list_filter = [InForceFilter]
    search_fields = ["name", "nip"]


@admin.register(Tariff)
class TariffAdmin(OfficeAdmin):
    list_display = ["code", "label", "amount", "legal_basis", "in_force_from", "in_force_until"]
    list_filter = [InForceFilter]
    search_fields = ["code", "label"]


@admin.register(ServiceStandard)
class ServiceStandardAdmin(OfficeAdmin):
    list_display = ["code", "label", "working_days", "legal_basis", "in_force_from"]
    list_filter = ["in_force_from"]
    search_fields = ["code", "label"]


class DeliveryInline(ReadOnlyInline):
    model = Delivery
    fields = ["channel", "status", "attempts", "last_error", "delivered_at"]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What the portal told people. The words of a message are between the office and the person."""

    list_display = ["created_at", "recipient", "title", "about", "read_at"]
    list_filter = ["created_at", ("read_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient"]
    search_fields = ["about__exact"]
    inlines = [DeliveryInline]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["message", "channel", "status", "attempts", "next_attempt_at", "delivered_at"]
    list_filter = ["status", "channel"]
    list_select_related = ["message"]
    search_fields = ["message__about__exact"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "subject", "uid"]
    list_filter = ["created_at"]
    search_fields = ["subject__exact"]


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    list_display = ["client", "key", "response_status", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["client"]
    search_fields = ["key__exact"]
    ordering = ["-id"]
    fields = ["client", "key", "fingerprint", "response_status", "created_at"]


@admin.register(SavedFilter)
class SavedFilterAdmin(ReadOnlyAdmin):
    list_display = ["user", "page", "name"]
    list_filter = ["page"]
    list_select_related = ["user"]
    search_fields = ["name"]
