from django.urls import path

from credit.views import public

urlpatterns = [
    path("kredit/", public.start, name="credit_start"),
    path("kredit/syarat/", public.eligibility, name="credit_eligibility"),
    path("kredit/simulasi/", public.simulator, name="credit_simulator"),
    path("kredit/simulasi/angsuran.csv", public.simulator_csv, name="credit_simulator_csv"),
]
