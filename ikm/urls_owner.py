from django.urls import path

from ikm.views import claims, owner, registered, track

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
    path("usaha/<reference>/tegaskan/", registered.confirm, name="confirm_business"),
    path("usaha/<reference>/angka/", registered.figures, name="my_figures"),
    path("usaha/<reference>/angka/<int:year>/", registered.report, name="report_figures"),
    path("usaha/<reference>/angka/<int:year>/sama/", registered.repeat, name="repeat_figures"),
    path("usaha/<reference>/ubah/", registered.propose, name="propose_changes"),
    path("usaha/<reference>/ubah/kbli/", registered.propose_kbli, name="propose_kbli"),
    path("usaha/<reference>/ubah/<change>/", registered.change_request, name="change_request"),
    path("usaha/<reference>/ubah/<change>/tarik/", registered.withdraw_change, name="withdraw_changes"),
    path("usaha/<reference>/surat/", registered.my_letters, name="my_letters"),
    path("usaha/<reference>/surat/minta/<kind>/", registered.ask_letter, name="ask_letter"),
    path("usaha/<reference>/surat/<letter>/", registered.letter_request, name="letter_request"),
    path(
        "usaha/<reference>/surat/<letter>/tarik/", registered.withdraw_letter, name="withdraw_letter_request"
    ),
]
