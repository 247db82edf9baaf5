from django.urls import path

from gallery.views import consignment, counts, settlements

urlpatterns = [
    path("", consignment.desk, name="office_consignment"),
    path("stok.xlsx", consignment.stock_file, name="office_stock_file"),
    path("gerakan.xlsx", consignment.movements_file, name="office_movements_file"),
    path("bagi-hasil.xlsx", settlements.settlements_file, name="office_settlements_file"),
    path("kasir/", consignment.cash_desk, name="office_counter"),
    path("penjualan/<reference>/", consignment.sale, name="office_sale"),
    path("usaha/<reference>/", consignment.maker_goods, name="office_maker_goods"),
    path("bagi-hasil/", settlements.settlement_list, name="office_settlements"),
    path("bagi-hasil/<reference>/", settlements.settlement, name="office_settlement"),
    path("hitung/", counts.count_list, name="office_counts"),
    path("hitung/<reference>/", counts.count, name="office_count"),
    path("hitung/<reference>/tutup/", counts.close_count, name="office_close_count"),
]
