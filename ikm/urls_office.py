from django.urls import path

from ikm.views import office, visits

urlpatterns = [
    path("kerja/", office.work_queue, name="office"),
    path("kerja/saringan/", office.save_queue_filter, name="office_save_filter"),
    path("kerja/saringan/<int:pk>/hapus/", office.delete_queue_filter, name="office_delete_filter"),
    path("kerja/usaha/<reference>/", office.examine_business, name="office_business"),
    path("kerja/perubahan/<reference>/", office.decide_change, name="office_change"),
    path("kerja/klaim/<reference>/", office.decide_claim, name="office_claim"),
    path("kerja/usang/", office.stale_list, name="office_stale"),
    path("kerja/kunjungan/", visits.visit_list, name="office_visits"),
    path("kerja/kunjungan/rencana/", visits.plan, name="office_plan"),
    path("kerja/kunjungan/rute/<day>/<officer>/", visits.day_route, name="office_route"),
    path("kerja/kunjungan/<reference>/", visits.carry_out, name="office_visit"),
    path("kerja/kunjungan/<reference>/draf/", visits.save_draft, name="office_visit_draft"),
    path("kerja/kunjungan/<reference>/foto/", visits.add_photo, name="office_visit_photo"),
    path("kerja/kunjungan/<reference>/jadwal/", visits.reschedule, name="office_reschedule"),
    path("kunjungan/<reference>/waktu/", visits.choose_time, name="visit_time"),
]
