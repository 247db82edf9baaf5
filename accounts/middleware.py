from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.passwords import is_password_over

#: What stays open to who is led elsewhere: the account's own pages, styles, the language.
OPEN = ("/akun/", "/static/", "/bahasa/")


def require_second_factor(get_response):
    """An official without a second factor is led to set one up before anything else (setting
    OFFICIALS_NEED_SECOND_FACTOR, on in production)."""

    def middleware(request):
        if (
            settings.OFFICIALS_NEED_SECOND_FACTOR
            and request.user.is_authenticated
            and request.user.is_staff
            and not request.path.startswith(OPEN)
            and not is_mfa_enabled(request.user)
        ):
            return redirect(reverse("mfa_activate_totp"))
        return get_response(request)

    return middleware


def require_fresh_password(get_response):
    """An official whose password has reached its term is led to change it before anything else (PASSWORD_POLICIES)."""

    def middleware(request):
        if (
            settings.PASSWORD_POLICIES["official"]["max_days"]
            and not request.path.startswith(OPEN)
            and request.user.is_authenticated
            and is_password_over(request.user)
        ):
            messages.warning(
                request, _("Masa berlaku kata sandi Anda sudah habis. Ganti dahulu, lalu lanjutkan.")
            )
            return redirect(reverse("account_change_password"))
        return get_response(request)

    return middleware
