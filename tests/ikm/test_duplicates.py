import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.workflow import StepError, history
from ikm.enums import BusinessStatus, PairStatus
from ikm.models import Business, DuplicatePair, Merge
from ikm.services.duplicates import call_different, find_all_pairs, find_near_duplicates
from ikm.services.merges import merge_businesses
from ikm.similarity import OFFERED_FROM, Traits, compare, name_similarity, reasons, trigrams, words
from tests.ikm import entries


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# --- Scoring ----------------------------------------------------------------------------------------------------------

SAME = Traits(
    name="Batik Sekar Jagad",
    address="Jl. Pemuda No. 12",
    kelurahan="33.74.01.1001",
    phones=frozenset(["+628123456789"]),
    owner_names=frozenset(["Siti Aminah"]),
)


def changed(**traits):
    return Traits(**{**vars(SAME), **traits})


def test_the_same_business_scores_one():
    likeness = compare(SAME, SAME)
    assert likeness.score == 1
    assert reasons(likeness.evidence) == [
        "nama usaha sama",
        "telepon sama",
        "alamat sama",
        "pemilik sama",
        "kelurahan sama",
    ]


@pytest.mark.parametrize(
    "traits",
    [
        {"name": "UD. BATIK SEKAR JAGAD"},
        {"address": "Jalan Pemuda 12"},
        {"name": "Batik Skar Jagad", "phones": frozenset()},
        {"phones": frozenset(["+62811111111"]), "owner_names": frozenset(["Aminah"])},
        {"address": "", "owner_names": frozenset()},
    ],
)
def test_what_people_write_differently_is_still_offered(traits):
    assert compare(SAME, changed(**traits)).score >= OFFERED_FROM


@pytest.mark.parametrize(
    "traits",
    [
        {"address": "Jl. Gajah Mada 5", "phones": frozenset(["+62811111111"]), "owner_names": frozenset(["Budi"])},
        {"name": "Tahu Pong Pak Hadi", "phones": frozenset(), "owner_names": frozenset(["Hadi Santoso"])},
        {
            "name": "Batik Sekar Arum", "address": "Jl. Pemuda 14", "phones": frozenset(["+62811111111"]),
            "owner_names": frozenset(["Sri Rahayu"]),
        },
    ],
)  # fmt: skip
def test_neighbours_and_namesakes_are_not_offered(traits):
    assert compare(SAME, changed(**traits)).score < OFFERED_FROM


TEXT = st.text(alphabet="ABCDEFGH 0123", max_size=20)
TRAITS = st.builds(
    Traits,
    name=TEXT,
    address=TEXT,
    kelurahan=st.sampled_from(["", "1", "2"]),
    phones=st.frozensets(st.sampled_from(["+621", "+622"])),
    owner_names=st.frozensets(TEXT.filter(str.strip), max_size=2),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TRAITS, TRAITS)
def test_a_score_is_between_zero_and_one_and_has_no_first(left, right):
    one, other = compare(left, right), compare(right, left)
    assert one.score == other.score
    assert 0 <= one.score <= 1


def test_trigrams_are_those_of_the_index(db):
    from django.db import connection

    with connection.cursor() as cursor:
        for text in ("Batik Sekar", "UD 12 Jaya", "A"):
            cursor.execute("SELECT show_trgm(%s)", [text])
            assert trigrams([word.lower() for word in words(text)]) == set(cursor.fetchone()[0])
    assert name_similarity("PT", "PT") == 1


# --- Finding ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(owner_user, stranger, registrar):
    """Two files of one business under two people, with the pair that the search makes of them."""
    entries.registered(owner_user, registrar, name="Batik Sekar Jagad")
    entries.registered(stranger, registrar, name="UD Batik Sekar Jagat")
    find_all_pairs()
    return DuplicatePair.objects.get()


def test_the_search_fills_the_worklist_and_keeps_it(pair, owner_user, registrar, capsys):
    assert pair.score > 0.8
    assert pair.reasons["phone"] == 1
    entries.registered(owner_user, registrar, name="Tahu Bakso Bu Pudji", phone="+628777777777")
    call_command("find_duplicates")
    assert DuplicatePair.objects.get() == pair
    assert "1 pasangan" in capsys.readouterr().out


def test_what_is_no_longer_alike_leaves_the_list(pair):
    business = pair.second
    business.name, business.address = "Kerupuk Udang Rahma", "Jl. Kaligawe 900"
    business.save()
    owner = business.ownerships.get().owner
    owner.phone, owner.name = "+628999999999", "Rahmawati"
    owner.save()
    find_all_pairs([pair.first_id])
    assert not DuplicatePair.objects.exists()


def test_not_the_same_is_never_offered_again(pair, registrar, verifier):
    with pytest.raises(PermissionDenied):
        call_different(pair, actor=verifier)
    call_different(pair, actor=registrar)
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == (PairStatus.NOT_SAME, registrar)
    assert find_all_pairs() == 0
    assert DuplicatePair.objects.get().status == PairStatus.NOT_SAME
    assert find_near_duplicates(pair.first) == []
    with pytest.raises(StepError, match="sudah diputus"):
        call_different(pair, actor=registrar)
    with pytest.raises(StepError, match="bukan usaha yang sama"):
        merge_businesses(pair.first, pair.second, actor=registrar, choices={})


def test_a_draft_is_told_of_the_like(pair, person):
    draft = entries.complete_draft(person(), name="Batik Sekar Jagad")
    found = find_near_duplicates(draft)
    assert [candidate.business for candidate in found] == [pair.first, pair.second]
    assert found[0].likeness.score > found[1].likeness.score > OFFERED_FROM
    # And a draft is nobody's duplicate yet.
    assert draft not in [candidate.business for candidate in find_near_duplicates(pair.first)]


def test_a_phone_that_everybody_shares_says_nothing(owner_user, registrar):
    template = entries.registered(owner_user, registrar)
    names = [f"{letter * 9}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWX"]
    Business.objects.bulk_create(
        Business(
            reference=f"IKM-TEST-{number:04d}", name=name, address=f"Jl. {name} {number}", kelurahan=template.kelurahan,
            main_kbli=template.main_kbli, phone="+6280000000", status="registered", registered_on="2020-01-01",
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    assert find_all_pairs() == 0


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_only_who_decides_sees_the_pages(pair, sign_in, verifier, owner_user, auditor, client):
    urls = [
        reverse("duplicates"),
        reverse("duplicate_pair", args=[pair.pk]),
        reverse("merge_pair", args=[pair.pk]),
        reverse("merges"),
    ]
    for url in urls:
        assert client.get(url).status_code == 302
    for user in (verifier, owner_user, auditor):
        for url in urls:
            assert sign_in(user).get(url).status_code == 403


def test_an_official_compares_and_calls_them_different(
    pair, sign_in, registrar, django_assert_max_num_queries
):
    client = sign_in(registrar)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("duplicates"))
    assert "telepon sama" in page.content.decode()
    page = client.get(reverse("duplicate_pair", args=[pair.pk])).content.decode()
    assert pair.first.reference in page
    assert 'class="differs"' in page
    nik = pair.first.ownerships.get().owner.nik
    assert nik not in page
    answer = client.post(reverse("different_pair", args=[pair.pk]), follow=True)
    assert "tidak ditawarkan lagi" in answer.content.decode()
    assert "Tidak ada dugaan data ganda" in answer.content.decode()


def form_data(page):
    form = page.context["form"]
    return {name: form[name].value() for name in form.fields}


def test_an_official_merges_field_by_field_and_takes_it_back(pair, sign_in, registrar):
    client = sign_in(registrar)
    url = reverse("merge_pair", args=[pair.pk])
    data = form_data(client.get(url))
    assert data["keep"] == "first"
    data["name"] = "second"
    preview = client.post(url, {**data, "action": "preview"})
    assert "Akibat penggabungan" in preview.content.decode()
    assert not Merge.objects.exists()
    again = client.post(url, {**data, "action": "edit"})
    assert 'value="second"' in again.content.decode()
    answer = client.post(url, {**data, "action": "merge"}, follow=True)
    assert "sudah digabung" in answer.content.decode()
    made = Merge.objects.get()
    assert made.kept == pair.first
    assert made.kept.name == "UD Batik Sekar Jagat"
    assert made.reference in client.get(reverse("merges")).content.decode()
    undone = client.post(reverse("merge_detail", args=[made.reference]), follow=True)
    assert "kembali seperti semula" in undone.content.decode()
    assert history(pair.second).last().step == "undo_merge"
    assert Business.objects.filter(status=BusinessStatus.REGISTERED).count() == 2


def test_keeping_the_other_file_turns_the_choices_round(pair, sign_in, registrar):
    client = sign_in(registrar)
    url = reverse("merge_pair", args=[pair.pk])
    data = form_data(client.get(url)) | {"keep": "second", "name": "first"}
    client.post(url, {**data, "action": "merge"})
    made = Merge.objects.get()
    assert (made.kept, made.kept.name) == (pair.second, "Batik Sekar Jagad")


def test_a_file_edited_meanwhile_is_not_merged_blindly(pair, sign_in, registrar):
    client = sign_in(registrar)
    url = reverse("merge_pair", args=[pair.pk])
    data = form_data(client.get(url))
    business = pair.second
    business.commodity = "Batik cap"
    business.save()
    answer = client.post(url, {**data, "commodity": "first", "action": "merge"})
    assert "berubah sesudah Anda membandingkannya" in answer.content.decode()
    assert not Merge.objects.exists()
