"""Leases of stalls: the plan of rent, what is late, deposit, payments, the end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from core.dates import add_months
from core.indonesia import is_working_day
from core.models import Message
from core.workflow import StepError
from facility.models import Lease, LeaseCharge, LeasePayment
from facility.rent import rent_schedule, standing
from facility.services.leases import (
    arrears,
    deposit_held,
    end_lease,
    make_lease,
    record_payment,
    sign_lease,
    standing_of,
    standings,
)
from tests.facility import records

RENT = Decimal(500_000)


def test_rent_falls_due_monthly_on_days_the_office_is_open():
    plan = rent_schedule(date(2027, 1, 31), 6, RENT)
    assert all(is_working_day(one.due_on) for one in plan)
    assert plan[1].due_on == date(2027, 3, 1), "28 February 2027 is a Sunday"
    assert [one.balance for one in plan][-1] == 0
    assert sum(one.total for one in plan) == 6 * RENT


def test_payments_settle_the_oldest_rent_first():
    charges = [(date(2027, month, 1), RENT) for month in (1, 2, 3)]
    now = date(2027, 2, 15)
    assert standing(charges, Decimal(0), now).late == 2 * RENT
    part = standing(charges, Decimal(700_000), now)
    assert (part.late, part.late_since) == (Decimal(300_000), date(2027, 2, 1))
    assert part.days_late(now) == 14
    assert standing(charges, 2 * RENT, now).late == 0
    assert standing(charges, Decimal(0), date(2027, 1, 1)).late == 0, "what is due today is not late"


@pytest.fixture
def signer(person):
    return person(Role.CLUSTER_OFFICER, name="Sita Penanda")


@pytest.fixture
def running(db, shop, keeper, signer):
    """A lease that began three months ago, of which nothing is paid."""
    begins = add_months(timezone.localdate(), -3)
    stall = records.unit("stall")
    made = make_lease(stall, shop, actor=keeper, starts_on=begins, months=12, rent=RENT, deposit=RENT)
    return sign_lease(made, actor=signer)


def test_who_prepares_a_lease_does_not_sign_it(db, shop, keeper, signer, owner_user):
    stall = records.unit("stall")
    terms = {"starts_on": timezone.localdate(), "months": 12, "rent": RENT}
    with pytest.raises(PermissionDenied):
        make_lease(stall, shop, actor=owner_user, **terms)
    made = make_lease(stall, shop, actor=keeper, **terms)
    with pytest.raises(PermissionDenied, match="orang lain"):
        sign_lease(made, actor=keeper)
    with pytest.raises(StepError):
        record_payment(
            made, actor=keeper, kind="rent", paid_on=timezone.localdate(), amount=RENT, receipt="B-1"
        )
    assert sign_lease(made, actor=signer).charges.count() == 12
    assert Message.objects.filter(recipient=owner_user, about=made.reference).exists()


def test_a_stall_is_let_once_and_only_where_its_centre_is_open(db, shop, keeper):
    stall, today = records.unit("stall"), timezone.localdate()
    terms = {"starts_on": today, "months": 6, "rent": RENT}
    make_lease(stall, shop, actor=keeper, **terms)
    with pytest.raises(ValidationError, match="sudah disewa"):
        make_lease(stall, shop, actor=keeper, **terms)
    with pytest.raises(IntegrityError, match="facility_lease_stall_once"), transaction.atomic():
        records.lease(stall)
    planned = records.unit("stall", centre=records.centre("planned", name="Kampung Tukang Kayu"))
    with pytest.raises(ValidationError, match="belum dibuka"):
        make_lease(planned, shop, actor=keeper, **terms)
    with pytest.raises(IntegrityError, match="facility_lease_centre_is_open"), transaction.atomic():
        records.lease(planned)
    with pytest.raises(ValidationError, match="Pilih kios"):
        make_lease(records.unit(), shop, actor=keeper, **terms)


def test_what_is_late_is_listed_until_it_is_paid(running, keeper):
    before = standing_of(running).late
    assert before >= 2 * RENT
    assert [lease for lease, _found in arrears(keeper)] == [running]
    paid = {"actor": keeper, "paid_on": timezone.localdate()}
    record_payment(running, kind="rent", amount=before, receipt="STS-1", **paid)
    assert arrears(keeper) == []
    with pytest.raises(ValidationError, match="sudah dicatat"):
        record_payment(running, kind="rent", amount=1, receipt="STS-1", **paid)
    record_payment(running, kind="deposit", amount=RENT, receipt="STS-2", **paid)
    assert deposit_held(running) == RENT
    with pytest.raises(ValidationError, match="jaminan"):
        record_payment(running, kind="deposit_return", amount=RENT + 1, receipt="STS-3", **paid)
    assert LeasePayment.objects.count() == 2


def _let(shop, *, months_ago, paid=0, ended_after=None, number=1):
    """A lease in the tables with its plan of rent and one payment."""
    begins = add_months(timezone.localdate(), -months_ago)
    made = records.lease(business=shop, starts_on=begins, status="ended" if ended_after else "active")
    if ended_after:
        made.during = (begins, add_months(begins, ended_after))
        made.save()
        made.refresh_from_db()
    LeaseCharge.objects.bulk_create(
        LeaseCharge(lease=made, number=one.number, due_on=one.due_on, amount=one.total)
        for one in rent_schedule(begins, 12, RENT)
    )
    if paid:
        LeasePayment.objects.create(
            lease=made, paid_on=begins, amount=paid, receipt=f"P-{number}", recorded_by=User.objects.first()
        )
    return made


def test_many_leases_are_reckoned_as_each_alone(db, shop, keeper):
    paid = [0, RENT, 2 * RENT, Decimal(700_000), 12 * RENT]
    made = [_let(shop, months_ago=ago, paid=paid[ago % 5], number=ago) for ago in range(8)]
    made += [
        _let(shop, months_ago=6, paid=sum_, ended_after=2, number=f"E{sum_}") for sum_ in (RENT, 2 * RENT)
    ]
    alone = {lease.pk: standing_of(lease) for lease in made}
    together = standings(Lease.objects.all())
    assert {lease.pk: found for lease, found in together} == alone
    late = arrears(keeper)
    assert {lease.pk: found for lease, found in late} == {pk: one for pk, one in alone.items() if one.late}
    days = [found.late_since for _lease, found in late]
    assert days == sorted(days)
    later = add_months(timezone.localdate(), 3)
    assert {lease.pk for lease, _found in arrears(keeper, later)} == {
        lease.pk for lease in made if standing_of(lease, later).late
    }


def test_longer_lists_of_leases_take_no_more_queries(db, shop, keeper, owner_user, sign_in):
    def queries(client, page):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(page)).status_code == 200
        return len(captured)

    for user, page in ((owner_user, "my_leases"), (keeper, "office_leases")):
        client = sign_in(user)
        _let(shop, months_ago=3)
        queries(client, page)
        few = queries(client, page)
        for _ in range(5):
            _let(shop, months_ago=3)
        assert queries(client, page) == few, page


def test_after_the_end_no_rent_falls_due(running, keeper):
    ended = end_lease(running, actor=keeper, note="Pindah.")
    assert ended.during.upper == timezone.localdate()
    later = add_months(timezone.localdate(), 6)
    assert standing_of(ended, later).late == standing_of(ended).late


def test_the_end_is_spoken_of_once(db, shop, owner_user):
    soon = timezone.localdate() + timedelta(days=30)
    made = records.lease(business=shop, starts_on=add_months(soon, -12), status="active")
    for _ in range(2):
        call_command("work_facilities")
    assert Message.objects.filter(about=made.reference, title__startswith="Sewa kios segera").count() == 1


def test_the_pages_show_what_is_owed_and_take_payments(
    running, sign_in, owner_user, stranger, keeper, administrator
):
    client = sign_in(owner_user)
    assert running.reference in client.get(reverse("my_leases")).content.decode()
    path = reverse("my_lease", args=[running.reference])
    assert "Rp500.000" in client.get(path).content.decode()
    assert sign_in(stranger).get(path).status_code == 404
    client = sign_in(keeper)
    assert "hari terlambat" in client.get(reverse("office_leases")).content.decode()
    path = reverse("office_lease", args=[running.reference])
    fields = {"action": "pay", "pay-kind": "rent", "pay-paid_on": timezone.localdate().isoformat()}
    assert client.post(path, fields).status_code == 400
    assert client.post(path, fields | {"pay-amount": "500rb", "pay-receipt": "STS-9"}).status_code == 302
    assert LeasePayment.objects.get().amount == RENT
    assert client.post(path, {"action": "fly"}).status_code == 400
    client = sign_in(administrator)
    for name in ("lease", "leasecharge", "leasepayment"):
        assert client.get(reverse(f"admin:facility_{name}_changelist")).status_code == 200
    assert client.get(reverse("admin:facility_lease_change", args=[running.pk])).status_code == 200
    done = client.post(
        reverse("admin:facility_lease_add"),
        {
            "unit": records.unit("stall").pk,
            "business": running.business_id,
            "starts_on": timezone.localdate().isoformat(),
            "months": "6",
            "rent": "400000",
            "deposit": "0",
        },
    )
    assert done.status_code == 302, done.content.decode()[:2000]
