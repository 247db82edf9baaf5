from django.urls import path

from training.views import attendance

urlpatterns = [
    path("pelatihan/saya/<reference>/qr/", attendance.my_code, name="my_attendance_code"),
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
