"""A partner's webhooks on one page, for itself and for officials who look after them."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from accounts.models import Partner
from core.public import numbered_page
from core.workflow import open_steps
from webhooks import services
from webhooks.forms import DeliveryFilterForm, EndpointForm
from webhooks.models import Attempt, Delivery, Endpoint

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request, reference):
    """Endpoints with their steps, a new one, and the log of what was sent. A secret is shown in the answer to the press that
    made it, and never again."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), reference=reference)
    is_own = partner.user_id == request.user.pk
    form, fresh = EndpointForm(), None
    if request.method == "POST" and "register" in request.POST:
        form = EndpointForm(request.POST)
        if form.is_valid():
            fresh = form.call(services.register_endpoint, actor=request.user, **form.cleaned_data)
            form = EndpointForm() if fresh else form
    elif request.method == "POST":
        fresh = _press(request, partner)
        if fresh is None:
            return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    return _page(request, partner, is_own, form, fresh)


#: What a button of an endpoint does, and what is said then.
_STEPS = {
    "test": (services.send_test, _l("Pesan uji sedang dikirim. Hasilnya ada dalam daftar di bawah.")),
    "enable": (services.enable_endpoint, _l("Alamat dihidupkan.")),
    "disable": (services.disable_endpoint, _l("Alamat dimatikan.")),
}


def _press(request, partner):
    """Do what a button asks. Returns the endpoint that has a new secret, None otherwise; refusals are told."""
    own = Endpoint.objects.visible_to(request.user).filter(owner=partner.user)
    try:
        if "replay" in request.POST:
            deliveries = Delivery.objects.filter(endpoint__in=own)
            delivery = get_object_or_404(deliveries, uid=_uid(request.POST["replay"]))
            services.replay_delivery(delivery, actor=request.user)
            messages.success(request, _("Pesan dikirim ulang."))
            return None
        endpoint = get_object_or_404(own, reference=request.POST.get("endpoint", ""))
        action = request.POST.get("action")
        if action == "rotate":
            return services.rotate_secret(endpoint, actor=request.user)
        if action in _STEPS:
            service, sentence = _STEPS[action]
            service(endpoint, actor=request.user)
            messages.success(request, sentence)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, "; ".join(getattr(error, "messages", [str(error)])))
    return None


def _uid(text):
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _page(request, partner, is_own, form, fresh):
    endpoints = list(Endpoint.objects.visible_to(request.user).filter(owner=partner.user))
    filters = DeliveryFilterForm(request.GET or None)
    deliveries = filters.narrow(Delivery.objects.filter(endpoint__in=endpoints).select_related("endpoint"))
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    rows = deliveries.annotate(
        last_status=Subquery(last.values("http_status")[:1]), last_error=Subquery(last.values("error")[:1])
    )
    page, links = numbered_page(request, rows.order_by("-pk"), PER_PAGE)
    for endpoint in endpoints:
        endpoint.steps = open_steps(endpoint, request.user)
    return render(
        request,
        "webhooks/partner.html",
        {
            "partner": partner,
            "endpoints": endpoints,
            "fresh": fresh,
            "filters": filters,
            "active": sum(bool(value) for name, value in request.GET.items() if name != "halaman"),
            "deliveries": page,
            **links,
            "may_replay": request.user.has_perm("webhooks.replay_delivery"),
            "may_rotate": request.user.has_perm("webhooks.rotate_endpoint"),
            # An official registers nothing in another's name.
            **({"form": form} if is_own else {}),
        },
        status=400 if form.errors else 200,
    )
