from django.urls import path

from training.views import enrol, mine, offers, selection

urlpatterns = [
    path("pelatihan/saya/", mine.my_trainings, name="my_trainings"),
    path("pelatihan/saya/daftar/<reference>/", enrol.choose_business, name="enrol"),
    path("pelatihan/saya/daftar/<reference>/<business>/", enrol.choose_people, name="enrol_people"),
    path(
        "pelatihan/saya/daftar/<reference>/<business>/orang-baru/", enrol.new_person, name="enrol_new_person"
    ),
    path("pelatihan/saya/daftar/<reference>/<business>/periksa/", enrol.check_answers, name="enrol_check"),
    path("pelatihan/saya/<reference>/", mine.my_enrolment, name="my_enrolment"),
    path("pelatihan/saya/<reference>/tanda-terima/", enrol.receipt, name="enrolment_receipt"),
    path("pelatihan/saya/<reference>/batal/", mine.cancel, name="cancel_enrolment"),
    path("pelatihan/saya/<reference>/jawab/", mine.answer, name="answer_offer"),
    path("pelatihan/tawaran/<token>/", offers.seat_offer, name="seat_offer"),
    path("pelatihan/<reference>/hasil/", selection.result, name="selection_result"),
    path("pelatihan/<reference>/hasil/data.csv", selection.result_csv, name="selection_csv"),
]
