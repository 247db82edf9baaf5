from django.urls import path

from training.views import attendance, facilitation, outcomes

urlpatterns = [
    path("pelatihan/saya/<reference>/qr/", attendance.my_code, name="my_attendance_code"),
    path("pelatihan/saya/<reference>/evaluasi/", outcomes.evaluate, name="evaluate_run"),
    path("pelatihan/saya/tindak-lanjut/<reference>/", outcomes.follow_up, name="follow_up"),
    path("pelatihan/fasilitasi/", facilitation.mine, name="facilitations"),
    path("pelatihan/fasilitasi/<reference>/", facilitation.one, name="facilitation"),
    path("pelatihan/fasilitasi/<reference>/tarik/", facilitation.withdraw, name="withdraw_facilitation"),
    path("kerja/pelatihan/fasilitasi/", facilitation.queue, name="office_facilitations"),
    path("kerja/pelatihan/fasilitasi/<reference>/", facilitation.handle, name="office_facilitation"),
    path("kerja/pelatihan/sertifikat/", outcomes.certificate_orders, name="certificate_orders"),
    path("kerja/pelatihan/sertifikat/<reference>/", outcomes.certificate_order, name="certificate_order"),
    path("kerja/pelatihan/dampak/", outcomes.effects, name="office_effects"),
    path("kerja/pelatihan/<reference>/hasil/", outcomes.outcome, name="office_outcome"),
    path("kerja/pelatihan/<reference>/nilai/", outcomes.scores, name="office_scores"),
    path("kerja/pelatihan/<reference>/sertifikat/", outcomes.certificate_list, name="office_certificates"),
    path(
        "kerja/pelatihan/<reference>/sertifikat/<certificate>/cabut/",
        outcomes.revoke,
        name="office_revoke_certificate",
    ),
    path("kerja/pelatihan/<reference>/hadir/<int:number>/", attendance.sheet, name="office_attendance"),
    path(
        "kerja/pelatihan/<reference>/hadir/<int:number>/cetak/",
        attendance.printed,
        name="office_attendance_print",
    ),
    path(
        "kerja/pelatihan/<reference>/hadir/<int:number>/tanpa-sinyal/",
        attendance.offline,
        name="office_attendance_offline",
    ),
    path(
        "kerja/pelatihan/<reference>/hadir/<int:number>/tanpa-sinyal/pekerja.js",
        attendance.worker,
        name="office_attendance_worker",
    ),
    path(
        "kerja/pelatihan/<reference>/hadir/<int:number>/kirim/",
        attendance.receive,
        name="office_attendance_receive",
    ),
    path(
        "kerja/pelatihan/<reference>/hadir/<int:number>/koreksi/<enrolment>/",
        attendance.correct,
        name="office_attendance_correct",
    ),
]
