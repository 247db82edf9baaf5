from django.urls import path

from ikm.views import office

urlpatterns = [
    path("kerja/", office.work_queue, name="office"),
    path("kerja/saringan/", office.save_queue_filter, name="office_save_filter"),
    path("kerja/saringan/<int:pk>/hapus/", office.delete_queue_filter, name="office_delete_filter"),
    path("kerja/usaha/<reference>/", office.examine_business, name="office_business"),
]
