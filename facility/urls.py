from django.urls import path

from facility.views import arrival, damages, events, leases, mine, office, public

urlpatterns = [
    path("fasilitas/saya/", mine.my_bookings, name="my_bookings"),
    path("fasilitas/saya/<reference>/", mine.my_booking, name="my_booking"),
    path("fasilitas/saya/<reference>/batal/", mine.cancel, name="cancel_booking"),
    path("fasilitas/saya/<reference>/rusak/", damages.report, name="report_damage"),
    path("fasilitas/kerusakan/<reference>/", damages.my_damage, name="my_damage"),
    path("fasilitas/pesan/<reference>/", mine.book, name="book_unit"),
    path("fasilitas/pesan/<reference>/berulang/", mine.series, name="book_series"),
    path("fasilitas/datang/<reference>/", arrival.arrive, name="arrive"),
    path("kerja/fasilitas/unit/<reference>/kode/", arrival.sheet, name="office_unit_code"),
    path("fasilitas/sewa/", leases.my_leases, name="my_leases"),
    path("fasilitas/sewa/<reference>/", leases.my_lease, name="my_lease"),
    path("kerja/fasilitas/sewa/", leases.desk, name="office_leases"),
    path("kerja/fasilitas/sewa/<reference>/", leases.lease, name="office_lease"),
    path("fasilitas/acara/", events.event_list, name="stall_events"),
    path("fasilitas/acara/saya/", events.my_entries, name="my_stall_entries"),
    path("fasilitas/acara/saya/<reference>/", events.my_entry, name="my_stall_entry"),
    path("fasilitas/acara/<reference>/", events.event, name="stall_event"),
    path("fasilitas/acara/<reference>/undian.csv", events.result_csv, name="stall_event_csv"),
    path("fasilitas/acara/<reference>/daftar/", events.enter, name="enter_stall_event"),
    path("kerja/fasilitas/acara/", events.desk, name="office_stall_events"),
    path("kerja/fasilitas/acara/<reference>/", events.office_event, name="office_stall_event"),
    path("kerja/fasilitas/kerusakan/", damages.desk, name="office_damages"),
    path("kerja/fasilitas/kerusakan/<reference>/", damages.damage, name="office_damage"),
    path("kerja/fasilitas/unit/<reference>/rusak/", damages.office_report, name="office_report_damage"),
    path("kerja/fasilitas/", office.desk, name="office_facilities"),
    path("kerja/fasilitas/pesanan/<reference>/", office.booking, name="office_booking"),
    path("kerja/fasilitas/unit/<reference>/", office.unit, name="office_unit"),
    # After what has fixed words, as the last address takes any reference.
    path("fasilitas/", public.centres, name="facility_centres"),
    path("fasilitas/unit/<reference>/", public.unit, name="facility_unit"),
    path("fasilitas/<reference>/", public.centre, name="facility_centre"),
]
