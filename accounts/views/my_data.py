"""Data saya: see, correct, take along, withdraw, and who looked."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import selectors
from accounts.forms import DataRequestForm, ProfileForm
from accounts.models import DataRequest
from accounts.services import ask_data_request, change_profile, withdraw_consent
from core import audit

LOG_LINES = 50


@login_required
@require_GET
def overview(request):
    user = request.user
    return render(
        request,
        "accounts/my_data.html",
        {
            "consents": selectors.consents_about(user),
            "requests": DataRequest.objects.filter(user=user),
            "log": selectors.access_log(user).select_related("actor")[:LOG_LINES],
            "session_count": UserSession.objects.filter(user=user).count(),
        },
    )


@login_required
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.call(change_profile, request.user, actor=request.user, **data):
            messages.success(request, _("Data Anda sudah diperbaiki."))
            return redirect("my_data")
    return render(request, "accounts/profile.html", {"form": form})


@login_required
def ask(request):
    form = DataRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.call(ask_data_request, actor=request.user, **form.cleaned_data)
        if asked:
            messages.success(
                request, _("Permintaan %(reference)s sudah kami terima.") % {"reference": asked.reference}
            )
            return redirect("my_data")
    return render(request, "accounts/data_request.html", {"form": form})


@login_required
@require_POST
def withdraw(request, pk):
    """Withdraw one consent; it takes effect at once."""
    consent = get_object_or_404(selectors.consents_about(request.user), pk=pk, withdrawn_at__isnull=True)
    withdraw_consent(consent.subject, consent.purpose, actor=request.user)
    messages.success(request, _("Persetujuan sudah ditarik dan berhenti berlaku sekarang juga."))
    return redirect("my_data")


@login_required
@require_POST
def export(request):
    """Everything the portal holds about the person, as JSON to take along."""
    data = selectors.everything_about(request.user)
    audit.record(request.user, "accounts.export_my_data", request.user)
    name = f"data-saya-{timezone.localdate():%Y-%m-%d}.json"
    return JsonResponse(
        data,
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
