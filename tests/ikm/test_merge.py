import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import Consent
from accounts.services import give_consent
from core.attachments import attach_file
from core.models import AuditEntry, Message
from core.workflow import StepError, history
from ikm.enums import BusinessStatus, LicenceKind, PairStatus
from ikm.models import Business, DuplicatePair, Kbli, Licence, Merge, Ownership, YearlyFigure
from ikm.services.duplicates import resolve_reference
from ikm.services.figures import record_figures
from ikm.services.merges import (
    STAYING,
    default_choices,
    merge_businesses,
    moved_models,
    plan_merge,
    same_period_figures,
    undo_merge,
)
from tests.ikm import entries

# Everything a merge may touch. What only grows (history, audit, messages, events) and what counts changes is left out.
TABLES = (
    "ikm_business", "ikm_ownership", "ikm_product", "ikm_yearlyfigure", "ikm_licence", "ikm_representative",
    "ikm_correctionitem", "ikm_changerequest", "ikm_changeitem", "ikm_visit", "ikm_letterrequest", "ikm_duplicatepair",
    "ikm_business_other_kbli", "ikm_owner", "core_attachment", "core_letter", "accounts_consent",
)  # fmt: skip
COUNTERS = {"version", "modified_at"}


def digest():
    """Every row of every table a merge may touch, as text."""
    state = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            # Link rows of a many-to-many have numbers that mean nothing.
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t")
            hidden = COUNTERS | ({"id"} if table == "ikm_business_other_kbli" else set())
            rows = [
                {k: v for k, v in json.loads(row[0]).items() if k not in hidden} for row in cursor.fetchall()
            ]
            state[table] = sorted(json.dumps(row, sort_keys=True) for row in rows)
    return state


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def two(owner_user, stranger, registrar):
    """Two files of one business with all that a file can have, and the pair that says so."""
    kept = entries.registered(owner_user, registrar, name="Batik Sekar Jagad", nib="1234567890123")
    merged = entries.registered(stranger, registrar, name="UD Sekar Jagad", nib="3210987654321")
    other = Kbli.objects.filter(version=2020).exclude(pk=kept.main_kbli_id)[0]
    merged.brand, merged.npwp, merged.main_kbli = "Jagad", "091234567502000", other
    merged.latitude, merged.longitude = "-6.990000", "110.420000"
    merged.save()
    for business, numbers in ((kept, ["A-1", "SAMA"]), (merged, ["B-1", "SAMA"])):
        for number in numbers:
            Licence.objects.create(business=business, kind=LicenceKind.OTHER, number=number)
    same = Licence.objects.get(business=merged, number="SAMA")
    attach_file(same, entries.picture(), kind="licence", actor=registrar)
    for business, years in ((kept, [2023, 2024]), (merged, [2022, 2024])):
        for year in years:
            record_figures(
                business,
                actor=registrar,
                year=year,
                men_workers=year - 2000,
                women_workers=1,
                investment=1000,
            )
    give_consent(merged, Purpose.PUBLISH, actor=stranger)
    first, second = sorted([kept, merged], key=lambda business: business.pk)
    DuplicatePair.objects.create(first=first, second=second, score="0.900", reasons={"name": 0.9})
    third = entries.registered(owner_user, registrar, name="Sekar Jagad Baru")
    DuplicatePair.objects.create(first=second, second=third, score="0.700", reasons={"name": 0.7})
    kept.refresh_from_db()
    merged.refresh_from_db()
    return kept, merged


ALL_FROM_MERGED = {
    name: "merged"
    for name in (
        "name", "legal_form", "nib", "npwp", "brand", "main_kbli", "address", "position", "phone", "visit_times", "owner",
        "figure_2024_year",
    )
}  # fmt: skip


def test_everything_moves_and_the_old_reference_leads_on(two, registrar, owner_user, stranger):
    kept, merged = two
    owner_of_merged = merged.ownerships.get().owner
    merge_businesses(kept, merged, actor=registrar, choices=ALL_FROM_MERGED)
    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (merged.status, merged.merged_into) == (BusinessStatus.MERGED, kept)
    assert resolve_reference(merged.reference) == kept
    assert resolve_reference(kept.reference) == kept
    assert (kept.name, kept.nib, kept.npwp) == ("UD Sekar Jagad", "3210987654321", "091234567502000")
    assert kept.other_kbli.count() == 1
    assert sorted(kept.licences.values_list("number", flat=True)) == ["A-1", "B-1", "SAMA"]
    assert kept.licences.get(number="SAMA").attachments.count() == 1
    figures = {figure.year: figure.men_workers for figure in kept.figures.filter(year__lt=2026)}
    assert figures == {2022: 22, 2023: 23, 2024: 24}
    assert [figure.year for figure in merged.figures.filter(year__lt=2026)] == [2024]
    assert kept.ownerships.get().owner == owner_of_merged
    assert {row.user for row in kept.representatives.all()} == {owner_user, stranger}
    assert kept.attachments.count() == 4
    assert Consent.objects.active(Purpose.PUBLISH).get().subject == kept.reference
    assert history(kept).last().step == history(merged).last().step == "merge"
    told = Message.objects.filter(title="Dua berkas usaha Anda digabung")
    assert {message.recipient for message in told} == {owner_user, stranger}
    assert {message.about for message in told} == {kept.reference}
    assert AuditEntry.objects.filter(action="ikm.merge_business", subject=kept.reference).count() == 1
    assert DuplicatePair.objects.get().status == PairStatus.MERGED


@pytest.mark.parametrize("choices", [{}, ALL_FROM_MERGED, {"owner": "both"}], ids=["kept", "merged", "both"])
def test_undo_restores_everything_exactly(two, registrar, choices):
    before = digest()
    made = merge_businesses(*two, actor=registrar, choices=choices)
    assert digest() != before
    undo_merge(made, actor=registrar)
    after = digest()
    for table in TABLES:
        assert after[table] == before[table], table
    made.refresh_from_db()
    assert made.undone_by == registrar
    with pytest.raises(StepError, match="sudah dibatalkan"):
        undo_merge(made, actor=registrar)
    # And the other way round: what was undone can be merged again.
    merge_businesses(*two, actor=registrar, choices=choices)


def test_what_was_edited_after_the_merge_survives_the_undo(two, registrar):
    kept, merged = two
    made = merge_businesses(kept, merged, actor=registrar, choices={"phone": "merged", "name": "merged"})
    kept.refresh_from_db()
    kept.name = "Nama sesudahnya"
    kept.save()
    undo_merge(made, actor=registrar)
    kept.refresh_from_db()
    assert kept.name == "Nama sesudahnya"


def test_after_thirty_days_it_stays(two, registrar):
    made = merge_businesses(*two, actor=registrar, choices={})
    state = digest()
    late = time_machine.travel(timezone.now() + timedelta(days=31), tick=False)
    with late, pytest.raises(ValidationError, match="dalam 30 hari"):
        undo_merge(made, actor=registrar)
    assert digest() == state
    with time_machine.travel(made.merged_at + timedelta(days=29), tick=False):
        undo_merge(made, actor=registrar)


def test_a_chain_is_undone_from_its_end(two, registrar, owner_user):
    kept, merged = two
    last = entries.registered(owner_user, registrar, name="Berkas ketiga")
    first_merge = merge_businesses(kept, merged, actor=registrar, choices={})
    second_merge = merge_businesses(last, kept, actor=registrar, choices={"owner": "kept"})
    assert resolve_reference(merged.reference) == last
    with pytest.raises(StepError, match="Batalkan dahulu"):
        undo_merge(first_merge, actor=registrar)
    undo_merge(second_merge, actor=registrar)
    undo_merge(first_merge, actor=registrar)


def test_npwp_lies_sealed_in_the_record_of_the_merge(two, registrar):
    made = merge_businesses(*two, actor=registrar, choices=ALL_FROM_MERGED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT before::text FROM ikm_merge WHERE id = %s", [made.pk])
        assert "091234567502000" not in cursor.fetchone()[0]


def test_only_who_keeps_the_register_merges(two, verifier, owner_user, registrar):
    made = merge_businesses(*two, actor=registrar, choices={})
    for actor in (verifier, owner_user):
        with pytest.raises(PermissionDenied):
            undo_merge(made, actor=actor)
    undo_merge(made, actor=registrar)
    for actor in (verifier, owner_user):
        with pytest.raises(PermissionDenied):
            merge_businesses(*two, actor=actor, choices={})


def test_the_more_settled_file_is_kept(two, registrar, owner_user):
    kept, _merged = two
    waiting = entries.submitted(owner_user, name="Masih menunggu")
    state = digest()
    with pytest.raises(ValidationError, match=f"Pertahankan {kept.reference}"):
        merge_businesses(waiting, kept, actor=registrar, choices={})
    with pytest.raises(ValidationError, match="dirinya sendiri"):
        merge_businesses(kept, kept, actor=registrar, choices={})
    with pytest.raises(ValidationError, match="tidak dikenal"):
        merge_businesses(kept, waiting, actor=registrar, choices={"status": "merged"})
    assert digest() == state


def test_one_owner_written_twice_is_offered_once_with_the_nik(two):
    kept, merged = two
    assert default_choices(kept, merged)["owner"] == "kept"
    own, other = kept.ownerships.get().owner, merged.ownerships.get().owner
    own.nik = ""
    own.save()
    assert default_choices(kept, merged)["owner"] == "merged"
    other.name = "Bambang Sudibyo"
    other.save()
    assert default_choices(kept, merged)["owner"] == "both"


def test_the_preview_counts_what_moves(two):
    kept, merged = two
    plan = plan_merge(kept, merged, {**default_choices(kept, merged), "figure_2024_year": "merged"})
    assert [figure.year for figure in plan.returned[YearlyFigure]] == [2024]
    assert [licence.number for licence in plan.staying[Licence]] == ["SAMA"]
    assert len(same_period_figures(kept, merged)) == 2
    assert plan.fields["brand"] == "Jagad"
    assert len(plan.staying[Ownership]) == 1


def test_every_relation_of_a_business_moves_or_stays_for_a_reason():
    """A new room that hangs on a business decides here what a merge does with it."""
    handled = {model._meta.model_name for model in (*moved_models(), YearlyFigure, Ownership)} | set(STAYING)
    related = {
        relation.related_model._meta.model_name
        for relation in Business._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        and not relation.related_model._meta.auto_created
        and not hasattr(relation.related_model, "pgh_tracked_model")
    }  # fmt: skip
    assert related <= handled, related - handled


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_merge_once(two, registrar, person):
    second_officer = person("registrar")
    barrier, results = threading.Barrier(2), []

    def work(kept, merged, actor):
        try:
            barrier.wait()
            merge_businesses(kept, merged, actor=actor, choices={})
            results.append("merged")
        except StepError:
            results.append("refused")
        finally:
            connections.close_all()

    kept, merged = two
    threads = [
        threading.Thread(target=work, args=(kept, merged, registrar)),
        threading.Thread(target=work, args=(merged, kept, second_officer)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["merged", "refused"]
    assert Merge.objects.count() == 1
    assert Business.objects.filter(status=BusinessStatus.MERGED).count() == 1
