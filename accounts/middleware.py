from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse


def require_second_factor(get_response):
    """An official without a second factor is led to set one up before anything else (setting
    OFFICIALS_NEED_SECOND_FACTOR, on in production)."""
    allowed = ("/akun/", "/static/", "/bahasa/")

    def middleware(request):
        if (
            settings.OFFICIALS_NEED_SECOND_FACTOR
            and request.user.is_authenticated
            and request.user.is_staff
            and not request.path.startswith(allowed)
            and not is_mfa_enabled(request.user)
        ):
            return redirect(reverse("mfa_activate_totp"))
        return get_response(request)

    return middleware
