"""The pages of clusters: for everybody, for members and their chair, for officials; what strangers find; how many queries."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from cluster.models import Capacity, Cluster, Membership, MembershipRequest
from cluster.queue import KINDS
from core.dates import today
from core.models import AuditEntry
from core.tracking import track
from ikm import queue
from tests.cluster import records
from tests.core.test_uploads import pdf
from tests.ikm.businesses import area
from tests.programme.records import basis

pytestmark = pytest.mark.django_db
LIST = "/klaster/"


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def page_of(sentra):
    return reverse("cluster", args=[sentra.reference])


# --- Everybody --------------------------------------------------------------------------------------------------------


def test_the_list_narrows_by_words_kind_and_kecamatan(client, sentra):
    wood = records.cluster(
        name="Sentra Mebel",
        products="Mebel kayu",
        area=area("33.74.02.1001", "Bandarharjo", "Semarang Utara"),
    )
    draft = records.cluster("draft", name="Rancangan")
    gone = records.cluster("dissolved", name="Sudah bubar")
    page = text(client, LIST)
    for one, shown in ((sentra, True), (wood, True), (draft, False), (gone, False)):
        assert (one.name in page) is shown
    assert sentra.name not in text(client, LIST, cari="kayu")
    assert sentra.name not in text(client, LIST, kecamatan="33.74.02")
    assert "Tidak ada klaster di sini" in text(client, LIST, jenis="cluster")
    assert client.get(LIST, {"jenis": "apa"}).status_code == 400


def test_the_map_shows_each_cluster_as_a_link(client, sentra):
    page = text(client, LIST, tampilan="peta")
    assert page_of(sentra) in page
    assert "<svg" in page


def test_fewer_than_three_members_show_no_figures(client, sentra):
    assert "<dd>3</dd>" in text(client, page_of(sentra))
    Membership.objects.filter(cluster=sentra).last().delete()
    page = text(client, page_of(sentra))
    assert "Anggota kurang dari 3" in page
    assert "<dt>Anggota</dt>" not in page
    assert "2 anggota" not in text(client, LIST)


def test_only_members_of_the_directory_are_named(client, sentra):
    for one in Membership.objects.filter(cluster=sentra):
        assert one.business.name not in text(client, page_of(sentra))


def test_a_cluster_without_law_in_force_says_so_and_takes_nobody(client, sentra):
    assert "Menerima anggota" in text(client, page_of(sentra))
    sentra.legal_basis.in_force_until = today() - timedelta(days=1)
    sentra.legal_basis.save()
    page = text(client, page_of(sentra))
    assert "Sedang tidak dibuka" in page
    assert reverse("join_cluster", args=[sentra.reference]) not in page


def test_a_draft_and_a_wrong_number_are_not_found(client, officer, sign_in):
    draft = records.cluster("draft")
    assert client.get(page_of(draft)).status_code == 404
    assert client.get("/klaster/KLS-1/").status_code == 404
    made = records.cluster()
    assert client.get(page_of(made).replace("KLS", "kls")).status_code == 301


def test_the_public_pages_take_the_same_queries_however_long(client, django_assert_max_num_queries):
    for _number in range(12):
        group = records.cluster()
        for _member in range(4):
            records.member(group)
    client.get(LIST)
    with django_assert_max_num_queries(4):
        client.get(LIST)
    with django_assert_max_num_queries(8):
        client.get(page_of(group))


def test_a_card_tells_everybody_whether_it_holds(client, sentra, chair):
    own = Membership.objects.of(chair).get()
    path = reverse("member_card_check", args=[own.token])
    page = text(client, path)
    assert "asli dan berlaku" in page
    assert own.business.name not in page
    Cluster.objects.filter(pk=sentra.pk).update(status="dormant")
    assert "tidak berlaku hari ini" in text(client, path)
    answer = client.get(reverse("member_card_check", args=["salah"]))
    assert answer.status_code == 404
    assert "tidak dikenal" in answer.content.decode()


# --- Members ----------------------------------------------------------------------------------------------------------


def test_a_business_joins_by_the_pages(sentra, shop, owner_user, chair, officer, sign_in):
    join = reverse("join_cluster", args=[sentra.reference])
    browser = sign_in(owner_user)
    assert browser.post(join, {"business": "IKM-1"}).status_code == 400
    page = browser.post(join, {"business": shop.reference, "note": "Roti tawar"}, follow=True)
    asked = MembershipRequest.objects.get()
    assert asked.reference in page.content.decode()
    path = reverse("cluster_request", args=[asked.reference])
    assert "Jawaban Anda sebagai ketua" not in text(browser, path)
    assert browser.post(path, {"action": "agree"}).status_code == 403
    browser = sign_in(chair)
    assert shop.name in text(browser, reverse("my_clusters"))
    assert "Jawaban Anda sebagai ketua" in text(browser, path)
    assert browser.post(path, {"action": "decline", "note": ""}).status_code == 400
    browser.post(path, {"action": "agree", "note": "Baik"})
    browser = sign_in(officer)
    decide = reverse("office_cluster_request", args=[asked.reference])
    assert "Baik" in text(browser, decide)
    assert browser.post(decide, {"action": "withdraw"}).status_code == 403
    browser.post(decide, {"action": "accept"})
    made = Membership.objects.get(business=shop)
    browser = sign_in(owner_user)
    assert "Buka keanggotaan" in text(browser, path)
    assert "<svg" in text(browser, reverse("member_card", args=[made.reference]))
    assert reverse("my_membership", args=[made.reference]) in text(browser, reverse("my_clusters"))


def test_the_office_sees_that_the_chair_has_not_answered(sentra, shop, owner_user, officer, sign_in):
    sign_in(owner_user).post(reverse("join_cluster", args=[sentra.reference]), {"business": shop.reference})
    asked = MembershipRequest.objects.get()
    page = text(sign_in(officer), reverse("office_cluster_request", args=[asked.reference]))
    assert "Ketua klaster belum menjawab." in page
    assert 'value="accept"' not in page
    answer = sign_in(officer).post(
        reverse("office_cluster_request", args=[asked.reference]), {"action": "accept"}
    )
    assert answer.status_code == 400


def test_a_member_tells_capacity_asks_the_letter_and_leaves(sentra, chair, sign_in):
    own = Membership.objects.of(chair).get()
    path, browser = reverse("my_membership", args=[own.reference]), sign_in(chair)
    assert browser.post(path, {"action": "capacity", "capacity-product": "Roti"}).status_code == 400
    told = {"product": "Roti manis", "volume": "1.500", "unit": "buah", "machine": "Oven"}
    data = {f"capacity-{name}": value for name, value in told.items()}
    browser.post(path, {"action": "capacity", **data})
    assert Capacity.objects.get().volume == 1500
    browser.post(path, {"action": "letter", "letter-note": "KUR"})
    browser.post(path, {"action": "leave", "leave-note": "Pindah"})
    assert set(MembershipRequest.objects.values_list("kind", flat=True)) == {"letter", "leave"}
    asked = MembershipRequest.objects.get(kind="leave")
    page = browser.post(
        reverse("cluster_request", args=[asked.reference]), {"action": "withdraw"}, follow=True
    )
    assert "Ditarik kembali" in page.content.decode()


def test_a_member_removes_a_capacity_after_a_question(sentra, chair, stranger, sign_in):
    own = Membership.objects.of(chair).get()
    told = records.capacity(own.business)
    other = records.capacity(Membership.objects.filter(cluster=sentra).last().business)
    path = reverse("remove_capacity", args=[own.reference, told.pk])
    assert sign_in(stranger).post(path).status_code == 404
    browser = sign_in(chair)
    assert path in text(browser, reverse("my_membership", args=[own.reference]))
    assert "Hapus kapasitas Roti manis?" in text(browser, path)
    assert Capacity.objects.filter(pk=told.pk).exists()
    assert browser.post(reverse("remove_capacity", args=[own.reference, other.pk])).status_code == 404
    assert browser.post(path).status_code == 302
    assert list(Capacity.objects.all()) == [other]


def test_a_stranger_sees_neither_members_nor_requests(sentra, chair, shop, owner_user, stranger, sign_in):
    own = Membership.objects.of(chair).get()
    asked = MembershipRequest.objects.create(cluster=sentra, business=shop, kind="join", asked_by=owner_user)
    browser = sign_in(stranger)
    for name, record in (("my_membership", own), ("member_card", own), ("cluster_request", asked)):
        assert browser.get(reverse(name, args=[record.reference])).status_code == 404
    assert own.business.name not in text(browser, reverse("my_clusters"))
    assert "Belum ikut klaster" in text(browser, reverse("my_clusters"))
    assert "Belum ada usaha terdaftar" in text(browser, reverse("join_cluster", args=[sentra.reference]))


def test_a_request_is_followed_by_its_number(sentra, shop, owner_user):
    asked = MembershipRequest.objects.create(cluster=sentra, business=shop, kind="join", asked_by=owner_user)
    assert track(asked.reference, "8888").holder == "Ketua klaster"
    assert track(asked.reference, "0000") is None


def test_my_data_holds_what_the_clusters_know(sentra, chair, sign_in):
    own = Membership.objects.of(chair).get()
    records.capacity(own.business)
    answer = sign_in(chair).post(reverse("my_data_export"))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert own.reference.encode() in content
    assert b"Roti manis" in content


# --- Officials --------------------------------------------------------------------------------------------------------


def test_an_official_founds_and_activates_a_cluster(officer, shop, sign_in):
    law = basis()
    browser = sign_in(officer)
    assert browser.post(reverse("new_cluster"), {"name": "Sentra Roti"}).status_code == 400
    data = {
        "name": "Sentra Roti",
        "kind": "sentra",
        "products": "Roti",
        "area": shop.kelurahan_id,
        "founded_on": "1-2-2026",
        "latitude": "-6,98",
        "longitude": "110.41",
    }
    browser.post(reverse("new_cluster"), data)
    made = Cluster.objects.get()
    path = reverse("office_cluster", args=[made.reference])
    assert browser.post(path, {"action": "activate"}).status_code == 400
    data = {f"save-{name}": value for name, value in data.items()} | {
        "save-legal_basis": law.pk,
        "save-version": made.version,
    }
    assert browser.post(path, {"action": "save", **data}).status_code == 302
    assert browser.post(path, {"action": "save", **data}).status_code == 400  # stale
    assert browser.post(path, {"action": "founder", "founder-business": "IKM-1"}).status_code == 400
    browser.post(path, {"action": "founder", "founder-business": shop.reference.lower()})
    assert shop.name in text(browser, path)
    browser.post(path, {"action": "activate"})
    made.refresh_from_db()
    assert made.status == "active"
    assert made.reference in text(browser, reverse("office_clusters"), status="active")
    assert "Tidak ada klaster di sini" in text(browser, reverse("office_clusters"), status="dissolved")


def test_members_of_any_day_are_shown_and_taken_out(sentra, officer, auditor, sign_in):
    late = records.member(sentra, since=today() - timedelta(days=5))
    path, browser = reverse("office_cluster", args=[sentra.reference]), sign_in(officer)
    assert late.business.name in text(browser, path)
    assert late.business.name not in text(browser, path, per=str(today() - timedelta(days=6)))
    sheet = reverse("office_cluster_members", args=[sentra.reference])
    taken = b"".join(browser.post(sheet, {"per": str(today() - timedelta(days=6))}).streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(taken)).active.iter_rows(values_only=True))
    assert len(rows) == 4
    assert "Ketua" in [row[8] for row in rows]
    assert AuditEntry.objects.get(action="cluster.export_membership").detail["count"] == 3
    assert browser.get(sheet).status_code == 405
    assert sign_in(auditor).post(sheet).status_code == 403


def test_an_election_is_written_down_with_its_minutes(sentra, officer, chair, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    second = Membership.objects.filter(cluster=sentra)[1]
    path, browser = reverse("office_election", args=[sentra.reference]), sign_in(officer)
    assert browser.post(path, {"held_on": "1-11-2026", "chair": second.pk}).status_code == 400
    browser.post(
        path,
        {
            "held_on": today().strftime("%d-%m-%Y"),
            "chair": second.pk,
            "minutes": SimpleUploadedFile("notulen.pdf", pdf(), "application/pdf"),
        },
    )
    page = text(browser, reverse("office_cluster", args=[sentra.reference]))
    assert "berita acara" in page
    minutes = sentra.elections.order_by("-pk")[0].attachments.get()
    answer = sign_in(chair).get(reverse("attachment", args=[minutes.reference]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_a_cluster_is_split_and_merged_by_the_pages(sentra, officer, sign_in):
    browser = sign_in(officer)
    path = reverse("split_cluster", args=[sentra.reference])
    assert browser.post(path, {"name": "Sentra Kue"}).status_code == 400
    moved = Membership.objects.filter(cluster=sentra).last()
    browser.post(path, {"name": "Sentra Kue", "products": "Kue", "members": [moved.pk]})
    new = Cluster.objects.get(name="Sentra Kue")
    assert sentra.name in text(browser, page_of(new))
    path = reverse("merge_cluster", args=[new.reference])
    assert browser.post(path, {"note": "Kecil"}).status_code == 400
    assert browser.post(path, {"into": sentra.reference}).status_code == 400  # founded today
    Cluster.objects.filter(pk=new.pk).update(founded_on=today() - timedelta(days=9))
    Membership.objects.filter(cluster=new).update(during=(today() - timedelta(days=3), None))
    assert browser.post(path, {"into": sentra.reference}).status_code == 302
    assert sentra.name in text(browser, page_of(new))


def test_an_order_is_answered_on_the_page(sentra, officer, sign_in):
    first = Membership.objects.filter(cluster=sentra)[0]
    records.capacity(first.business, volume=300)
    path, browser = reverse("office_order", args=[sentra.reference]), sign_in(officer)
    by = str(today() + timedelta(days=30))
    assert "Sanggup sendiri" in text(browser, path, produk="roti", jumlah="200", selesai=by)
    assert "kurang 700" in text(browser, path, produk="roti", jumlah="1000", selesai=by)
    assert browser.get(path, {"produk": "roti", "jumlah": "1", "selesai": str(today())}).status_code == 400
    assert "Hitung" in text(browser, path)


def test_requests_stand_in_the_work_queue(sentra, shop, owner_user, chair, officer):
    assert queue.all_kinds()["cluster_request"] is KINDS["cluster_request"]
    asked = MembershipRequest.objects.create(cluster=sentra, business=shop, kind="join", asked_by=owner_user)
    assert [work.pk for work in queue.page(officer).works] == []
    MembershipRequest.objects.filter(pk=asked.pk).update(status="agreed")
    [work] = queue.page(officer).works
    assert (work.reference, work.detail, work.overdue) == (asked.reference, sentra.name, False)
    MembershipRequest.objects.filter(pk=asked.pk).update(asked_at=asked.asked_at - timedelta(days=30))
    assert queue.page(officer).works[0].overdue


def test_the_desk_takes_the_same_queries_however_long(officer, sign_in, django_assert_max_num_queries):
    for _number in range(10):
        records.member(records.cluster())
    browser = sign_in(officer)
    browser.get(reverse("office_clusters"))
    with django_assert_max_num_queries(12):
        browser.get(reverse("office_clusters"))


def test_who_may_only_read_gets_no_forms(sentra, auditor, person, sign_in):
    page = text(sign_in(auditor), reverse("office_cluster", args=[sentra.reference]))
    assert "Simpan perubahan" not in page
    assert "Bubarkan" not in page
    assert sign_in(person(Role.GALLERY_CURATOR)).get(reverse("office_clusters")).status_code == 403


# --- Back office ------------------------------------------------------------------------------------------------------


def test_the_back_office_makes_and_steps_by_the_services(officer, shop, sign_in):
    law = basis()
    browser = sign_in(officer)
    data = {
        "name": "Sentra Kue",
        "kind": "sentra",
        "products": "Kue",
        "area": shop.kelurahan_id,
        "legal_basis": law.pk,
        "founded_on": "2026-02-01",
    } | {f"officers-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert browser.post(reverse("admin:cluster_cluster_add"), data).status_code == 302
    made = Cluster.objects.get()
    assert made.status == "draft"
    browser.post(reverse("admin:cluster_cluster_step", args=[made.pk, "activate"]))
    made.refresh_from_db()
    assert made.status == "active"
    for name in ("membership", "membershiprequest", "officer", "election", "succession"):
        assert browser.get(reverse(f"admin:cluster_{name}_add")).status_code == 403
        assert browser.get(reverse(f"admin:cluster_{name}_changelist")).status_code == 200
