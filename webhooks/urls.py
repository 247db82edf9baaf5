from django.urls import path

from webhooks import views

urlpatterns = [path("mitra/<reference>/webhook/", views.webhooks, name="partner_webhooks")]
