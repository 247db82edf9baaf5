"""What the office decides about an application, and what the bank answers: one function per step.

Every one of them locks the business before the application and the application before the budget, the one order in which
they are locked everywhere; tells the applicant what happened, what comes next and by when.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.enums import Purpose
from accounts.models import Consent
from core import outbox
from core.dates import date_in_words
from core.indonesia import rupiah
from core.optimistic import lock_version
from core.workflow import lock, take_step
from credit import parts
from credit.deadlines import due_on
from credit.eligibility import check
from credit.enums import CollateralKind
from credit.models import ApplicationCorrection
from credit.reapply import reapply_day
from credit.selectors import facts_of
from credit.services import letters
from credit.services.budget import release_budget, reserve_subsidy
from credit.standards import expected_answer
from ikm.enums import VisitStatus
from ikm.notifications import tell_speakers
from ikm.policies import speaks_for
from ikm.services.visits import cancel_visit


@dataclass(frozen=True)
class Correction:
    """One answer or document (`field` as in credit.parts) that the applicant is to put right, and how."""

    field: str
    note: str


# --- What all steps share ---------------------------------------------------------------------------------------------


def take_as_other(application, step, *, actor, version=None, note="", **fields):
    """take_step, refused to who speaks for the business: nobody decides on his or her own application."""
    if speaks_for(actor, application.business_id):
        raise PermissionDenied(_("Anda mewakili usaha ini, sehingga orang lain yang memutuskan."))
    if version is not None:
        lock_version(application, version, actor)
    return take_step(application, step, actor=actor, note=note.strip(), **fields)


def _tell(application, *, title, body):
    tell_speakers(
        application.business,
        title=title,
        body=body,
        link=reverse("credit_application", args=[application.reference]),
    )


def _by(application):
    """`paling lambat 27 November 2026` for the stage that `application` has entered; "secepatnya" where none is promised."""
    day = due_on(application)
    return _("paling lambat %(day)s") % {"day": date_in_words(day)} if day else _("secepatnya")


def _sentence(text):
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _reason_in_words(reason):
    """(label, advice) in the language of who reads."""
    if get_language() == "en":
        return reason.label_en or reason.label, reason.advice_en or reason.advice
    return reason.label, reason.advice


def _again(reapply_on):
    if reapply_on <= timezone.localdate():
        return _("Anda boleh mengajukan lagi sekarang juga.")
    return _("Anda boleh mengajukan lagi mulai %(day)s.") % {"day": date_in_words(reapply_on)}


# --- The office -------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_correction(application, items, *, actor, version=None, note=""):
    """Send an application back, naming what is to be put right (`items`: Corrections).

    Raises ValidationError when nothing is named, a part is unknown or named twice, or an explanation is missing.
    """
    items = list(items)
    if not items:
        raise ValidationError(_("Pilih paling sedikit satu isian atau dokumen yang harus diperbaiki."))
    names = [item.field for item in items]
    for item in items:
        if item.field not in parts.PARTS:
            raise ValidationError(
                _("Isian “%(field)s” tidak dapat diminta perbaikannya.") % {"field": item.field}
            )
        label = parts.PARTS[item.field].label
        if names.count(item.field) > 1:
            raise ValidationError(_("Isian “%(field)s” disebut dua kali.") % {"field": label})
        if not item.note.strip():
            raise ValidationError(
                _("Jelaskan apa yang harus diperbaiki pada “%(field)s”.") % {"field": label}
            )
    returned = take_as_other(application, "ask_correction", actor=actor, version=version, note=note)
    # What was asked earlier and is not answered yet is replaced by what is asked now.
    returned.corrections.filter(answered_at__isnull=True, field__in=names).update(answered_at=timezone.now())
    for item in items:
        asked = ApplicationCorrection(
            application=returned, field=item.field, note=item.note.strip(), asked_by=actor
        )
        asked.full_clean()
        asked.save()
    _tell(
        returned,
        title=lambda: _("Permohonan kredit perlu diperbaiki"),
        body=lambda: (
            _(
                "Perbaiki bagian ini, lalu kirim lagi: %(fields)s. Isian lain tidak perlu diubah. Waktu pemeriksaan "
                "berhenti sampai Anda mengirimnya."
            )
            % {"fields": ", ".join(str(parts.PARTS[name].label) for name in names)}
        ),
    )
    return returned


@transaction.atomic
def verify_application(application, *, actor, monthly_turnover, monthly_cost, note="", version=None):
    """Record what the visit found out: turnover and cost of a month. Only who carried the visit out records it.

    Raises ValidationError while the visit is not done, or a figure is missing.
    """
    errors = {}
    if monthly_turnover is None:
        errors["monthly_turnover"] = _("Isi omzet sebulan menurut kunjungan.")
    if monthly_cost is None:
        errors["monthly_cost"] = _("Isi biaya sebulan menurut kunjungan.")
    verified = take_as_other(
        application,
        "verify",
        actor=actor,
        version=version,
        note=note,
        verified_note=note.strip(),
        monthly_turnover=monthly_turnover,
        monthly_cost=monthly_cost,
    )
    visit = verified.visit
    if visit is None or visit.status != VisitStatus.DONE:
        raise ValidationError(_("Kunjungan ke usaha ini belum selesai. Catat dahulu hasil kunjungannya."))
    if visit.verifier_id != actor.pk:
        raise PermissionDenied(
            _("Kunjungan ini dilakukan %(name)s, yang juga mencatat hasilnya.") % {"name": visit.verifier}
        )
    if errors:
        raise ValidationError(errors)
    _tell(
        verified,
        title=lambda: _("Verifikasi permohonan kredit selesai"),
        body=lambda: (
            _("Kunjungan ke %(name)s sudah dicatat. Petugas kredit memutuskan rekomendasi %(by)s.")
            % {"name": verified.business, "by": _by(verified)}
        ),
    )
    return verified


def _check_loan(application, amount, months):
    """Whether `amount` and `months` can be lent on this application, as errors by field."""
    version, errors = application.scheme_version, {}
    secured = application.collateral_kind not in {"", CollateralKind.NONE}
    most = min(version.secured_max if secured else version.unsecured_max, application.amount)
    if amount is None or not version.amount_min <= amount <= most:
        errors["amount"] = _("Isi jumlah antara %(least)s dan %(most)s.") % {
            "least": rupiah(version.amount_min),
            "most": rupiah(most),
        }
    elif amount % version.amount_step:
        errors["amount"] = _("Jumlah harus kelipatan %(step)s.") % {"step": rupiah(version.amount_step)}
    if months is None or not version.months_min <= months <= version.months_max:
        errors["months"] = _("Isi jangka waktu %(least)s sampai %(most)s bulan.") % {
            "least": version.months_min,
            "most": version.months_max,
        }
    return errors


def findings_on(application, *, amount, months, day=None):
    """The eligibility Findings of an application for a loan of `amount` over `months`, as things stand today."""
    facts = facts_of(
        application.business,
        application.owner,
        application.scheme_version,
        amount=amount,
        months=months,
        collateral=application.collateral_kind not in {"", CollateralKind.NONE},
    )
    return check(application.scheme_version.rules.all(), facts, day or timezone.localdate())


@transaction.atomic
def recommend_application(application, *, actor, amount, months, bank, note="", version=None):
    """Recommend a verified application to `bank` and reserve the whole future subsidy of the loan by budget year.

    Raises ValidationError when the loan lies outside the scheme or above what was asked, a condition is not met (with what
    would meet it), or a budget year lacks room.
    """
    if bank is None or not bank.is_active:
        raise ValidationError({"bank": _("Pilih bank yang menyalurkan.")})
    found = findings_on(application, amount=amount, months=months) if amount and months else []
    recommended = take_as_other(
        application,
        "recommend",
        actor=actor,
        version=version,
        note=note,
        findings=[finding.as_json() for finding in found],
        # What does not fit is refused below, with the sentence beside its field.
        recommended_amount=amount,
        recommended_months=months,
        bank=bank,
    )
    if errors := _check_loan(recommended, amount, months):
        raise ValidationError(errors)
    if failed := [finding for finding in found if not finding.passed]:
        raise ValidationError([f"{finding.label}: {finding.sentence}" for finding in failed])
    reserve_subsidy(recommended, amount=amount, months=months, bank=bank)
    _tell(
        recommended,
        title=lambda: _("Permohonan kredit direkomendasikan"),
        body=lambda: (
            _(
                "%(amount)s selama %(months)d bulan melalui %(bank)s. Pimpinan memutuskan penerusan ke bank %(by)s."
            )
            % {"amount": rupiah(amount), "months": months, "bank": bank, "by": _by(recommended)}
        ),
    )
    return recommended


@transaction.atomic
def decline_application(application, *, actor, reason, note="", signatory=None, version=None):
    """Do not recommend, for a Reason on which the applicant can act; the letter goes out, signed by `signatory` (default:
    who signs today), and what was planned or reserved for the application is freed."""
    if reason is None or not reason.is_active or not reason.for_office:
        raise ValidationError({"reason": _("Pilih alasan yang dapat ditindaklanjuti pemohon.")})
    lock(application.business, actor)
    reapply_on = reapply_day(reason)
    declined = take_as_other(
        application,
        "decline",
        actor=actor,
        version=version,
        note=note,
        reason=reason,
        reason_note=note.strip(),
        reapply_on=reapply_on,
    )
    release_budget(declined)
    _call_off_visit(declined, actor=actor)
    letters.issue_refusal(declined, actor=actor, signatory=signatory)
    _tell_refused(
        declined,
        title=lambda: _("Permohonan kredit tidak direkomendasikan"),
        ending=lambda: _("Suratnya dapat Anda unduh."),
    )
    return declined


def _call_off_visit(application, *, actor):
    """A visit that only this application needed is not made any more."""
    visit = application.visit
    business = application.business
    needed = business.verified_on is None or business.is_stale
    if visit and visit.status == VisitStatus.PLANNED and not needed and actor.has_perm("ikm.plan_visit"):
        cancel_visit(visit, actor=actor, note=_("Permohonan kredit sudah diputuskan."))


def _tell_refused(application, *, title, ending=lambda: ""):
    def body():
        label, advice = _reason_in_words(application.reason)
        sentences = [
            _("Alasan: %(reason)s") % {"reason": _sentence(label)},
            _sentence(application.reason_note),
            _sentence(advice),
            _again(application.reapply_on),
            ending(),
        ]
        return " ".join(sentence for sentence in sentences if sentence)

    _tell(application, title=title, body=body)


@transaction.atomic
def forward_application(application, *, actor, signatory=None, note="", version=None):
    """Agree to a recommendation and hand it to the bank with the office's letter, signed by `signatory` (default: who
    signs today). Raises ValidationError without the applicant's consent to share the data with the bank."""
    forwarded = take_as_other(application, "forward", actor=actor, version=version, note=note)
    consents = Consent.objects.active(Purpose.SHARE_WITH_BANK).filter(subject=forwarded.reference)
    if not consents.exists():
        raise ValidationError(
            _("Pemohon belum menyetujui datanya diteruskan ke bank. Minta persetujuannya dahulu.")
        )
    letters.issue_recommendation(forwarded, actor=actor, signatory=signatory, answer_by=expected_answer())
    for partner in forwarded.bank.partners.filter(is_active=True):
        outbox.tell(
            partner,
            title=lambda: _("Permohonan kredit baru: %(reference)s") % {"reference": forwarded.reference},
            body=lambda: (
                _("Dinas Perindustrian meneruskan permohonan ini. Mohon diperiksa %(by)s.")
                % {"by": _by(forwarded)}
            ),
            about=forwarded.reference,
        )
    _tell(
        forwarded,
        title=lambda: _("Permohonan kredit diteruskan ke bank"),
        body=lambda: (
            _("%(bank)s memeriksa permohonan Anda mulai %(by)s. Bank dapat menghubungi Anda.")
            % {"bank": forwarded.bank, "by": _by(forwarded)}
        ),
    )
    return forwarded


@transaction.atomic
def return_application(application, *, actor, note, version=None):
    """Send a recommendation back to the credit officer for a reason; its reservation is freed."""
    returned = take_as_other(application, "return_to_verified", actor=actor, version=version, note=note)
    release_budget(returned)
    _tell(
        returned,
        title=lambda: _("Rekomendasi kredit ditinjau lagi"),
        body=lambda: (
            _("Petugas kredit memeriksa rekomendasi Anda sekali lagi. Putusannya %(by)s.")
            % {"by": _by(returned)}
        ),
    )
    return returned


# --- The bank ---------------------------------------------------------------------------------------------------------


def _from_paper(actor, note):
    """An official who records a bank's answer says on which paper it stands."""
    if actor.is_staff and not note.strip():
        raise ValidationError({"note": _("Tuliskan nomor dan tanggal surat bank yang menjadi dasarnya.")})


@transaction.atomic
def start_review(application, *, actor, note=""):
    """The bank has begun to examine."""
    started = take_as_other(application, "start_review", actor=actor, note=note)
    _tell(
        started,
        title=lambda: _("Bank mulai memeriksa permohonan Anda"),
        body=lambda: (
            _("%(bank)s memutuskan %(by)s. Anda tidak perlu berbuat apa-apa.")
            % {"bank": started.bank, "by": _by(started)}
        ),
    )
    return started


@transaction.atomic
def approve_application(
    application, *, actor, amount, months, bank_checked_on=None, bank_grade=None, note=""
):
    """The bank agrees to lend `amount` over `months`, at most what was recommended; the reservation follows the amount.

    An official recording it from paper names the paper in `note`.
    """
    approved = take_as_other(
        application,
        "approve",
        actor=actor,
        note=note,
        approved_amount=amount,
        approved_months=months,
        bank_checked_on=bank_checked_on,
        bank_grade=bank_grade,
    )
    _from_paper(actor, note)
    errors = _check_loan(approved, amount, months)
    if "amount" not in errors and amount > approved.recommended_amount:
        errors["amount"] = _("Jumlah tidak boleh melebihi rekomendasi, %(most)s.") % {
            "most": rupiah(approved.recommended_amount)
        }
    if errors:
        raise ValidationError(errors)
    reserve_subsidy(approved, amount=amount, months=months, bank=approved.bank)
    _tell(
        approved,
        title=lambda: _("Bank menyetujui kredit Anda"),
        body=lambda: (
            _(
                "%(bank)s menyetujui %(amount)s selama %(months)d bulan. Bank mengundang Anda untuk akad %(by)s."
            )
            % {"bank": approved.bank, "amount": rupiah(amount), "months": months, "by": _by(approved)}
        ),
    )
    return approved


@transaction.atomic
def reject_application(application, *, actor, reason, bank_checked_on=None, bank_grade=None, note=""):
    """The bank refuses, for a Reason on which the applicant can act; what was reserved is freed."""
    if reason is None or not reason.is_active or not reason.for_bank:
        raise ValidationError({"reason": _("Pilih alasan yang dapat ditindaklanjuti pemohon.")})
    rejected = take_as_other(
        application,
        "reject",
        actor=actor,
        note=note,
        reason=reason,
        reapply_on=reapply_day(reason),
        bank_checked_on=bank_checked_on,
        bank_grade=bank_grade,
    )
    _from_paper(actor, note)
    release_budget(rejected)
    _tell_refused(
        rejected,
        title=lambda: _("%(bank)s belum dapat memberi kredit") % {"bank": rejected.bank},
        ending=lambda: _("Tanyakan rinciannya kepada bank."),
    )
    return rejected
