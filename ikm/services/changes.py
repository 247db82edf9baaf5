"""Changes to a business in the register: proposed by who speaks for it, decided by an official field by field.

Both values are kept as text. NIK and NPWP are not among what can be proposed: they stand sealed in the register and
would lie open in a proposal, so that they are changed at the counter, with the card on the table.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from core import audit, outbox
from core.dates import date_in_words
from core.indonesia import check_licence_number, parse_phone
from core.workflow import StepError, begin, lock, take_step
from ikm.deadlines import due_on
from ikm.enums import BusinessStatus, ChangeStatus, ChangeVerdict, LegalForm
from ikm.models import Area, Business, ChangeItem, ChangeRequest, Kbli, Product
from ikm.parts import PARTS
from ikm.services.figures import refresh_current
from ikm.services.registration import main_owner, told_of_races

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@dataclass(frozen=True)
class Field:
    """How a part of a business becomes text and how text becomes its value. `owner`: it stands with the main owner."""

    attribute: str
    to_text: callable = str
    from_text: callable = str
    show: callable = str
    owner: bool = False


def _optional(convert):
    return lambda text: convert(text) if text else None


def _decimal(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValidationError(_("Titik peta ditulis sebagai angka, contoh -6.983500.")) from None


def _kelurahan(text):
    return Area.objects.get(pk=text, level="kelurahan")


def _kbli(text):
    version, _dash, code = text.partition("-")
    return Kbli.objects.get(version=version, code=code)


def _show_object(find):
    def show(text):
        try:
            return str(find(text)) if text else ""
        except (Area.DoesNotExist, Kbli.DoesNotExist):
            return text

    return show


FIELDS = {
    "name": Field("name"),
    "legal_form": Field("legal_form", show=lambda text: str(dict(LegalForm.choices).get(text, text))),
    "brand": Field("brand"),
    "nib": Field("nib", from_text=_optional(lambda text: check_licence_number("nib", text).number)),
    "founded_year": Field("founded_year", from_text=_optional(int)),
    "main_kbli": Field(
        "main_kbli",
        to_text=lambda kbli: f"{kbli.version}-{kbli.code}",
        from_text=_optional(_kbli),
        show=_show_object(_kbli),
    ),
    "products": Field("products"),
    "address": Field("address"),
    "kelurahan": Field(
        "kelurahan",
        to_text=lambda area: area.pk,
        from_text=_optional(_kelurahan),
        show=_show_object(_kelurahan),
    ),
    "postcode": Field("postcode"),
    "latitude": Field("latitude", from_text=_optional(_decimal)),
    "longitude": Field("longitude", from_text=_optional(_decimal)),
    "phone": Field("phone", from_text=lambda text: parse_phone(text) if text else ""),
    "email": Field("email"),
    "website": Field("website"),
    "visit_days": Field(
        "visit_days",
        to_text=lambda days: ",".join(str(day) for day in sorted(days)),
        from_text=lambda text: [int(day) for day in text.split(",") if day],
        show=lambda text: ", ".join(DAYS[int(day)] for day in text.split(",") if day),
    ),
    "visit_from": Field("visit_from", to_text=lambda time: f"{time:%H:%M}", from_text=_optional(parse_time)),
    "visit_until": Field(
        "visit_until", to_text=lambda time: f"{time:%H:%M}", from_text=_optional(parse_time)
    ),
    "owner_name": Field("name", owner=True),
    "owner_phone": Field("phone", from_text=lambda text: parse_phone(text) if text else "", owner=True),
    "owner_ktp_address": Field("ktp_address", owner=True),
}


def current_text(business, name):
    """What stands now in part `name` of `business`, as a proposal writes it."""
    field = FIELDS[name]
    if name == "products":
        return "\n".join(business.products.values_list("name", flat=True))
    subject = main_owner(business) if field.owner else business
    value = getattr(subject, field.attribute) if subject else ""
    return "" if value in (None, "", []) else field.to_text(value)


def as_text(name, value):
    """`value` of part `name`, as a form gives it, as a proposal writes it."""
    if value in (None, "", []):
        return ""
    if name == "products":
        return _lines(value)
    return value if isinstance(value, str) else FIELDS[name].to_text(value)


def shown(name, text):
    """A proposal's text as people read it."""
    return FIELDS[name].show(text) if name in FIELDS else text


def _plain(text):
    """Text without what a browser or a sheet adds unseen: line ends of another kind, blanks at either end."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _lines(text):
    """Product names one a line, without blanks and repetitions."""
    lines = [" ".join(line.split()) for line in str(text).splitlines()]
    return "\n".join({line.lower(): line for line in lines if line}.values())


@transaction.atomic
def propose_changes(business, *, actor, values):
    """Propose `values`, {part: value}, for a registered business; only what differs becomes a line of the proposal.

    The proposed state as a whole is checked first, so that an official is not asked to accept what cannot be written.
    Raises ValidationError when nothing differs or a proposal is waiting already.
    """
    if not actor.has_perm("ikm.propose_changerequest"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    business = lock(business, actor)
    if business.status != BusinessStatus.REGISTERED:
        raise StepError(_("Hanya usaha terdaftar yang diubah melalui usulan."))
    if business.change_requests.filter(status=ChangeStatus.PROPOSED).exists():
        raise ValidationError(_("Masih ada usulan perubahan yang menunggu keputusan."))
    items = []
    for name, value in values.items():
        if name not in FIELDS:
            raise ValidationError(_("Bagian ini tidak diubah melalui usulan."))
        old, new = current_text(business, name), as_text(name, value)
        if _plain(old) != _plain(new):
            items.append(ChangeItem(field=name, old_value=old, new_value=new))
    if not items:
        raise ValidationError(_("Belum ada isian yang berubah."))
    _check(business, items)
    try:
        with transaction.atomic():
            request = ChangeRequest.objects.create(business=business, proposed_by=actor)
    except IntegrityError as error:
        if (
            getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
            != "ikm_changerequest_one_open_per_business"
        ):
            raise
        raise ValidationError(_("Masih ada usulan perubahan yang menunggu keputusan.")) from error
    for item in items:
        item.request = request
        item.full_clean()
        item.save()
    begin(request, "propose", actor=actor)
    outbox.tell(
        actor,
        title=lambda: _("Usulan perubahan sudah kami terima"),
        body=lambda: (
            _("Nomor %(reference)s untuk %(name)s. Petugas memutus paling lambat %(due)s.")
            % {"reference": request.reference, "name": business, "due": date_in_words(due_on(request))}
        ),
        link=reverse("change_request", args=[business.reference, request.reference]),
        about=request.reference,
    )
    return request


def withdraw_changes(request, *, actor):
    """Take back a proposal that is not decided yet."""
    return take_step(request, "withdraw", actor=actor)


@dataclass(frozen=True)
class Decision:
    """An official's word on one line of a proposal; a refusal needs its reason."""

    accept: bool
    reason: str = ""


@transaction.atomic
def decide_changes(request, *, actor, decisions):
    """Decide a proposal field by field: `decisions` is {part: Decision} for each of its lines.

    Accepted lines are written to the business; the proposer is told of each. Raises ValidationError, with the part as
    the field, when a line is undecided, a refusal lacks its reason or the register changed since the proposal.
    """
    # The business before what hangs on it: the one order in which both are locked everywhere.
    business = lock(request.business, actor)
    decided = take_step(request, "decide", actor=actor, decided_by=actor, decided_at=timezone.now())
    items = list(decided.items.all())
    errors = {}
    for item in items:
        decision = decisions.get(item.field)
        if decision is None:
            errors[item.field] = _("Putuskan bagian ini: terima atau tolak.")
        elif not decision.accept and not decision.reason.strip():
            errors[item.field] = _("Tuliskan alasan menolak bagian ini.")
        elif decision.accept and current_text(business, item.field) != item.old_value:
            errors[item.field] = _(
                "Isi dalam data dinas sudah berubah sejak diusulkan. Tolak bagian ini dan minta usulan baru."
            )
    if errors:
        raise ValidationError(errors)
    accepted = [item for item in items if decisions[item.field].accept]
    _write(business, accepted)
    for item in items:
        decision = decisions[item.field]
        item.verdict = ChangeVerdict.ACCEPTED if decision.accept else ChangeVerdict.REFUSED
        item.reason = decision.reason.strip()
        item.save(update_fields=["verdict", "reason"])
    if accepted:
        outbox.publish(
            "ikm.business.change",
            subject=business.reference,
            data={"fields": sorted(item.field for item in accepted)},
        )
    outbox.tell(
        decided.proposed_by,
        title=lambda: _("Usulan perubahan %(name)s sudah diputus") % {"name": business},
        body=lambda: "\n".join(_told(item) for item in items),
        link=reverse("change_request", args=[business.reference, decided.reference]),
        about=decided.reference,
    )
    if accepted:
        audit.record(
            actor, "ikm.business.change", business, detail={"fields": sorted(item.field for item in accepted)}
        )
    return decided


def _told(item):
    label = PARTS[item.field].label
    if item.verdict == ChangeVerdict.ACCEPTED:
        return _("%(part)s: diterima.") % {"part": label}
    return _("%(part)s: ditolak. %(reason)s") % {"part": label, "reason": item.reason}


def _check(business, items):
    """Whether the business with all `items` applied would be sound; nothing is written."""
    try:
        with transaction.atomic():
            _write(business, items)
            raise _Undo
    except _Undo:
        pass
    business.refresh_from_db()


class _Undo(Exception):
    pass


def _write(business, items):
    owner = main_owner(business)
    for item in items:
        field = FIELDS[item.field]
        if item.field == "products":
            _write_products(business, item.new_value)
            continue
        try:
            value = field.from_text(item.new_value)
        except ValidationError as error:
            raise ValidationError({item.field: error}) from error
        except (ValueError, Area.DoesNotExist, Kbli.DoesNotExist):
            raise ValidationError({item.field: _("Isi bagian ini tidak dikenal.")}) from None
        if field.owner and owner is None:
            raise ValidationError({item.field: _("Usaha ini belum mempunyai pemilik dalam data dinas.")})
        setattr(owner if field.owner else business, field.attribute, value)
    names = {item.field for item in items}
    if names - {"products"}:
        known = Business.objects.exclude(pk=business.pk).exclude(status=BusinessStatus.MERGED)
        if "nib" in names and business.nib and known.filter(nib=business.nib).exists():
            raise ValidationError({"nib": _("NIB ini sudah tercatat pada berkas lain.")})
        with told_of_races():
            business.full_clean()
            business.save()
    if owner is not None and any(FIELDS[name].owner for name in names):
        owner.full_clean()
        owner.save()
    if "products" in names:
        # Last, since saving the business above writes the words it was read with.
        refresh_current([business.pk])


def _write_products(business, text):
    wanted = {line.lower(): line for line in text.splitlines()}
    if not wanted:
        raise ValidationError({"products": _("Sebutkan paling sedikit satu produk.")})
    for product in business.products.all():
        if wanted.pop(product.name.lower(), None) is None:
            product.delete()
    for line in wanted.values():
        product = Product(business=business, name=line)
        product.full_clean()
        product.save()
