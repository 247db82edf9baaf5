from django.urls import path

from programme import views

urlpatterns = [
    path("dasar-hukum/", views.bases, name="legal_bases"),
    path("dasar-hukum/<reference>/", views.basis, name="legal_basis"),
    path("kerja/dasar-hukum/", views.desk, name="office_legal_bases"),
    path("kerja/dasar-hukum/baru/", views.propose, name="propose_legal_basis"),
    path("kerja/dasar-hukum/<reference>/", views.work, name="office_legal_basis"),
]
