from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [
    path("data-saya/", TemplateView.as_view(template_name="accounts/my_data.html"), name="my_data"),
]
