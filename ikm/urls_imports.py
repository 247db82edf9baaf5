from django.urls import path

from ikm.views import imports

urlpatterns = [
    path("kerja/impor/", imports.batches, name="imports"),
    path("kerja/impor/unggah/", imports.upload, name="import_upload"),
    path("kerja/impor/contoh.xlsx", imports.example, name="import_example"),
    path("kerja/impor/<reference>/", imports.preview, name="import_batch"),
    path("kerja/impor/<reference>/kolom/", imports.columns, name="import_columns"),
    path("kerja/impor/<reference>/terapkan/", imports.apply, name="import_apply"),
    path("kerja/impor/<reference>/batalkan/", imports.discard, name="import_discard"),
    path("kerja/impor/<reference>/ditolak.xlsx", imports.refused_rows, name="import_refused"),
]
