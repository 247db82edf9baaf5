from django.urls import path

from accounts.views import counter, my_data

urlpatterns = [
    path("data-saya/", my_data.overview, name="my_data"),
    path("data-saya/ubah/", my_data.profile, name="my_profile"),
    path("data-saya/unduh/", my_data.export, name="my_data_export"),
    path("data-saya/permintaan/", my_data.ask, name="data_request"),
    path("data-saya/persetujuan/<int:pk>/tarik/", my_data.withdraw, name="consent_withdraw"),
    path("masuk/kode/", counter.enter, name="counter_code"),
    path("kerja/kode-loket/", counter.issue, name="counter_code_issue"),
]
