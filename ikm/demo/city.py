"""Plans the demo city: every business with its owner, figures, licences, products and consents, as plain data.

The same seed, day and size give the same city. Its history up to 2017 is fixed; what comes after reaches to the day given.
"""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

from accounts.enums import Purpose
from core.references import new_reference
from ikm.demo import places
from ikm.demo.names import invent_name
from ikm.demo.trades import COMPANY_WORDS, EXPORT_COUNTRIES, FACTORIES, TRADES, WORDS
from ikm.enums import BusinessStatus, FigureSource, LegalForm, LicenceKind, Sex

#: The day of the published totals, and the day of the survey they rest on.
PUBLISHED_ON = date(2017, 6, 14)
SURVEYED_ON = date(2017, 5, 31)

MILLION = 10**6
BILLION = 10**9
#: Less than a billion and at most 19 workers: kecil (Permenperin 64/2016).
SMALL_WORKERS = 19
SMALL_INVESTMENT = 950 * MILLION
MEDIUM_INVESTMENT = 14 * BILLION

#: How the city's trade went, 2017 = 1: steady growth, the pandemic, recovery.
YEARS = {
    2013: 0.74, 2014: 0.81, 2015: 0.86, 2016: 0.94, 2017: 1.0, 2018: 1.06, 2019: 1.12, 2020: 0.79, 2021: 0.86,
    2022: 1.02, 2023: 1.11, 2024: 1.18, 2025: 1.25,
}  # fmt: skip
YEARLY_GROWTH = 1.05

#: How many workshops a kecamatan has beside its hubs.
CROWDS = {
    "Semarang Tengah": 6, "Semarang Utara": 7, "Semarang Timur": 6, "Gayamsari": 6, "Genuk": 9, "Pedurungan": 11,
    "Semarang Selatan": 6, "Candisari": 6, "Gajahmungkur": 5, "Tembalang": 9, "Banyumanik": 8, "Gunungpati": 6,
    "Semarang Barat": 9, "Mijen": 6, "Ngaliyan": 7, "Tugu": 4,
}  # fmt: skip

OTHER_BIRTHPLACES = ("332201", "332106", "331503", "332407", "331810", "330905", "347105")
MOBILE_PREFIXES = ("811", "812", "813", "815", "822", "852", "856", "857", "858", "895", "896")


@dataclass(frozen=True, kw_only=True)
class CitySize:
    """What stands in the register on PUBLISHED_ON, and what comes beside it."""

    businesses: int = 3675
    ikm: int = 3497
    workers: int = 29_770
    medium: int = 214
    closed_before: int = 64
    later: int = 470
    twins: int = 40


#: The published totals: 3,675 businesses, of which 3,497 IKM with 29,770 workers.
FULL_SIZE = CitySize()


@dataclass(kw_only=True)
class PlannedOwner:
    reference: str
    name: str
    short: str
    sex: str
    birth_date: date | None
    nik: str
    phone: str
    ktp_address: str
    has_disability: bool = False


@dataclass(kw_only=True)
class PlannedFigure:
    year: int
    stated_on: date
    source: str
    men: int
    women: int
    investment: int
    land_and_buildings: int | None
    turnover: int
    production: Decimal
    unit: str
    raw_material: int
    export_value: int | None
    export_countries: str
    electricity_kwh: int


@dataclass(kw_only=True)
class PlannedLicence:
    kind: str
    number: str
    issuer: str
    issued_on: date | None
    expires_on: date | None = None
    about: str = ""


@dataclass(kw_only=True)
class PlannedBusiness:
    """`values` are fields of Business by name, without its foreign keys."""

    values: dict
    trade: object
    kbli: str
    kelurahan: str
    owner: PlannedOwner
    workers: int
    investment: int
    large: bool = False
    figures: list = field(default_factory=list)
    licences: list = field(default_factory=list)
    products: list = field(default_factory=list)
    consents: list = field(default_factory=list)


class Planner:
    """Invents businesses one by one, never the same number or name twice."""

    def __init__(self, seed, today):
        self.seed = seed
        self.today = today
        self.used = set()
        self.counters = {}
        self.kelurahan = places.kelurahan_by_kecamatan()

    def rng(self, purpose):
        """A source of chance of its own for each purpose, so that a change of one leaves the others as they are."""
        return Random(f"{self.seed}/{purpose}")

    def once(self, make):
        """The first result of `make()` that nobody has yet."""
        while (value := make()) in self.used:
            pass
        self.used.add(value)
        return value

    def serial(self, kind):
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def reference(self, rng, prefix):
        return self.once(lambda: new_reference(prefix, choice=rng.choice))

    def phone(self, rng):
        """A mobile number in the form of real ones, with the four zeros that no real one here has."""
        return self.once(lambda: f"+62{rng.choice(MOBILE_PREFIXES)}0000{rng.randint(0, 9999):04d}")

    def nik(self, rng, kelurahan, birth_date, sex):
        """A NIK of the right form; real serials are small, these begin at 9001."""
        region = kelurahan.code.replace(".", "")[:6] if rng.random() < 0.88 else rng.choice(OTHER_BIRTHPLACES)
        day = birth_date.day + (40 if sex == Sex.FEMALE else 0)
        head = f"{region}{day:02d}{birth_date:%m%y}"
        return f"{head}{9000 + self.serial(head)}"

    def owner(self, rng, kelurahan, women, born=(1948, 1992)):
        sex = Sex.FEMALE if rng.random() < women else Sex.MALE
        name = invent_name(rng, sex)
        birth_date = date(rng.randint(*born), 1, 1) + timedelta(days=rng.randint(0, 364))
        return PlannedOwner(
            reference=self.reference(rng, "PML"),
            name=name.full,
            short=name.short,
            sex=sex,
            birth_date=birth_date,
            nik=self.nik(rng, kelurahan, birth_date, sex),
            phone=self.phone(rng),
            ktp_address=f"{places.address(rng, kelurahan)}, {kelurahan.name}, {kelurahan.kecamatan}",
            has_disability=rng.random() < 0.015,
        )

    def place(self, rng, hubs, index=None):
        """A kelurahan and its number among those of its kecamatan."""
        if index is not None:
            everywhere = [area for areas in self.kelurahan.values() for area in areas]
            area = everywhere[index]
        else:
            names = list(CROWDS)
            kecamatan = rng.choices(names, [CROWDS[name] * hubs.get(name, 1) for name in names])[0]
            area = rng.choice(self.kelurahan[kecamatan])
        return area, self.kelurahan[area.kecamatan].index(area)

    def business_name(self, rng, patterns, owner, kelurahan, legal_form):
        prefix = {LegalForm.UD: "UD ", LegalForm.CV: "CV ", LegalForm.GROUP: "KUB ", LegalForm.PT: "PT "}
        for _attempt in range(8):
            pattern = rng.choice(patterns)
            if owner.sex == Sex.MALE:
                pattern = pattern.replace("Bu {}", "Pak {}")
            else:
                pattern = pattern.replace("Pak {}", "Bu {}")
            name = prefix.get(legal_form, "") + pattern.format(owner.short, w=rng.choice(WORDS))
            if name not in self.used:
                break
        else:
            name = f"{name} {kelurahan.name}"
        while name in self.used:
            name = f"{name} {rng.choice(WORDS)}"
        self.used.add(name)
        return name

    def workshop(self, rng, *, workers=None, medium=False, index=None, trade=None, since=None):
        """A small or medium industry, without dates and figures yet."""
        trade = trade or rng.choices(TRADES, [trade.weight for trade in TRADES])[0]
        kelurahan, place = self.place(rng, trade.hubs, index)
        owner = self.owner(rng, kelurahan, 0.2 + 0.7 * trade.women)
        if workers is None:
            workers = max(1, min(SMALL_WORKERS, round(trade.workers * rng.lognormvariate(-0.08, 0.5))))
        investment = trade.investment * rng.lognormvariate(0, 0.55) * (workers / trade.workers) ** 0.7
        if medium:
            investment = min(MEDIUM_INVESTMENT, max(1_000 * MILLION, round(investment * 4) * MILLION))
            form = rng.choices(
                (LegalForm.CV, LegalForm.PT, LegalForm.UD, LegalForm.INDIVIDUAL), (42, 30, 18, 10)
            )[0]
        else:
            investment = min(SMALL_INVESTMENT, max(2 * MILLION, round(investment * 2) * MILLION // 2))
            form = rng.choices(
                (LegalForm.INDIVIDUAL, LegalForm.UD, LegalForm.CV, LegalForm.GROUP), (82, 10, 5, 3)
            )[0]
            if since and since.year >= 2021 and rng.random() < 0.1:
                form = LegalForm.PT_INDIVIDUAL
        name = self.business_name(rng, trade.names, owner, kelurahan, form)
        planned = self._business(rng, name, trade, kelurahan, place, owner, form, workers, investment)
        count = min(len(trade.products), rng.choice((1, 2, 2, 3)))
        planned.products = sorted(rng.sample(trade.products, count), key=trade.products.index)
        if rng.random() < 0.45:
            planned.values["story"] = f"{trade.story} {self._second_sentence(rng, owner, kelurahan)}"
        return planned

    def factory(self, rng):
        """A large industry."""
        kind = rng.choices(FACTORIES, [factory.weight for factory in FACTORIES])[0]
        kelurahan, place = self.place(rng, {name: 40 for name in kind.places})
        owner = self.owner(rng, kelurahan, 0.2)
        workers = max(60, round(kind.workers * rng.lognormvariate(0, 0.45)))
        investment = max(
            16 * BILLION, round(kind.investment * rng.lognormvariate(0, 0.6) * 10) * BILLION // 10
        )
        words = rng.sample(COMPANY_WORDS, 2)
        name = f"PT {words[0]} {words[1]} {rng.choice(kind.suffixes)}"
        while name in self.used:
            name = f"PT {' '.join(rng.sample(COMPANY_WORDS, 2))} {rng.choice(kind.suffixes)}"
        self.used.add(name)
        planned = self._business(rng, name, kind, kelurahan, place, owner, LegalForm.PT, workers, investment)
        planned.products = list(kind.products)
        planned.large = True
        return planned

    def _business(self, rng, name, trade, kelurahan, place, owner, form, workers, investment):
        latitude, longitude = places.position(rng, kelurahan, place, len(self.kelurahan[kelurahan.kecamatan]))
        located = rng.random() < 0.86
        hours = rng.choice(((8, 16), (9, 15), (7, 12), (13, 17), (8, 20)))
        stated = rng.random() < 0.6
        values = {
            "reference": self.reference(rng, "IKM"),
            "status": BusinessStatus.REGISTERED,
            "name": name,
            "legal_form": form,
            "branch": trade.branch,
            "commodity": trade.commodity,
            "address": places.address(rng, kelurahan),
            "postcode": kelurahan.postcode or "",
            "latitude": Decimal(latitude) if located else None,
            "longitude": Decimal(longitude) if located else None,
            "phone": owner.phone if rng.random() < 0.7 else self.phone(rng),
            "visit_days": sorted(rng.sample(range(6), rng.randint(2, 5))) if stated else [],
            "visit_from": time(hours[0]) if stated else None,
            "visit_until": time(hours[1]) if stated else None,
        }
        return PlannedBusiness(
            values=values,
            trade=trade,
            kbli=trade.kbli,
            kelurahan=kelurahan.code,
            owner=owner,
            workers=workers,
            investment=investment,
        )

    def _second_sentence(self, rng, owner, kelurahan):
        return rng.choice(
            (
                f"Dimulai {owner.short} dari teras rumah di {kelurahan.name}.",
                f"{owner.short} kini mengajari anak muda di {kelurahan.name} membuatnya.",
                "Pernah tutup beberapa bulan saat pandemi, lalu bangkit dengan pesanan lewat WhatsApp.",
                "Sejak ikut pameran Dinas, pesanan datang dari luar kota.",
                f"Tetangga di {kelurahan.name} ikut bekerja saat pesanan ramai.",
            )
        )

    # --- time ---------------------------------------------------------------------------------------------------------

    def day_between(self, rng, first, last):
        return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))

    def settle(self, rng, planned, registered_on, closed_on=None):
        """Give the business its dates, and what follows from them: how fresh it is, licences, consents."""
        values = planned.values
        founded = registered_on.year - int(rng.expovariate(1 / 7))
        values["founded_year"] = max(1952, founded, planned.owner.birth_date.year + 17)
        values["registered_on"] = registered_on
        values["closed_on"] = closed_on
        values["status"] = BusinessStatus.CLOSED if closed_on else BusinessStatus.REGISTERED
        end = closed_on or self.today
        seen = self.day_between(rng, max(registered_on, end - timedelta(days=365 * 3)), end)
        values["verified_on"] = seen
        fresh = not closed_on and rng.random() < 0.62
        values["confirmed_on"] = (
            max(seen, self.day_between(rng, max(registered_on, self.today - timedelta(days=340)), self.today))
            if fresh
            else seen
        )
        if not closed_on:
            self._online(rng, planned)
        self._licences(rng, planned, end)
        self._consents(rng, planned)

    def _online(self, rng, planned):
        values = planned.values
        if values["registered_on"].year >= 2021 or rng.random() < 0.5:
            values["nib"] = (
                f"{rng.choice(('8120', '9120', '0220', '1245'))}{100_000_000 + self.serial('nib') * 37}"
            )
        if values["legal_form"] in (LegalForm.CV, LegalForm.PT, LegalForm.COOPERATIVE) or rng.random() < 0.08:
            values["npwp"] = self._npwp(rng)
        slug = "".join(ch for ch in values["name"].lower() if ch.isalnum())[:30]
        if rng.random() < 0.25:
            values["email"] = f"{slug}@usaha.example"
        if rng.random() < 0.06:
            values["website"] = f"https://{slug}.usaha.example"
        if rng.random() < 0.4:
            words = values["name"].split()
            values["brand"] = (
                " ".join(words[-2:]) if words[0] in ("UD", "CV", "PT", "KUB") else " ".join(words[:3])
            )

    def _npwp(self, rng):
        head = f"{self.serial('npwp') % 100:02d}9{rng.randint(0, 99999):05d}"
        total = 0
        for place, digit in enumerate(reversed(head)):
            doubled = int(digit) * (1 if place % 2 else 2)
            total += doubled - 9 if doubled > 9 else doubled
        return self.once(lambda: f"0{head}{-total % 10}{rng.choice(('503', '504', '508', '511'))}000")

    def _licences(self, rng, planned, end):
        values, owner, add = planned.values, planned.owner, planned.licences.append
        since = values["registered_on"]
        product = planned.products[0]
        if values.get("nib"):
            issued = self.day_between(rng, max(since, date(2018, 8, 1)), end)
            add(PlannedLicence(kind=LicenceKind.NIB, number=values["nib"], issuer="OSS", issued_on=issued))
        if since < date(2019, 1, 1):
            chance = rng.random()
            issued = self.day_between(rng, since, max(since, date(2018, 12, 1)))
            if planned.workers > SMALL_WORKERS or planned.investment >= BILLION:
                number = f"530/{self.serial('iui')}/IUI/{issued.year}"
                add(
                    PlannedLicence(
                        kind=LicenceKind.IUI, number=number, issuer="BPMPT Kota Semarang", issued_on=issued
                    )
                )
            elif chance < 0.35:
                number = f"{self.serial('iumk'):05d}/IUMK/{issued.year}"
                add(
                    PlannedLicence(kind=LicenceKind.IUMK, number=number, issuer="Kecamatan", issued_on=issued)
                )
            elif chance < 0.5:
                number = f"{self.serial('tdi')}/TDI/{issued.year}"
                add(
                    PlannedLicence(
                        kind=LicenceKind.TDI, number=number, issuer="BPMPT Kota Semarang", issued_on=issued
                    )
                )
        food_type = getattr(planned.trade, "food_type", "")
        if food_type and rng.random() < 0.55:
            self._pirt(rng, planned, food_type, product, end)
        if (
            (food_type or planned.trade.kbli in ("21022", "20232"))
            and rng.random() < 0.35
            and end.year >= 2020
        ):
            number = (
                f"ID3311{rng.randint(10**11, 10**12 - 1)}"[:6] + f"{self.serial('halal') + 4 * 10**12:013d}"
            )
            issued = self.day_between(rng, max(since, date(2020, 1, 1)), end)
            add(
                PlannedLicence(
                    kind=LicenceKind.HALAL, number=number, issuer="BPJPH", issued_on=issued, about=product
                )
            )
        if values.get("brand") and rng.random() < 0.3:
            issued = self.day_between(rng, max(since, end - timedelta(days=365 * 11)), end)
            add(
                PlannedLicence(
                    kind=LicenceKind.MEREK,
                    number=f"IDM{self.serial('merek') + 900_000:09d}",
                    issuer="DJKI",
                    issued_on=issued,
                    expires_on=years_after(issued, 10),
                    about=values["brand"],
                )
            )
        if planned.trade.kbli == "32402" and rng.random() < 0.4:
            add(
                PlannedLicence(
                    kind=LicenceKind.SNI,
                    number="SNI ISO 8124-1:2010",
                    issuer="BSN",
                    issued_on=end - timedelta(days=rng.randint(100, 900)),
                )
            )
        if planned.trade.kbli in ("21022", "20232", "10799") and planned.workers > 12 and rng.random() < 0.5:
            issued = self.day_between(rng, max(since, end - timedelta(days=365 * 6)), end)
            add(
                PlannedLicence(
                    kind=LicenceKind.BPOM,
                    number=f"MD{200_000_000_000 + self.serial('bpom') * 7:012d}",
                    issuer="BPOM",
                    issued_on=issued,
                    expires_on=years_after(issued, 5),
                    about=product,
                )
            )
        if (
            planned.trade.branch == "metal"
            and planned.workers > 10
            and rng.random() < 0.15
            and end.year >= 2023
        ):
            issued = self.day_between(rng, max(since, date(2023, 1, 1)), end)
            number = f"{self.serial('tkdn')}/ILMATE/TKDN-IK/{issued.year}"
            add(
                PlannedLicence(
                    kind=LicenceKind.TKDN,
                    number=number,
                    issuer="Kementerian Perindustrian",
                    issued_on=issued,
                    expires_on=years_after(issued, 3),
                    about=f"{product} (TKDN {rng.randint(40, 90)}%)",
                )
            )
        owner.has_disability = owner.has_disability and planned.workers <= SMALL_WORKERS

    def _pirt(self, rng, planned, food_type, product, end):
        """P-IRT for five years; some have run out, some end within weeks."""
        since = planned.values["registered_on"]
        expires = end + timedelta(
            days=rng.choice((-700, -200, -20, 12, 28, 55, 200, 500, 900, 1500)) + rng.randint(0, 40)
        )
        issued = max(years_after(expires, -5), since)
        if expires <= issued:
            expires = years_after(issued, 5)
        serial = self.serial("pirt")
        number = f"{rng.choice('2237')}{food_type}3374{rng.randint(1, 4):02d}{serial % 10_000:04d}-{expires.year % 100:02d}"
        planned.licences.append(
            PlannedLicence(
                kind=LicenceKind.PIRT,
                number=number,
                issuer="Dinas Kesehatan Kota Semarang",
                issued_on=issued,
                expires_on=expires,
                about=product,
            )
        )

    def _consents(self, rng, planned):
        planned.consents.append(Purpose.REGISTER)
        if planned.values["status"] == BusinessStatus.REGISTERED and rng.random() < 0.6:
            planned.consents.append(Purpose.PUBLISH)
            if rng.random() < 0.5:
                planned.consents.append(Purpose.PUBLISH_CONTACT)
            if rng.random() < 0.3:
                planned.consents.append(Purpose.MARKETPLACE)

    # --- figures ------------------------------------------------------------------------------------------------------

    def figure(self, rng, planned, year, stated_on, source, *, exact=False):
        """Figures of a year. `exact`: the workers and investment planned for the survey, without chance."""
        trade = planned.trade
        course = YEARS.get(year) or YEARS[max(YEARS)] * YEARLY_GROWTH ** (year - max(YEARS))
        own = 1 if exact else rng.lognormvariate(0, 0.1)
        workers, investment = planned.workers, planned.investment
        if not exact:
            workers = max(1, round(workers * (1 + (course - 1) * 0.45) * own))
            investment = round(investment * (1.03 ** (year - 2017)) * own, -5)
        women = min(workers, max(0, round(workers * min(0.98, max(0.02, rng.gauss(trade.women, 0.12))))))
        per_worker = trade.turnover_per_worker * BILLION if planned.large else trade.turnover * MILLION
        turnover = round(workers * per_worker * course * own * rng.uniform(0.7, 1.3), -5)
        export = turnover * rng.uniform(0.5, 0.95) if rng.random() < trade.export else None
        return PlannedFigure(
            year=year,
            stated_on=stated_on,
            source=source,
            men=workers - women,
            women=women,
            investment=int(investment),
            land_and_buildings=int(round(investment * rng.uniform(0.4, 2.2), -6))
            if rng.random() < 0.6
            else None,
            turnover=int(turnover),
            production=Decimal(max(1, round(turnover / rng.choice((9_000, 18_000, 60_000, 250_000))))),
            unit=trade.unit,
            raw_material=int(round(turnover * rng.uniform(0.35, 0.6), -5)),
            export_value=int(round(export, -5)) if export else None,
            export_countries=", ".join(rng.sample(EXPORT_COUNTRIES, rng.randint(1, 3))) if export else "",
            electricity_kwh=workers * rng.randint(150, 900),
        )

    def history(self, rng, planned, *, survey, past=None):
        """Figures through the years: yearly to 2016, the survey of 2017, and reports of later years by some.

        `past` draws those up to 2017, so that they do not depend on the day on which the city is made.
        """
        past = past or rng
        registered_on, closed_on = planned.values["registered_on"], planned.values["closed_on"]
        end = closed_on or self.today + timedelta(days=1)
        eager = 0.8 if planned.workers > SMALL_WORKERS else rng.choice((0.15, 0.45, 0.75))
        for year in range(2013, self.today.year):
            stated_on = date(year, 12, 31)
            if year == 2017:
                if survey:
                    figure = self.figure(past, planned, year, SURVEYED_ON, FigureSource.OFFICIAL, exact=True)
                    planned.figures.append(figure)
                continue
            if not registered_on <= stated_on < end:
                continue
            if year < 2017 and past.random() < 0.75:
                planned.figures.append(self.figure(past, planned, year, stated_on, FigureSource.IMPORT))
            elif year > 2017 and rng.random() < eager:
                source = rng.choice(
                    (FigureSource.OWNER, FigureSource.OWNER, FigureSource.VISIT, FigureSource.IMPORT)
                )
                planned.figures.append(self.figure(rng, planned, year, stated_on, source))
        if not planned.figures:
            figure = self.figure(
                rng, planned, registered_on.year, registered_on, FigureSource.OFFICIAL, exact=True
            )
            planned.figures.append(figure)


def years_after(day, years):
    """The same day `years` later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def plan_city(planner, size=FULL_SIZE):
    """All businesses of the register, in the order they are written: [PlannedBusiness]. The last `size.twins` are second
    entries of earlier ones, for somebody to find."""
    standing = _standing_on_the_published_day(planner, size)
    return (
        standing
        + _closed_before(planner, size)
        + (later := _later(planner, size))
        + _twins(planner, size, standing + later)
    )


def _standing_on_the_published_day(planner, size):
    """What the register held on PUBLISHED_ON: exactly `size.businesses`, of which `size.ikm` with `size.workers`."""
    rng = planner.rng("standing")
    medium = [_medium(planner, rng, number) for number in range(size.medium)]
    small = [
        planner.workshop(rng, index=number if number < 177 else None)
        for number in range(size.ikm - size.medium)
    ]
    _meet(rng, small, size.workers - sum(planned.workers for planned in medium))
    large = [planner.factory(rng) for _number in range(size.businesses - size.ikm)]
    standing = small + medium + large
    rng.shuffle(standing)
    for number, planned in enumerate(standing):
        past, since = planner.rng(f"standing/{number}/past"), planner.rng(f"standing/{number}/since")
        registered_on = planner.day_between(past, date(2008, 1, 2), date(2017, 5, 26))
        closed_on = None
        if since.random() < (0.05 if planned.large else 0.09):
            closed_on = planner.day_between(
                since, PUBLISHED_ON + timedelta(days=20), planner.today - timedelta(days=5)
            )
        planner.settle(since, planned, registered_on, closed_on)
        planner.history(since, planned, survey=True, past=past)
    return standing


def _medium(planner, rng, number):
    """Medium: four of five by their workers, the fifth by its investment."""
    workers = (
        rng.randint(8, SMALL_WORKERS) if number % 5 == 0 else min(96, round(20 + rng.expovariate(1 / 14)))
    )
    return planner.workshop(rng, workers=workers, medium=True)


def _meet(rng, businesses, total):
    """Change the workers of small businesses one by one until they add up to `total`."""
    missing = total - sum(planned.workers for planned in businesses)
    step = 1 if missing > 0 else -1
    while missing:
        planned = rng.choice(businesses)
        if 1 <= planned.workers + step <= SMALL_WORKERS:
            planned.workers += step
            missing -= step


def _closed_before(planner, size):
    rng = planner.rng("closed before")
    closed = []
    for _number in range(size.closed_before):
        planned = planner.workshop(rng)
        registered_on = planner.day_between(rng, date(2008, 1, 2), date(2013, 6, 30))
        planner.settle(
            rng, planned, registered_on, planner.day_between(rng, date(2014, 2, 1), date(2017, 5, 1))
        )
        planner.history(rng, planned, survey=False)
        closed.append(planned)
    return closed


def _later(planner, size):
    """Businesses that came after the published day; some are gone again."""
    rng = planner.rng("later")
    newcomers = []
    for _number in range(size.later):
        registered_on = planner.day_between(rng, date(2017, 7, 3), planner.today - timedelta(days=20))
        planned = planner.workshop(rng, since=registered_on)
        closed_on = None
        if rng.random() < 0.07 and registered_on < planner.today - timedelta(days=400):
            closed_on = planner.day_between(
                rng, registered_on + timedelta(days=300), planner.today - timedelta(days=5)
            )
        planner.settle(rng, planned, registered_on, closed_on)
        planner.history(rng, planned, survey=False)
        newcomers.append(planned)
    return newcomers


def _twins(planner, size, businesses):
    """Second entries of businesses that are there already, as different hands write them: no NIK, another spelling."""
    rng = planner.rng("twins")
    open_ones = [
        planned
        for planned in businesses
        if planned.values["status"] == BusinessStatus.REGISTERED and planned.workers <= SMALL_WORKERS
    ]
    twins = []
    for original in rng.sample(open_ones, size.twins):
        twin = planner.workshop(rng, trade=original.trade, workers=original.workers)
        twin.kelurahan = original.kelurahan
        twin.products = original.products[:1]
        twin.owner.name = original.owner.name if rng.random() < 0.7 else respell(rng, original.owner.name)
        twin.owner.sex, twin.owner.nik, twin.owner.birth_date = (
            original.owner.sex,
            "",
            original.owner.birth_date,
        )
        twin.owner.phone = original.owner.phone
        twin.investment = original.investment
        for name in ("latitude", "longitude", "postcode", "legal_form", "commodity", "branch"):
            twin.values[name] = original.values[name]
        twin.values["name"] = respell(rng, original.values["name"])
        twin.values["address"] = (
            shorten(original.values["address"]) if rng.random() < 0.6 else original.values["address"]
        )
        twin.values["phone"] = original.values["phone"] if rng.random() < 0.75 else twin.values["phone"]
        since = max(original.values["registered_on"], date(2019, 1, 7))
        planner.settle(rng, twin, planner.day_between(rng, since, planner.today - timedelta(days=10)))
        for name in ("nib", "npwp", "brand", "story"):
            twin.values.pop(name, None)
        twin.licences = []
        # Nobody was asked twice, so that the directory shows each business once.
        twin.consents = [Purpose.REGISTER]
        planner.history(rng, twin, survey=False)
        twins.append(twin)
    return twins


def respell(rng, text):
    """`text` as another hand writes it: the old spelling, capitals, or a letter doubled, dropped or swapped."""
    spellings = {"Jaya": "Djaya", "Lumpia": "Lunpia", "Mebel": "Meubel", "u": "oe", "y": "i", "f": "v"}
    for new, old in spellings.items():
        if new in text and rng.random() < 0.4:
            return text.replace(new, old, 1)
    if rng.random() < 0.25:
        return text.upper()
    at = rng.choice([place for place in range(1, len(text)) if text[place - 1 : place + 1].islower()] or [1])
    doubled, dropped = text[:at] + text[at - 1 :], text[:at] + text[at + 1 :]
    swapped = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return rng.choice((doubled, dropped, swapped))


def shorten(address):
    """Street and number only, abbreviated as in the office's old sheets."""
    return address.split(" RT ")[0].replace("No. ", "No.").replace("Jl. ", "Jalan ")
