from django.urls import path

from gallery.views import bulk, owner, sales

urlpatterns = [
    path("", owner.my_products, name="my_products"),
    path("mulai/", owner.start, name="start_product"),
    path("titipan/", sales.my_consignment, name="my_consignment"),
    path("laporan/", sales.my_reports, name="my_reports"),
    path("laporan/kabar/", sales.report_news, name="report_news"),
    path("laporan/<month>/", sales.my_report, name="my_report"),
    path("persetujuan/<reference>/", owner.consent, name="gallery_consent"),
    path("unggah/", bulk.uploads, name="bulk_uploads"),
    path("unggah/contoh.xlsx", bulk.example, name="bulk_example"),
    path("unggah/<reference>/", bulk.upload, name="bulk_upload"),
    path("unggah/<reference>/simpan/", bulk.save, name="save_bulk_upload"),
    path("unggah/<reference>/batalkan/", bulk.discard, name="discard_bulk_upload"),
    path("unggah/<reference>/ditolak.xlsx", bulk.refused_rows, name="bulk_refused"),
    path("unggah/<reference>/foto/<int:pk>.jpg", bulk.picture, name="bulk_picture"),
    path("<reference>/", owner.home, name="my_product"),
    path("<reference>/bagian/<section>/", owner.section, name="my_product_section"),
    path("<reference>/foto/<photo>/", owner.photo, name="my_product_photo"),
    path("<reference>/periksa/", owner.check, name="my_product_check"),
    path("<reference>/terkirim/", owner.receipt, name="my_product_receipt"),
    path("<reference>/pratinjau/", owner.preview, name="my_product_preview"),
    path("<reference>/tarik/", owner.withdraw, name="withdraw_product"),
    path("<reference>/buang/", owner.discard, name="discard_product"),
    path("<reference>/ubah/", owner.revise, name="revise_product"),
]
