from django.urls import path

from training.views import public

urlpatterns = [
    path("pelatihan/", public.runs, name="training_runs"),
    path("pelatihan/<reference>/", public.run, name="training_run"),
]
