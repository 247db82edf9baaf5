"""What an official examines before deciding on an application: documents, facts, conditions, figures, budget. Reads only."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import age_on, date_in_words
from core.indonesia import display_phone, mask_nik, rupiah
from core.workflow import history
from credit.amortization import effective_rate, schedule, total_interest
from credit.clock import by_stage
from credit.enums import ApplicationStatus, DocumentKind
from credit.parts import PARTS
from credit.services.budget import budget_years, future_subsidy
from credit.standards import planned_disbursement
from credit.terms import terms_of
from ikm.enums import VisitStatus

#: Above this share of what the business has left a month an instalment is marked.
HEAVY_SHARE = Decimal("0.70")


@dataclass(frozen=True)
class Paper:
    """A document of the application; `part` is what a correction of it names, "" for pictures of the visit."""

    label: str
    part: str
    attachment: object = None

    @property
    def is_image(self):
        return self.attachment is not None and self.attachment.content_type_name.startswith("image/")


@dataclass(frozen=True)
class Fact:
    """A line of what is known; `part` is what a correction of it names, "" when the register holds it."""

    label: str
    value: str
    part: str = ""


@dataclass(frozen=True)
class Figures:
    """What a loan costs the business: rupiah; `left` is what it has a month, None before the visit."""

    amount: Decimal
    months: int
    instalment: Decimal
    interest: Decimal
    effective_rate: Decimal
    left: Decimal | None

    @property
    def share(self):
        """Instalment over what is left a month, as a fraction; None when nothing is left or not known."""
        return self.instalment / self.left if self.left and self.left > 0 else None

    @property
    def percent(self):
        share = self.share
        return None if share is None else int((share * 100).to_integral_value(ROUND_UP))

    @property
    def is_heavy(self):
        """Whether the instalment takes more of what is left than HEAVY_SHARE, or nothing is left at all."""
        return self.left is not None and (self.share is None or self.share > HEAVY_SHARE)


@dataclass(frozen=True)
class BudgetYear:
    """What the loan's subsidy needs of a budget year and what is free there; `free` None where no line stands."""

    year: int
    needs: int
    free: Decimal | None

    @property
    def fits(self):
        return self.free is not None and self.needs <= self.free


def papers_of(application):
    """The documents of an application, missing ones too, then the pictures of its visit."""
    files = list(application.attachments.filter(removed_at__isnull=True).order_by("id"))
    found = []
    for kind in DocumentKind:
        own = [file for file in files if file.kind == kind]
        if not own and kind == DocumentKind.COLLATERAL and application.collateral_kind in {"", "none"}:
            continue
        found += [Paper(str(kind.label), str(kind), file) for file in own] or [
            Paper(str(kind.label), str(kind))
        ]
    if application.visit_id:
        pictures = application.visit.attachments.filter(removed_at__isnull=True).order_by("id")
        found += [Paper(_("Foto kunjungan"), "", picture) for picture in pictures]
    return found


def facts(application):
    """[(heading, [Fact])] of the loan that is asked for, the business and its owner."""
    business, owner = application.business, application.owner
    loan = [
        Fact(PARTS["amount"].label, rupiah(application.amount) if application.amount else "", "amount"),
        Fact(
            PARTS["months"].label,
            _("%(months)d bulan") % {"months": application.months} if application.months else "",
            "months",
        ),
        Fact(PARTS["purpose_kind"].label, application.get_purpose_kind_display(), "purpose_kind"),
        Fact(PARTS["purpose"].label, application.purpose, "purpose"),
        Fact(PARTS["collateral_kind"].label, application.get_collateral_kind_display(), "collateral_kind"),
    ]
    if application.collateral_kind not in {"", "none"}:
        loan += [
            Fact(
                PARTS["collateral_description"].label,
                application.collateral_description,
                "collateral_description",
            ),
            Fact(
                PARTS["collateral_value"].label,
                rupiah(application.collateral_value) if application.collateral_value else "",
                "collateral_value",
            ),
        ]
    today = timezone.localdate()
    person = [
        Fact(_("Nama pemilik"), owner.name),
        Fact(_("NIK"), mask_nik(owner.nik) if owner.nik else ""),
        Fact(
            _("Umur"),
            _("%(years)d tahun") % {"years": age_on(owner.birth_date, today)} if owner.birth_date else "",
        ),
        Fact(_("Alamat KTP"), owner.ktp_address),
        Fact(
            _("Telepon"),
            display_phone(owner.phone or business.phone) if owner.phone or business.phone else "",
        ),
    ]
    register = [
        Fact(_("Alamat usaha"), ", ".join(filter(None, [business.address, str(business.kelurahan or "")]))),
        Fact(_("Bidang industri"), business.main_kbli.title if business.main_kbli_id else ""),
        Fact(_("Berdiri"), str(business.founded_year or "")),
        Fact(_("Tenaga kerja"), "" if business.workers is None else str(business.workers)),
        Fact(_("Terdaftar sejak"), date_in_words(business.registered_on) if business.registered_on else ""),
        Fact(_("Izin"), ", ".join(str(licence) for licence in business.licences.all())),
    ]
    return [(_("Pinjaman yang diminta"), loan), (_("Pemilik"), person), (_("Usaha"), register)]


def figures_of(application, *, amount, months):
    """The Figures of a loan of `amount` over `months`; None when it cannot be reckoned."""
    if not amount or not months:
        return None
    try:
        terms = terms_of(application.scheme_version, amount, months, disbursed_on=planned_disbursement())
    except ValueError:
        return None
    instalments = schedule(terms)
    left = None
    if application.monthly_turnover is not None and application.monthly_cost is not None:
        left = application.monthly_turnover - application.monthly_cost
    return Figures(
        amount=amount,
        months=months,
        instalment=max(instalment.total for instalment in instalments),
        interest=total_interest(instalments),
        effective_rate=effective_rate(terms),
        left=left,
    )


def budget_of(application, *, amount, months, bank):
    """(BudgetYears that the loan touches, "" or the sentence why they cannot be reckoned)."""
    if not amount or not months or bank is None:
        return [], ""
    version = application.scheme_version
    try:
        by_year = future_subsidy(version, amount, months, bank_kind=bank.kind)
    except ValidationError as error:
        return [], " ".join(error.messages)
    free = {line.year: line.free for line in budget_years(version)}
    return [BudgetYear(year, needs, free.get(year)) for year, needs in sorted(by_year.items())], ""


def stages_of(application):
    """[(label, days to one decimal)] of the office's and bank's time so far, without the applicant's."""
    labels = dict(ApplicationStatus.choices)
    return [
        (labels[status], round(time / timedelta(days=1), 1))
        for status, time in by_stage(history(application), timezone.now()).items()
    ]


def visit_sentence(application):
    """Where the visit stands, in one sentence; "" without one."""
    visit = application.visit
    if visit is None:
        return ""
    words = {"officer": visit.verifier, "day": date_in_words(visit.planned_on)}
    if visit.status == VisitStatus.DONE:
        state = _("usaha berjalan") if visit.is_operating else _("usaha tidak berjalan")
        sentence = _("Dikunjungi %(officer)s pada %(day)s: %(state)s.") % (words | {"state": state})
        return f"{sentence} {visit.result_note}".strip()
    if visit.status == VisitStatus.PLANNED:
        return _("%(officer)s berkunjung %(day)s.") % words
    return _("Kunjungan %(day)s tidak jadi. Jadwalkan lagi.") % words


LABELS_OF_STEPS = {"start": gettext_lazy("Mulai mengisi")}
