"""An application in the hands of the applicant: started, filled in page by page, sent, corrected, withdrawn."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Purpose
from accounts.models import Consent
from accounts.services import give_consent, withdraw_consent
from core import audit, outbox
from core.attachments import attach_file, copy_attachment
from core.dates import date_in_words
from core.models import Attachment
from core.optimistic import lock_version
from core.workflow import StepError, begin, lock, take_step
from credit.deadlines import due_on
from credit.eligibility import Facts, Rule, check
from credit.enums import AT_BANK, ApplicationStatus, CollateralKind, DocumentKind, RuleKind
from credit.models import Application
from credit.parts import PARTS
from credit.reapply import may_apply_on
from credit.selectors import facts_of, findings_of, tiers_of, version_in_force
from credit.services.budget import release_budget
from ikm.enums import BusinessStatus, VisitStatus
from ikm.models import Business, Owner
from ikm.notifications import tell_speakers
from ikm.services.registration import main_owner
from ikm.services.visits import keep_visit_hours

EDITABLE = {ApplicationStatus.DRAFT, ApplicationStatus.NEEDS_CORRECTION}

#: The page on which a failed rule can be put right; the others rest on the register.
SECTION_OF_RULE = {
    RuleKind.AMOUNT: "pinjaman",
    RuleKind.MONTHS: "pinjaman",
    RuleKind.COLLATERAL: "agunan",
    RuleKind.RESIDENCE: "usaha",
    RuleKind.MINIMUM_AGE: "usaha",
}

ONE_OPEN = {"credit_application_one_open_per_business", "credit_application_one_open_per_owner"}


@dataclass(frozen=True)
class Gap:
    """Something an application still lacks: the page where it is put right ("" when no page of it can), and what to do."""

    section: str
    sentence: str


# --- Starting ---------------------------------------------------------------------------------------------------------


def start_application(business, *, actor, amount=None, months=None):
    """A new draft for `business`, or the draft that is under way. Returns (application, created).

    `amount` and `months` are what the simulator said; what the scheme does not lend is left out. Raises PermissionDenied,
    DoesNotExist (not the actor's business) or ValidationError with a sentence that says what stands in the way.
    """
    if not actor.has_perm("credit.submit_application"):
        raise PermissionDenied(_("Peran Anda tidak mencakup permohonan kredit."))
    business = Business.objects.visible_to(actor).get(pk=business.pk)
    owner = main_owner(business)
    if under_way := _under_way(business, owner):
        return _draft_or_refuse(under_way, business)
    version = version_in_force()
    _refuse_start(business, owner, version)
    values = {"amount": amount, "months": months}
    application = Application(
        business=business,
        owner=owner,
        applicant=actor,
        scheme_version=version,
        **{name: value for name, value in values.items() if not _errors(version, **{name: value})},
    )
    _settle_collateral(application)
    try:
        with transaction.atomic():
            application.save()
            begin(application, "start", actor=actor)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) not in ONE_OPEN:
            raise
        return _draft_or_refuse(_under_way(business, owner), business)
    return application, True


def _under_way(business, owner):
    """The open application of this business or its owner, None if there is none."""
    of_either = Q(business=business) | Q(owner=owner) if owner else Q(business=business)
    return Application.objects.open().filter(of_either).first()


def _draft_or_refuse(application, business):
    """(the draft, False) when it is this business's; otherwise a sentence why there is no second application."""
    if application.business_id != business.pk:
        sentence = _(
            "Pemilik usaha ini masih mempunyai permohonan %(reference)s untuk usaha lain. Selesaikan atau tarik dahulu."
        )
    elif application.status != ApplicationStatus.DRAFT:
        sentence = _(
            "Usaha ini masih mempunyai permohonan %(reference)s yang berjalan. Satu usaha mengajukan satu permohonan."
        )
    else:
        return application, False
    raise ValidationError(sentence % {"reference": application.reference}, code="already_open")


def start_refusal(business):
    """What start_application would refuse a new application of `business` with, as a sentence; "" when it may apply. A draft
    of its own that is under way is no refusal: it is taken up again."""
    owner = main_owner(business)
    try:
        if under_way := _under_way(business, owner):
            _draft_or_refuse(under_way, business)
        else:
            _refuse_start(business, owner, version_in_force())
    except ValidationError as refused:
        return refused.messages[0]
    return ""


def _refuse_start(business, owner, version):
    if version is None:
        raise ValidationError(_("Saat ini tidak ada skema kredit yang berlaku."))
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError(
            _("Usaha ini belum terdaftar. Selesaikan pendaftarannya, lalu ajukan kredit setelah terdaftar."),
            code="not_registered",
        )
    if owner is None:
        raise ValidationError(
            _("Usaha ini belum mempunyai pemilik utama. Usulkan perubahan data usaha lebih dahulu.")
        )
    if day := may_apply_on(business):
        raise ValidationError(
            _("Permohonan sebelumnya ditolak. Anda dapat mengajukan lagi sejak %(day)s.")
            % {"day": date_in_words(day)},
            code="too_early",
        )
    # Who may not be lent to now is told before the pages are filled in, not after.
    rules = [rule for rule in version.rules.all() if rule.kind == RuleKind.NO_OPEN_LOAN]
    for finding in check(rules, facts_of(business, owner, version), timezone.localdate()):
        if not finding.passed:
            raise ValidationError(f"{finding.sentence} {finding.advice}", code=finding.kind)


# --- Filling in -------------------------------------------------------------------------------------------------------


def _editable(application, actor, version=None):
    """`application` locked for `actor`, who may fill it in now; at `version` when one is given."""
    if not actor.has_perm("credit.submit_application"):
        raise PermissionDenied(_("Peran Anda tidak mencakup permohonan kredit."))
    locked = lock(application, actor) if version is None else lock_version(application, version, actor)
    if locked.status not in EDITABLE:
        raise StepError(
            _("Permohonan ini tidak dapat diisi karena statusnya kini “%(status)s”.")
            % {"status": locked.get_status_display()}
        )
    return locked


def asked_parts(application):
    """The names of the parts the office asks to correct; None while the whole application is open (a draft)."""
    if application.status != ApplicationStatus.NEEDS_CORRECTION:
        return None
    asked = set(application.corrections.filter(answered_at__isnull=True).values_list("field", flat=True))
    # Who asks for another amount may thereby need collateral, and its proof.
    if asked & {"amount", "months"} and needs_collateral(application):
        asked |= {name for name, part in PARTS.items() if part.section == "agunan"} | {
            str(DocumentKind.COLLATERAL)
        }
    return asked


def _only_asked(application, names):
    asked = asked_parts(application)
    for name in names:
        if asked is not None and name not in asked:
            raise ValidationError(
                _("Bagian “%(part)s” tidak diminta untuk diperbaiki.") % {"part": PARTS[name].label}
            )


def needs_collateral(application):
    """Whether the amount lies above what the scheme lends without collateral."""
    return bool(application.amount and application.amount > application.scheme_version.unsecured_max)


def _errors(version, *, amount=None, months=None):
    """{field: sentence} of what the scheme does not lend."""
    facts = Facts(tiers=tiers_of(version), amount=amount, months=months)
    rules = {"amount": RuleKind.AMOUNT, "months": RuleKind.MONTHS}
    found = {
        name: check([Rule(kind)], facts, timezone.localdate())[0]
        for name, kind in rules.items()
        if getattr(facts, name) is not None
    }
    return {name: finding.sentence for name, finding in found.items() if not finding.passed}


def _settle_collateral(application):
    """An amount that needs no collateral has none; where it does, "none" is no answer yet (gaps)."""
    if application.amount and not needs_collateral(application):
        application.collateral_kind = CollateralKind.NONE
        application.collateral_description, application.collateral_value = "", None


@transaction.atomic
def save_answers(application, *, actor, version=None, **answers):
    """Write answers of an application that is being filled in, or those asked for while it is being corrected.

    Empty answers are kept as they are: what is missing is told at the end. Raises StaleRecord, StepError or
    ValidationError naming the field.
    """
    application = _editable(application, actor, version)
    _only_asked(application, answers)
    given = {name: answers.get(name) for name in ("amount", "months")}
    if errors := _errors(application.scheme_version, **given):
        raise ValidationError(errors)
    for name, value in answers.items():
        setattr(application, name, value)
    _settle_collateral(application)
    application.full_clean()
    application.save()
    application.refresh_from_db()
    return application


@transaction.atomic
def complete_owner(application, *, actor, version=None, lives_in_area=None, birth_date=None):
    """Add to the register what the rules ask of the owner and it does not know yet; what it knows stays.

    `lives_in_area` False is refused with the sentence that says what to do.
    """
    application = _editable(application, actor, version)
    owner = Owner.objects.select_for_update().get(pk=application.owner_id)
    changed = []
    if lives_in_area is False:
        raise ValidationError(
            {
                "lives_in_area": _(
                    "Kredit ini hanya untuk pemilik dengan KTP di wilayah itu. Ajukan setelah KTP Anda pindah."
                )
            }
        )
    if lives_in_area and not owner.ktp_area_code:
        owner.ktp_area_code = residence_areas(application)[0]
        changed.append("ktp_area_code")
    if birth_date and not owner.birth_date:
        owner.birth_date = birth_date
        changed.append("birth_date")
    if changed:
        owner.full_clean()
        owner.save(update_fields=changed)
        audit.record(actor, "ikm.change_owner", application.business, detail={"fields": changed})
    return owner


def residence_areas(application):
    """The codes of the areas in which the scheme wants the owner to live; empty when it does not ask."""
    for rule in application.scheme_version.rules.all():
        if rule.kind == RuleKind.RESIDENCE:
            return rule.limit
    return []


@transaction.atomic
def save_visit_hours(application, *, actor, days, visit_from=None, visit_until=None):
    """On which days and hours the owner is there, kept with the business while the application is being filled in."""
    application = _editable(application, actor)
    return keep_visit_hours(
        application.business, actor=actor, days=days, visit_from=visit_from, visit_until=visit_until
    )


# --- Documents --------------------------------------------------------------------------------------------------------


def documents(application, kind):
    """The files of one kind that stand with an application, newest first."""
    return application.attachments.filter(kind=kind, removed_at__isnull=True).order_by("-id")


def needed_documents(application):
    """The DocumentKinds that this application needs."""
    return [kind for kind in DocumentKind if kind != DocumentKind.COLLATERAL or needs_collateral(application)]


@transaction.atomic
def add_document(application, *, actor, kind, upload):
    """Hang a file on the application; it stands in the place of an earlier one of its kind."""
    application = _editable(application, actor)
    _only_asked(application, [kind])
    allow = ("image",) if kind == DocumentKind.BUSINESS_PHOTO else ("image", "pdf")
    earlier = [one.pk for one in documents(application, kind)]
    attachment = attach_file(application, upload, kind=str(kind), actor=actor, allow=allow)
    Attachment.objects.filter(pk__in=earlier).update(removed_at=timezone.now())
    return attachment


def reusable_document(application, kind):
    """The newest file of this kind that the register, or an earlier application of the business, has; None if there is none.

    A paper of a licence hangs on the licence itself.
    """
    business = application.business
    sources = [
        business.attachments.all(),
        *[earlier.attachments.all() for earlier in business.credit_applications.exclude(pk=application.pk)],
    ]
    if kind == DocumentKind.LICENCE:
        sources += [licence.attachments.all() for licence in business.licences.all()]
    found = [
        attachment
        for source in sources
        for attachment in source
        if attachment.removed_at is None
        and (attachment.kind == kind or attachment.content_type.model == "licence")
    ]
    return max(found, key=lambda attachment: attachment.pk, default=None)


@transaction.atomic
def reuse_document(application, *, actor, kind):
    """Take the file that the register has already. Raises ValidationError when there is none."""
    application = _editable(application, actor)
    _only_asked(application, [kind])
    known = reusable_document(application, kind)
    if known is None:
        raise ValidationError(_("Data usaha Anda belum mempunyai dokumen ini. Kirim fotonya."))
    earlier = [one.pk for one in documents(application, kind)]
    copy = copy_attachment(known, application, kind=str(kind), actor=actor)
    Attachment.objects.filter(pk__in=earlier).update(removed_at=timezone.now())
    return copy


@transaction.atomic
def remove_document(application, *, actor, kind):
    """Take the files of this kind from an application that is being filled in."""
    application = _editable(application, actor)
    _only_asked(application, [kind])
    if documents(application, kind).update(removed_at=timezone.now()):
        audit.record(actor, "core.remove_attachment", application, detail={"kind": str(kind)})


# --- Consent ----------------------------------------------------------------------------------------------------------


def has_consent(application):
    """Whether the applicant agrees today that the application goes to a bank."""
    return Consent.objects.active(Purpose.SHARE_WITH_BANK).filter(subject=application.reference).exists()


@transaction.atomic
def save_consent(application, *, actor, given, ip_address=None):
    """Give the consent to share the application with the bank, or withdraw it; at any time while it is open.

    Without it the application is not forwarded. What a bank already holds stays with the bank.
    """
    if not actor.has_perm("credit.submit_application"):
        raise PermissionDenied(_("Peran Anda tidak mencakup permohonan kredit."))
    application = lock(application, actor)
    if given:
        return give_consent(application, Purpose.SHARE_WITH_BANK, actor=actor, ip_address=ip_address)
    return withdraw_consent(application, Purpose.SHARE_WITH_BANK, actor=actor)


# --- Sending ----------------------------------------------------------------------------------------------------------


def gaps(application, findings=None):
    """All that keeps `application` from being sent, in the order of the pages; empty when it may be sent.

    Rules whose figures the register may hold incompletely (credit.eligibility.BLOCKING leaves them out) do not stand here.
    """
    kinds = set(
        application.attachments.filter(removed_at__isnull=True).values_list("kind", flat=True).distinct()
    )
    secured = needs_collateral(application)
    needs = [
        ("pinjaman", application.amount, _("Isi jumlah pinjaman.")),
        ("pinjaman", application.months, _("Isi jangka waktu.")),
        ("tujuan", application.purpose_kind, _("Pilih untuk apa pinjaman ini.")),
        ("tujuan", application.purpose, _("Tulis rencana penggunaan pinjaman.")),
        (
            "agunan",
            not secured or application.collateral_kind not in {"", CollateralKind.NONE},
            _("Pilih agunan, atau kecilkan jumlahnya."),
        ),
        ("agunan", not secured or application.collateral_description, _("Tulis uraian agunan.")),
        ("agunan", not secured or application.collateral_value, _("Isi nilai agunan.")),
        *[
            ("berkas", kind in kinds, _("Kirim %(document)s.") % {"document": kind.label})
            for kind in needed_documents(application)
        ],
        ("kunjungan", application.business.visit_days, _("Pilih hari Anda dapat dikunjungi.")),
        ("persetujuan", has_consent(application), _("Setujui penerusan ke bank.")),
    ]
    found = [Gap(section, sentence) for section, value, sentence in needs if not value]
    told = {gap.section for gap in found}
    for finding in findings_of(application) if findings is None else findings:
        section = SECTION_OF_RULE.get(finding.kind, "")
        if finding.blocks and not (section in {"pinjaman", "agunan"} and {"pinjaman", section} & told):
            found.append(Gap(section, f"{finding.sentence} {finding.advice}"))
    return found


@transaction.atomic
def submit_application(application, *, actor):
    """Send a complete application, or a corrected one, to the office. Raises ValidationError with one sentence a gap."""
    locked = lock(application, actor)
    findings = findings_of(locked)
    if locked.status in EDITABLE and (missing := gaps(locked, findings)):
        raise ValidationError([ValidationError(gap.sentence, code=gap.section) for gap in missing])
    sent = take_step(
        application,
        "submit",
        actor=actor,
        submitted_at=locked.submitted_at or timezone.now(),
        findings=[finding.as_json() for finding in findings],
    )
    sent.corrections.filter(answered_at__isnull=True).update(answered_at=timezone.now())
    due = due_on(sent)
    tell_speakers(
        sent.business,
        title=lambda: _("Permohonan kredit %(reference)s sudah kami terima") % {"reference": sent.reference},
        body=lambda: (
            _("Petugas memeriksa berkas %(name)s dan menjadwalkan kunjungan paling lambat %(due)s.")
            % {"name": sent.business, "due": date_in_words(due)}
            if due
            else _("Petugas memeriksa berkas %(name)s dan menjadwalkan kunjungan.") % {"name": sent.business}
        ),
        link=reverse("credit_application", args=[sent.reference]),
    )
    return sent


@transaction.atomic
def withdraw_application(application, *, actor, note=""):
    """Take an application back before it is signed; what it held of the budget is freed, and who waits for it is told.

    The files of a draft that was never sent go with the retention run, as does its consent.
    """
    before = lock(application, actor)
    withdrawn = take_step(application, "withdraw", actor=actor, note=note)
    withdrawn.corrections.filter(answered_at__isnull=True).update(answered_at=timezone.now())
    withdraw_consent(withdrawn, Purpose.SHARE_WITH_BANK, actor=actor)
    if withdrawn.submitted_at is None:
        withdrawn.attachments.filter(removed_at__isnull=True).update(removed_at=timezone.now())
        return withdrawn
    release_budget(withdrawn)
    visit = withdrawn.visit
    if visit is not None and visit.status == VisitStatus.PLANNED:
        outbox.tell(
            visit.verifier,
            title=lambda: _("Permohonan %(reference)s ditarik") % {"reference": withdrawn.reference},
            body=lambda: (
                _("%(name)s menarik permohonan kreditnya. Kunjungan %(visit)s mungkin tidak perlu lagi.")
                % {"name": withdrawn.business, "visit": visit.reference}
            ),
            link=reverse("office_visit", args=[visit.reference]),
            about=withdrawn.reference,
        )
    if before.status in AT_BANK:
        for person in withdrawn.bank.partners.filter(is_active=True):
            outbox.tell(
                person,
                title=lambda: _("Permohonan %(reference)s ditarik") % {"reference": withdrawn.reference},
                body=lambda: _("Pemohon menarik permohonan ini. Jangan diproses lagi."),
                about=withdrawn.reference,
            )
    return withdrawn
