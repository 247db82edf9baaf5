from django.urls import path

from ikm.views import duplicates, letters

urlpatterns = [
    path("kerja/data-ganda/", duplicates.duplicates, name="duplicates"),
    path("kerja/data-ganda/<int:pk>/", duplicates.duplicate_pair, name="duplicate_pair"),
    path("kerja/data-ganda/<int:pk>/beda/", duplicates.different_pair, name="different_pair"),
    path("kerja/data-ganda/<int:pk>/gabung/", duplicates.merge_pair, name="merge_pair"),
    path("kerja/penggabungan/", duplicates.merges, name="merges"),
    path("kerja/penggabungan/<reference>/", duplicates.merge_detail, name="merge_detail"),
    path("kerja/surat/", letters.letter_requests, name="letter_requests"),
    path("kerja/surat/<reference>/", letters.letter_decision, name="letter_decision"),
    path("kerja/surat/<reference>/pratinjau/", letters.letter_preview, name="letter_preview"),
]
