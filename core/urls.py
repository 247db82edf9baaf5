from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [
    path("kotak-pesan/", TemplateView.as_view(template_name="core/inbox.html"), name="inbox"),
]
