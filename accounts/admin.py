from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accounts.models import ApiToken, Consent, ConsentText, CounterCode, DataRequest, RoleAssignment, User
from accounts.services import answer_data_request, grant_role, issue_api_token, revoke_api_token, revoke_role
from core.admin import OfficeAdmin, ReadOnlyAdmin
from core.doors import step_action


@admin.register(User)
class UserAdmin(OfficeAdmin):
    list_display = ["reference", "name", "email", "phone", "is_active", "date_joined"]
    list_filter = ["is_active", "role_assignments__role"]
    search_fields = ["reference", "name", "email", "phone"]
    fields = [
        "reference",
        "name",
        "email",
        "phone",
        "phone_verified_at",
        "language",
        "is_active",
        "date_joined",
        "last_login",
        "password_changed_at",
    ]
    readonly_fields = ["reference", "phone_verified_at", "date_joined", "last_login", "password_changed_at"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(OfficeAdmin):
    """Granting goes through the service; ending is an action, so that the past stays as it was."""

    list_display = ["user", "role", "since", "until", "granted_by"]
    list_filter = ["role"]
    list_select_related = ["user", "granted_by"]
    search_fields = ["user__name", "user__email", "user__phone"]
    autocomplete_fields = ["user"]
    fields = ["user", "role", "since"]
    actions = ["end"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        granted = grant_role(obj.user, obj.role, actor=request.user, since=obj.since)
        obj.pk = granted.pk

    @admin.action(description=_l("Akhiri peran hari ini"), permissions=["view"])
    def end(self, request, queryset):
        for assignment in queryset.filter(until__isnull=True).select_related("user"):
            try:
                revoke_role(assignment.user, assignment.role, actor=request.user)
            except PermissionDenied as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("%(assignment)s: diakhiri.") % {"assignment": assignment})


@admin.register(ApiToken)
class ApiTokenAdmin(OfficeAdmin):
    list_display = ["user", "label", "created_at", "last_used_on", "revoked_at"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    search_fields = ["label", "user__name", "user__email"]
    fields = ["user", "label"]
    actions = [
        step_action(revoke_api_token, description=_l("Cabut token"), permission="accounts.change_apitoken")
    ]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        token, key = issue_api_token(obj.user, label=obj.label, actor=request.user)
        obj.pk = token.pk
        messages.warning(request, _("Catat sekarang, tidak akan ditampilkan lagi: %(key)s") % {"key": key})


@admin.register(ConsentText)
class ConsentTextAdmin(OfficeAdmin):
    list_display = ["purpose", "version", "in_force_from"]
    list_filter = ["purpose"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Consent)
class ConsentAdmin(OfficeAdmin):
    list_display = ["subject", "purpose", "channel", "given_at", "withdrawn_at"]
    list_filter = ["purpose", "channel"]
    list_select_related = ["text"]
    search_fields = ["subject"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(DataRequest)
class DataRequestAdmin(OfficeAdmin):
    """Answering is the one thing an official does here: write the answer, then grant or refuse."""

    list_display = ["reference", "user", "kind", "status", "asked_at", "due_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["user"]
    search_fields = ["reference", "user__name"]
    fields = [
        "reference",
        "user",
        "kind",
        "detail",
        "status",
        "asked_at",
        "due_at",
        "answer",
        "answered_by",
        "answered_at",
    ]
    change_form_template = "admin/accounts/datarequest/change_form.html"

    def get_readonly_fields(self, request, obj=None):
        can_answer = obj is not None and obj.status == DataRequest.Status.OPEN
        return [name for name in self.fields if not (can_answer and name == "answer")]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("accounts.answer_datarequest")

    def save_model(self, request, obj, form, change):
        stored = self.get_object(request, unquote(str(obj.pk)))
        answer_data_request(stored, actor=request.user, granted="_grant" in request.POST, answer=obj.answer)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if "answer" in form.base_fields:
            form.base_fields["answer"].required = True
        return form


@admin.register(CounterCode)
class CounterCodeAdmin(ReadOnlyAdmin):
    """That a code was handed out and used; the code itself is nowhere."""

    list_display = ["user", "issued_by", "issued_at", "expires_at", "tries", "used_at"]
    list_select_related = ["user", "issued_by"]
    search_fields = ["user__name", "user__email", "user__phone"]
    fields = ["user", "issued_by", "issued_at", "expires_at", "tries", "used_at"]
