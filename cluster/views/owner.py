"""Members: my clusters, joining, leaving, the letter, the card, capacity; and what waits for me as a chair."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cluster import forms
from cluster.enums import RequestKind
from cluster.models import Cluster, Membership, MembershipRequest
from cluster.selectors import members_on, officers_on
from cluster.services import members
from cluster.tracking import holder
from cluster.views.public import qr_of
from core.workflow import history
from ikm.models import Business

MOST_SHOWN = 100


@login_required
@require_GET
def mine(request):
    """My memberships and requests, and the requests that wait for me as a chair."""
    requests = MembershipRequest.objects.select_related("cluster", "business")
    return render(
        request,
        "cluster/owner/mine.html",
        {
            "memberships": Membership.objects.of(request.user)
            .select_related("cluster", "business")
            .order_by("-pk")[:MOST_SHOWN],
            "requests": requests.filter(asked_by=request.user).order_by("-pk")[:MOST_SHOWN],
            "for_chair": requests.waiting_for_chair()
            .filter(cluster__in=Cluster.objects.chaired_by(request.user))
            .order_by("pk")[:MOST_SHOWN],
        },
    )


@login_required
def join(request, reference):
    found = get_object_or_404(Cluster.objects.published(), reference=reference)
    form = forms.JoinForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = form.call(
            members.ask_membership,
            found,
            form.cleaned_data["business"],
            actor=request.user,
            kind=RequestKind.JOIN,
            note=form.cleaned_data["note"],
        )
        if made is not None:
            return _sent(request, made)
    return render(
        request,
        "cluster/owner/join.html",
        {"cluster": found, "form": form, "may_ask": form.fields["business"].queryset.exists()},
        status=400 if form.errors else 200,
    )


def _sent(request, made):
    messages.success(request, _("Permohonan terkirim dengan nomor %(number)s.") % {"number": made.reference})
    return redirect("cluster_request", made.reference)


@login_required
def membership(request, reference):
    """My membership: officers and members beside me; leave, ask for the letter, tell what I can make."""
    found = get_object_or_404(
        Membership.objects.of(request.user).select_related("cluster", "business"), reference=reference
    )
    action = request.POST.get("action", "") if request.method == "POST" else ""
    shown = {
        "leave": forms.LeaveForm(request.POST if action == "leave" else None, prefix="leave"),
        "letter": forms.LetterForm(request.POST if action == "letter" else None, prefix="letter"),
        "capacity": forms.CapacityForm(request.POST if action == "capacity" else None, prefix="capacity"),
    }
    form = shown.get(action)
    if form is not None and form.is_valid():
        if action == "capacity":
            if form.call(members.record_capacity, found.business, actor=request.user, **form.cleaned_data):
                messages.success(request, _("Kapasitas tersimpan."))
                return redirect("my_membership", reference)
        else:
            made = form.call(
                members.ask_membership,
                found.cluster,
                found.business,
                actor=request.user,
                kind=RequestKind(action),
                note=form.cleaned_data["note"],
            )
            if made is not None:
                return _sent(request, made)
    failed = form is not None and bool(form.errors)
    return render(
        request,
        "cluster/owner/membership.html",
        {
            "membership": found,
            "officers": officers_on(found.cluster),
            "members": members_on(found.cluster)[:MOST_SHOWN],
            "capacities": found.business.capacities.all(),
            "letters": found.letters.all(),
            "leave_form": shown["leave"],
            "letter_form": shown["letter"],
            "capacity_form": shown["capacity"],
            "forms": [*shown.values()],
            "has_errors": failed,
        },
        status=400 if failed else 200,
    )


@login_required
def remove_capacity(request, reference, pk):
    """Asks first; on POST the product is struck off what the business can make."""
    found = get_object_or_404(
        Membership.objects.of(request.user).select_related("cluster", "business"), reference=reference
    )
    capacity = get_object_or_404(found.business.capacities, pk=pk)
    if request.method == "POST":
        members.remove_capacity(capacity, actor=request.user)
        messages.success(request, _("Kapasitas dihapus."))
        return redirect("my_membership", reference)
    return render(request, "cluster/owner/remove_capacity.html", {"membership": found, "capacity": capacity})


@login_required
@require_GET
def card(request, reference):
    found = get_object_or_404(
        Membership.objects.of(request.user).select_related("cluster", "business"), reference=reference
    )
    return render(request, "cluster/owner/card.html", {"membership": found, "code": qr_of(found)})


ANSWERS = {
    "agree": members.agree_as_chair,
    "decline": members.decline_as_chair,
    "withdraw": members.withdraw_request,
}


@login_required
def one_request(request, reference):
    """A request, for who sent it and for the chair: how it stands, and what each may answer."""
    found = get_object_or_404(
        MembershipRequest.objects.visible_to(request.user).select_related("cluster", "business"),
        reference=reference,
    )
    is_mine = Business.objects.spoken_for_by(request.user).filter(pk=found.business_id).exists()
    steps = {
        name: step for name, step in members.open_answers(found, request.user).items() if name in ANSWERS
    }
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action and action not in steps:
        raise PermissionDenied(_("Langkah ini tidak terbuka bagi Anda. Muat ulang halaman."))
    form = forms.NoteForm(request.POST or None)
    if action and form.is_valid():
        done = form.call(ANSWERS[action], found, actor=request.user, note=form.cleaned_data["note"])
        if done is not None:
            messages.success(request, f"{done.reference}: {done.get_status_display()}")
            return redirect("cluster_request", reference)
    return render(
        request,
        "cluster/owner/request.html",
        {
            "record": found,
            "events": events_of(found),
            "steps": steps,
            "form": form,
            "is_mine": is_mine,
            "holder": holder(found) if is_mine else "",
        },
        status=400 if form.errors else 200,
    )


def events_of(record):
    """What happened to a cluster or a request, for the timeline."""
    labels = {
        "ask": _("Diajukan"),
        "agree": _("Disetujui ketua"),
        "decline": _("Ditolak ketua"),
        "accept": _("Diterima dinas"),
        "refuse": _("Ditolak dinas"),
        "withdraw": _("Ditarik kembali"),
        "make": _("Dicatat"),
        "activate": _("Diaktifkan"),
        "rest": _("Dinyatakan tidak aktif"),
        "dissolve": _("Dibubarkan"),
    }
    return [
        {"title": labels.get(line.step, line.step), "at": line.at, "note": line.note}
        for line in history(record)
    ]
