from django.urls import path

from training.views import calendar, public

urlpatterns = [
    path("pelatihan/", public.runs, name="training_runs"),
    path("pelatihan/kalender/", calendar.month, name="training_calendar"),
    path("pelatihan/kalender.ics", calendar.public_feed, name="training_calendar_ics"),
    path("pelatihan/kalender/ruang/<int:pk>.ics", calendar.room_feed, name="room_calendar_ics"),
    path("pelatihan/kalender/saya/", calendar.my_calendar, name="my_calendar"),
    path("pelatihan/kalender/saya/cabut/", calendar.revoke, name="revoke_calendar"),
    path("pelatihan/kalender/saya/pengingat/", calendar.reminders, name="training_reminders"),
    path("pelatihan/kalender/saya/<token>.ics", calendar.own_feed, name="own_calendar_ics"),
    path("pelatihan/<reference>/", public.run, name="training_run"),
]
