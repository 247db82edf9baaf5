from django.urls import path

from training.views import office_runs

urlpatterns = [
    path("kerja/pelatihan/", office_runs.runs, name="office_training"),
]
