from django.urls import path

from cluster.views import office, owner, public

urlpatterns = [
    path("klaster/", public.clusters, name="clusters"),
    path("klaster/saya/", owner.mine, name="my_clusters"),
    path("klaster/saya/<reference>/", owner.membership, name="my_membership"),
    path("klaster/saya/<reference>/kartu/", owner.card, name="member_card"),
    path("klaster/saya/<reference>/kapasitas/<int:pk>/hapus/", owner.remove_capacity, name="remove_capacity"),
    path("klaster/permohonan/<reference>/", owner.one_request, name="cluster_request"),
    path("klaster/<reference>/", public.cluster, name="cluster"),
    path("klaster/<reference>/gabung/", owner.join, name="join_cluster"),
    path("verifikasi/anggota/<token>/", public.card, name="member_card_check"),
    path("kerja/klaster/", office.desk, name="office_clusters"),
    path("kerja/klaster/baru/", office.new, name="new_cluster"),
    path("kerja/klaster/permohonan/<reference>/", office.decide, name="office_cluster_request"),
    path("kerja/klaster/<reference>/", office.work, name="office_cluster"),
    path("kerja/klaster/<reference>/pemilihan/", office.election, name="office_election"),
    path("kerja/klaster/<reference>/pesanan/", office.order, name="office_order"),
    path("kerja/klaster/<reference>/mekar/", office.split, name="split_cluster"),
    path("kerja/klaster/<reference>/gabung/", office.merge, name="merge_cluster"),
    path("kerja/klaster/<reference>/anggota.xlsx", office.export, name="office_cluster_members"),
]
