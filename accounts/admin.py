from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from oauth2_provider.models import Grant, IDToken, RefreshToken

from accounts.models import (
    AccessToken,
    ApiToken,
    ClientSecret,
    Consent,
    ConsentText,
    CounterCode,
    DataBreach,
    DataRequest,
    Partner,
    PartnerClient,
    RoleAssignment,
    User,
)
from accounts.scopes import SCOPES, grantable
from accounts.services import (
    add_secret,
    answer_data_request,
    end_session,
    grant_role,
    issue_api_token,
    issue_client,
    notify_breach,
    record_breach,
    remove_second_factor,
    revoke_api_token,
    revoke_role,
    save_partner,
    withdraw_client,
    withdraw_secret,
)
from core.admin import OfficeAdmin, OfficeForm, ReadOnlyAdmin
from core.doors import confirmed_first, step_action
from core.templatetags.portal import device

# The libraries' own pages would show secrets to whoever may look, and write without a line in the trail. Groups are not used:
# what a person may do follows from the roles.
# Of OAuth only client credentials are used; the partners' own pages stand below.
for model in (
    *(Group, EmailAddress, Authenticator, UserSession),
    *(PartnerClient, AccessToken, Grant, IDToken, RefreshToken),
):
    admin.site.unregister(model)
for model, name in (
    (EmailAddress, _l("alamat surel")),
    (Authenticator, _l("pengaman kedua")),
    (UserSession, _l("perangkat yang masuk")),
):
    model._meta.verbose_name = model._meta.verbose_name_plural = name


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
    @confirmed_first
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
    list_filter = ["created_at", ("revoked_at", admin.EmptyFieldListFilter)]
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


# --- Partners ---------------------------------------------------------------------------------------------------------


@admin.register(Partner)
class PartnerAdmin(OfficeAdmin):
    """Whose programs use the API; a partner that leaves is made inactive."""

    list_display = ["reference", "name", "kind", "user", "requests_per_minute", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["user"]
    search_fields = ["reference__exact", "name"]
    autocomplete_fields = ["user"]
    fields = ["reference", "name", "kind", "user", "requests_per_minute", "is_active", "pages"]
    readonly_fields = ["reference", "pages"]

    @admin.display(description=_l("halaman"))
    def pages(self, partner):
        if partner.pk is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("sandbox_checklist", args=[partner.reference]),
            _("Daftar periksa uji (SIT)"),
            reverse("partner_webhooks", args=[partner.reference]),
            _("Webhook"),
        )

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        save_partner(obj, actor=request.user)


class PartnerClientForm(OfficeForm):
    scopes = forms.TypedMultipleChoiceField(
        label=_l("Cakupan"),
        choices=[(scope, format_lazy("{}: {}", scope, SCOPES[scope])) for scope in grantable()],
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(PartnerClient)
class PartnerClientAdmin(OfficeAdmin):
    """A program of a partner. Its secret is shown once, when it is made."""

    form = PartnerClientForm
    list_display = ["client_id", "partner", "label", "is_test", "last_used_at", "withdrawn_at"]
    list_filter = ["is_test", "partner__kind", ("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["partner"]
    search_fields = ["client_id__exact", "label", "partner__name"]
    autocomplete_fields = ["partner"]
    fields = ["partner", "label", "is_test", "scopes"]
    actions = [
        "rotate",
        step_action(
            withdraw_client, description=_l("Cabut klien"), permission="accounts.change_partnerclient"
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(last_used=Max("secrets__last_used_at"))

    @admin.display(description=_l("terakhir dipakai"), ordering="last_used")
    def last_used_at(self, client):
        return client.last_used

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        _client, secret = issue_client(obj, actor=request.user)
        self._show(request, obj, secret)

    def _show(self, request, client, secret):
        messages.warning(
            request,
            _("Catat sekarang, tidak akan ditampilkan lagi. client_id: %(id)s client_secret: %(secret)s")
            % {"id": client.client_id, "secret": secret},
        )

    @admin.action(description=_l("Tambah rahasia baru"), permissions=["view"])
    @confirmed_first
    def rotate(self, request, queryset):
        for client in queryset:
            try:
                secret = add_secret(client, actor=request.user)
            except (PermissionDenied, ValidationError) as error:
                messages.error(request, f"{client}: {'; '.join(getattr(error, 'messages', [str(error)]))}")
            else:
                self._show(request, client, secret)


@admin.register(ClientSecret)
class ClientSecretAdmin(ReadOnlyAdmin):
    """Which secrets a client has and when each was last used. The old one is withdrawn once it is used no more."""

    list_display = ["client", "hint", "created_at", "last_used_at", "withdrawn_at"]
    list_filter = [("withdrawn_at", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["client__partner"]
    search_fields = ["client__client_id__exact", "client__label", "client__partner__name"]
    fields = ["client", "hint", "created_at", "last_used_at", "withdrawn_at"]
    actions = [
        step_action(
            withdraw_secret, description=_l("Cabut rahasia"), permission="accounts.change_partnerclient"
        )
    ]


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    """That a token was given out and until when it holds; the token itself is nowhere."""

    list_display = ["client", "secret", "created_at", "expires_at"]
    list_filter = ["created_at"]
    list_select_related = ["client__partner", "secret__client__partner"]
    search_fields = ["client__client_id__exact", "client__label", "client__partner__name"]
    fields = ["client", "secret", "scopes", "created_at", "expires_at"]


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


@admin.register(DataBreach)
class DataBreachAdmin(OfficeAdmin):
    """What happened is written down once; telling those concerned is an action, which shows what it does first."""

    list_display = ["reference", "found_at", "due_at", "notified_at", "authority_told_on", "recorded_by"]
    list_filter = [("notified_at", admin.EmptyFieldListFilter), "found_at"]
    list_select_related = ["recorded_by"]
    search_fields = ["reference__exact"]
    autocomplete_fields = ["people"]
    fields = ["reference", "found_at", "due_at", "data", "how", "measures", "people", "authority_told_on",
              "recorded_by", "notified_at", "notified_by"]  # fmt: skip
    readonly_fields = ["reference", "due_at", "recorded_by", "notified_at", "notified_by"]
    actions = [
        step_action(
            notify_breach,
            description=_l("Beri tahu semua orang yang terdampak"),
            permission="accounts.notify_databreach",
        )
    ]

    def get_readonly_fields(self, request, obj=None):
        told = obj is not None and obj.notified_at is not None
        return [name for name in self.fields if name != "authority_told_on"] if told else self.readonly_fields

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
        else:
            record_breach(obj, actor=request.user)


@admin.register(CounterCode)
class CounterCodeAdmin(ReadOnlyAdmin):
    """That a code was handed out and used; the code itself is nowhere."""

    list_display = ["user", "issued_by", "issued_at", "expires_at", "tries", "used_at"]
    list_filter = ["issued_at", ("used_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "issued_by"]
    search_fields = ["user__name", "user__email", "user__phone"]
    fields = ["user", "issued_by", "issued_at", "expires_at", "tries", "used_at"]


# --- How people sign in: the libraries' tables ------------------------------------------------------------------------


def titled(kind, title):
    """A list filter of `kind` whose field the library named in its own language."""

    class Titled(kind):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.title = title

    return Titled


SINCE = ("created_at", titled(admin.DateFieldListFilter, _l("sejak")))


class SignInColumns:
    """What these tables have in common: whose the row is and since when."""

    list_select_related = ["user"]
    search_fields = ["user__name", "user__email", "user__phone"]
    ordering = ["-id"]

    @admin.display(description=_l("pengguna"), ordering="user")
    def person(self, row):
        return row.user

    @admin.display(description=_l("sejak"), ordering="created_at")
    def since(self, row):
        return row.created_at


@admin.register(EmailAddress)
class EmailAddressAdmin(SignInColumns, ReadOnlyAdmin):
    list_display = ["address", "person", "is_primary", "is_verified"]
    list_filter = [
        ("primary", titled(admin.BooleanFieldListFilter, _l("utama"))),
        ("verified", titled(admin.BooleanFieldListFilter, _l("sudah diperiksa"))),
    ]
    fields = readonly_fields = ["address", "person", "is_primary", "is_verified"]

    @admin.display(description=_l("surel"), ordering="email")
    def address(self, row):
        return row.email

    @admin.display(description=_l("utama"), boolean=True)
    def is_primary(self, row):
        return row.primary

    @admin.display(description=_l("sudah diperiksa"), boolean=True)
    def is_verified(self, row):
        return row.verified


@admin.register(Authenticator)
class SecondFactorAdmin(SignInColumns, ReadOnlyAdmin):
    """That a person has a second factor, never its secret. Who lost the phone has it removed here and sets up a new one."""

    list_display = ["person", "kind", "since", "last_used"]
    list_filter = [("type", titled(admin.ChoicesFieldListFilter, _l("pengaman"))), SINCE]
    fields = readonly_fields = ["person", "kind", "since", "last_used"]

    @admin.display(description=_l("pengaman"), ordering="type")
    def kind(self, row):
        return row.get_type_display()

    @admin.display(description=_l("terakhir dipakai"), ordering="last_used_at")
    def last_used(self, row):
        return row.last_used_at

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm("accounts.remove_secondfactor")

    def delete_model(self, request, obj):
        remove_second_factor(obj.user, actor=request.user)


@admin.register(UserSession)
class SessionAdmin(SignInColumns, ReadOnlyAdmin):
    """Where people are signed in; the key that is the session itself is not shown."""

    list_display = ["person", "browser", "address", "since"]
    list_filter = [SINCE]
    fields = readonly_fields = ["person", "browser", "address", "since"]

    @admin.display(description=_l("perangkat"))
    def browser(self, row):
        return device(row.user_agent)

    @admin.display(description=_l("alamat IP"))
    def address(self, row):
        return row.ip

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm("accounts.end_session")

    def delete_model(self, request, obj):
        end_session(obj, actor=request.user)
