from django.urls import path

from gallery.views import channels, feeds, shops

urlpatterns = [
    path("g/<link>/", feeds.short_link, name="short_link"),
    path("umpan/google.xml", feeds.google, name="feed_google"),
    path("umpan/meta.csv", feeds.meta, name="feed_meta"),
    path("umpan/produk.json", feeds.produk, name="feed_json"),
    path("toko/", shops.my_shops, name="my_shops"),
    path("toko/kembali/", shops.connected, name="shop_connected"),
    path("toko/buka/<reference>/", shops.my_shop, name="my_shop"),
    path("toko/periksa/<reference>/", channels.check, name="channel_check"),
    path("toko/berkas/<reference>/<kind>/", channels.my_sheet, name="channel_sheet"),
    path("kerja/saluran/", channels.desk, name="office_channels"),
    path("kerja/saluran/daftar.<kind>", channels.desk_file, name="office_channels_file"),
    path("kerja/saluran/berkas/<kind>/", channels.office_sheet, name="office_channel_sheet"),
    path("kerja/saluran/toko/<reference>/", channels.office_shop, name="office_shop"),
    path("kerja/saluran/produk/<reference>/", channels.office_check, name="office_channel_check"),
]
