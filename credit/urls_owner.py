from django.urls import path

from credit.views import owner

urlpatterns = [
    path("kredit/permohonan/", owner.my_applications, name="credit_applications"),
    path("kredit/permohonan/baru/", owner.start, name="start_credit"),
    path("kredit/permohonan/<reference>/", owner.application_home, name="credit_application"),
    path("kredit/permohonan/<reference>/isi/<section>/", owner.section, name="credit_section"),
    path("kredit/permohonan/<reference>/berkas/<document>/pakai/", owner.reuse, name="credit_reuse_document"),
    path(
        "kredit/permohonan/<reference>/berkas/<document>/hapus/", owner.remove, name="credit_remove_document"
    ),
    path("kredit/permohonan/<reference>/periksa/", owner.check_answers, name="credit_check"),
    path("kredit/permohonan/<reference>/tanda-terima/", owner.receipt, name="credit_receipt"),
    path("kredit/permohonan/<reference>/persetujuan/", owner.consent, name="credit_consent"),
    path("kredit/permohonan/<reference>/tarik/", owner.withdraw, name="credit_withdraw"),
]
