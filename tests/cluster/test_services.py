"""Clusters and members through their services: who may, what follows, what is known of any day, and what is refused."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from cluster.enums import ClusterStatus, Post, RequestKind, RequestStatus
from cluster.models import Capacity, Cluster, Membership, MembershipRequest, Officer, Succession
from cluster.selectors import figures, members_on, officers_on, who_can_fill
from cluster.services import clusters, elections, members
from core.dates import today
from core.models import AuditEntry, Letter, Message
from core.workflow import StepError, history
from ikm.models import Representative
from ikm.services.merges import merge_businesses
from programme.services.legal_bases import revoke_legal_basis
from tests.cluster import records
from tests.core.test_uploads import pdf
from tests.programme.records import basis
from tests.training.enrolling import registered

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def names(rows):
    return sorted(one.business.name for one in rows)


def ask(sentra, shop, user, kind=RequestKind.JOIN):
    return members.ask_membership(sentra, shop, actor=user, kind=kind, note="Roti tawar")


# --- Clusters ---------------------------------------------------------------------------------------------------------


def test_every_step_from_every_status_moves_or_refuses(officer):
    services = {
        "activate": clusters.activate_cluster,
        "rest": clusters.rest_cluster,
        "dissolve": clusters.dissolve_cluster,
    }
    assert set(services) == set(Cluster.STEPS)
    for name, step in Cluster.STEPS.items():
        for status in ClusterStatus:
            made = records.cluster(status)
            if status in step.sources:
                assert services[name](made, actor=officer, note="Sebab").status == step.target
                assert history(made).last().actor == officer
            else:
                with pytest.raises(StepError):
                    services[name](made, actor=officer, note="Sebab")
                made.refresh_from_db()
                assert made.status == status


def test_a_cluster_is_activated_on_a_basis_in_force_only(officer, stranger):
    for law in (None, basis("drafting"), basis("revoked")):
        made = records.cluster("draft", legal_basis=law)
        with pytest.raises(ValidationError) as error:
            clusters.activate_cluster(made, actor=officer)
        assert "legal_basis" in error.value.message_dict
    with pytest.raises(Cluster.DoesNotExist):
        clusters.activate_cluster(records.cluster("draft"), actor=stranger)
    with pytest.raises(PermissionDenied):
        clusters.activate_cluster(records.cluster("dormant"), actor=stranger)


def test_the_end_of_its_basis_closes_a_cluster(sentra, shop, owner_user, person):
    assert Cluster.objects.open().get() == sentra
    revoke_legal_basis(sentra.legal_basis, actor=person(Role.PROGRAMME_OFFICER), note="Dicabut")
    assert not Cluster.objects.open().exists()
    assert Cluster.objects.open(today() - 2 * DAY).exists()
    with pytest.raises(ValidationError, match="tidak menerima anggota"):
        ask(sentra, shop, owner_user)


def test_a_dissolved_cluster_ends_memberships_terms_and_requests(sentra, shop, owner_user, officer, chair):
    waiting = ask(sentra, shop, owner_user)
    before = names(members_on(sentra))
    with pytest.raises(ValidationError):
        clusters.dissolve_cluster(sentra, actor=officer, note="")
    clusters.dissolve_cluster(sentra, actor=officer, note="Anggota berkurang")
    assert not members_on(sentra).exists()
    assert officers_on(sentra) == []
    assert names(members_on(sentra, today() - DAY)) == before
    assert [one.post for one in officers_on(sentra, today() - DAY)] == ["chair"]
    waiting.refresh_from_db()
    assert waiting.status == RequestStatus.REFUSED
    assert Message.objects.filter(recipient=chair, title__endswith="sudah bubar").exists()
    assert Cluster.objects.existing(today() - DAY).get() == sentra
    assert not Cluster.objects.existing().exists()


def test_a_split_keeps_the_history_of_both(sentra, officer):
    on = today() - 30 * DAY
    moving = list(members_on(sentra))[-1:]
    all_names, moved = names(members_on(sentra)), names(moving)
    new = clusters.split_cluster(
        sentra, actor=officer, name="Sentra Kue", products="Kue", members=moving, on=on
    )
    assert (new.status, new.founded_on) == ("active", on)
    assert names(members_on(sentra, on - DAY)) == all_names
    assert names(members_on(sentra, on)) == sorted(set(all_names) - set(moved))
    assert not members_on(new, on - DAY).exists()
    assert names(members_on(new, on)) == moved
    assert Succession.objects.get().kind == "split"


def test_a_split_takes_current_members_of_an_active_cluster_on_a_day_that_was(sentra, officer, stranger):
    some = list(members_on(sentra))[:1]
    split = {"name": "Sentra Kue", "products": "Kue"}
    for refused in (
        {"members": [], "on": None},
        {"members": [records.member(records.cluster())], "on": None},
        {"members": some, "on": today() + DAY},
        {"members": some, "on": sentra.founded_on},
    ):
        with pytest.raises(ValidationError):
            clusters.split_cluster(sentra, actor=officer, **split, **refused)
    with pytest.raises(ValidationError, match="aktif"):
        clusters.split_cluster(records.cluster("dormant"), actor=officer, members=some, **split)
    with pytest.raises(PermissionDenied):
        clusters.split_cluster(sentra, actor=stranger, members=some, **split)
    assert Cluster.objects.filter(name="Sentra Kue").count() == 0


def test_a_merge_keeps_the_history_and_a_member_of_both_once(sentra, officer):
    other = records.cluster()
    both = members_on(sentra).last().business
    records.member(other, both, since=date(2019, 1, 1))
    lone = records.member(other)
    on = today() - 10 * DAY
    before = names(members_on(sentra, on - DAY))
    kept = clusters.merge_clusters(other, into=sentra, actor=officer, on=on, note="Terlalu kecil")
    assert kept == sentra
    other.refresh_from_db()
    assert (other.status, other.dissolved_on) == ("dissolved", on)
    assert names(members_on(other, on - DAY)) == sorted([both.name, lone.business.name])
    assert not members_on(other, on).exists()
    assert names(members_on(sentra, on - DAY)) == before
    assert names(members_on(sentra, on)) == sorted([*before, lone.business.name])
    assert Succession.objects.get().kind == "merge"


def test_only_two_active_clusters_are_merged(sentra, officer):
    for into in (sentra, records.cluster("dormant"), records.cluster("dissolved")):
        with pytest.raises(ValidationError):
            clusters.merge_clusters(sentra, into=into, actor=officer)
    young = records.cluster()
    records.member(young, since=today())
    with pytest.raises(ValidationError, match="baru bergabung"):
        clusters.merge_clusters(young, into=sentra, actor=officer, on=today() - DAY)


# --- Members ----------------------------------------------------------------------------------------------------------


def test_a_business_joins_with_the_words_of_chair_and_office(sentra, shop, owner_user, chair, officer):
    asked = ask(sentra, shop, owner_user)
    assert Message.objects.filter(recipient=chair, title__contains="menunggu jawaban Anda").count() == 1
    assert ask(sentra, shop, owner_user) == asked
    with pytest.raises(ValidationError, match="Ketua klaster belum menjawab"):
        members.accept_request(asked, actor=officer)
    members.agree_as_chair(asked, actor=chair, note="Kenal baik")
    accepted = members.accept_request(asked, actor=officer)
    assert accepted.status == RequestStatus.ACCEPTED
    assert accepted.membership.during.lower == today()
    assert shop.name in names(members_on(sentra))
    assert shop.name not in names(members_on(sentra, today() - DAY))
    assert Message.objects.filter(recipient=owner_user, body__startswith="Permohonan diterima").exists()
    with pytest.raises(ValidationError, match="sudah menjadi anggota"):
        ask(sentra, shop, owner_user)


def test_only_the_chair_answers_for_the_chair(sentra, shop, owner_user, stranger, officer, administrator):
    asked = ask(sentra, shop, owner_user)
    for actor in (owner_user, stranger, officer, administrator):
        with pytest.raises(PermissionDenied):
            members.agree_as_chair(asked, actor=actor)


def test_a_chair_answers_nothing_about_a_business_of_his_or_her_own(sentra, shop, owner_user, chair):
    asked = ask(sentra, shop, owner_user)
    assert {"agree", "decline"} <= members.open_answers(asked, chair).keys()
    Representative.objects.create(user=chair, business=shop, kind="staff", status="approved")
    assert not {"agree", "decline"} & members.open_answers(asked, chair).keys()
    for answer in (members.agree_as_chair, members.decline_as_chair):
        with pytest.raises(PermissionDenied, match="mewakili usaha ini"):
            answer(asked, actor=chair, note="Usaha saya")
    asked.refresh_from_db()
    assert asked.status == RequestStatus.ASKED


def test_the_office_accepts_once_the_chair_has_answered(sentra, shop, owner_user, chair, officer):
    asked = ask(sentra, shop, owner_user)
    assert "accept" not in members.open_answers(asked, officer)
    agreed = members.agree_as_chair(asked, actor=chair)
    assert "accept" in members.open_answers(agreed, officer)


def test_a_chair_declines_for_a_reason(sentra, shop, owner_user, chair):
    asked = ask(sentra, shop, owner_user)
    with pytest.raises(ValidationError):
        members.decline_as_chair(asked, actor=chair, note="")
    members.decline_as_chair(asked, actor=chair, note="Bukan pembuat roti")
    assert Message.objects.filter(recipient=owner_user, body__contains="Bukan pembuat roti").exists()


def test_without_a_chair_with_an_account_the_office_decides_alone(shop, owner_user, officer):
    group = records.cluster()
    records.officer(records.member(group), Post.CHAIR)  # nobody has an account for it
    asked = ask(group, shop, owner_user)
    assert MembershipRequest.objects.waiting_for_office().get() == asked
    assert members.accept_request(asked, actor=officer).status == RequestStatus.ACCEPTED


def test_the_chair_leaves_by_the_word_of_the_office_alone(sentra, chair, officer):
    own = Membership.objects.of(chair).get()
    asked = members.ask_membership(sentra, own.business, actor=chair, kind=RequestKind.LEAVE)
    with pytest.raises(PermissionDenied):
        members.agree_as_chair(asked, actor=chair)
    with time_machine.travel(today() + 3 * DAY):
        members.accept_request(asked, actor=officer)
        assert officers_on(sentra) == []
        assert own.business.name not in names(members_on(sentra))
    assert own.business.name in names(members_on(sentra))


def test_every_step_of_a_request_from_every_status(sentra, shop, owner_user, chair, officer):
    actors = {
        "agree": (members.agree_as_chair, chair),
        "decline": (members.decline_as_chair, chair),
        "accept": (members.accept_request, officer),
        "refuse": (members.refuse_request, officer),
        "withdraw": (members.withdraw_request, owner_user),
    }
    assert set(actors) == set(MembershipRequest.STEPS)
    for name, step in MembershipRequest.STEPS.items():
        for status in RequestStatus:
            Membership.objects.filter(business=shop).delete()
            made = MembershipRequest.objects.create(
                cluster=sentra, business=shop, kind="join", status=status, asked_by=owner_user
            )
            service, actor = actors[name]
            if status not in step.sources:
                with pytest.raises(StepError):
                    service(made, actor=actor, note="Sebab")
            elif (name, status) == ("accept", RequestStatus.ASKED):
                with pytest.raises(ValidationError, match="belum menjawab"):
                    service(made, actor=actor, note="Sebab")
            else:
                assert service(made, actor=actor, note="Sebab").status == step.target
            MembershipRequest.objects.filter(pk=made.pk).update(status="withdrawn", membership=None)


def test_who_may_ask_for_what(sentra, shop, owner_user, stranger, officer):
    for actor in (stranger, officer):
        with pytest.raises(PermissionDenied):
            ask(sentra, shop, actor)
    for kind in (RequestKind.LEAVE, RequestKind.LETTER):
        with pytest.raises(ValidationError, match="bukan anggota"):
            ask(sentra, shop, owner_user, kind)
    shop.status = "draft"
    shop.save()
    with pytest.raises(ValidationError, match="terdaftar"):
        ask(sentra, shop, owner_user)


def test_a_request_is_withdrawn_by_its_business_alone(sentra, shop, owner_user, chair):
    asked = ask(sentra, shop, owner_user)
    with pytest.raises(PermissionDenied):
        members.withdraw_request(asked, actor=chair)
    assert members.withdraw_request(asked, actor=owner_user).status == RequestStatus.WITHDRAWN


def test_founders_are_written_down_while_it_is_a_draft(sentra, shop, officer, stranger):
    draft = records.cluster("draft")
    made = members.admit_founder(draft, shop, actor=officer)
    assert made.during.lower == draft.founded_on
    with pytest.raises(ValidationError, match="sudah menjadi anggota"):
        members.admit_founder(draft, shop, actor=officer)
    with pytest.raises(ValidationError, match="rancangan"):
        members.admit_founder(sentra, shop, actor=officer)
    with pytest.raises(PermissionDenied):
        members.admit_founder(draft, shop, actor=stranger)


def test_the_letter_says_who_is_a_member_and_of_what_law(sentra, chair, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    own = Membership.objects.of(chair).get()
    asked = members.ask_membership(sentra, own.business, actor=chair, kind=RequestKind.LETTER, note="KUR")
    with pytest.raises(ValidationError, match="penanda tangan"):
        members.accept_request(asked, actor=officer)
    records.signatory()
    members.accept_request(asked, actor=officer)
    letter = Letter.objects.get()
    assert (letter.subject, letter.valid_until) == (own, date(today().year, 12, 31))
    assert "/SKK/DISPERIN/" in letter.number


def test_a_letter_is_revoked_when_the_member_leaves(sentra, chair, officer, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    records.signatory()
    own = Membership.objects.of(chair).get()
    for kind in (RequestKind.LETTER, RequestKind.LEAVE):
        asked = members.ask_membership(sentra, own.business, actor=chair, kind=kind)
        members.accept_request(asked, actor=officer)
    letter = Letter.objects.get()
    assert (letter.revoked_by, letter.is_valid) == (officer, False)
    page = client.get(reverse("letter_verification", args=[letter.token])).content.decode()
    assert letter.revoked_reason == "Keanggotaan dalam klaster sudah berakhir."
    assert "dicabut" in page


def test_no_letter_once_the_basis_has_ended(sentra, chair, officer, person):
    records.signatory()
    own = Membership.objects.of(chair).get()
    asked = members.ask_membership(sentra, own.business, actor=chair, kind=RequestKind.LETTER)
    revoke_legal_basis(sentra.legal_basis, actor=person(Role.PROGRAMME_OFFICER), note="Dicabut")
    with pytest.raises(ValidationError, match="tidak berlaku"):
        members.accept_request(asked, actor=officer)
    assert not Letter.objects.exists()


# --- Officers ---------------------------------------------------------------------------------------------------------


def test_an_election_ends_the_terms_before_it_and_keeps_the_minutes(sentra, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    first, second, third = members_on(sentra)
    held = today() - 20 * DAY
    made = elections.record_election(
        sentra,
        actor=officer,
        held_on=held,
        posts={Post.CHAIR: second, Post.TREASURER: third, Post.SECRETARY: None},
        minutes=SimpleUploadedFile("notulen.pdf", pdf(), "application/pdf"),
    )
    assert made.attachments.get().kind == "election_minutes"
    assert [(one.post, one.membership) for one in officers_on(sentra)] == [
        ("chair", second), ("treasurer", third)
    ]  # fmt: skip
    assert [one.post for one in officers_on(sentra, held - DAY)] == ["chair"]
    assert officers_on(sentra, held - DAY)[0].membership != second
    with pytest.raises(ValidationError, match="pada atau sesudah"):
        elections.record_election(sentra, actor=officer, held_on=held, posts={Post.CHAIR: first})


def test_a_term_ends_on_its_last_day(sentra, officer):
    second = members_on(sentra)[1]
    held = today() - 20 * DAY
    elections.record_election(
        sentra, actor=officer, held_on=held, last_day=today() - 5 * DAY, posts={Post.SECRETARY: second}
    )
    assert "secretary" in [one.post for one in officers_on(sentra, today() - 5 * DAY)]
    assert "secretary" not in [one.post for one in officers_on(sentra, today() - 4 * DAY)]


def test_who_is_elected_is_a_member_in_one_post(sentra, officer, stranger):
    one, two, _three = members_on(sentra)
    outside = records.member(records.cluster())
    late = records.member(sentra, since=today())
    for posts, held_on in (
        ({Post.CHAIR: None}, today()),
        ({Post.CHAIR: one, Post.SECRETARY: one}, today()),
        ({Post.CHAIR: outside}, today()),
        ({Post.CHAIR: late}, today() - DAY),
        ({Post.CHAIR: two}, today() + DAY),
    ):
        with pytest.raises(ValidationError):
            elections.record_election(sentra, actor=officer, held_on=held_on, posts=posts)
    with pytest.raises(PermissionDenied):
        elections.record_election(sentra, actor=stranger, held_on=today(), posts={Post.CHAIR: two})
    with pytest.raises(ValidationError, match="bubar"):
        elections.record_election(
            records.cluster("dissolved"), actor=officer, held_on=today(), posts={Post.CHAIR: two}
        )


# --- Capacity and figures ---------------------------------------------------------------------------------------------


def test_capacity_is_told_by_the_business_and_brought_up_to_date(shop, owner_user, stranger, officer):
    told = {"product": "Roti  manis", "volume": 300, "unit": "buah", "machine": "Oven"}
    members.record_capacity(shop, actor=owner_user, **told)
    members.record_capacity(shop, actor=officer, **told | {"product": "ROTI MANIS", "volume": 400})
    assert Capacity.objects.get().volume == 400
    with pytest.raises(PermissionDenied):
        members.record_capacity(shop, actor=stranger, **told)
    with pytest.raises(ValidationError):
        members.record_capacity(shop, actor=owner_user, **told | {"volume": 0})


def test_a_capacity_is_removed_by_who_may_tell_it(shop, owner_user, stranger, officer):
    told = records.capacity(shop)
    with pytest.raises(PermissionDenied):
        members.remove_capacity(told, actor=stranger)
    members.remove_capacity(told, actor=owner_user)
    members.remove_capacity(told, actor=officer)
    assert not Capacity.objects.exists()
    assert AuditEntry.objects.filter(action="cluster.remove_capacity").count() == 1


def test_figures_name_nobody():
    group = records.cluster()
    two = [records.member(group) for _ in range(2)]
    assert figures(group) is None
    three = [*two, records.member(group)]
    for one in two:
        records.capacity(one.business, product="Kue")
    for one in three:
        records.capacity(one.business, volume=100)
    shown = figures(group)
    assert shown["members"] == 3
    assert [(row["product"], row["sum"]) for row in shown["capacities"]] == [("Roti manis", 300)]
    assert figures(group, records.FOUNDED_ON - DAY) is None


def test_an_order_is_answered_by_every_member_with_a_reason(sentra, django_assert_max_num_queries):
    one, two, three = members_on(sentra)
    records.capacity(one.business, volume=300)
    records.capacity(one.business, volume=900, product="Kue kering")
    records.capacity(two.business, volume=30, product="Tahu")
    with django_assert_max_num_queries(3):
        found, rows = who_can_fill(sentra, product="roti", quantity=200, by=today() + 30 * DAY)
    assert found.missing == 0
    told = {row["membership"].pk: row["reason"] for row in rows}
    assert told[one.pk].startswith("Sanggup sendiri: 300 buah dalam 30 hari")
    assert told[two.pk] == "Membuat produk lain: Tahu."
    assert told[three.pk] == "Kapasitasnya belum dicatat."


# --- Two files of one business ----------------------------------------------------------------------------------------


def test_a_merge_takes_the_membership_along(sentra, shop, stranger, registrar):
    twin = registered(stranger, name="Roti Wulan", phone="+6281299998888")
    records.member(sentra, twin)
    records.capacity(twin)
    merge_businesses(shop, twin, actor=registrar, choices={})
    assert Membership.objects.get(cluster=sentra, business=shop)
    assert Capacity.objects.get().business == shop


@pytest.mark.parametrize("what", ["membership", "request", "capacity"])
def test_what_both_files_have_stands_in_the_way_of_a_merge(
    what, sentra, shop, owner_user, stranger, registrar
):
    twin = registered(stranger, name="Roti Wulan", phone="+6281299998888")
    for side, user in ((shop, owner_user), (twin, stranger)):
        if what == "membership":
            records.member(sentra, side)
        elif what == "request":
            ask(sentra, side, user)
        else:
            records.capacity(side)
    with pytest.raises(ValidationError, match="Kedua berkas"):
        merge_businesses(shop, twin, actor=registrar, choices={})


def test_a_term_of_a_former_member_ends_with_the_membership(sentra, chair, officer):
    own = Membership.objects.of(chair).get()
    clusters.end_membership(own, today() - 5 * DAY, actor=officer)
    assert Officer.objects.get().during.upper == today() - 5 * DAY
