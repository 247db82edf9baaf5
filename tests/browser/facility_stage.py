"""A centre, bookings, a lease and event stalls of a maker, written into the portal's database by `manage.py shell`."""

import itertools
import json
from datetime import time

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from core.dates import add_months
from facility.models import LeasePayment
from facility.services.bookings import book_unit
from facility.services.events import draw_event, enter_event
from facility.services.leases import sign_lease
from tests.facility import records
from tests.ikm import businesses

EMAIL, NEIGHBOUR = "dewi.fasilitas@contoh.id", "eko.fasilitas@contoh.id"
PASSWORD = "kata-sandi-panjang-1"


def _maker(email, name, shop):
    user = User.objects.create_user(email=email, name=name, password=PASSWORD)
    grant_role(user, Role.ENTREPRENEUR)
    return user, records.registered(user, name=shop)


def make():
    """Prints the numbers that the journeys need, as JSON."""
    # Other journeys write into the same portal from processes of their own, whose numbers begin at one as well.
    businesses._numbers = itertools.count(91)
    maker, shop = _maker(EMAIL, "Dewi Lestari", "Mebel Dewi")
    neighbour, theirs = _maker(NEIGHBOUR, "Eko Saputro", "Kusen Eko")
    official = User.objects.get(email="klaster@demo.example")
    centre = records.centre(
        name="Bengkel Bersama Mangkang",
        address="Jalan Mangkang Raya 12",
        story="Bengkel kayu dan aula bagi perajin Semarang bagian barat.",
        legal_basis=records.basis(number="530/91", about="Penetapan bengkel bersama"),
        opens_at=time(7),
        closes_at=time(17),
    )
    workshop = records.unit(centre=centre, name="Bengkel kayu", description="Meja kerja dan gergaji")
    hall = records.unit("hall", centre=centre, name="Aula pamer", needs_approval=True, capacity=80)
    saw = records.unit("machine", centre=centre, name="Gergaji pita", maintenance_hours=80)
    stall = records.unit("stall", centre=centre, name="Kios 3")
    day = records.workday(7, weekday=2)
    book_unit(
        workshop,
        theirs,
        actor=neighbour,
        starts_at=records.at(day, "09:00"),
        ends_at=records.at(day, "11:00"),
        purpose="Menyerut kusen",
    )
    now = records.running(saw, by=maker, shop=shop)
    begins = add_months(timezone.localdate(), -4)
    lease = records.lease(stall, business=shop, starts_on=begins, deposit=500_000)
    charges = sign_lease(lease, actor=official).charges.all()
    LeasePayment.objects.create(
        lease=lease, paid_on=begins, amount=charges[0].amount, receipt="STS-9001", recorded_by=official
    )
    unfinished = records.stall_event(name="Pasar Minggu Mangkang", location="Lapangan Mangkang", stalls=12)
    over = records.stall_event(name="Pameran Mebel Mangkang", closed=True, stalls=3)
    own = records.entry(over, shop)
    for number in range(6):
        records.entry(over, records.registered(name=f"Ukir Mangkang {number + 1}"))
    enter_event(unfinished, theirs, actor=neighbour)
    draw_event(over, actor=official)
    print(  # noqa: T201 - read by the journeys
        json.dumps(
            {
                "day": day.isoformat(),
                "centre": centre.reference,
                "workshop": workshop.reference,
                "hall": hall.reference,
                "saw": saw.reference,
                "now": now.reference,
                "lease": lease.reference,
                "open": unfinished.reference,
                "drawn": over.reference,
                "entry": own.reference,
            }
        )
    )
