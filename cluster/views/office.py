"""Officials: clusters with members and officers on any day, elections, splits and merges, orders, and the members' requests."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cluster import forms
from cluster.enums import ClusterStatus
from cluster.models import Cluster, MembershipRequest
from cluster.selectors import members_on, officers_on, who_can_fill
from cluster.services import clusters, elections, members
from cluster.views.owner import events_of
from core import audit
from core.admin_export import file_response, write_table
from core.workflow import open_steps
from ikm.views.office import official

MOST_SHOWN = 300
VIEW = "cluster.view_cluster"


def _found(request, reference):
    return get_object_or_404(
        Cluster.objects.visible_to(request.user).select_related("area__parent", "legal_basis"),
        reference=reference,
    )


@official(VIEW)
@require_GET
def desk(request):
    status = request.GET.get("status", "")
    rows = Cluster.objects.visible_to(request.user)
    if status in ClusterStatus.values:
        rows = rows.filter(status=status)
    return render(
        request,
        "cluster/office/list.html",
        {
            "rows": rows.counted()
            .select_related("area__parent", "legal_basis")
            .order_by("name")[:MOST_SHOWN],
            "status": status,
            "statuses": ClusterStatus.choices,
            "waiting": MembershipRequest.objects.waiting_for_office()
            .select_related("business", "cluster")
            .order_by("asked_at")[:MOST_SHOWN],
            "may_change": request.user.has_perm("cluster.change_cluster"),
        },
    )


@official("cluster.change_cluster")
def new(request):
    form = forms.ClusterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(clusters.make_cluster, actor=request.user, **form.values())
        if made is not None:
            messages.success(request, _("Tersimpan dengan nomor %(number)s.") % {"number": made.reference})
            return redirect("office_cluster", made.reference)
    return render(request, "cluster/office/new.html", {"form": form}, status=400 if form.errors else 200)


STEPS = {
    "activate": clusters.activate_cluster,
    "rest": clusters.rest_cluster,
    "dissolve": clusters.dissolve_cluster,
}


@official(VIEW)
def work(request, reference):
    """One cluster: members and officers on a day, its fields, founders, and the steps that are open."""
    found = _found(request, reference)
    may_change = request.user.has_perm("cluster.change_cluster")
    action = request.POST.get("action", "") if request.method == "POST" else ""
    steps = open_steps(found, request.user)

    def data(name):
        return request.POST if action == name else None

    shown = {name: forms.NoteForm(data(name), prefix=name) for name in steps}
    if may_change:
        shown |= {
            "save": forms.ClusterForm(data("save"), instance=found, prefix="save"),
            "founder": forms.FounderForm(data("founder"), prefix="founder"),
        }
    form = shown.get(action)
    if form is not None and form.is_valid() and _done(request, reference, action, form):
        messages.success(request, _("Tersimpan."))
        return redirect("office_cluster", reference)
    failed = form is not None and bool(form.errors)
    found = _found(request, reference)  # the form's instance carries what was typed
    day_form = forms.DayForm(request.GET)
    day = day_form.day()
    return render(
        request,
        "cluster/office/detail.html",
        {
            "cluster": found,
            "day": day,
            "day_form": day_form,
            "members": members_on(found, day),
            "officers": officers_on(found, day),
            "elections": found.elections.prefetch_related("attachments"),
            "before": found.predecessors.select_related("earlier"),
            "after": found.successors.select_related("later"),
            "events": events_of(found),
            "steps": [(name, step, shown[name]) for name, step in steps.items()],
            "save_form": shown.get("save"),
            "founder_form": shown.get("founder") if found.status == ClusterStatus.DRAFT else None,
            "may_change": may_change,
            "may_export": request.user.has_perm("cluster.export_membership"),
            "forms": [*shown.values()],
            "has_errors": failed,
        },
        status=400 if failed else 200,
    )


def _done(request, reference, action, form):
    stored = Cluster.objects.get(reference=reference)
    given = form.cleaned_data
    if action == "save":
        return form.call(
            clusters.change_cluster, stored, actor=request.user, version=given["version"], **form.values()
        )
    if action == "founder":
        return form.call(
            members.admit_founder, stored, given["business"], actor=request.user, since=given["since"]
        )
    return form.call(STEPS[action], stored, actor=request.user, **given)


@official("cluster.record_election")
def election(request, reference):
    found = _found(request, reference)
    form = forms.ElectionForm(request.POST or None, request.FILES or None, cluster=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = form.call(
            elections.record_election,
            found,
            actor=request.user,
            held_on=given["held_on"],
            last_day=given["last_day"],
            minutes=given["minutes"],
            posts=form.posts(),
        )
        if done is not None:
            messages.success(request, _("Pengurus baru tersimpan."))
            return redirect("office_cluster", reference)
    return _ask(request, found, form, _("Catat pemilihan pengurus"), multipart=True)


@official("cluster.change_cluster")
def split(request, reference):
    found = _found(request, reference)
    form = forms.SplitForm(request.POST or None, cluster=found)
    if request.method == "POST" and form.is_valid():
        made = form.call(clusters.split_cluster, found, actor=request.user, **form.cleaned_data)
        if made is not None:
            messages.success(request, _("%(name)s berdiri.") % {"name": made.name})
            return redirect("office_cluster", made.reference)
    return _ask(request, found, form, _("Mekarkan klaster"))


@official("cluster.dissolve_cluster")
def merge(request, reference):
    found = _found(request, reference)
    form = forms.MergeForm(request.POST or None, cluster=found)
    if request.method == "POST" and form.is_valid():
        kept = form.call(clusters.merge_clusters, found, actor=request.user, **form.cleaned_data)
        if kept is not None:
            messages.success(
                request, _("%(old)s bergabung ke %(new)s.") % {"old": found.name, "new": kept.name}
            )
            return redirect("office_cluster", kept.reference)
    return _ask(request, found, form, _("Gabungkan klaster"))


def _ask(request, found, form, title, *, multipart=False):
    return render(
        request,
        "cluster/office/ask.html",
        {"cluster": found, "form": form, "page_title": title, "multipart": multipart},
        status=400 if form.errors else 200,
    )


@official(VIEW)
@require_GET
def order(request, reference):
    """Who of the members can fill an order, with the reason for each."""
    found = _found(request, reference)
    form = forms.OrderForm(request.GET or None)
    filling, rows = None, []
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        filling, rows = who_can_fill(
            found, product=given["produk"], quantity=given["jumlah"], by=given["selesai"]
        )
    return render(
        request,
        "cluster/office/order.html",
        {"cluster": found, "form": form, "filling": filling, "rows": rows},
        status=400 if form.errors else 200,
    )


@official("cluster.export_membership")
@require_POST
def export(request, reference):
    """The members of a day as a sheet, without personal numbers. A POST, since taking it along is written down."""
    found = _found(request, reference)
    form = forms.DayForm(request.POST)
    day = form.day()
    rows = list(members_on(found, day))
    posts = {one.membership_id: one.get_post_display() for one in officers_on(found, day)}
    header = [_("Nomor anggota"), _("Nomor register"), _("Usaha"), _("Alamat"), _("Kelurahan"), _("Kecamatan"),
              _("KBLI"), _("Tenaga kerja"), _("Jabatan"), _("Anggota sejak")]  # fmt: skip
    table = write_table(
        "xlsx",
        header,
        [
            [
                one.reference,
                one.business.reference,
                one.business.name,
                one.business.address,
                one.business.kelurahan.name if one.business.kelurahan_id else "",
                one.business.kelurahan.parent.name if one.business.kelurahan_id else "",
                one.business.main_kbli.code if one.business.main_kbli_id else "",
                one.business.workers,
                posts.get(one.pk, ""),
                one.during.lower,
            ]
            for one in rows
        ],
        text_columns=[_("Nomor anggota"), _("Nomor register"), _("KBLI")],
    )
    audit.record(
        request.user, "cluster.export_membership", found, detail={"count": len(rows), "day": str(day)}
    )
    response = file_response(table, f"anggota-{found.reference}-{day}", "xlsx")
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'anggota-{found.reference}-{day}.xlsx')}"
    )
    return response


ANSWERS = {"accept": members.accept_request, "refuse": members.refuse_request}


@official("cluster.decide_membership")
def decide(request, reference):
    """A member's request: what is asked, what the chair said, and the office's answer."""
    found = get_object_or_404(
        MembershipRequest.objects.visible_to(request.user).select_related(
            "cluster__legal_basis", "business__kelurahan__parent", "business__main_kbli", "membership"
        ),
        reference=reference,
    )
    steps = {
        name: step for name, step in members.open_answers(found, request.user).items() if name in ANSWERS
    }
    waits_for_chair = MembershipRequest.objects.waiting_for_chair().filter(pk=found.pk).exists()
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action and action not in ANSWERS:
        raise PermissionDenied(_("Langkah ini tidak terbuka bagi Anda. Muat ulang halaman."))
    form = forms.NoteForm(request.POST or None)
    if action and form.is_valid():
        done = form.call(ANSWERS[action], found, actor=request.user, note=form.cleaned_data["note"])
        if done is not None:
            messages.success(request, f"{done.reference}: {done.get_status_display()}")
            return redirect("office_cluster_request", reference)
    return render(
        request,
        "cluster/office/request.html",
        {
            "record": found,
            "events": events_of(found),
            "steps": steps,
            "form": form,
            "waits_for_chair": waits_for_chair,
        },
        status=400 if form.errors else 200,
    )
