from django.urls import path

from credit.views import claims, dashboard, sikp

urlpatterns = [
    path("kerja/kredit/tagihan/", claims.claim_list, name="credit_claims"),
    path("kerja/kredit/tagihan/unggah/", claims.claim_upload, name="credit_claim_upload"),
    path("kerja/kredit/tagihan/<reference>/", claims.claim_detail, name="credit_claim"),
    path("kerja/kredit/tagihan/<reference>/unduh/<kind>/", claims.claim_file, name="credit_claim_file"),
    path("kerja/kredit/dasbor/", dashboard.dashboard_page, name="credit_dashboard"),
    path("kerja/kredit/dasbor/baris/<figure>/", dashboard.dashboard_rows, name="credit_dashboard_rows"),
    path("kerja/kredit/dasbor/unduh/<table>/<kind>/", dashboard.dashboard_file, name="credit_dashboard_file"),
    path("kerja/kredit/sikp/", sikp.sikp, name="credit_sikp"),
]
