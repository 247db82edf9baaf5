from django.urls import path

from credit.views import line, office, planner

urlpatterns = [
    path("kerja/kredit/", office.work_queue, name="office_credit"),
    path("kerja/kredit/andai/", office.what_if, name="office_credit_what_if"),
    path("kerja/kredit/kunjungan/", planner.plan, name="office_credit_plan"),
    path("kerja/kredit/kunjungan/banding/", planner.compare, name="office_credit_compare"),
    path(
        "kerja/kredit/permohonan/<reference>/",
        office.examine_application,
        name="office_credit_application",
    ),
    path("kredit/antrean/", line.public_queue, name="credit_queue"),
]
