from django.urls import path

from training.views import participants

urlpatterns = [
    path("kerja/pelatihan/<reference>/peserta/", participants.participant_list, name="office_participants"),
    path("kerja/pelatihan/<reference>/peserta/undian/", participants.draw_run, name="office_draw"),
    path("kerja/pelatihan/<reference>/peserta/kursi/", participants.seats, name="office_seats"),
    path(
        "kerja/pelatihan/<reference>/peserta/peserta.xlsx",
        participants.export,
        name="office_participants_file",
    ),
    path(
        "kerja/pelatihan/<reference>/peserta/<enrolment>/<action>/",
        participants.act,
        name="office_participant_act",
    ),
]
