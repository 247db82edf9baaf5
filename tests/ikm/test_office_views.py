from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.dates import WIB
from core.models import AuditEntry, Message, SavedFilter, ServiceStandard, StepLine
from ikm import queue
from ikm.deadlines import Standards, due_on
from ikm.enums import BusinessStatus
from ikm.models import Business, ChangeRequest, CorrectionItem, LetterRequest, Owner, Representative
from ikm.services.changes import propose_changes
from ikm.services.claims import claim_business
from tests.ikm import businesses


@pytest.fixture
def waiting(owner_user):
    return businesses.submitted(owner_user, name="Roti Sari Rasa", nib="1234567890123")


def _post(client, business, decision, **more):
    business.refresh_from_db()
    return client.post(
        reverse("office_business", args=[business.reference]),
        {"version": business.version, "decision": decision, **more},
    )


# --- The queue ---------------------------------------------------------------------------------------------------------


def test_the_desk_shows_what_waits_and_leads_there(waiting, verifier, sign_in):
    page = sign_in(verifier).get(reverse("office"))
    assert page.status_code == 200
    assert "Roti Sari Rasa" in page.content.decode()
    assert reverse("office_business", args=[waiting.reference]) in page.content.decode()


@pytest.mark.parametrize("who", ["owner_user", "partner"])
def test_the_desk_is_for_officials(who, request, sign_in, client):
    assert client.get(reverse("office")).status_code == 302
    assert sign_in(request.getfixturevalue(who)).get(reverse("office")).status_code == 403


def test_who_decides_nothing_has_an_empty_desk(waiting, auditor, sign_in):
    page = sign_in(auditor).get(reverse("office"))
    assert page.status_code == 200
    assert "Roti Sari Rasa" not in page.content.decode()


def test_overdue_work_stands_first_then_the_longest_waiting(verifier, owner_user):
    now = timezone.now()
    ages = {"baru": 0, "kemarin": 1, "sangat lama": 30, "lama": 20}
    for name, days in ages.items():
        made = businesses.submitted(owner_user, name=name)
        StepLine.objects.filter(object_id=made.pk, step="submit").update(at=now - timedelta(days=days))
    works = queue.page(verifier).works
    assert [work.title for work in works] == ["sangat lama", "lama", "kemarin", "baru"]
    assert [work.overdue for work in works] == [True, True, False, False]


def test_the_service_standard_counts_working_days(db):
    """Sent on Friday 20 November 2026: due on Wednesday the 25th, overdue from Thursday."""
    friday = date(2026, 11, 20)
    assert Standards().due(Business, friday) == date(2026, 11, 25)
    assert Standards().overdue_before(Business, date(2026, 11, 25)) <= friday
    assert Standards().overdue_before(Business, date(2026, 11, 26)) > friday


def test_a_new_service_standard_holds_for_what_arrives_from_its_day_on(verifier, owner_user):
    """From Monday 23 November 2026 five working days; what came on the Friday before keeps its promise of three."""
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    old = ServiceStandard.objects.get(code="ikm.registration")
    ServiceStandard.objects.create(code=old.code, label=old.label, working_days=5, in_force_from=monday)
    standards = Standards()
    assert [standards.working_days(Business, day) for day in (date(2010, 1, 1), friday, monday)] == [3, 3, 5]
    assert [standards.due(Business, day) for day in (friday, monday)] == [
        date(2026, 11, 25),
        date(2026, 11, 30),
    ]
    assert standards.working_days(LetterRequest, monday) == 3
    # On the Thursday the Friday's is overdue, the Monday's is not.
    assert friday < standards.overdue_before(Business, date(2026, 11, 26)) <= monday
    for arrived, due in ((friday, date(2026, 11, 25)), (monday, date(2026, 11, 30))):
        with time_machine.travel(
            datetime(arrived.year, arrived.month, arrived.day, 9, tzinfo=WIB), tick=False
        ):
            sent = businesses.submitted(owner_user)
        assert due_on(sent) == due
        (work,) = (work for work in queue.page(verifier).works if work.reference == sent.reference)
        assert work.due_on == due


def test_a_standard_of_no_days_or_twice_from_one_day_is_refused(administrator, sign_in):
    client = sign_in(administrator)
    address = reverse("admin:core_servicestandard_add")
    row = {
        "code": "ikm.letter",
        "label": "Penerbitan surat",
        "working_days": 5,
        "legal_basis": "SK Kepala Dinas",
    }
    assert client.get(address).status_code == 200
    for wrong in ({"working_days": 0, "in_force_from": "2027-01-01"}, {"in_force_from": "2017-01-01"}):
        assert client.post(address, row | wrong).status_code == 200
    assert client.post(address, row | {"in_force_from": "2027-01-01"}).status_code == 302
    with time_machine.travel(datetime(2027, 2, 1, 9, tzinfo=WIB), tick=False):
        assert Standards().working_days(LetterRequest, date(2027, 2, 1)) == 5


def test_ones_own_work_does_not_wait_for_oneself(administrator, verifier):
    businesses.submitted(administrator)
    assert queue.page(administrator).works == []
    assert len(queue.page(verifier).works) == 1


def test_a_corrected_entry_is_another_kind(waiting, verifier):
    CorrectionItem.objects.create(
        business=waiting, field="name", reason="mismatch", asked_by=verifier, answered_at=timezone.now()
    )
    assert [work.kind for work in queue.page(verifier).works] == ["correction"]


def test_all_kinds_are_counted_listed_and_lead_to_their_page(
    waiting, administrator, owner_user, stranger, verifier, sign_in
):
    from accounts.models import DataRequest
    from ikm.models import LetterRequest, Visit

    shop = businesses.business(
        speaker=owner_user, registered_on=timezone.localdate(), confirmed_on=timezone.localdate()
    )
    businesses.business(registered_on=timezone.localdate() - timedelta(days=500))
    ChangeRequest.objects.create(business=shop, proposed_by=owner_user)
    Representative.objects.create(user=stranger, business=shop, kind="owner")
    LetterRequest.objects.create(business=shop, kind="ikm_binaan", requested_by=owner_user)
    Visit.objects.create(business=shop, verifier=administrator, planned_on=timezone.localdate())
    DataRequest.objects.create(
        user=stranger, kind="erase", detail="Hapus", due_at=timezone.now() - timedelta(hours=1)
    )
    found = {
        count.kind: (count.waiting, count.overdue) for count in queue.counts(administrator, kinds=queue.KINDS)
    }
    assert found == {
        "registration": (1, 0),
        "correction": (0, 0),
        "change": (1, 0),
        "claim": (1, 0),
        "visit": (1, 0),
        "letter": (1, 0),
        "data_request": (1, 1),
        "stale": (1, 0),
        "duplicate": (0, 0),
    }
    desk = sign_in(administrator).get(reverse("office"))
    for _work, url in desk.context["works"]:
        assert sign_in(administrator).get(url).status_code == 200, url
    works = queue.page(administrator).works
    assert [work.kind for work in works][0] == "data_request"
    assert {work.kind for work in works} == {
        "registration",
        "change",
        "claim",
        "visit",
        "letter",
        "data_request",
    }
    # A verifier sees his own visits only, and neither letters nor claims.
    assert {work.kind for work in queue.page(verifier).works} == {"registration", "change"}


def test_paging_forth_and_back_shows_every_work_once(verifier, owner_user):
    for _number in range(23):
        businesses.submitted(owner_user)
    everything = [work.pk for work in queue.page(verifier, size=50).works]
    first = queue.page(verifier, size=10)
    second = queue.page(verifier, size=10, after=first.after)
    third = queue.page(verifier, size=10, after=second.after)
    assert [work.pk for page in (first, second, third) for work in page.works] == everything
    assert (first.before, third.after) == (None, None)
    back = queue.page(verifier, size=10, before=third.before)
    assert back.works == second.works
    assert queue.page(verifier, size=10, before=back.before).works == first.works
    assert queue.page(verifier, size=10, after="bukan penunjuk").works == first.works


def test_filters_narrow_the_queue(verifier, owner_user):
    mijen = businesses.area("33.74.14.1001", "Cangkiran", "Mijen")
    businesses.submitted(owner_user, name="Tahu 100% Asli", kelurahan=mijen)
    businesses.submitted(owner_user, name="Batik Laut")

    def titles(**filters):
        return [work.title for work in queue.page(verifier, queue.Filters(**filters)).works]

    assert titles(kecamatan="33.74.14") == ["Tahu 100% Asli"]
    assert titles(words="0% a") == ["Tahu 100% Asli"]
    assert titles(words="100_") == []
    assert titles(kinds=("change",)) == []
    assert titles(overdue=True) == []
    assert len(titles(kinds=("registration",))) == 2


def test_the_desk_costs_a_fixed_number_of_queries(
    verifier, owner_user, sign_in, django_assert_max_num_queries
):
    client = sign_in(verifier)
    client.get(reverse("office"))
    for _number in range(12):
        businesses.submitted(owner_user)
    with django_assert_max_num_queries(12) as few:
        client.get(reverse("office"), {"jenis": "registration", "kecamatan": "33.74.01"})
    for _number in range(30):
        businesses.submitted(owner_user)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("office"), {"jenis": "registration", "kecamatan": "33.74.01"})


def test_a_filter_is_saved_applied_and_deleted(verifier, registrar, waiting, sign_in):
    client = sign_in(verifier)
    answer = client.post(
        reverse("office_save_filter"), {"name": "Mijen", "query": "kecamatan=33.74.14&after=x&cari="}
    )
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.query, kept.user) == ("Mijen", "kecamatan=33.74.14", verifier)
    assert answer.status_code == 302
    assert "?kecamatan=33.74.14" in client.get(reverse("office")).content.decode()

    again = client.post(
        reverse("office_save_filter"), {"name": "Mijen", "query": "terlambat=on"}, follow=True
    )
    assert "sudah dipakai" in again.content.decode()
    empty = client.post(reverse("office_save_filter"), {"name": "Kosong", "query": ""}, follow=True)
    assert "Belum ada saringan" in empty.content.decode()
    assert SavedFilter.objects.count() == 1

    assert sign_in(registrar).post(reverse("office_delete_filter", args=[kept.pk])).status_code == 404
    sign_in(verifier).post(reverse("office_delete_filter", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


# --- Side by side -------------------------------------------------------------------------------------------------------


def test_the_examination_shows_answers_doubts_and_no_nik(waiting, verifier, sign_in):
    owner = Owner.objects.get()
    page = sign_in(verifier).get(reverse("office_business", args=[waiting.reference])).content.decode()
    assert "Jalan Pemuda" in page
    assert owner.nik not in page
    assert f"{owner.nik[:4]}••••••••{owner.nik[-4:]}" in page
    assert "Setujui dan daftarkan" in page


def test_a_stranger_does_not_find_it(waiting, stranger, owner_user, sign_in, client):
    url = reverse("office_business", args=[waiting.reference])
    assert client.get(url).status_code == 302
    for person in (stranger, owner_user):
        assert sign_in(person).get(url).status_code == 403
        assert sign_in(person).post(url, {"decision": "register"}).status_code == 403


def test_an_auditor_reads_and_has_no_buttons(waiting, auditor, sign_in):
    page = sign_in(auditor).get(reverse("office_business", args=[waiting.reference]))
    assert page.status_code == 200
    assert 'name="decision"' not in page.content.decode()
    assert _post(sign_in(auditor), waiting, "register").status_code == 400
    waiting.refresh_from_db()
    assert waiting.status == BusinessStatus.SUBMITTED


def test_accepting_leads_to_the_next_in_the_queue_with_the_same_filter(verifier, owner_user, sign_in):
    first, second = (businesses.submitted(owner_user) for _number in range(2))
    mijen = businesses.area("33.74.14.1001", "Cangkiran", "Mijen")
    elsewhere = businesses.submitted(owner_user, kelurahan=mijen)
    StepLine.objects.filter(object_id=elsewhere.pk).update(at=timezone.now() - timedelta(days=9))

    answer = _post(sign_in(verifier), first, "register", queue="kecamatan=33.74.01")
    assert answer.url.startswith(reverse("office_business", args=[second.reference]))
    answer = _post(sign_in(verifier), second, "register", queue="kecamatan=33.74.01")
    assert answer.url == f"{reverse('office')}?kecamatan=33.74.01"
    assert Business.objects.filter(status=BusinessStatus.REGISTERED).count() == 2


def test_asking_for_correction_names_field_and_document(waiting, verifier, sign_in):
    answer = _post(
        sign_in(verifier),
        waiting,
        "ask_correction",
        ask_name="mismatch",
        note_name="Lihat NIB.",
        ask_document_ktp="unreadable",
    )
    assert answer.status_code == 302
    assert set(CorrectionItem.objects.values_list("field", "reason", "note")) == {
        ("name", "mismatch", "Lihat NIB."),
        ("document_ktp", "unreadable", ""),
    }


def test_accepting_what_is_marked_for_correction_is_refused_and_keeps_the_marks(waiting, verifier, sign_in):
    answer = _post(sign_in(verifier), waiting, "register", ask_name="mismatch", note_name="Lihat NIB.")
    assert answer.status_code == 400
    assert "Lihat NIB." in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.status == BusinessStatus.SUBMITTED


def test_a_rejection_without_a_reason_keeps_the_page(waiting, verifier, sign_in):
    answer = _post(sign_in(verifier), waiting, "reject")
    assert answer.status_code == 400
    assert "Tuliskan alasannya" in answer.content.decode()


def test_a_stale_decision_is_a_conflict(waiting, verifier, sign_in):
    old = waiting.version
    Business.objects.filter(pk=waiting.pk).update(name="Roti Lain")
    answer = sign_in(verifier).post(
        reverse("office_business", args=[waiting.reference]), {"version": old, "decision": "register"}
    )
    assert answer.status_code == 409
    waiting.refresh_from_db()
    assert waiting.status == BusinessStatus.SUBMITTED
    assert "Roti Lain" in answer.content.decode()


def test_the_nik_is_shown_for_a_reason_and_what_was_typed_stays(waiting, verifier, sign_in):
    owner = Owner.objects.get()
    refused = _post(sign_in(verifier), waiting, "reveal_nik")
    assert refused.status_code == 400
    assert owner.nik not in refused.content.decode()

    shown = _post(
        sign_in(verifier), waiting, "reveal_nik", nik_reason="Mencocokkan dengan KTP", note="Catatan saya"
    )
    assert owner.nik in shown.content.decode()
    assert "Catatan saya" in shown.content.decode()
    assert AuditEntry.objects.filter(action="ikm.owner.reveal_nik", actor=verifier).count() == 1
    again = sign_in(verifier).get(reverse("office_business", args=[waiting.reference]))
    assert owner.nik not in again.content.decode()


def test_closing_and_reopening_from_the_same_page(registrar, sign_in):
    shop = businesses.business(registered_on=timezone.localdate() - timedelta(days=50))
    client = sign_in(registrar)
    _post(client, shop, "close", note="Pindah kota", closed_on="2026-11-20")
    shop.refresh_from_db()
    assert shop.status == BusinessStatus.CLOSED
    _post(client, shop, "reopen", note="Kembali")
    shop.refresh_from_db()
    assert shop.status == BusinessStatus.REGISTERED


def test_the_examination_costs_as_much_for_many_parts_as_for_few(
    waiting, verifier, owner_user, sign_in, django_assert_max_num_queries
):
    url = reverse("office_business", args=[waiting.reference])
    client = sign_in(verifier)
    waiting.licences.create(kind="pirt", number="P-IRT 0")
    waiting.products.create(name="Roti 0")
    client.get(url)
    with django_assert_max_num_queries(24) as few:
        client.get(url)
    for number in range(1, 6):
        waiting.licences.create(kind="pirt", number=f"P-IRT {number}")
        waiting.products.create(name=f"Roti {number}")
    with django_assert_max_num_queries(len(few)):
        client.get(url)


# --- Proposed changes and claims ------------------------------------------------------------------------------------------


@pytest.fixture
def shop(owner_user):
    today = timezone.localdate()
    return businesses.business(
        speaker=owner_user,
        registered_on=today,
        confirmed_on=today,
        name="Roti Sari Rasa",
        phone="+6281111111111",
    )


@pytest.fixture
def change(shop, owner_user):
    return propose_changes(
        shop, actor=owner_user, values={"address": "Jalan Baru 9", "brand": "Sari Rasa Baru"}
    )


def test_a_proposal_is_decided_field_by_field(change, shop, verifier, owner_user, sign_in):
    client = sign_in(verifier)
    url = reverse("office_change", args=[change.reference])
    page = client.get(url).content.decode()
    assert shop.address in page
    assert "Jalan Baru 9" in page

    undecided = client.post(url, {"address": "accept"})
    assert undecided.status_code == 400
    assert "terima atau tolak" in undecided.content.decode()
    without_reason = client.post(url, {"address": "accept", "brand": "refuse"})
    assert without_reason.status_code == 400
    assert "alasan menolak" in without_reason.content.decode()
    change.refresh_from_db()
    assert change.status == "proposed"

    decided = client.post(
        url, {"address": "accept", "brand": "refuse", "reason_brand": "Merek ini milik usaha lain."}
    )
    assert decided.url == f"{reverse('office')}?"
    shop.refresh_from_db()
    assert (shop.address, shop.brand) == ("Jalan Baru 9", "")
    assert "Merek ini milik usaha lain." in client.get(url).content.decode()
    assert client.post(url, {"address": "accept", "brand": "accept"}).status_code == 409


def test_what_changed_since_the_proposal_is_shown_and_not_overwritten(change, shop, verifier, sign_in):
    Business.objects.filter(pk=shop.pk).update(address="Jalan Lain 1")
    client = sign_in(verifier)
    url = reverse("office_change", args=[change.reference])
    assert "Jalan Lain 1" in client.get(url).content.decode()
    answer = client.post(url, {"address": "accept", "brand": "accept"})
    assert answer.status_code == 400
    shop.refresh_from_db()
    assert (shop.address, shop.brand) == ("Jalan Lain 1", "")


def test_a_proposal_is_not_decided_by_others(change, auditor, owner_user, stranger, sign_in):
    url = reverse("office_change", args=[change.reference])
    for person in (owner_user, stranger):
        assert sign_in(person).get(url).status_code == 403
    page = sign_in(auditor).get(url)
    assert page.status_code == 200
    assert "Simpan keputusan" not in page.content.decode()
    assert sign_in(auditor).post(url, {"address": "accept", "brand": "accept"}).status_code == 400
    change.refresh_from_db()
    assert change.status == "proposed"


@pytest.fixture
def claim(shop, stranger):
    return claim_business(shop, actor=stranger, kind="staff", reason="Saya pegawai sejak 2020.")


def test_a_claim_is_approved(claim, shop, registrar, stranger, owner_user, sign_in):
    client = sign_in(registrar)
    url = reverse("office_claim", args=[claim.reference])
    page = client.get(url).content.decode()
    assert "Saya pegawai sejak 2020." in page
    assert "sudah mempunyai wakil" in page
    assert client.post(url, {}).status_code == 400
    client.post(url, {"decision": "approve"})
    assert Business.objects.spoken_for_by(stranger).get() == shop
    assert client.post(url, {"decision": "approve"}).status_code == 409


def test_a_claim_is_refused_for_a_reason(claim, registrar, stranger, sign_in):
    client = sign_in(registrar)
    url = reverse("office_claim", args=[claim.reference])
    assert client.post(url, {"decision": "refuse"}).status_code == 400
    client.post(url, {"decision": "refuse", "note": "Tidak dikenal pemilik."})
    claim.refresh_from_db()
    assert claim.status == "refused"
    assert not Business.objects.spoken_for_by(stranger).exists()


def test_a_verifier_does_not_decide_claims(claim, verifier, sign_in):
    client = sign_in(verifier)
    url = reverse("office_claim", args=[claim.reference])
    assert 'name="decision"' not in client.get(url).content.decode()
    assert client.post(url, {"decision": "approve"}).status_code == 400
    claim.refresh_from_db()
    assert claim.status == "claimed"


# --- Stale verifications ------------------------------------------------------------------------------------------------


def test_owners_are_asked_after_the_consequences_were_shown(verifier, owner_user, sign_in):
    old = timezone.localdate() - timedelta(days=400)
    stale = businesses.business(speaker=owner_user, registered_on=old, confirmed_on=old, name="Roti Lama")
    silent = businesses.business(registered_on=old, name="Tanpa Akun")
    client = sign_in(verifier)
    url = reverse("office_stale")
    page = client.get(url).content.decode()
    assert "Roti Lama" in page
    assert "Tanpa Akun" in page

    chosen = {"usaha": [stale.reference, silent.reference]}
    preview = client.post(url, chosen).content.decode()
    assert "1 pemilik diberi pesan" in preview
    assert "1 usaha tidak mempunyai akun" in preview
    assert not Message.objects.exists()
    client.post(url, chosen | {"action": "confirm"})
    assert Message.objects.get().recipient == owner_user
    nobody = client.post(url, {}, follow=True)
    assert "Pilih paling sedikit satu usaha." in nobody.content.decode()


def test_an_auditor_asks_nobody(auditor, owner_user, sign_in):
    old = timezone.localdate() - timedelta(days=400)
    stale = businesses.business(speaker=owner_user, registered_on=old, confirmed_on=old)
    client = sign_in(auditor)
    assert client.get(reverse("office_stale")).status_code == 200
    assert (
        client.post(reverse("office_stale"), {"usaha": stale.reference, "action": "confirm"}).status_code
        == 403
    )
    assert not Message.objects.exists()


def test_the_stale_list_is_paged_without_a_gap(verifier, sign_in, monkeypatch):
    monkeypatch.setattr("ikm.views.office.STALE_PAGE_SIZE", 4)
    old = timezone.localdate() - timedelta(days=400)
    names = []
    for number in range(9):
        # Three share a day, so that the number decides; one was never confirmed.
        shop = businesses.business(
            registered_on=old - timedelta(days=number // 3), confirmed_on=None if number == 4 else old
        )
        names.append(shop.name)
    client, seen, url = sign_in(verifier), [], reverse("office_stale")
    for _page in range(3):
        answer = client.get(url)
        seen += [business.name for business, _asked in answer.context["rows"]]
        url = reverse("office_stale") + answer.context["next_url"]
    assert sorted(seen) == sorted(names)
    assert answer.context["next_url"] == ""
    assert client.get(reverse("office_stale"), {"after": "rusak"}).status_code == 200
