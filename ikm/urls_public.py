from django.urls import path

from ikm.views import public

urlpatterns = [
    path("", public.home, name="home"),
    path("direktori/", public.directory, name="directory"),
    path("direktori/<reference>/", public.business, name="business"),
    path("statistik/", public.statistics, name="statistics"),
    path("statistik/data.csv", public.statistics_csv, name="statistics_csv"),
    path("data-pribadi/", public.privacy, name="privacy"),
    path("aksesibilitas/", public.accessibility, name="accessibility"),
    path("robots.txt", public.robots, name="robots"),
    path("sitemap.xml", public.sitemap_index, name="sitemap"),
    path("sitemap-halaman.xml", public.sitemap_pages, name="sitemap_pages"),
    path("sitemap-usaha-<int:block>.xml", public.sitemap_businesses, name="sitemap_businesses"),
]
