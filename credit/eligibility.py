"""Whether the conditions of a credit scheme are met, and what would have met them.

Pure: facts and rules in, findings out. A rule is anything with `kind` (RuleKind) and `limit` (None where the kind says it
all). What is not known is neither passed nor failed; its finding says what to fill in.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import add_months, age_on, date_in_words
from core.indonesia import rupiah
from credit.enums import RuleKind
from ikm.enums import LicenceKind

#: An application that fails one of these, or leaves it unknown, is not sent: the office could only decline it. The age of
#: the business and its licence may be older than the register knows, so that they are left to the verifier.
BLOCKING = frozenset(RuleKind) - {RuleKind.BUSINESS_AGE, RuleKind.LICENCE}

REGISTERED = "registered"

#: Cities and regencies that rules name, by Kemendagri code.
AREA_NAMES = {"33.74": "Kota Semarang"}


@dataclass(frozen=True, kw_only=True)
class HeldLicence:
    """A licence of the business; `expires_on` None does not expire."""

    kind: str
    expires_on: date | None = None

    def holds_on(self, day):
        return self.expires_on is None or self.expires_on >= day


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """What may be lent under the scheme: rupiah and months."""

    amount_min: Decimal
    amount_step: Decimal
    unsecured_max: Decimal
    secured_max: Decimal
    months_min: int
    months_max: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an applicant; None is unknown. `age` stands in where the birth date is not asked. `area_code` is
    that of the address on the KTP, never the beginning of the NIK, which says where a person was first registered."""

    tiers: Tiers
    register_status: str | None = None
    birth_date: date | None = None
    age: int | None = None
    business_start: date | None = None
    area_code: str | None = None
    licences: tuple[HeldLicence, ...] | None = None
    has_open_loan: bool | None = None
    amount: Decimal | None = None
    months: int | None = None
    has_collateral: bool | None = None


@dataclass(frozen=True)
class Rule:
    """A condition that is asked alone, outside the rows of a scheme version."""

    kind: str
    limit: object = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The answer of one rule. `passed` None: not known. `figure` is what was looked at, `needed` what passes, in the
    rule's own measure; `passes_on` the day on which waiting alone is enough, None when it is not."""

    kind: str
    passed: bool | None
    figure: object = None
    needed: object = None
    passes_on: date | None = None
    detail: str = field(default="", compare=False)

    @property
    def label(self):
        return TITLES[self.kind]

    @property
    def blocks(self):
        """Whether an application with this finding is not sent."""
        return self.kind in BLOCKING and self.passed is not True

    @property
    def sentence(self):
        """What was looked at and, when it failed, what would have passed."""
        return _SENTENCES[self.kind](self)

    @property
    def advice(self):
        """What to do now; "" when the rule is met."""
        if self.passed:
            return ""
        return str((_TO_FILL_IN if self.passed is None else _TO_DO)[self.kind])

    def as_json(self):
        """To be kept with an application."""
        return {
            "kind": str(self.kind),
            "passed": self.passed,
            "figure": _plain(self.figure),
            "needed": _plain(self.needed),
            "passes_on": self.passes_on and self.passes_on.isoformat(),
            "detail": self.detail,
        }

    @classmethod
    def from_json(cls, kept):
        return cls(
            kind=kept["kind"],
            passed=kept["passed"],
            figure=kept["figure"],
            needed=kept["needed"],
            passes_on=date.fromisoformat(kept["passes_on"]) if kept["passes_on"] else None,
            detail=kept.get("detail", ""),
        )


def check(rules, facts, on):
    """One Finding a rule, in the order of `rules`, as things stand on the day `on`."""
    return [_CHECKS[rule.kind](rule.limit, facts, on) for rule in rules]


def may_be_sent(findings):
    """Whether nothing stands in the way of sending an application."""
    return not any(finding.blocks for finding in findings)


def _plain(value):
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, tuple):
        return list(value)
    return value


# --- The rules --------------------------------------------------------------------------------------------------------


def _registered(limit, facts, on):
    status = facts.register_status
    return Finding(
        kind=RuleKind.REGISTERED,
        passed=None if status is None else status == REGISTERED,
        figure=status,
        needed=REGISTERED,
    )


def _minimum_age(limit, facts, on):
    age = age_on(facts.birth_date, on) if facts.birth_date else facts.age
    passes_on = None
    if age is not None and age < limit and facts.birth_date:
        passes_on = _birthday(facts.birth_date, limit)
    return Finding(
        kind=RuleKind.MINIMUM_AGE,
        passed=None if age is None else age >= limit,
        figure=age,
        needed=limit,
        passes_on=passes_on,
    )


def _birthday(birth, age):
    """The first day on which `core.dates.age_on` counts `age` years."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def _business_age(limit, facts, on):
    start = facts.business_start
    months = None if start is None else _whole_months(start, on)
    return Finding(
        kind=RuleKind.BUSINESS_AGE,
        passed=None if months is None else months >= limit,
        figure=months,
        needed=limit,
        passes_on=None if months is None or months >= limit else add_months(start, limit),
    )


def _whole_months(start, on):
    """Whole months from `start` to `on`; a month is over on the same day of the next, or on its last day."""
    months = (on.year - start.year) * 12 + on.month - start.month
    return max(0, months - (add_months(start, months) > on))


def _residence(limit, facts, on):
    code = facts.area_code or None
    return Finding(
        kind=RuleKind.RESIDENCE,
        passed=None if code is None else any(code == area or code.startswith(f"{area}.") for area in limit),
        figure=code,
        needed=tuple(limit),
    )


def _licence(limit, facts, on):
    held = facts.licences
    accepted = None if held is None else [licence for licence in held if licence.kind in limit]
    lapsed = [licence for licence in accepted or () if not licence.holds_on(on)]
    passed = None if accepted is None else len(lapsed) < len(accepted)
    detail = ""
    if passed is False and lapsed:
        detail = max(licence.expires_on for licence in lapsed).isoformat()
    return Finding(
        kind=RuleKind.LICENCE,
        passed=passed,
        figure=None if held is None else tuple(str(licence.kind) for licence in accepted or held),
        needed=tuple(limit),
        detail=detail,
    )


def _no_open_loan(limit, facts, on):
    return Finding(
        kind=RuleKind.NO_OPEN_LOAN,
        passed=None if facts.has_open_loan is None else not facts.has_open_loan,
        figure=facts.has_open_loan,
        needed=False,
    )


def _amount(limit, facts, on):
    tiers, amount = facts.tiers, facts.amount
    needed = amount
    if amount is not None:
        step = tiers.amount_step
        lowest, highest = -(-tiers.amount_min // step) * step, tiers.secured_max // step * step
        needed = min(max(amount // step * step, lowest), highest)
    return Finding(
        kind=RuleKind.AMOUNT,
        passed=None if amount is None else amount == needed,
        figure=amount,
        needed=needed,
        detail=_amount_range(tiers),
    )


def _amount_range(tiers):
    return f"{int(tiers.amount_min)} {int(tiers.secured_max)} {int(tiers.amount_step)}"


def _months(limit, facts, on):
    tiers, months = facts.tiers, facts.months
    needed = None if months is None else min(max(months, tiers.months_min), tiers.months_max)
    return Finding(
        kind=RuleKind.MONTHS,
        passed=None if months is None else months == needed,
        figure=months,
        needed=needed,
        detail=f"{tiers.months_min} {tiers.months_max}",
    )


def _collateral(limit, facts, on):
    """Above the unsecured tier something must stand for the loan. `needed` is the most that needs nothing."""
    most = facts.tiers.unsecured_max
    if facts.amount is None:
        passed = None
    elif facts.amount <= most:
        passed = True
    else:
        passed = facts.has_collateral
    return Finding(
        kind=RuleKind.COLLATERAL,
        passed=passed,
        figure=facts.amount,
        needed=most,
        detail="secured" if facts.has_collateral else "",
    )


_CHECKS = {
    RuleKind.REGISTERED: _registered,
    RuleKind.MINIMUM_AGE: _minimum_age,
    RuleKind.BUSINESS_AGE: _business_age,
    RuleKind.RESIDENCE: _residence,
    RuleKind.LICENCE: _licence,
    RuleKind.NO_OPEN_LOAN: _no_open_loan,
    RuleKind.AMOUNT: _amount,
    RuleKind.MONTHS: _months,
    RuleKind.COLLATERAL: _collateral,
}


# --- In words ---------------------------------------------------------------------------------------------------------


TITLES = {
    RuleKind.REGISTERED: gettext_lazy("Terdaftar sebagai IKM"),
    RuleKind.MINIMUM_AGE: gettext_lazy("Umur pemilik"),
    RuleKind.BUSINESS_AGE: gettext_lazy("Umur usaha"),
    RuleKind.RESIDENCE: gettext_lazy("Alamat KTP"),
    RuleKind.LICENCE: gettext_lazy("Izin usaha"),
    RuleKind.NO_OPEN_LOAN: gettext_lazy("Pinjaman yang berjalan"),
    RuleKind.AMOUNT: gettext_lazy("Jumlah pinjaman"),
    RuleKind.MONTHS: gettext_lazy("Jangka waktu"),
    RuleKind.COLLATERAL: gettext_lazy("Agunan"),
}

_TO_FILL_IN = {
    RuleKind.REGISTERED: gettext_lazy("Daftarkan usaha Anda di portal ini, gratis."),
    RuleKind.MINIMUM_AGE: gettext_lazy("Isi tanggal lahir pemilik."),
    RuleKind.BUSINESS_AGE: gettext_lazy("Isi tahun usaha Anda berdiri."),
    RuleKind.RESIDENCE: gettext_lazy("Isi kota atau kabupaten pada KTP pemilik."),
    RuleKind.LICENCE: gettext_lazy("Isi izin usaha yang Anda miliki."),
    RuleKind.NO_OPEN_LOAN: gettext_lazy("Kami periksa saat Anda mengajukan."),
    RuleKind.AMOUNT: gettext_lazy("Isi jumlah pinjaman."),
    RuleKind.MONTHS: gettext_lazy("Isi jangka waktu."),
    RuleKind.COLLATERAL: gettext_lazy("Isi jumlah pinjaman dan ada tidaknya agunan."),
}

_TO_DO = {
    RuleKind.REGISTERED: gettext_lazy("Daftarkan usaha Anda di portal ini, lalu ajukan setelah terdaftar."),
    RuleKind.MINIMUM_AGE: gettext_lazy("Ajukan setelah pemilik cukup umur."),
    RuleKind.BUSINESS_AGE: gettext_lazy(
        "Ajukan setelah usaha cukup lama berjalan. Bila tahun berdiri keliru, perbaiki data usaha Anda."
    ),
    RuleKind.RESIDENCE: gettext_lazy("Ajukan setelah KTP pemilik beralamat di wilayah itu."),
    RuleKind.LICENCE: gettext_lazy("Urus NIB gratis di oss.go.id atau minta bantuan di loket dinas."),
    RuleKind.NO_OPEN_LOAN: gettext_lazy("Ajukan lagi setelah pinjaman itu lunas."),
    RuleKind.AMOUNT: gettext_lazy("Ubah jumlah pinjaman."),
    RuleKind.MONTHS: gettext_lazy("Ubah jangka waktu."),
    RuleKind.COLLATERAL: gettext_lazy("Kecilkan jumlahnya, atau sertakan agunan."),
}


def _with_day(sentence, finding):
    if finding.passes_on is None:
        return sentence
    return sentence + " " + _("Memenuhi sejak %(day)s.") % {"day": date_in_words(finding.passes_on)}


def _say_registered(finding):
    if finding.passed is None:
        return _("Belum diketahui apakah usaha ini terdaftar.")
    return _("Usaha terdaftar.") if finding.passed else _("Usaha belum terdaftar di Dinas Perindustrian.")


def _say_minimum_age(finding):
    words = {"age": finding.figure, "needed": finding.needed}
    if finding.passed is None:
        return _("Umur pemilik belum diketahui; paling sedikit %(needed)s tahun.") % words
    if finding.passed:
        return _("Umur pemilik %(age)s tahun.") % words
    return _with_day(_("Umur pemilik %(age)s tahun; paling sedikit %(needed)s tahun.") % words, finding)


def _age_in_words(months):
    """`11 bulan`, `2 tahun`, `12 tahun 10 bulan`."""
    years, rest = divmod(months, 12)
    said = [ngettext("%(count)s tahun", "%(count)s tahun", years) % {"count": years}] if years else []
    if rest or not years:
        said.append(ngettext("%(count)s bulan", "%(count)s bulan", rest) % {"count": rest})
    return " ".join(said)


def _say_business_age(finding):
    words = {
        "age": finding.figure is not None and _age_in_words(finding.figure),
        "needed": _age_in_words(finding.needed),
    }
    if finding.passed is None:
        return _("Umur usaha belum diketahui; paling sedikit %(needed)s.") % words
    if finding.passed:
        return _("Umur usaha %(age)s.") % words
    return _with_day(_("Umur usaha %(age)s; paling sedikit %(needed)s.") % words, finding)


def _say_residence(finding):
    words = {"areas": _listed(AREA_NAMES.get(code, code) for code in finding.needed)}
    if finding.passed is None:
        return _("Alamat KTP belum diketahui; harus di %(areas)s.") % words
    if finding.passed:
        return _("KTP beralamat di %(areas)s.") % words
    return _("KTP beralamat di luar %(areas)s.") % words


def _say_licence(finding):
    names = dict(LicenceKind.choices)
    words = {
        "needed": _listed(names.get(kind, kind) for kind in finding.needed),
        "held": ", ".join(str(names.get(kind, kind)) for kind in dict.fromkeys(finding.figure or ())),
    }
    if finding.passed is None:
        return _("Izin usaha belum diketahui; perlu %(needed)s.") % words
    if finding.passed:
        return _("Izin yang dimiliki: %(held)s.") % words
    if finding.detail:
        words["day"] = date_in_words(date.fromisoformat(finding.detail))
        return _("%(held)s habis masa berlakunya %(day)s; perlu %(needed)s yang masih berlaku.") % words
    if finding.figure:
        return _("Izin yang tercatat: %(held)s; perlu %(needed)s.") % words
    return _("Belum ada izin yang tercatat; perlu %(needed)s.") % words


def _say_no_open_loan(finding):
    if finding.passed is None:
        return _("Belum diperiksa apakah usaha ini atau pemiliknya mempunyai pinjaman Wibawa yang berjalan.")
    if finding.passed:
        return _("Tidak ada pinjaman Wibawa yang berjalan.")
    return _("Usaha ini atau pemiliknya masih mempunyai pinjaman Wibawa yang berjalan.")


def _say_amount(finding):
    lowest, highest, step = (rupiah(int(part)) for part in finding.detail.split())
    words = {"lowest": lowest, "highest": highest, "step": step}
    if finding.passed is None:
        return _("Jumlah pinjaman belum diketahui; %(lowest)s sampai %(highest)s.") % words
    words |= {"amount": rupiah(finding.figure), "needed": rupiah(finding.needed)}
    if finding.passed:
        return _("Jumlah %(amount)s dalam plafon.") % words
    return (
        _(
            "Jumlah %(amount)s tidak dapat dipinjam; %(lowest)s sampai %(highest)s, kelipatan %(step)s. Yang terdekat %(needed)s."
        )
        % words
    )


def _say_months(finding):
    lowest, highest = finding.detail.split()
    words = {"lowest": lowest, "highest": highest, "months": finding.figure}
    if finding.passed is None:
        return _("Jangka waktu belum diketahui; %(lowest)s sampai %(highest)s bulan.") % words
    if finding.passed:
        return _("Jangka waktu %(months)s bulan.") % words
    return _("Jangka waktu %(months)s bulan; harus %(lowest)s sampai %(highest)s bulan.") % words


def _say_collateral(finding):
    words = {"most": rupiah(finding.needed)}
    if finding.figure is None:
        return _("Sampai %(most)s tanpa agunan; di atasnya dengan agunan.") % words
    words["amount"] = rupiah(finding.figure)
    if finding.passed and finding.figure <= finding.needed:
        return _("Sampai %(most)s tidak perlu agunan.") % words
    if finding.passed:
        return _("Agunan disertakan untuk %(amount)s.") % words
    return (
        _("%(amount)s di atas %(most)s. Ajukan paling banyak %(most)s tanpa agunan, atau sertakan agunan.")
        % words
    )


def _listed(names):
    """`A`, `A atau B`, `A, B atau C`."""
    *first, last = [str(name) for name in names]
    return _("%(first)s atau %(last)s") % {"first": ", ".join(first), "last": last} if first else last


_SENTENCES = {
    RuleKind.REGISTERED: _say_registered,
    RuleKind.MINIMUM_AGE: _say_minimum_age,
    RuleKind.BUSINESS_AGE: _say_business_age,
    RuleKind.RESIDENCE: _say_residence,
    RuleKind.LICENCE: _say_licence,
    RuleKind.NO_OPEN_LOAN: _say_no_open_loan,
    RuleKind.AMOUNT: _say_amount,
    RuleKind.MONTHS: _say_months,
    RuleKind.COLLATERAL: _say_collateral,
}
