from django.urls import path

from ikm.views.office import official
from training.views import enrol, participants

counter = official("training.enrol_participant")

urlpatterns = [
    path("kerja/pelatihan/<reference>/peserta/", participants.participant_list, name="office_participants"),
    path("kerja/pelatihan/<reference>/peserta/undian/", participants.draw_run, name="office_draw"),
    path("kerja/pelatihan/<reference>/peserta/kursi/", participants.seats, name="office_seats"),
    path(
        "kerja/pelatihan/<reference>/peserta/peserta.xlsx",
        participants.export,
        name="office_participants_file",
    ),
    path("kerja/pelatihan/<reference>/peserta/daftarkan/", enrol.find_business, name="office_enrol"),
    path(
        "kerja/pelatihan/<reference>/peserta/daftarkan/<business>/",
        counter(enrol.choose_people),
        {"door": enrol.COUNTER},
        name="office_enrol_people",
    ),
    path(
        "kerja/pelatihan/<reference>/peserta/daftarkan/<business>/orang-baru/",
        counter(enrol.new_person),
        {"door": enrol.COUNTER},
        name="office_enrol_new_person",
    ),
    path(
        "kerja/pelatihan/<reference>/peserta/daftarkan/<business>/periksa/",
        counter(enrol.check_answers),
        {"door": enrol.COUNTER},
        name="office_enrol_check",
    ),
    path(
        "kerja/pelatihan/<reference>/peserta/<enrolment>/<action>/",
        participants.act,
        name="office_participant_act",
    ),
]
