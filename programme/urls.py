from django.urls import path

from programme.views import activities, legal

urlpatterns = [
    path("dasar-hukum/", legal.bases, name="legal_bases"),
    path("dasar-hukum/<reference>/", legal.basis, name="legal_basis"),
    path("kerja/dasar-hukum/", legal.desk, name="office_legal_bases"),
    path("kerja/dasar-hukum/baru/", legal.propose, name="propose_legal_basis"),
    path("kerja/dasar-hukum/<reference>/", legal.work, name="office_legal_basis"),
    path("kerja/program/", activities.programme, name="office_programme"),
    path("kerja/program/kegiatan/baru/", activities.plan, name="plan_activity"),
    path("kerja/program/kegiatan/<reference>/", activities.activity, name="office_activity"),
    path("kerja/program/triwulan/", activities.quarters, name="office_quarters"),
    path("kerja/program/triwulan/<reference>/", activities.quarter, name="office_quarter"),
    path("kerja/program/angka/", activities.figures, name="office_figures"),
]
