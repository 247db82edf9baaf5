"""Webhooks in the back office: looked at, sent again, and disabled. Partners make their endpoints themselves."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _l

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.doors import step_action
from webhooks import services
from webhooks.models import Attempt, Delivery, Endpoint


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = ["reference", "owner", "url", "status", "failing_since", "created_at"]
    list_filter = ["status", ("failing_since", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["reference__exact", "url", "owner__email__exact"]
    fields = ["reference", "owner", "url", "description", "kinds", "status", "disabled_reason", "failing_since",
              "previous_secret_until", "created_at"]  # fmt: skip
    readonly_fields = ["reference", "status", "created_at"]
    step_services = {"disable": services.disable_endpoint, "enable": services.enable_endpoint}


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ["at", "http_status", "milliseconds", "error", "excerpt"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "subject", "endpoint", "status", "attempts_made", "next_attempt_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["endpoint"]
    search_fields = ["subject__exact", "endpoint__reference__exact"]
    fields = ["uid", "endpoint", "event", "kind", "subject", "status", "attempts_made", "next_attempt_at",
              "created_at", "delivered_at"]  # fmt: skip
    readonly_fields = ["uid"]
    inlines = [AttemptInline]
    actions = [
        step_action(
            services.replay_delivery, description=_l("Kirim ulang"), permission="webhooks.replay_delivery"
        )
    ]


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["at", "delivery", "http_status", "milliseconds", "error"]
    list_filter = ["at"]
    list_select_related = ["delivery"]
    search_fields = ["delivery__subject__exact"]
