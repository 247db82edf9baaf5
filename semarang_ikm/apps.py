from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "semarang_ikm.admin_site.PortalAdminSite"
