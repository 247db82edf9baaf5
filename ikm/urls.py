from django.urls import include, path
from django.views.generic import RedirectView, TemplateView

urlpatterns = [
    path("", TemplateView.as_view(template_name="ikm/home.html"), name="home"),
    path("direktori/", TemplateView.as_view(template_name="ikm/directory.html"), name="directory"),
    path("statistik/", TemplateView.as_view(template_name="ikm/statistics.html"), name="statistics"),
    path("", include("ikm.urls_owner")),
    path("masuk/lanjut/", RedirectView.as_view(pattern_name="my_businesses"), name="home_after_login"),
    path("", include("ikm.urls_office")),
    path("", include("ikm.urls_backoffice")),
]
