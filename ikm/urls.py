from django.urls import include, path
from django.views.generic import TemplateView

from ikm.views import after_login

urlpatterns = [
    path("", TemplateView.as_view(template_name="ikm/home.html"), name="home"),
    path("direktori/", TemplateView.as_view(template_name="ikm/directory.html"), name="directory"),
    path("statistik/", TemplateView.as_view(template_name="ikm/statistics.html"), name="statistics"),
    path("", include("ikm.urls_owner")),
    path("masuk/lanjut/", after_login.home_after_login, name="home_after_login"),
    path("", include("ikm.urls_office")),
    path("", include("ikm.urls_imports")),
    path("", include("ikm.urls_backoffice")),
]
