"""The adapters that carry a service's sentence out through the web forms and the back office
(core.problems.exception_handler does so for the API)."""

from functools import wraps

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.template.response import TemplateResponse

from core.optimistic import StaleRecord


class ServiceFormMixin:
    """A form that calls a service and shows what it raises beside the right field."""

    def call(self, service, *args, **kwargs):
        """The service's result, or None with the form's errors filled."""
        try:
            with transaction.atomic():
                return service(*args, **kwargs)
        except ValidationError as error:
            self.add_service_error(error)
        except PermissionDenied as error:
            self.add_error(None, str(error))
        return None

    def call_versioned(self, service, *args, **kwargs):
        """Like call, for a service that refuses an old version of the record: (whether it was written, the StaleRecord or None).

        The form then carries the version that stands, so that it can be sent again over it.
        """
        try:
            with transaction.atomic():
                service(*args, **kwargs)
        except StaleRecord as stale:
            self.data = self.data.copy()
            self.data["version"] = stale.current.version if stale.current else ""
            self.add_error(None, stale)
            return False, stale
        except ValidationError as error:
            self.add_service_error(error)
            return False, None
        return True, None

    def add_service_error(self, error):
        """Like add_error, but an error about a field that the form lacks stands above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, details in error.error_dict.items():
            known = field != NON_FIELD_ERRORS and field in self.fields
            for detail in details:
                self.add_error(field if known else None, detail)


def confirmed_first(action):
    """Decorator of a back-office action: a page shows what it would do to which records before it is done."""

    @wraps(action)
    def asking(model_admin, request, queryset):
        if "confirmed" in request.POST:
            return action(model_admin, request, queryset)
        context = {
            **model_admin.admin_site.each_context(request),
            "title": asking.short_description,
            "opts": model_admin.opts,
            "records": queryset,
            "action": request.POST["action"],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)

    return asking


def step_action(service, *, description, permission):
    """A back-office action that, once confirmed, calls `service(record, actor=…)` on each chosen record, a message for
    each."""

    @confirmed_first
    def action(model_admin, request, queryset):
        for record in queryset:
            try:
                with transaction.atomic():
                    service(record, actor=request.user)
            except (ValidationError, PermissionDenied) as error:
                text = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                messages.error(request, f"{record}: {text}")
            else:
                messages.success(request, f"{record}: {description}")

    action.short_description = description
    action.allowed_permissions = ("view",)
    action.__name__ = f"{service.__module__.replace('.', '_')}_{service.__name__}"
    action.needed_permission = permission
    return action
