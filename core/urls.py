from django.urls import path

from core import views

urlpatterns = [
    path("bahasa/", views.set_language, name="set_language"),
    path("kotak-pesan/", views.inbox, name="inbox"),
    path("kotak-pesan/dibaca/", views.read_all_messages, name="read_all_messages"),
    path("kotak-pesan/<int:pk>/", views.read_message, name="read_message"),
    path("kerja/pesan/", views.waiting_messages, name="waiting_messages"),
    path("kerja/pesan/<int:pk>/terkirim/", views.message_sent, name="message_sent"),
    path("berkas/<str:reference>/", views.attachment, name="attachment"),
    path("surat/<str:token>/", views.letter_file, name="letter_file"),
    path("verifikasi/<str:token>/", views.letter_verification, name="letter_verification"),
]
