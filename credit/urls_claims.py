from django.urls import path

from credit.views import claims, sikp

urlpatterns = [
    path("kerja/kredit/tagihan/", claims.claim_list, name="credit_claims"),
    path("kerja/kredit/tagihan/unggah/", claims.claim_upload, name="credit_claim_upload"),
    path("kerja/kredit/tagihan/<reference>/", claims.claim_detail, name="credit_claim"),
    path("kerja/kredit/tagihan/<reference>/unduh/<kind>/", claims.claim_file, name="credit_claim_file"),
    path("kerja/kredit/sikp/", sikp.sikp, name="credit_sikp"),
]
