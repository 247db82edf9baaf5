"""Kredit Wibawa in the demo city: the scheme, its banks and money, applications in every status and loans with histories.

Names and numbers of banks other than Bank Pasar, of the regulation, and of everybody's money are made up. Rows are written in bulk
through the models, so that every rule of the database holds; what follows from the loans' events is derived by the services.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.enums import Channel, Purpose, Role
from accounts.models import Consent, ConsentText, RoleAssignment, User
from core import dates
from core.indonesia import add_working_days, next_working_day
from core.models import StepLine
from credit.demo.histories import history_of
from credit.demo.months import (
    bank_file_of_last_month,
    claims_of_last_months,
    close_last_days,
    last_months,
    plan_visits_of_next_days,
    spend_until,
)
from credit.demo.papers import attach_papers
from credit.enums import AT_BANK, OPEN, ApplicationStatus, BankKind, LoanStatus, RuleKind
from credit.models import (
    Application,
    ApplicationCorrection,
    Bank,
    EligibilityRule,
    FundPlacement,
    Loan,
    LoanEvent,
    Reason,
    ReferenceRate,
    Scheme,
    SchemeVersion,
)
from credit.services.loans import derive_many, refresh_reservation
from credit.services.reference import STANDARDS
from credit.subsidy import planned_subsidy
from credit.terms import terms_of
from ikm.demo import people
from ikm.demo.load import moment
from ikm.enums import BusinessStatus, RepresentativeKind, RepresentativeStatus, Scale, VisitStatus
from ikm.models import Business, Licence, Ownership, Representative, Visit
from programme.enums import LegalBasisKind, LegalBasisStatus
from programme.models import BudgetLine, LegalBasis
from programme.services.budget import reserve_budget

S = ApplicationStatus

BUDGET_CODE = "3.31.02.2.01.0005"
LAUNCHED_ON = date(2017, 1, 17)
MILLION = 10**6

#: Of which the scheme's rule wants one.
ACCEPTED_LICENCES = ["iumk", "nib"]

#: What verifiers write of a visit, and of what the business earns.
VISIT_NOTES = (
    "Tempat produksi sesuai data, pemilik menerima sendiri.",
    "Produksi berjalan, pesanan sampai akhir bulan sudah penuh.",
    "Bengkel di belakang rumah, mesin terawat, bahan cukup dua minggu.",
    "Usaha ramai; sebagian barang dititipkan di dua toko oleh-oleh.",
)
VERIFIED_NOTES = (
    "Usaha berjalan, pembukuan sederhana tersedia.",
    "Omzet dihitung dari nota tiga bulan terakhir.",
    "Catatan kas harian dilihat, cocok dengan isi gudang.",
    "Omzet menurut buku pesanan; biaya bahan menurut nota pemasok.",
)

#: One in so many applications waits longer than the standard of its stage.
ONE_LATE_IN = 6

#: What the office asks to be put right, of which part.
CORRECTIONS = (
    ("business_photo", "Foto terlalu gelap. Ambil lagi dari depan pada siang hari, papan namanya terlihat."),
    ("ktp", "Nama pada KTP terpotong. Foto seluruh kartu di atas meja."),
    ("purpose", "Sebutkan apa yang dibeli dan kira-kira harganya."),
    ("licence", "Yang terkirim halaman kedua. Kirim halaman yang memuat nomor izin."),
)

#: Payments that come with the bank's file of last month.
IN_FILE = 12

#: What people want the money for, by kind of purpose.
PURPOSES = {
    "working_capital": (
        "Membeli bahan baku untuk pesanan Lebaran.",
        "Menambah stok bahan agar pesanan toko oleh-oleh tidak terlambat.",
        "Modal belanja kain dan malam untuk tiga bulan.",
        "Membayar di muka pemasok kayu jati belanda.",
    ),
    "investment": (
        "Membeli mesin jahit industri kedua.",
        "Membeli oven dua pintu agar produksi naik dua kali.",
        "Memperbaiki atap dan lantai ruang produksi.",
        "Membeli mesin pengemas vakum.",
    ),
}


@dataclass(frozen=True)
class Size:
    """How many applications end in each status; `loans` of them became loans, `planned` of the submitted are then given a
    visit, and those of `visit_planned` were visited and wait for the verifier's findings."""

    loans: int = 300
    draft: int = 6
    submitted: int = 72
    planned: int = 24
    needs_correction: int = 8
    visit_planned: int = 3
    verified: int = 8
    recommended: int = 5
    declined: int = 10
    forwarded: int = 6
    in_bank_review: int = 6
    approved: int = 5
    rejected: int = 8
    signed: int = 4
    withdrawn: int = 5


FULL = Size()

#: The steps to each status: (step, who, working days after the one before at least, at most).
_SUBMIT = ("submit", "applicant", 0, 3)
_VISIT = ("plan_visit", "officer", 1, 3)
_VERIFY = ("verify", "verifier", 1, 6)
_RECOMMEND = ("recommend", "officer", 0, 2)
_FORWARD = ("forward", "approver", 0, 2)
_REVIEW = ("start_review", "bank", 0, 2)
PATHS = {
    S.DRAFT: [],
    S.SUBMITTED: [_SUBMIT],
    S.NEEDS_CORRECTION: [_SUBMIT, ("ask_correction", "officer", 0, 3)],
    S.VISIT_PLANNED: [_SUBMIT, _VISIT],
    S.VERIFIED: [_SUBMIT, _VISIT, _VERIFY],
    S.DECLINED: [_SUBMIT, _VISIT, _VERIFY, ("decline", "officer", 0, 2)],
    S.WITHDRAWN: [_SUBMIT, ("withdraw", "applicant", 1, 9)],
}
PATHS[S.RECOMMENDED] = [*PATHS[S.VERIFIED], _RECOMMEND]
PATHS[S.FORWARDED] = [*PATHS[S.RECOMMENDED], _FORWARD]
PATHS[S.IN_BANK_REVIEW] = [*PATHS[S.FORWARDED], _REVIEW]
PATHS[S.APPROVED] = [*PATHS[S.IN_BANK_REVIEW], ("approve", "bank", 1, 5)]
PATHS[S.REJECTED] = [*PATHS[S.IN_BANK_REVIEW], ("reject", "bank", 1, 5)]
PATHS[S.SIGNED] = [*PATHS[S.APPROVED], ("sign", "bank", 1, 4)]
PATHS[S.DISBURSED] = [*PATHS[S.SIGNED], ("disburse", "bank", 0, 2)]


@transaction.atomic
def seed_demo(*, seed=2017, size=FULL):
    """Add credit to the demo city unless it is there. Returns how many applications were made."""
    if Scheme.objects.exists():
        return 0
    stage = _Stage(Random(f"{seed} credit"), dates.today(), size)
    _money(stage)
    wanted = [(S.DISBURSED, size.loans)] + [
        (status, getattr(size, status)) for status in PATHS if status != S.DISBURSED
    ]
    statuses = [status for status, count in wanted for _number in range(count)]
    applications = _applications(stage, statuses)
    held_back = _loans(stage, [made for made in applications if made.status in {S.SIGNED, S.DISBURSED}])
    bank_file_of_last_month(stage, held_back)
    _reservations(stage, applications)
    claims_of_last_months(stage)
    close_last_days(stage)
    plan_visits_of_next_days(stage, size.planned)
    return len(applications)


class _Stage:
    def __init__(self, rng, today, size):
        self.rng, self.today, self.size = rng, today, size
        emails = {
            "officer": Role.CREDIT_OFFICER,
            "approver": Role.CREDIT_APPROVER,
            "verifier": Role.VERIFIER,
            "bank": Role.PARTNER,
        }
        by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
        shown = [sign_in.email for sign_in in people.SHOWN]
        found = {user.email: user for user in User.objects.filter(email__in=shown)}
        self.people = {name: found[by_role[role]] for name, role in emails.items()}
        self.heroine = found[people.ENTREPRENEUR.email]


# --- The scheme and its money -----------------------------------------------------------------------------------------


def _money(stage):
    """The scheme in two versions, the banks, the placed fund, the reference rates and the budget lines."""
    basis = LegalBasis.objects.create(
        kind=LegalBasisKind.PERWAL,
        number="1 (contoh)",
        year=2017,
        about="Kredit Wirausaha Bangkit Jadi Juwara",
        dated_on=date(2017, 1, 10),
        signer="Wali Kota Semarang",
        status=LegalBasisStatus.IN_FORCE,
        in_force_from=LAUNCHED_ON,
    )
    scheme = Scheme.objects.create(
        code="wibawa", name="Kredit Wibawa", full_name="Wirausaha Bangkit Jadi Juwara"
    )
    stage.version = SchemeVersion.objects.create(
        scheme=scheme,
        number=1,
        legal_basis=basis,
        in_force_from=LAUNCHED_ON,
        annual_rate=3,
        unsecured_max=5 * MILLION,
        secured_max=50 * MILLION,
        allocation=["penalty", "fee", "interest", "principal"],
        budget_code=BUDGET_CODE,
    )
    rules = [
        (RuleKind.REGISTERED, None),
        (RuleKind.RESIDENCE, ["33.74"]),
        (RuleKind.MINIMUM_AGE, 17),
        (RuleKind.BUSINESS_AGE, 24),
        (RuleKind.LICENCE, ACCEPTED_LICENCES),
        (RuleKind.NO_OPEN_LOAN, None),
        (RuleKind.AMOUNT, None),
        (RuleKind.MONTHS, None),
        (RuleKind.COLLATERAL, None),
    ]
    EligibilityRule.objects.bulk_create(
        EligibilityRule(scheme_version=stage.version, position=position, kind=kind, limit=limit)
        for position, (kind, limit) in enumerate(rules, 1)
    )
    pasar = Bank.objects.create(name="BPR Bank Pasar Kota Semarang", code="901", kind=BankKind.BPR)
    pasar.partners.add(stage.people["bank"])
    second = Bank.objects.create(name="BPR Contoh Tugu Muda", code="902", kind=BankKind.BPR)
    third = Bank.objects.create(name="Bank Contoh Pandanaran", code="903", kind=BankKind.COMMERCIAL)
    stage.banks = (pasar, pasar, pasar, second, third)
    for kind, rate in ((BankKind.BPR, 9), (BankKind.COMMERCIAL, 8)):
        ReferenceRate.objects.create(
            scheme=scheme,
            bank_kind=kind,
            in_force_from=LAUNCHED_ON,
            annual_rate=rate,
            legal_basis="Perjanjian kerja sama (contoh)",
        )
    FundPlacement.objects.bulk_create(
        [
            FundPlacement(
                scheme=scheme,
                bank=bank,
                placed_on=day,
                amount=amount * MILLION,
                document=f"Penempatan {day.year}",
            )
            for bank, day, amount in (
                (pasar, date(2016, 11, 1), 3000),
                (pasar, date(2017, 2, 1), 2000),
                (second, date(2017, 3, 1), 900),
                (third, date(2018, 3, 1), 600),
            )
        ]
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(
            code=BUDGET_CODE,
            year=year,
            name="Subsidi bunga Kredit Wibawa",
            ceiling=180 * MILLION,
            stated_on=date(min(year, stage.today.year), 1, 2),
            document=f"DPA {year} (contoh)",
        )
        for year in range(stage.today.year - 4, stage.today.year + 5)
    )


# --- Applications -----------------------------------------------------------------------------------------------------


def _borrowers(stage, count):
    """(business, owner) pairs, the heroine's first: small businesses of owners with one business, two years old or more, and
    those without the licence that the scheme asks for only when there are no others."""
    old_enough = stage.today.replace(day=1) - timedelta(days=1100)
    rows = (
        Business.objects.filter(
            status=BusinessStatus.REGISTERED,
            scale=Scale.SMALL,
            registered_on__lte=old_enough,
            founded_year__lte=old_enough.year,
            kelurahan__isnull=False,
        )
        .exclude(representatives__isnull=False)
        .order_by("pk")
    )
    taken = list(rows.annotate(is_licensed=Exists(_accepted_licences(stage.today))))
    stage.rng.shuffle(taken)
    taken.sort(key=lambda business: not business.is_licensed)
    hers = (
        Business.objects.filter(
            representatives__user=stage.heroine,
            representatives__status=RepresentativeStatus.APPROVED,
            status=BusinessStatus.REGISTERED,
        )
        .order_by("pk")
        .first()
    )
    chosen = ([hers] if hers else []) + taken
    owners = {
        ownership.business_id: ownership.owner
        for ownership in Ownership.objects.filter(is_main=True, business__in=chosen).select_related("owner")
    }
    pairs, seen = [], set()
    for business in chosen:
        owner = owners.get(business.pk)
        if owner is not None and owner.pk not in seen:
            seen.add(owner.pk)
            pairs.append((business, owner))
        if len(pairs) == count:
            return pairs
    raise ValueError(f"the register has {len(pairs)} borrowers for {count} applications")


def _accepted_licences(day):
    """The licences of the outer business that the scheme's rule accepts on `day`."""
    return Licence.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=day), business=OuterRef("pk"), kind__in=ACCEPTED_LICENCES
    )


def _accounts(stage, pairs):
    """Who speaks for each business: the heroine for hers, else an account of the owner. {business id: User}"""
    users = {}
    fresh = []
    for number, (business, owner) in enumerate(pairs):
        if business.representatives.filter(user=stage.heroine).exists():
            users[business.pk] = stage.heroine
            continue
        user = User(name=owner.name, email=f"peminjam{number}@warga.example", phone=None)
        user.set_unusable_password()
        fresh.append((business, user))
    User.objects.bulk_create([user for _business, user in fresh])
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user=user, role=Role.ENTREPRENEUR) for _business, user in fresh]
    )
    Representative.objects.bulk_create(
        [
            Representative(
                reference="",
                user=user,
                business=business,
                kind=RepresentativeKind.OWNER,
                status=RepresentativeStatus.APPROVED,
                reason="Saya pemilik usaha ini.",
            )
            for business, user in fresh
        ]
    )
    users |= {business.pk: user for business, user in fresh}
    return users


def _wish(stage):
    """What somebody asks for: amount, months, purpose and collateral."""
    rng = stage.rng
    secured = rng.random() < 0.45
    amount = rng.randrange(6, 51) * MILLION if secured else rng.randrange(2, 11) * MILLION // 2
    kind = rng.choice(list(PURPOSES))
    wish = {
        "amount": amount,
        "months": rng.choice((6, 12, 12, 18, 24, 24, 36)),
        "purpose_kind": kind,
        "purpose": rng.choice(PURPOSES[kind]),
        "collateral_kind": "none",
    }
    if secured:
        vehicle = rng.random() < 0.7
        wish |= {
            "collateral_kind": "vehicle" if vehicle else "land",
            "collateral_description": "BPKB sepeda motor 2021 atas nama sendiri"
            if vehicle
            else "Sertipikat hak milik 84 m², Kota Semarang",
            "collateral_value": amount * rng.randrange(12, 25) // 10,
        }
    return wish


def _path(stage, status, number, loans, nth):
    """[(step, who, day)] up to `status`. What is over began long ago; what is under way took its last step so long ago that it
    is mostly in time. `nth` counts within the status, `number` over all."""
    rng = stage.rng
    steps = [("start", "applicant", 0, 0), *PATHS[status]]
    gaps = [rng.randint(least, most) for _step, _who, least, most in steps]
    if status in OPEN:
        day = add_working_days(stage.today, -_waited(stage, status, nth) - sum(gaps))
    elif status == S.DISBURSED:
        # The first is the heroine's: eight instalments paid.
        day = next_working_day(
            stage.today - timedelta(days=270 if number == 0 else 60 + (number * 1380) // max(1, loans))
        )
    else:
        day = next_working_day(stage.today - timedelta(days=rng.randrange(30, 160)))
    path = []
    for (step, who, _least, _most), gap in zip(steps, gaps, strict=True):
        day = add_working_days(day, gap)
        path.append((step, who, day))
    return path


def _waited(stage, status, nth):
    """How many working days ago the last step was: within the standard of the stage, but for one in ONE_LATE_IN. The
    submitted that are given a visit waited longest."""
    rng = stage.rng
    if status == S.SUBMITTED and nth < stage.size.planned:
        return rng.randint(5, 7)
    standard = STANDARDS.get(status, 8)
    if status in STANDARDS and nth % ONE_LATE_IN == ONE_LATE_IN // 2:
        return standard + (1 if status == S.SUBMITTED else rng.randint(1, 3))
    # Visited yesterday, so planned before.
    return rng.randint(2 if status == S.VISIT_PLANNED else 1, standard)


def _applications(stage, statuses):
    pairs = _borrowers(stage, len(statuses))
    users = _accounts(stage, pairs)
    reasons = {"office": [], "bank": []}
    for reason in Reason.objects.order_by("code"):
        for side in reasons:
            if getattr(reason, f"for_{side}"):
                reasons[side].append(reason)
    made, lines = [], []
    loans = statuses.count(S.DISBURSED)
    for number, (status, (business, owner)) in enumerate(zip(statuses, pairs, strict=True)):
        user = users[business.pk]
        path = _path(stage, status, number, loans, number - statuses.index(status))
        fields = _wish(stage)
        if number == 0:
            fields["months"] = 24  # the heroine's loan still runs
        if status == S.DRAFT:
            fields = {"amount": fields["amount"], "months": fields["months"]}
        else:
            fields["submitted_at"] = moment(path[1][2], 9)
        if any(step == "verify" for step, _who, _day in path):
            turnover = stage.rng.randrange(8, 60) * MILLION
            fields |= {
                "monthly_turnover": turnover,
                "monthly_cost": turnover * stage.rng.randrange(55, 85) // 100,
                "verified_note": stage.rng.choice(VERIFIED_NOTES),
            }
        if status in {S.RECOMMENDED, *AT_BANK}:
            fields |= {
                "bank": stage.rng.choice(stage.banks),
                "recommended_amount": fields["amount"],
                "recommended_months": fields["months"],
            }
        if status in {S.APPROVED, S.SIGNED, S.DISBURSED}:
            fields |= {
                "approved_amount": fields["amount"],
                "approved_months": fields["months"],
                "bank_checked_on": path[-1][2],
                "bank_grade": 1,
            }
        if status in {S.DECLINED, S.REJECTED}:
            reason = stage.rng.choice(reasons["office" if status == S.DECLINED else "bank"])
            fields |= {
                "reason": reason,
                "reapply_on": path[-1][2] + timedelta(days=reason.reapply_after_days),
            }
        application = Application(
            status=status,
            business=business,
            owner=owner,
            applicant=user,
            scheme_version=stage.version,
            created_at=moment(path[0][2], 8),
            **fields,
        )
        made.append(application)
        lines.append(path)
    _visits(stage, made, lines)
    Application.objects.bulk_create(made)
    _step_lines(stage, Application, made, lines)
    _consents(made, lines)
    _papers(made, lines)
    _corrections(stage, made, lines)
    stage.paths = {application.pk: path for application, path in zip(made, lines, strict=True)}
    return made


def _visits(stage, applications, paths):
    """The visits that were made for what is under way now: on the day of the verification, or the working day before."""
    visited = {
        S.VISIT_PLANNED,
        S.VERIFIED,
        S.RECOMMENDED,
        S.DECLINED,
        S.FORWARDED,
        S.IN_BANK_REVIEW,
        S.APPROVED,
    }
    visits = []
    for application, path in zip(applications, paths, strict=True):
        if application.status in visited:
            days = {step: day for step, _who, day in path}
            day = days.get("verify", add_working_days(stage.today, -1))
            application.visit = Visit(
                business=application.business,
                verifier=stage.people["verifier"],
                status=VisitStatus.DONE,
                planned_on=day,
                expected_from=time(10),
                done_at=moment(day, 10),
                is_operating=True,
                result_note=stage.rng.choice(VISIT_NOTES),
            )
            visits.append(application.visit)
    Visit.objects.bulk_create(visits)
    _step_lines(
        stage, Visit, visits, [[("complete", "verifier", visit.planned_on)] for visit in visits], "planned"
    )


def _step_lines(stage, model, records, paths, before=""):
    """The history of each record, as `take_step` would have left it."""
    content_type = ContentType.objects.get_for_model(model)
    rows = []
    for record, path in zip(records, paths, strict=True):
        status = before
        for hour, (step, who, day) in enumerate(path, 8):
            after = str(model.STEPS[step].target) if step in model.STEPS else str(S.DRAFT)
            actor = record.applicant if who == "applicant" else stage.people[who]
            rows.append(
                StepLine(
                    content_type=content_type,
                    object_id=record.pk,
                    step=step,
                    from_status=status,
                    to_status=after,
                    actor=actor,
                    at=moment(day, hour),
                )
            )
            status = after
    StepLine.objects.bulk_create(rows)


def _consents(applications, paths):
    text = ConsentText.objects.filter(purpose=Purpose.SHARE_WITH_BANK).order_by("-version").first()
    Consent.objects.bulk_create(
        [
            Consent(
                subject=application.reference,
                purpose=Purpose.SHARE_WITH_BANK,
                text=text,
                channel=Channel.PORTAL,
                given_by=application.applicant,
                given_at=moment(path[0][2], 8),
            )
            for application, path in zip(applications, paths, strict=True)
            if application.status != S.DRAFT
        ]
    )


def _papers(applications, paths):
    """The papers of whoever waits for an answer: the officials look at them."""
    ours = [
        (application, path)
        for application, path in zip(applications, paths, strict=True)
        if application.status in OPEN and application.status != S.DRAFT
    ]
    attach_papers([application for application, _path in ours], [path[0][2] for _application, path in ours])


def _corrections(stage, applications, paths):
    """One or two parts that were asked to be put right, of each application that went back."""
    rows = []
    for application, path in zip(applications, paths, strict=True):
        if application.status == S.NEEDS_CORRECTION:
            rows += [
                ApplicationCorrection(
                    application=application,
                    field=field,
                    note=note,
                    asked_by=stage.people["officer"],
                    asked_at=moment(path[-1][2], 10),
                )
                for field, note in stage.rng.sample(CORRECTIONS, stage.rng.randint(1, 2))
            ]
    ApplicationCorrection.objects.bulk_create(rows)


# --- Loans ------------------------------------------------------------------------------------------------------------


def _loans(stage, applications):
    """A contract for each signed or disbursed application, and what happened to it since. Returns payments of last month that
    are not booked yet: the bank's file brings them."""
    loans, events, lines, held_back = [], [], [], []
    last_month = last_months(stage.today, 1)[0]
    for number, application in enumerate(applications, 1):
        days = {step: day for step, _who, day in stage.paths[application.pk]}
        loan = Loan(
            application=application,
            business=application.business,
            bank=application.bank,
            scheme_version=stage.version,
            contract_number=f"{number:04d}/PK/{days['sign'].year}",
            account_number=f"{application.bank.code}{7_000_000 + number:08d}",
            signed_on=days["sign"],
            principal=application.approved_amount,
            months=application.approved_months,
            annual_rate=stage.version.annual_rate,
            status=LoanStatus.ACTIVE if application.status == S.DISBURSED else LoanStatus.SIGNED,
            disbursed_on=days.get("disburse"),
        )
        loans.append(loan)
        lines.append([("sign", "bank", days["sign"])])
    Loan.objects.bulk_create(loans)
    bank_user = stage.people["bank"]
    for number, loan in enumerate(loans):
        if loan.disbursed_on is None:
            continue
        happenings = history_of(stage.rng, loan, stage.today, steady=number == 0)
        plain = number and all(one["terms"].get("prepayment") != "fewer" for one in happenings)
        for happened in happenings:
            event = LoanEvent(loan=loan, recorded_by=bank_user, **happened)
            in_file = (
                plain
                and len(held_back) < IN_FILE
                and event.kind == "paid"
                and loan.bank == stage.banks[0]
                and event.on.replace(day=1) == last_month
            )
            (held_back if in_file else events).append(event)
    LoanEvent.objects.bulk_create(events)
    content_type = ContentType.objects.get_for_model(Loan)
    StepLine.objects.bulk_create(
        StepLine(
            content_type=content_type,
            object_id=loan.pk,
            step=step,
            from_status=before,
            to_status=after,
            actor=bank_user,
            at=moment(day, 14),
        )
        for loan in loans
        for step, before, after, day in (
            ("sign", "", "signed", loan.signed_on),
            ("activate", "signed", "active", loan.disbursed_on),
        )
        if day is not None
    )
    derive_many(loans)
    return held_back


def _reservations(stage, applications):
    """What every recommended application and running loan holds of the budget."""
    for application in applications:
        if application.status in {S.RECOMMENDED, S.FORWARDED, S.IN_BANK_REVIEW, S.APPROVED}:
            terms = terms_of(
                stage.version,
                application.recommended_amount,
                application.recommended_months,
                disbursed_on=add_working_days(stage.today, 10),
            )
            rates = ReferenceRate.objects.filter(bank_kind=application.bank.kind)
            series = list(rates.order_by("in_force_from").values_list("in_force_from", "annual_rate"))
            reserve_budget(
                application.reference, code=BUDGET_CODE, by_year=planned_subsidy(terms, series).by_year
            )
    for loan in Loan.objects.order_by("pk"):
        refresh_reservation(loan)
    spend_until(stage, last_months(stage.today, 3)[-1])
