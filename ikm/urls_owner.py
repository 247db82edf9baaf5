from django.urls import path

from ikm.views import claims, owner, track

urlpatterns = [
    path("lacak/", track.track_record, name="track"),
    path("usaha/", owner.my_businesses, name="my_businesses"),
    path("usaha/baru/", owner.start, name="start_registration"),
    path("usaha/klaim/", claims.claim_search, name="claim_search"),
    path("usaha/klaim/ajukan/<reference>/", claims.claim, name="claim_business"),
    path("usaha/klaim/<reference>/", claims.claim_detail, name="claim_detail"),
    path("usaha/klaim/<reference>/tarik/", claims.withdraw, name="withdraw_claim"),
    path("usaha/<reference>/", owner.business_home, name="my_business"),
    path("usaha/<reference>/isi/<section>/", owner.section, name="registration_section"),
    path("usaha/<reference>/produk/<int:pk>/hapus/", owner.remove_product_line, name="remove_product"),
    path("usaha/<reference>/izin/<int:pk>/hapus/", owner.remove_licence_line, name="remove_licence"),
    path("usaha/<reference>/berkas/<document>/hapus/", owner.remove_document, name="remove_document"),
    path("usaha/<reference>/periksa/", owner.check_answers, name="check_answers"),
    path("usaha/<reference>/tanda-terima/", owner.receipt, name="registration_receipt"),
    path("usaha/<reference>/hapus-draf/", owner.discard, name="discard_draft"),
    path("usaha/<reference>/perbaiki-lagi/", owner.revise, name="revise_business"),
]
