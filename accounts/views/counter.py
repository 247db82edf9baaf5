"""The one-time code of the counter: issued by an official, used by the person."""

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import CounterCodeEntryForm, CounterCodeIssueForm
from accounts.models import User
from accounts.services import account_at_the_counter, issue_counter_code, use_counter_code
from core.indonesia import parse_phone


@login_required
@permission_required("accounts.issue_countercode", raise_exception=True)
def issue(request):
    """Find or make the person's account by phone and show a code, once."""
    form = CounterCodeIssueForm(request.POST or None)
    context = {"form": form}
    if request.method == "POST" and form.is_valid():

        def issue_for(phone, name):
            user, created = account_at_the_counter(phone=phone, name=name, actor=request.user)
            return user, created, issue_counter_code(user, actor=request.user)

        if result := form.call(issue_for, form.cleaned_data["phone"], form.cleaned_data["name"]):
            context["person"], context["created"], context["code"] = result
    return render(request, "accounts/counter_issue.html", context)


def enter(request):
    """Sign in with the code; wrong code, unknown person and ended code look alike."""
    form = CounterCodeEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login = form.cleaned_data["login"].strip()
        if not ratelimit.consume(request, action="counter_code", key=login.lower()):
            form.add_error(None, _("Terlalu banyak percobaan. Tunggu lima menit, lalu coba lagi."))
        else:
            user = _person(login)
            if use_counter_code(user, form.cleaned_data["code"]):
                response = perform_login(request, user)
                if not user.has_usable_password():
                    messages.info(
                        request, _("Anda sudah masuk. Buat kata sandi supaya lain kali bisa masuk sendiri.")
                    )
                    return redirect("account_set_password")
                return response
            form.add_error(
                None,
                _("Nomor atau kode tidak cocok, atau kodenya sudah habis. Minta kode baru kepada petugas."),
            )
    return render(request, "accounts/counter_enter.html", {"form": form})


def _person(login):
    if "@" in login:
        return User.objects.filter(email__iexact=login, is_active=True).first()
    try:
        phone = parse_phone(login)
    except ValidationError:
        return None
    return User.objects.filter(phone=phone, is_active=True).first()
