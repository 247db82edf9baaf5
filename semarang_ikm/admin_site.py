from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    """The back office. Signing in is the portal's own page, so that the second factor holds here too."""

    site_header = site_title = _("Kantor – Portal IKM Semarang")
    index_title = _("Meja kerja")
    site_url = "/"
    empty_value_display = "–"
    index_template = "admin/office.html"

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff

    def login(self, request, extra_context=None):
        return redirect_to_login(request.get_full_path())
