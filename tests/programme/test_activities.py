"""From the budget to what comes of it: activities, targets that say everything, numbers that are locked, sources that disagree."""

from datetime import date
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import Role
from core.workflow import StepError, open_steps
from programme.enums import PeriodStatus
from programme.models import Activity, BudgetCode, Period, Realisation, StatedFigure, Target
from programme.selectors import chain, charges, quarters_of, stated
from programme.services import activities
from programme.services.budget import realise_budget, reserve_budget
from tests.programme import plans
from tests.training import records as training_records


@pytest.fixture
def officer(person):
    return person(Role.PROGRAMME_OFFICER)


@pytest.fixture
def approver(person):
    return person(Role.PROGRAMME_OFFICER, name="Penyetuju")


def record(target, period, actor, value=150, **fields):
    return activities.record_realisation(
        target, actor=actor, period=period, value=Decimal(value), source="Daftar kelulusan", **fields
    )


# --- The nomenclature -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["3", "3.31.2", "3.31.02.2", "3.31.02.2.01.5", "3.31.02.2.1", "A.31", "3.31\n"]
)
def test_only_codes_of_the_nomenclature_are_codes(code):
    with pytest.raises(ValidationError, match="Tulis kode seperti"):
        BudgetCode(code=code, name="Uji").full_clean()
    with (
        pytest.raises(IntegrityError, match="programme_budgetcode_is_of_the_nomenclature"),
        transaction.atomic(),
    ):
        BudgetCode.objects.create(code=code, name="Uji")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("3.31", "urusan"),
        ("3.31.02", "program"),
        ("3.31.02.2.01", "kegiatan"),
        ("3.31.02.2.01.0005", "sub kegiatan"),
    ],
)
def test_the_length_of_a_code_is_its_level(code, level):
    assert BudgetCode.objects.create(code=code, name="Uji").level == level


# --- Activities and targets -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_activity_runs_in_the_year_of_its_line(officer):
    line = plans.budget_line()
    fields = {
        "name": "Pelatihan kemasan", "line": line, "pillar": "training", "purpose": "Kemasan layak jual.",
        "owner": officer,
    }  # fmt: skip
    with pytest.raises(ValidationError, match="Pagu ini untuk tahun 2026"):
        activities.plan_activity(
            actor=officer, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 1), **fields
        )
    with pytest.raises(ValidationError, match="sesudah tanggal mulai"):
        activities.plan_activity(
            actor=officer, starts_on=date(2026, 5, 1), ends_on=date(2026, 4, 1), **fields
        )
    made = activities.plan_activity(
        actor=officer, starts_on=date(2026, 2, 1), ends_on=date(2026, 12, 1), **fields
    )
    assert made.reference.startswith("KGT-")
    with pytest.raises(ValidationError, match="sudah ada pada pagu itu"):
        activities.plan_activity(
            actor=officer, starts_on=date(2026, 2, 1), ends_on=date(2026, 12, 1), **fields
        )


@pytest.mark.django_db
@pytest.mark.parametrize("missing", [*plans.WANTED, "owner"])
def test_a_target_that_lacks_anything_is_refused(officer, missing):
    activity = plans.activity(officer)
    whole = plans.WANTED | {"owner": officer}
    with pytest.raises(ValidationError) as refused:
        activities.set_target(activity, actor=officer, **{k: v for k, v in whole.items() if k != missing})
    assert missing in refused.value.message_dict
    assert not Target.objects.exists()
    assert activities.set_target(activity, actor=officer, **whole).goal == 300


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"indicator": ""}, "programme_target_has_indicator"),
        ({"unit": ""}, "programme_target_has_unit"),
        ({"source": ""}, "programme_target_has_source"),
        ({"goal": 100}, "programme_target_changes_something"),
        ({"goal_on": date(2025, 12, 31)}, "programme_target_lies_after_its_baseline"),
        ({"kind": "wish"}, "programme_target_kind_closed"),
    ],
)
def test_the_database_refuses_half_a_target(officer, fields, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        plans.target(plans.activity(officer), **fields)


@pytest.mark.django_db
def test_who_has_no_part_in_the_programme_writes_nothing(officer, person):
    other = person(Role.TRAINING_OFFICER)
    target = plans.target(plans.activity(officer))
    with pytest.raises(PermissionDenied):
        activities.set_target(target.activity, actor=other, **plans.WANTED, owner=other)
    with pytest.raises(PermissionDenied):
        record(target, plans.quarter(), other)
    with pytest.raises(PermissionDenied):
        activities.open_period(actor=other, year=2026, quarter=2)
    assert Target.objects.count() == 1
    assert not Realisation.objects.exists()


# --- Quarters ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_quarter_with_a_missing_number_is_not_sent_in(officer):
    target = plans.target(plans.activity(officer))
    period = activities.open_period(actor=officer, year=2026, quarter=1)
    with pytest.raises(ValidationError, match=r"Belum ada angka untuk: Peserta yang lulus"):
        activities.submit_period(period, actor=officer)
    record(target, period, officer, 0)
    assert activities.submit_period(period, actor=officer).status == PeriodStatus.SUBMITTED


@pytest.mark.django_db
def test_who_sends_a_quarter_in_does_not_approve_it(officer, approver):
    target = plans.target(plans.activity(officer))
    period = activities.open_period(actor=officer, year=2026, quarter=1)
    record(target, period, officer)
    period = activities.submit_period(period, actor=officer)
    assert "approve" not in open_steps(period, officer)
    with pytest.raises(PermissionDenied, match="orang lain"):
        activities.approve_period(period, actor=officer)
    assert activities.approve_period(period, actor=approver).status == PeriodStatus.APPROVED
    with pytest.raises(StepError):
        activities.reopen_period(period, actor=approver, note="Terlambat")


@pytest.mark.django_db
def test_an_approved_number_is_corrected_only_by_a_version_with_a_reason(officer, approver):
    target = plans.target(plans.activity(officer))
    period = activities.open_period(actor=officer, year=2026, quarter=1)
    record(target, period, officer, 150)
    assert record(target, period, officer, 160).number == 2  # still open: no reason asked
    activities.submit_period(period, actor=officer)
    with pytest.raises(ValidationError, match="sedang diperiksa"):
        record(target, period, officer, 170, reason="Terlewat")
    activities.approve_period(period, actor=approver)
    with pytest.raises(ValidationError, match="alasan koreksinya"):
        record(target, period, officer, 170)
    corrected = record(target, period, officer, 140, reason="Terhitung dua kali")
    assert corrected.number == 3
    standing = Realisation.objects.standing().get()
    assert (standing.value, standing.reason) == (140, "Terhitung dua kali")
    ((_target, numbers),) = quarters_of(target.activity, officer)
    assert [row.value for row in numbers[0][1]] == [150, 160, 140]
    assert Target.objects.with_latest().get().latest == 140


@pytest.mark.django_db
def test_the_database_keeps_locked_numbers_whoever_writes(officer):
    target = plans.target(plans.activity(officer))
    period = plans.quarter(status=PeriodStatus.APPROVED)
    row = {"target": target, "period": period, "value": 1, "source": "SQL", "recorded_by": officer}
    with pytest.raises(IntegrityError, match="locked"), transaction.atomic():
        Realisation.objects.create(**row)
    Realisation.objects.create(**row, reason="Terlewat")
    for write in (
        lambda: Realisation.objects.update(value=2),
        lambda: Realisation.objects.all().delete(),
        lambda: StatedFigure.objects.create(
            topic="a", year=2017, value=1, unit="b", source="c", recorded_by=officer
        ).delete(),
    ):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            write()
    assert Realisation.objects.get().value == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("waits", [True, False])
def test_nobody_approves_what_is_being_written(officer, waits):
    """A number written and a quarter approved at once: the approval waits for the number. Control: without the trigger's lock
    it does not, and the number lands, without a reason, in an approved quarter."""
    target = plans.target(plans.activity(officer))
    period = plans.quarter(status=PeriodStatus.SUBMITTED)
    Period.objects.update(status=PeriodStatus.OPEN)
    written, approved = Event(), Event()
    if not waits:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE programme_realisation DISABLE TRIGGER USER")

    def approve():
        written.wait(10)
        Period.objects.filter(pk=period.pk).update(status=PeriodStatus.APPROVED)
        approved.set()
        connection.close()

    other = Thread(target=approve)
    other.start()
    try:
        with transaction.atomic():
            Realisation.objects.create(
                target=target, period=period, value=1, source="SQL", recorded_by=officer, number=1
            )
            written.set()
            assert approved.wait(0.7) is not waits
    finally:
        written.set()
        other.join()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE programme_realisation ENABLE TRIGGER USER")
    assert Period.objects.get().status == PeriodStatus.APPROVED


# --- The chain --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_chain_leads_from_the_urusan_to_what_was_reached(officer):
    for code, name in (
        ("3.31", "Perindustrian"),
        ("3.31.02", "Pembangunan industri"),
        ("3.31.02.2.01", "Rencana"),
    ):
        BudgetCode.objects.create(code=code, name=name)
    line, other = plans.budget_line(), plans.budget_line(code="3.31.02.2.02.0003", ceiling=100_000_000)
    target = plans.target(plans.activity(officer, line))
    record(target, plans.quarter(1), officer, 150)
    record(target, plans.quarter(2), officer, 200)
    reserve_budget("KRD-7K3M-PX4Q", code=line.code, by_year={2026: Decimal(90_000_000)})
    realise_budget("KRD-7K3M-PX4Q", code=line.code, year=2026, amount=Decimal(10_000_000))
    nodes = {node.code: node for node in chain(officer, 2026)}
    assert list(nodes) == [
        "3.31", "3.31.02", "3.31.02.2.01", "3.31.02.2.01.0005", "3.31.02.2.02", "3.31.02.2.02.0003",
    ]  # fmt: skip
    top = nodes["3.31"]
    assert (top.ceiling, top.reserved, top.realised, top.share) == (1_000_000_000, 90_000_000, 10_000_000, 1)
    (activity,) = nodes[line.code].activities
    (shown,) = activity.shown_targets
    assert (shown.latest, shown.percent) == (200, 50)
    assert nodes[other.code].activities == []
    assert [node.code for node in chain(officer, 2026, pillar="training")][-1] == line.code
    assert chain(officer, 2026, pillar="marketing") == []
    assert chain(officer, 2025) == []


@pytest.mark.django_db
def test_what_other_rooms_charge_shows_up_by_itself(officer):
    line = plans.budget_line()
    assert charges(line) == []
    reserve_budget("KRD-7K3M-PX4Q", code=line.code, by_year={2026: Decimal(4_000_000)})
    reserve_budget("KRD-7K3M-PX4R", code=line.code, by_year={2026: Decimal(5_000_000)})
    training_records.run(budget_line=line, quota=20, cost_per_seat=100_000, honorarium=1_000_000)
    assert [(one.label, one.count, one.amount) for one in charges(line)] == [
        ("permohonan kredit", 2, 9_000_000),
        ("angkatan pelatihan", 1, 3_000_000),
    ]


@pytest.mark.django_db
def test_sources_that_disagree_stand_side_by_side(officer):
    for source, value in (("jatengprov.go.id", 362_099_248), ("metrosemarang.com", 3_000_000_000)):
        activities.state_figure(
            actor=officer, topic="Anggaran", year=2017, value=Decimal(value), unit="rupiah", source=source
        )
    activities.state_figure(
        actor=officer, topic="Anggaran", year=2016, value=Decimal(1), unit="rupiah", source="DPA"
    )
    assert [(year, len(figures), disagree) for _topic, year, figures, disagree in stated(officer)] == [
        (2017, 2, True), (2016, 1, False),
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="sudah dicatat"):
        activities.state_figure(
            actor=officer,
            topic="Anggaran",
            year=2017,
            value=Decimal(2),
            unit="rupiah",
            source="jatengprov.go.id",
        )


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_pages_lead_from_plan_to_locked_number(sign_in, officer, approver):
    line = plans.budget_line()
    page = sign_in(officer)
    answer = page.post(
        reverse("plan_activity"),
        {
            "name": "Pelatihan kemasan", "line": line.pk, "pillar": "training", "purpose": "Layak jual.",
            "starts_on": "1-2-2026", "ends_on": "30-11-2026", "owner": officer.pk,
        },
    )  # fmt: skip
    activity = Activity.objects.get()
    here = reverse("office_activity", args=[activity.reference])
    assert answer.url == here
    wanted = {
        "action": "target", "target-kind": "output", "target-indicator": "Peserta yang lulus",
        "target-unit": "orang", "target-baseline": "1.000,5", "target-baseline_on": "31-12-2025",
        "target-goal": "3000", "target-goal_on": "31-12-2026", "target-source": "", "target-owner": officer.pk,
    }  # fmt: skip
    assert page.post(here, wanted).status_code == 400
    assert page.post(here, wanted | {"target-source": "Daftar kelulusan"}).status_code == 302
    target = Target.objects.get()
    assert target.baseline == Decimal("1000.5")
    answer = page.post(reverse("office_quarters"), {"year": 2026, "quarter": 1})
    period = Period.objects.get()
    assert answer.url == reverse("office_quarter", args=[period.reference])
    assert "Peserta yang lulus" in page.get(answer.url).content.decode()
    number = {
        "action": "number", "number-target": target.pk, "number-period": period.pk, "number-value": "2000",
        "number-source": "Daftar",
    }  # fmt: skip
    assert page.post(here, number).status_code == 302
    assert page.post(answer.url, {"action": "submit"}).status_code == 302
    page = sign_in(approver)
    assert page.post(answer.url, {"action": "approve"}).status_code == 302
    refused = page.post(here, number | {"number-value": "2100"})
    assert refused.status_code == 400
    assert "alasan koreksinya" in refused.content.decode()
    corrected = number | {"number-value": "2100", "number-reason": "Terlewat"}
    assert page.post(here, corrected).status_code == 302
    text = page.get(reverse("office_programme") + "?tahun=2026").content.decode()
    assert "Pelatihan kemasan" in text
    assert "2.100" in text
    assert "Program 2026" in text


@pytest.mark.django_db
def test_a_save_over_a_newer_activity_is_refused(sign_in, officer):
    activity = plans.activity(officer)
    Activity.objects.update(purpose="Diubah rekan")
    answer = sign_in(officer).post(
        reverse("office_activity", args=[activity.reference]),
        {
            "action": "save", "save-name": "Lain", "save-line": activity.line_id, "save-pillar": "training",
            "save-purpose": "Lain", "save-starts_on": "1-2-2026", "save-ends_on": "1-3-2026",
            "save-owner": officer.pk, "save-version": 1,
        },
    )  # fmt: skip
    assert answer.status_code == 400
    assert Activity.objects.get().purpose == "Diubah rekan"


@pytest.mark.django_db
def test_figures_of_sources_are_written_on_their_page(sign_in, officer):
    page = sign_in(officer)
    given = {"topic": "Omzet UKM", "year": "2016", "unit": "miliar rupiah"}
    for source, value in (("solopos.com", "716"), ("metrosemarang.com", "726")):
        answer = page.post(reverse("office_figures"), given | {"source": source, "value": value})
        assert answer.status_code == 302
    text = page.get(reverse("office_figures")).content.decode()
    assert "sumber berbeda" in text
    assert "716" in text
    assert "726" in text


@pytest.mark.django_db
def test_the_chain_asks_the_same_questions_however_long(sign_in, officer, django_assert_max_num_queries):
    line = plans.budget_line()
    for number in range(12):
        plans.target(plans.activity(officer, line, name=f"Kegiatan {number}"))
    page = sign_in(officer)
    with django_assert_max_num_queries(16):
        page.get(reverse("office_programme") + "?tahun=2026")
