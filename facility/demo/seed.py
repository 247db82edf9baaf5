"""Three centres of the demo city with their units, half a year of use behind them and bookings ahead.

Rows are written in bulk through the models, so that every rule of the database holds; the demo's entrepreneur books through the
services. The same city gives the same bookings.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from core import dates
from core.attachments import attach_file
from core.dates import WIB
from core.indonesia import is_working_day
from core.models import StepLine
from core.references import new_reference
from facility.enums import BookingStatus, CentreStatus, EventStatus, UnitKind
from facility.models import (
    Booking,
    BookingQuota,
    Centre,
    DamageReport,
    Lease,
    LeasePayment,
    Maintenance,
    StallEvent,
    StallEventEntry,
    Unit,
    Usage,
)
from facility.selectors import span
from facility.services.bookings import book_unit
from facility.services.damages import PHOTO, start_repair
from facility.services.events import enter_event, hand_out
from facility.services.leases import sign_lease
from ikm.demo import people
from ikm.demo.load import moment
from ikm.demo.pictures import sample_paper
from ikm.enums import BusinessStatus, RepresentativeStatus
from ikm.models import Area, Business
from programme.demo.seed import FURNITURE, SENTRA
from programme.models import LegalBasis

#: So many businesses use the facilities.
USERS = 60
#: Days of use behind and ahead.
BEHIND, AHEAD = 180, 14

#: (name, status, what its legal basis is about, kelurahan, address, latitude, longitude, story)
CENTRES = [
    (
        "Kampung Tukang Kayu", CentreStatus.PLANNED, FURNITURE, "Bandarharjo", "Belakang Gereja Blenduk, Kota Lama",
        "-6.968100", "110.427900",
        "Sentra mebel di Kota Lama. Kiosnya baru dapat disewa sesudah sentra ini dibuka dan dasar hukumnya berlaku.",
    ),
    (
        "Semarang Kreatif Galeri", CentreStatus.OPEN, SENTRA, "Bandarharjo", "Jalan Cenderawasih, Kota Lama",
        "-6.967500", "110.428500", "Ruang pamer dan ruang bersama bagi kerajinan, fesyen, mebel, dan kuliner.",
    ),
    (
        "Sentra IKM Logam", CentreStatus.OPEN, SENTRA, "Bugangan", "Jalan Barito, Bugangan",
        "-6.973800", "110.439600", "Bengkel dan mesin bersama bagi perajin logam.",
    ),
]  # fmt: skip

#: (centre, name, kind, capacity, minutes of cleaning, needs approval, hours between maintenances, what it is)
UNITS = [
    *[(0, f"Kios {number}", UnitKind.STALL, None, 0, False, None, "Kios mebel") for number in range(1, 9)],
    (0, "Bengkel kayu", UnitKind.WORKSHOP, 12, 30, False, None, "Meja kerja dan alat tangan"),
    (1, "Aula", UnitKind.HALL, 120, 60, True, None, "Pameran dan peragaan"),
    (1, "Ruang rapat", UnitKind.MEETING_ROOM, 16, 15, False, None, "Meja rapat dan layar"),
    (1, "Studio foto produk", UnitKind.WORKSHOP, 6, 15, False, None, "Lampu dan latar"),
    *[(1, f"Kios {number}", UnitKind.STALL, None, 0, False, None, "Kios pamer") for number in range(1, 7)],
    (2, "Bengkel las", UnitKind.WORKSHOP, 8, 30, False, 200, "Las listrik dan las titik"),
    (2, "Mesin bubut", UnitKind.MACHINE, 2, 30, False, 120, "Bubut 1,5 meter"),
    (2, "Mesin potong laser", UnitKind.MACHINE, 2, 15, True, 80, "Pelat sampai 6 mm"),
    (2, "Ruang rapat", UnitKind.MEETING_ROOM, 20, 15, False, None, "Meja rapat"),
]  # fmt: skip

QUOTAS = {UnitKind.HALL: 8, UnitKind.WORKSHOP: 16, UnitKind.MACHINE: 12, UnitKind.MEETING_ROOM: 6}

PURPOSES = (
    "Mengerjakan pesanan", "Mencoba bahan baru", "Rapat pengurus sentra", "Foto produk", "Pelatihan pekerja",
    "Menyiapkan pameran",
)  # fmt: skip


@transaction.atomic
def seed_demo(*, seed=2017):
    """Add the facilities to the demo city unless they are there. Returns how many bookings were made."""
    if Centre.objects.exists():
        return 0
    stage = _Stage(Random(f"{seed} facility"), dates.today())
    _places(stage)
    _past(stage)
    _coming(stage)
    _leases(stage)
    _events(stage)
    _damages(stage)
    return Booking.objects.count()


class _Stage:
    def __init__(self, rng, today):
        self.rng, self.today = rng, today
        by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
        self.officer = User.objects.get(email=by_role[Role.CLUSTER_OFFICER])
        self.heroine = User.objects.get(email=people.ENTREPRENEUR.email)
        spoken_for = Business.objects.filter(
            status=BusinessStatus.REGISTERED,
            representatives__user=self.heroine,
            representatives__status=RepresentativeStatus.APPROVED,
        )
        self.hers = spoken_for.order_by("pk").first()
        others = Business.objects.filter(status=BusinessStatus.REGISTERED).order_by("pk")
        self.shops = list(others[:USERS])
        self.lines = []

    def reference(self, prefix):
        return new_reference(prefix, choice=self.rng.choice)

    def line(self, record, step, before, after, actor, at, note=""):
        self.lines.append(
            StepLine(
                content_type=ContentType.objects.get_for_model(type(record)),
                object_id=record.pk,
                step=step,
                from_status=before,
                to_status=after,
                actor=actor,
                at=at,
                note=note,
            )
        )

    def keep_lines(self):
        StepLine.objects.bulk_create(self.lines)
        self.lines = []


def _places(stage):
    kelurahan = {area.name: area for area in Area.objects.filter(level="kelurahan")}
    law = {
        basis.about: basis for basis in LegalBasis.objects.in_force().filter(about__in=[FURNITURE, SENTRA])
    }
    centres = []
    for name, status, about, place, address, latitude, longitude, story in CENTRES:
        centre = Centre.objects.create(
            reference=stage.reference("FAS"),
            name=name,
            status=status,
            legal_basis=law[about],
            kelurahan=kelurahan.get(place),
            address=address,
            latitude=latitude,
            longitude=longitude,
            story=story,
        )
        if status == CentreStatus.OPEN:
            stage.line(centre, "open", "planned", "open", stage.officer, moment(law[about].in_force_from))
        centres.append(centre)
    stage.units = Unit.objects.bulk_create(
        Unit(
            reference=stage.reference("UNT"),
            centre=centres[index],
            name=name,
            kind=kind,
            capacity=capacity,
            cleaning_minutes=cleaning,
            needs_approval=approval,
            maintenance_hours=every,
            description=description,
        )
        for index, name, kind, capacity, cleaning, approval, every, description in UNITS
    )
    for kind, hours in QUOTAS.items():
        BookingQuota.objects.create(kind=kind, hours=hours, in_force_from=dates.add_months(stage.today, -24))
    stage.bookable = [
        unit for unit in stage.units if unit.is_bookable and unit.centre.status == CentreStatus.OPEN
    ]


def _at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=WIB)


def _past(stage):
    """One or two uses a day of every unit, most of them as booked, some released."""
    rows = []
    for days in range(BEHIND, 0, -1):
        day = stage.today - timedelta(days=days)
        if not is_working_day(day):
            continue
        for unit in stage.bookable:
            if stage.rng.random() < 0.45:
                continue
            begins, hours = stage.rng.choice((8, 9, 10, 13)), stage.rng.choice((1, 2, 2, 3))
            came = stage.rng.random() < 0.92
            rows.append(
                Booking(
                    reference=stage.reference("PSN"),
                    unit=unit,
                    business=stage.rng.choice(stage.shops),
                    during=span(_at(day, begins), _at(day, begins + hours)),
                    purpose=stage.rng.choice(PURPOSES),
                    status=BookingStatus.DONE if came else BookingStatus.RELEASED,
                    booked_by=stage.officer,
                    checked_in_at=_at(day, begins, 2) if came else None,
                    finished_at=_at(day, begins + hours) if came else None,
                    created_at=moment(day - timedelta(days=5)),
                )
            )
    rows = Booking.objects.bulk_create(rows)
    for one in rows:
        stage.line(one, "book", "", "approved", stage.officer, one.created_at)
        if one.status == BookingStatus.DONE:
            stage.line(one, "check_in", "approved", "in_use", stage.officer, one.checked_in_at)
            stage.line(one, "finish", "in_use", "done", stage.officer, one.finished_at)
        else:
            at = one.during.lower + timedelta(minutes=15)
            stage.line(one, "release", "approved", "released", stage.officer, at, "Tidak ada yang datang.")
    stage.keep_lines()
    done = [one for one in rows if one.status == BookingStatus.DONE]
    usages = Usage.objects.bulk_create(
        Usage(
            unit=one.unit,
            booking=one,
            used_on=one.checked_in_at.date(),
            hours=Decimal(int((one.finished_at - one.checked_in_at).total_seconds())) / 3600,
            recorded_by=stage.officer,
            recorded_at=one.finished_at,
        )
        for one in done
    )
    _maintain(stage, usages)


def _maintain(stage, usages):
    """Whatever has an interval was maintained when it was due, the last machine not yet."""
    rows, machines = [], [unit for unit in stage.bookable if unit.maintenance_hours]
    for unit in machines:
        total = last = Decimal(0)
        for usage in usages:
            if usage.unit != unit:
                continue
            total += usage.hours
            if total - last >= unit.maintenance_hours and unit != machines[-1]:
                last = total.quantize(Decimal("0.01"))
                rows.append(
                    Maintenance(
                        unit=unit,
                        done_on=usage.used_on,
                        at_hours=last,
                        note="Dibersihkan, dilumasi, dan disetel.",
                        recorded_by=stage.officer,
                        recorded_at=usage.recorded_at,
                    )
                )
    Maintenance.objects.bulk_create(rows)


def _coming(stage):
    """The next two weeks: what others booked, one request that waits, and what the entrepreneur booked herself."""
    days = [stage.today + timedelta(days=number) for number in range(1, AHEAD + 1)]
    days = [day for day in days if is_working_day(day)]
    rows = []
    for number, day in enumerate(days):
        for unit in stage.bookable:
            if stage.rng.random() < 0.5:
                continue
            begins = stage.rng.choice((8, 10))
            asks = unit.needs_approval and number < 4
            rows.append(
                Booking(
                    reference=stage.reference("PSN"),
                    unit=unit,
                    business=stage.rng.choice(stage.shops),
                    during=span(_at(day, begins), _at(day, begins + 2)),
                    purpose=stage.rng.choice(PURPOSES),
                    status=BookingStatus.REQUESTED if asks else BookingStatus.APPROVED,
                    booked_by=stage.officer,
                    created_at=moment(stage.today - timedelta(days=1)),
                )
            )
    for one in Booking.objects.bulk_create(rows):
        stage.line(one, "book", "", one.status, stage.officer, one.created_at)
    stage.keep_lines()
    if stage.hers is None or not days:
        return
    studio = next(unit for unit in stage.units if unit.name == "Studio foto produk")
    taken = next((one for one in rows if one.unit == studio), None)
    book = {"unit": studio, "business": stage.hers, "actor": stage.heroine, "purpose": "Foto produk baru"}
    book_unit(starts_at=_at(days[-1], 13), ends_at=_at(days[-1], 15), **book)
    if taken is not None:
        book_unit(starts_at=taken.during.lower, ends_at=taken.during.upper, wait=True, **book)


#: Stalls that are let: months ago they began, how many months of rent are paid.
LEASES = [(8, 8), (5, 3), (11, 11), (2, 0)]


def _leases(stage):
    """Stalls of the galeri: some paid up, some in arrears, one about to end."""
    stalls = [
        unit
        for unit in stage.units
        if unit.kind == UnitKind.STALL and unit.centre.status == CentreStatus.OPEN
    ]
    signer = User.objects.get(email=next(one.email for one in people.SHOWN if one.role == Role.ADMINISTRATOR))
    for number, (ago, paid) in enumerate(LEASES):
        begins = dates.add_months(stage.today, -ago)
        lease = Lease.objects.create(
            reference=stage.reference("SWA"),
            unit=stalls[number],
            business=stage.shops[number],
            during=(begins, dates.add_months(begins, 12)),
            months=12,
            rent=400_000,
            deposit=400_000,
        )
        stage.line(lease, "make", "", "draft", stage.officer, moment(begins - timedelta(days=7)))
        stage.keep_lines()
        lease.refresh_from_db()
        charges = sign_lease(lease, actor=signer).charges.all()[:paid]
        LeasePayment.objects.bulk_create(
            LeasePayment(
                lease=lease,
                paid_on=min(charge.due_on, stage.today),
                amount=charge.amount,
                receipt=f"STS-{number + 1}{charge.number:02d}",
                recorded_by=stage.officer,
            )
            for charge in charges
        )


#: (name, stalls, window from and until in days from now, days until it begins)
EVENTS = [("Semarang Craft Week", 6, -21, -7, 10), ("Pasar Minggu Kota Lama", 12, -5, 9, 24)]


def _events(stage):
    """One event whose stalls are drawn, one that businesses enter now, the demo's entrepreneur among them."""
    gallery = Centre.objects.get(name="Semarang Kreatif Galeri")
    for number, (name, stalls, opens, closes, begins) in enumerate(EVENTS):
        first = stage.today + timedelta(days=begins)
        event = StallEvent.objects.create(
            reference=stage.reference("ACR"),
            name=name,
            centre=gallery,
            first_on=first,
            last_on=first + timedelta(days=2),
            stalls=stalls,
            opens_at=_at(stage.today + timedelta(days=opens), 8),
            closes_at=_at(stage.today + timedelta(days=closes), 16),
            rule="Setiap usaha mendapat satu kesempatan. Yang belum pernah mendapat kios acara lebih berpeluang.",
            weight_first_time=Decimal("1.5"),
            weight_no_lease=Decimal("1.2"),
            status=EventStatus.PUBLISHED,
        )
        event.refresh_from_db()
        published = event.opens_at - timedelta(days=3)
        stage.line(event, "publish", "draft", "published", stage.officer, published)
        shops = [shop for shop in stage.shops if shop != stage.hers][number::3]
        entries = StallEventEntry.objects.bulk_create(
            StallEventEntry(
                reference=stage.reference("UND"),
                event=event,
                business=shop,
                entered_at=event.opens_at + timedelta(hours=place),
            )
            for place, shop in enumerate(shops, 1)
        )
        for entry in entries:
            stage.line(entry, "enter", "", "entered", stage.officer, entry.entered_at)
        stage.keep_lines()
        if closes < 0:
            hand_out(event, f"{stage.rng.getrandbits(128):032x}", actor=stage.officer)
        elif stage.hers is not None:
            enter_event(event, stage.hers, actor=stage.heroine)


#: (unit, what is damaged, days ago, whether it is being repaired)
DAMAGES = [
    ("Mesin bubut", "Sabuk penggerak putus, mesin tidak berputar.", 2, True),
    ("Bengkel las", "Kabel las titik terkelupas di dekat pegangan.", 1, False),
]


def _damages(stage):
    """One report that waits, one machine in repair and closed until the day after tomorrow; its bookings are given back."""
    for name, words, ago, in_repair in DAMAGES:
        unit = next(one for one in stage.bookable if one.name == name)
        at = moment(stage.today - timedelta(days=ago))
        report = DamageReport.objects.create(
            reference=stage.reference("RSK"), unit=unit, words=words, reported_by=stage.officer, created_at=at
        )
        photo = sample_paper("FOTO CONTOH", (name, words))
        attach_file(report, photo, kind=PHOTO, actor=stage.officer, allow=("image",))
        stage.line(report, "report", "", "reported", stage.officer, at)
        stage.keep_lines()
        if in_repair:
            start_repair(
                report,
                actor=stage.officer,
                note="Suku cadang sudah dipesan.",
                closed_until=stage.today + timedelta(days=2),
            )
