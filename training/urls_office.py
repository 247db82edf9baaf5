from django.urls import path

from training.views import office_runs, schedule, timetable

urlpatterns = [
    path("kerja/pelatihan/", office_runs.runs, name="office_training"),
    path("kerja/pelatihan/jadwal/", timetable.ask, name="office_timetables"),
    path("kerja/pelatihan/jadwal/<reference>/", timetable.proposal, name="office_timetable"),
    path("kerja/pelatihan/jadwal/<reference>/tetapkan/", timetable.publish, name="publish_timetable"),
    path("kerja/pelatihan/jadwal/<reference>/buang/", timetable.discard, name="discard_timetable"),
    path("kerja/pelatihan/jadwal/<reference>/<int:index>/", timetable.meeting, name="office_meeting"),
    path("kerja/pelatihan/lembar/", schedule.sheet, name="office_sheet"),
    path("kerja/pelatihan/lembar/periksa/", schedule.read_sheet, name="office_read_sheet"),
    path("kerja/pelatihan/pertemuan/<reference>/", schedule.session, name="office_session"),
    path("kerja/pelatihan/<reference>/", schedule.run, name="office_run"),
    path("kerja/pelatihan/<reference>/umumkan/", schedule.publish, name="publish_run"),
    path("kerja/pelatihan/<reference>/batalkan/", schedule.cancel, name="cancel_run"),
    path("kerja/pelatihan/<reference>/salin/", schedule.clone, name="clone_run"),
]
