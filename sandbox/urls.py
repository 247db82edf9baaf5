from django.urls import path

from sandbox import views

urlpatterns = [path("mitra/<reference>/uji/", views.checklist, name="sandbox_checklist")]
