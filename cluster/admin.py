"""Clusters in the back office. Members, officers and requests come from the services and are only looked at here."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

from cluster.models import Capacity, Cluster, Election, Membership, MembershipRequest, Officer, Succession
from cluster.services import clusters, members
from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline


class OfficerInline(ReadOnlyInline):
    model = Officer
    fields = ["post", "membership", "during"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("membership__business", "membership__cluster")


@admin.register(Cluster)
class ClusterAdmin(OfficeAdmin):
    list_display = ["reference", "name", "kind", "status", "products", "area", "founded_on"]
    list_filter = ["kind", "status"]
    list_select_related = ["area__parent"]
    search_fields = ["reference__exact", "name", "products"]
    autocomplete_fields = ["area", "legal_basis"]
    fields = ["reference", "status", "name", "kind", "products", "area", "story", "latitude", "longitude",
              "legal_basis", "founded_on", "dissolved_on"]  # fmt: skip
    readonly_fields = ["reference", "status", "dissolved_on"]
    inlines = [OfficerInline]
    step_services = {
        "activate": clusters.activate_cluster,
        "rest": clusters.rest_cluster,
        "dissolve": clusters.dissolve_cluster,
    }

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        made = clusters.make_cluster(
            actor=request.user, **{name: form.cleaned_data[name] for name in clusters.FIELDS}
        )
        obj.pk, obj.reference = made.pk, made.reference

    def work_links(self, request, obj):
        return [
            (_("Anggota, pengurus, dan kapasitas"), reverse("office_cluster", args=[obj.reference])),
            (_("Halaman klaster"), reverse("cluster", args=[obj.reference])),
        ]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["reference", "business", "cluster", "during"]
    list_filter = ["cluster__kind", "cluster__status"]
    list_select_related = ["business", "cluster"]
    search_fields = ["reference__exact", "business__name", "cluster__name"]
    fields = ["reference", "business", "cluster", "during"]


@admin.register(MembershipRequest)
class MembershipRequestAdmin(ReadOnlyAdmin):
    list_display = ["reference", "kind", "business", "cluster", "status", "asked_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["business", "cluster"]
    search_fields = ["reference__exact", "business__name", "cluster__name"]
    step_services = {"accept": members.accept_request, "refuse": members.refuse_request}


@admin.register(Election)
class ElectionAdmin(ReadOnlyAdmin):
    list_display = ["reference", "cluster", "held_on", "recorded_by"]
    list_filter = ["cluster__kind", "cluster__status"]
    list_select_related = ["cluster", "recorded_by"]
    search_fields = ["reference__exact", "cluster__name"]


@admin.register(Officer)
class OfficerAdmin(ReadOnlyAdmin):
    list_display = ["post", "cluster", "membership", "during"]
    list_filter = ["post"]
    list_select_related = ["cluster", "membership__business", "membership__cluster"]
    search_fields = ["cluster__name", "membership__business__name"]


@admin.register(Capacity)
class CapacityAdmin(OfficeAdmin):
    list_display = ["business", "product", "volume", "unit", "machine", "stated_on"]
    list_filter = ["business__scale"]
    list_select_related = ["business"]
    search_fields = ["business__name", "product"]
    autocomplete_fields = ["business"]
    fields = ["business", "product", "machine", "volume", "unit", "stated_on"]


@admin.register(Succession)
class SuccessionAdmin(ReadOnlyAdmin):
    list_display = ["kind", "earlier", "later", "on", "recorded_by"]
    list_filter = ["kind"]
    list_select_related = ["earlier", "later", "recorded_by"]
    search_fields = ["earlier__name", "later__name"]
