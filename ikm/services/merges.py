"""Merging two files of one business, with choice per field, and undoing it within thirty days.

Nothing is removed by a merge. What the kept file takes over moves to it; what it does not need (a licence that stands in
both, the figures that were not chosen) stays with the merged file, whose reference leads to the kept one from then on.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accounts.models import Consent
from core import audit, crypto, outbox
from core.dates import date_in_words
from core.languages import in_indonesian
from core.models import Attachment, Letter, StepLine
from core.workflow import StepError
from ikm.enums import BusinessStatus, ChangeStatus, PairStatus, RepresentativeStatus, VisitStatus
from ikm.models import (
    Business,
    ChangeRequest,
    DuplicatePair,
    LetterRequest,
    Licence,
    Merge,
    Ownership,
    Product,
    Representative,
    Visit,
    YearlyFigure,
)
from ikm.services.figures import refresh_current
from ikm.similarity import name_similarity

UNDO_WITHIN = timedelta(days=30)

#: How settled a file is: the kept one may not be less so than the merged one.
RANK = {
    BusinessStatus.REGISTERED: 3,
    BusinessStatus.CLOSED: 2,
    BusinessStatus.SUBMITTED: 1,
    BusinessStatus.NEEDS_CORRECTION: 1,
}

#: Names of owners at least this alike are one person's.
SAME_PERSON = 0.7

KEPT, MERGED, BOTH = "kept", "merged", "both"

#: What is chosen as one: its label and the columns it stands in.
FIELDS = {
    "name": (_l("Nama usaha"), ("name",)),
    "legal_form": (_l("Badan usaha"), ("legal_form",)),
    "nib": (_l("NIB"), ("nib",)),
    "npwp": (_l("NPWP"), ("npwp",)),
    "brand": (_l("Merek dagang"), ("brand",)),
    "branch": (_l("Cabang industri"), ("branch",)),
    "main_kbli": (_l("KBLI utama"), ("main_kbli_id",)),
    "commodity": (_l("Komoditas"), ("commodity",)),
    "story": (_l("Cerita usaha"), ("story",)),
    "address": (_l("Alamat"), ("address", "kelurahan_id", "postcode")),
    "position": (_l("Titik peta"), ("latitude", "longitude")),
    "phone": (_l("Telepon usaha"), ("phone",)),
    "email": (_l("Surel usaha"), ("email",)),
    "website": (_l("Situs"), ("website",)),
    "visit_times": (_l("Waktu kunjungan"), ("visit_days", "visit_from", "visit_until")),
    "founded_year": (_l("Tahun berdiri"), ("founded_year",)),
    "registered_on": (_l("Terdaftar sejak"), ("registered_on",)),
}
SEALED = {"npwp": "ikm.merge.npwp"}

#: Rows that hang on a business and move as they are, unless `_clashes` says that the kept file has the like.
MOVED = (Licence, Product, Visit, ChangeRequest, LetterRequest, Representative)


def moved_models():
    """MOVED, and what other rooms let hang on a business (setting MERGING)."""
    return (*MOVED, *(model for path in settings.MERGING for model in import_module(path).MOVED))


#: Relations that a merge leaves where they are, each for its reason.
STAYING = {
    "correctionitem": "asked about the text of that file",
    "duplicatepair": "handled as the pair that it is",
    "merge": "the record of merges itself",
    "business": "files merged earlier lead on through the chain",
    "importrow": "tells what a sheet wrote, and where",
}


@dataclass
class Plan:
    """What a merge would do: the preview shows it, the merge carries it out."""

    fields: dict  # column -> value the kept file takes from the merged one
    moved: dict = field(default_factory=dict)  # model -> rows that go to the kept file
    returned: dict = field(default_factory=dict)  # model -> rows of the kept file that give way
    staying: dict = field(default_factory=dict)  # model -> rows of the merged file that stay with it
    mains: dict = field(default_factory=dict)  # ownership pk -> is_main afterwards
    licence_files: dict = field(
        default_factory=dict
    )  # licence that stays -> the kept file's own, which takes its files
    attachments: list = field(default_factory=list)
    letters: list = field(default_factory=list)
    consents: list = field(default_factory=list)
    other_kbli: list = field(default_factory=list)


def figure_choice(figure):
    """The name of the choice between two figures of one period."""
    return f"figure_{figure.year}_{figure.period}"


def same_period_figures(kept, merged):
    """[(figure of the kept file, figure of the merged one)] for the periods that both report, newest first."""
    own = {(figure.year, figure.period): figure for figure in kept.figures.all()}
    return [
        (own[figure.year, figure.period], figure)
        for figure in merged.figures.all()
        if (figure.year, figure.period) in own
    ]


def default_choices(kept, merged):
    """What a careful official would choose first: the kept file's value, the other's where it has none."""
    choices = {}
    for name, (_label, columns) in FIELDS.items():
        own, other = ([getattr(side, column) for column in columns] for side in (kept, merged))
        choices[name] = MERGED if not any(own) and any(other) else KEPT
    if kept.registered_on and merged.registered_on and merged.registered_on < kept.registered_on:
        choices["registered_on"] = MERGED
    choices["owner"] = _default_owner(_main(kept), _main(merged))
    for own, other in same_period_figures(kept, merged):
        choices[figure_choice(own)] = MERGED if other.stated_on > own.stated_on else KEPT
    return choices


def _default_owner(own_main, other_main):
    """One person written twice stays once, with the NIK; two persons both own the business."""
    if own_main is None or other_main is None:
        return KEPT if other_main is None else MERGED
    own, other = own_main.owner, other_main.owner
    if own != other and name_similarity(own.name, other.name) < SAME_PERSON:
        return BOTH
    return MERGED if other.nik and not own.nik else KEPT


def _main(business):
    return next((ownership for ownership in business.ownerships.all() if ownership.is_main), None)


def plan_merge(kept, merged, choices):
    """The Plan of merging `merged` into `kept` by `choices` (see `default_choices`; what is not named keeps).

    Raises ValidationError for a choice that does not exist or a merge that cannot be.
    """
    _check(kept, merged)
    known = default_choices(kept, merged)
    for name, choice in choices.items():
        allowed = (KEPT, MERGED, BOTH) if name == "owner" else (KEPT, MERGED)
        if name not in known or choice not in allowed:
            raise ValidationError(_("Pilihan “%(name)s” tidak dikenal.") % {"name": name}, code="choice")
    plan = Plan(
        fields={
            column: getattr(merged, column)
            for name, (_label, columns) in FIELDS.items()
            if choices.get(name) == MERGED
            for column in columns
            if getattr(merged, column) != getattr(kept, column)
        }
    )
    for model in moved_models():
        clashes = _clashes(model, kept)
        rows = list(model.objects.filter(business=merged))
        plan.moved[model] = [row for row in rows if clashes(row) is None]
        plan.staying[model] = [row for row in rows if clashes(row) is not None]
        if model is Licence:
            plan.licence_files = {row.pk: clashes(row).pk for row in plan.staying[model]}
    _plan_figures(plan, kept, merged, choices)
    _plan_owners(plan, kept, merged, choices.get("owner", KEPT))
    plan.attachments = list(Attachment.objects.filter(**_about(merged)).values_list("pk", flat=True))
    plan.letters = list(Letter.objects.filter(**_about(merged)).values_list("pk", flat=True))
    answered = Consent.objects.filter(subject=kept.reference).values("purpose")
    plan.consents = list(
        Consent.objects.filter(subject=merged.reference, withdrawn_at__isnull=True)
        .exclude(purpose__in=answered)
        .values_list("pk", flat=True)
    )
    own_kbli = {
        plan.fields.get("main_kbli_id", kept.main_kbli_id),
        *kept.other_kbli.values_list("pk", flat=True),
    }
    other_kbli = {kept.main_kbli_id, merged.main_kbli_id, *merged.other_kbli.values_list("pk", flat=True)}
    plan.other_kbli = sorted(other_kbli - own_kbli - {None})
    return plan


def _about(business):
    return {"content_type": ContentType.objects.get_for_model(Business), "object_id": business.pk}


def _check(kept, merged):
    if kept.pk == merged.pk:
        raise ValidationError(_("Usaha tidak dapat digabung dengan dirinya sendiri."))
    for business in (kept, merged):
        if business.status not in RANK:
            raise StepError(
                _("%(business)s tidak dapat digabung karena statusnya kini “%(status)s”. Muat ulang halaman.")
                % {"business": business.reference, "status": business.get_status_display()}
            )
    if RANK[kept.status] < RANK[merged.status]:
        raise ValidationError(
            _("Pertahankan %(reference)s, karena berkas itulah yang berstatus “%(status)s”.")
            % {"reference": merged.reference, "status": merged.get_status_display()}
        )
    if all(side.change_requests.filter(status=ChangeStatus.PROPOSED).exists() for side in (kept, merged)):
        raise ValidationError(
            _("Kedua berkas mempunyai usulan perubahan yang menunggu. Putuskan salah satunya dahulu.")
        )
    if all(side.visits.filter(status=VisitStatus.PLANNED).exists() for side in (kept, merged)):
        raise ValidationError(_("Kedua berkas dijadwalkan untuk dikunjungi. Batalkan salah satunya dahulu."))
    for path in settings.MERGING:
        import_module(path).check(kept, merged)


def _clashes(model, kept):
    """A function that gives the row of the kept file that is the like of a row, None when it may move."""
    rows = list(model.objects.filter(business=kept))
    if model is Licence:
        own = {(row.kind, row.number): row for row in rows}
        return lambda row: own.get((row.kind, row.number))
    if model is Product:
        own = {row.name.upper(): row for row in rows}
        return lambda row: own.get(row.name.upper())
    if model is Representative:
        opened = {RepresentativeStatus.CLAIMED, RepresentativeStatus.APPROVED}
        own = {row.user_id: row for row in rows if row.status in opened}
        return lambda row: own.get(row.user_id) if row.status in opened else None
    return lambda row: None


def _plan_figures(plan, kept, merged, choices):
    both = {other.pk: own for own, other in same_period_figures(kept, merged)}
    plan.moved[YearlyFigure], plan.staying[YearlyFigure], plan.returned[YearlyFigure] = [], [], []
    for figure in merged.figures.all():
        if figure.pk not in both:
            plan.moved[YearlyFigure].append(figure)
        elif choices.get(figure_choice(figure)) == MERGED:
            plan.moved[YearlyFigure].append(figure)
            plan.returned[YearlyFigure].append(both[figure.pk])
        else:
            plan.staying[YearlyFigure].append(figure)


def _plan_owners(plan, kept, merged, choice):
    """Who owns the kept file afterwards. An owner of both files stays where he or she stands in each."""
    own_main, other_main = _main(kept), _main(merged)
    own = {ownership.owner_id: ownership for ownership in kept.ownerships.all()}
    others = {ownership.owner_id: ownership for ownership in merged.ownerships.all()}
    moved, staying, returned = [], [], []
    for ownership in others.values():
        wanted = ownership != other_main or choice != KEPT
        (moved if wanted and ownership.owner_id not in own else staying).append(ownership)
    for ownership in moved:
        plan.mains[ownership.pk] = ownership == other_main and (choice == MERGED or own_main is None)
    if choice == MERGED and other_main and own_main and other_main.owner_id != own_main.owner_id:
        if own_main.owner_id not in others:
            returned.append(own_main)
        plan.mains[own_main.pk] = False
        if other_main.owner_id in own:
            plan.mains[own[other_main.owner_id].pk] = True
    plan.moved[Ownership], plan.staying[Ownership], plan.returned[Ownership] = moved, staying, returned


@transaction.atomic
def merge_businesses(kept, merged, *, actor, choices, versions=None):
    """Merge `merged` into `kept` in one transaction, taking the values that `choices` name. Returns the Merge.

    `versions` maps the keys of both to the versions that the official compared. Raises PermissionDenied, StepError when
    either was merged or decided meanwhile, ValidationError (code "stale" when either was edited meanwhile).
    """
    if not actor.has_perm("ikm.merge_business"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penggabungan berkas."))
    kept, merged = _lock_both(kept, merged, actor)
    pair = _lock_pair(kept, merged)
    if versions and any(versions[side.pk] != side.version for side in (kept, merged)):
        raise ValidationError(
            _("Data salah satu berkas berubah sesudah Anda membandingkannya. Periksa lagi, lalu gabungkan."),
            code="stale",
        )
    plan = plan_merge(kept, merged, choices)
    before = {
        "kept": {column: _as_json(column, getattr(kept, column)) for column in plan.fields},
        "after": {column: _as_json(column, value) for column, value in plan.fields.items()},
        "merged_status": merged.status,
        "pair": pair and {"pk": pair.pk, "status": pair.status},
    }
    moved = _carry_out(plan, kept, merged)
    made = Merge.objects.create(kept=kept, merged=merged, before=before, moved=moved, merged_by=actor)
    if pair:
        pair.status, pair.decided_by, pair.decided_at = PairStatus.MERGED, actor, made.merged_at
        pair.save(update_fields=["status", "decided_by", "decided_at"])
    _write_history(made, "merge", _merged_note(kept, merged), actor, merged_from=before["merged_status"])
    _tell_representatives(
        made,
        title=lambda: _("Dua berkas usaha Anda digabung"),
        body=lambda: (
            _(
                "%(merged)s dan %(kept)s adalah usaha yang sama. Semua data kini ada pada %(kept)s. Bila ini keliru, "
                "hubungi dinas paling lambat %(until)s."
            )
            % {
                "merged": merged.reference,
                "kept": kept.reference,
                "until": date_in_words(timezone.localdate(made.merged_at + UNDO_WITHIN)),
            }
        ),
    )
    audit.record(
        actor, "ikm.merge_business", kept, detail={"merged": merged.reference, "merge": made.reference}
    )
    return made


def _lock_both(kept, merged, actor):
    """Both files fresh and locked, always in the same order, so that two merges cannot wait for each other."""
    rows = (
        Business.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk__in=[kept.pk, merged.pk])
        .order_by("pk")
    )
    found = {row.pk: row for row in rows}
    if len(found) < len({kept.pk, merged.pk}):
        raise Business.DoesNotExist
    return found[kept.pk], found[merged.pk]


def _lock_pair(kept, merged):
    first, second = sorted([kept.pk, merged.pk])
    pair = DuplicatePair.objects.select_for_update().filter(first=first, second=second).first()
    if pair and pair.status == PairStatus.NOT_SAME:
        raise StepError(_("Kedua berkas sudah dinyatakan bukan usaha yang sama."))
    return pair


def _as_json(column, value):
    if column in SEALED:
        return crypto.seal(value, label=SEALED[column]) if value else ""
    return value if value is None or isinstance(value, int | list) else str(value)


def _from_json(column, value):
    if column in SEALED:
        return crypto.unseal(value, label=SEALED[column]) if value else ""
    return Business._meta.get_field(column.removesuffix("_id")).to_python(value)


def _carry_out(plan, kept, merged):
    """Write the plan; returns what undo_merge needs to take it back."""
    ownership_mains = {
        ownership.pk: ownership.is_main for side in (kept, merged) for ownership in side.ownerships.all()
    }
    # The merged file gives up its NIB before the kept one takes it.
    merged.status, merged.merged_into = BusinessStatus.MERGED, kept
    merged.save(update_fields=["status", "merged_into"])
    for column, value in plan.fields.items():
        setattr(kept, column, value)
    kept.validate_constraints()
    kept.save()
    there = {model._meta.label: [row.pk for row in rows] for model, rows in plan.moved.items() if rows}
    back = {model._meta.label: [row.pk for row in rows] for model, rows in plan.returned.items() if rows}
    _exchange(kept, merged, there, back, plan.mains)
    _move_subjects(plan.attachments, plan.letters, kept)
    licence_files = {}
    for stays, takes in plan.licence_files.items():
        files = _licence_files(stays)
        licence_files[stays] = list(files.values_list("pk", flat=True))
        files.update(object_id=takes)
    Consent.objects.filter(pk__in=plan.consents).update(subject=kept.reference)
    kept.other_kbli.add(*plan.other_kbli)
    # Other doubts about the merged file are taken up again when the merge is undone.
    pairs = DuplicatePair.objects.filter(status=PairStatus.OPEN).exclude(
        first=min(kept.pk, merged.pk), second=max(kept.pk, merged.pk)
    )
    pairs = pairs.filter(first=merged) | pairs.filter(second=merged)
    left_pairs = [
        {"id": p.pk, "first_id": p.first_id, "second_id": p.second_id, "score": str(p.score), "reasons": p.reasons,
         "found_at": p.found_at.isoformat()}
        for p in pairs
    ]  # fmt: skip
    pairs.delete()
    refresh_current([kept.pk, merged.pk])
    return {
        "there": there,
        "back": back,
        "mains": {str(pk): [ownership_mains[pk], is_main] for pk, is_main in plan.mains.items()},
        "attachments": plan.attachments,
        "letters": plan.letters,
        "licence_files": {str(pk): files for pk, files in licence_files.items() if files},
        "consents": plan.consents,
        "other_kbli": plan.other_kbli,
        "pairs": left_pairs,
    }


def _licence_files(licence_pk):
    return Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(Licence), object_id=licence_pk
    )


def _exchange(kept, merged, there, back, mains):
    """Hang the rows `there` (model label -> pks) on `kept` and the rows `back` on `merged`, and set who is main owner.

    Figures of one period change places, which no order of two updates allows: those that give way first wait under a
    year that nobody reports.
    """
    models = {model._meta.label: model for model in (*moved_models(), YearlyFigure, Ownership)}
    years = dict(
        YearlyFigure.objects.filter(pk__in=back.get(YearlyFigure._meta.label, [])).values_list("pk", "year")
    )
    for waiting, pk in enumerate(years, 1):
        YearlyFigure.objects.filter(pk=pk).update(year=waiting)
    Ownership.objects.filter(pk__in=mains).update(is_main=False)
    for label, pks in there.items():
        models[label].objects.filter(pk__in=pks).update(business=kept)
    for label, pks in back.items():
        models[label].objects.filter(pk__in=pks).update(business=merged)
    for pk, year in years.items():
        YearlyFigure.objects.filter(pk=pk).update(year=year)
    Ownership.objects.filter(pk__in=[pk for pk, is_main in mains.items() if is_main]).update(is_main=True)


def _move_subjects(attachments, letters, business):
    Attachment.objects.filter(pk__in=attachments).update(object_id=business.pk)
    Letter.objects.filter(pk__in=letters).update(object_id=business.pk)


def _write_history(made, step, note, actor, *, merged_from):
    kept, merged = made.kept, made.merged
    StepLine.objects.create(
        subject=kept, step=step, from_status=kept.status, to_status=kept.status, actor=actor, note=note
    )
    StepLine.objects.create(
        subject=merged, step=step, from_status=merged_from, to_status=merged.status, actor=actor, note=note
    )
    kind = f"ikm.business.{step}"
    outbox.publish(kind, subject=kept.reference, data={"status": kept.status, "other": merged.reference})
    outbox.publish(kind, subject=merged.reference, data={"status": merged.status, "other": kept.reference})


@in_indonesian
def _merged_note(kept, merged):
    return _("%(merged)s (%(name)s) digabung ke %(kept)s.") % {
        "merged": merged.reference,
        "name": merged.name,
        "kept": kept.reference,
    }


@in_indonesian
def _undone_note(kept, merged):
    return _("Penggabungan %(merged)s ke %(kept)s dibatalkan.") % {
        "merged": merged.reference,
        "kept": kept.reference,
    }


def _tell_representatives(made, *, title, body):
    told = {}
    rows = Representative.objects.filter(
        business__in=[made.kept, made.merged], status=RepresentativeStatus.APPROVED
    ).select_related("user", "business")
    for row in rows:
        # Who speaks for both is told once, with a link to the kept file.
        business = made.kept if row.business.status == BusinessStatus.MERGED else row.business
        if told.setdefault(row.user, business) != made.kept and business == made.kept:
            told[row.user] = business
    for user, business in told.items():
        outbox.tell(
            user,
            title=title,
            body=body,
            link=reverse("my_business", args=[business.reference]),
            about=business.reference,
        )


def may_undo(made, *, now=None):
    """Whether a merge stands and is young enough to be undone."""
    return made.undone_at is None and (now or timezone.now()) <= made.merged_at + UNDO_WITHIN


@transaction.atomic
def undo_merge(made, *, actor):
    """Take a merge back: both files are as they were before. What was changed after the merge is kept as it is now.

    Raises PermissionDenied, StepError when undone already, ValidationError after thirty days or when later changes
    stand in the way.
    """
    if not actor.has_perm("ikm.merge_business"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penggabungan berkas."))
    kept, merged = _lock_both(made.kept, made.merged, actor)
    made = Merge.objects.select_for_update().get(pk=made.pk)
    if made.undone_at is not None:
        raise StepError(_("Penggabungan ini sudah dibatalkan."))
    if not may_undo(made):
        raise ValidationError(
            _("Penggabungan hanya dapat dibatalkan dalam 30 hari, yaitu sampai %(until)s.")
            % {"until": date_in_words(timezone.localdate(made.merged_at + UNDO_WITHIN))}
        )
    if kept.status == BusinessStatus.MERGED:
        raise StepError(
            _("%(kept)s kemudian digabung ke berkas lain. Batalkan dahulu penggabungan itu.")
            % {"kept": kept.reference}
        )
    try:
        with transaction.atomic():
            _take_back(made, kept, merged)
    except IntegrityError as error:
        raise ValidationError(
            _("Penggabungan ini tidak dapat dibatalkan karena datanya sudah banyak berubah sesudahnya.")
        ) from error
    made.kept, made.merged = kept, merged
    made.undone_by, made.undone_at = actor, timezone.now()
    made.save(update_fields=["undone_by", "undone_at"])
    _write_history(made, "undo_merge", _undone_note(kept, merged), actor, merged_from=BusinessStatus.MERGED)
    _tell_representatives(
        made,
        title=lambda: _("Penggabungan berkas dibatalkan"),
        body=lambda: (
            _("%(merged)s dan %(kept)s kembali menjadi dua berkas seperti semula.")
            % {"merged": merged.reference, "kept": kept.reference}
        ),
    )
    audit.record(actor, "ikm.undo_merge", kept, detail={"merged": merged.reference, "merge": made.reference})
    return made


def _take_back(made, kept, merged):
    before, moved = made.before, made.moved
    # A field that somebody changed after the merge keeps that change.
    for column, value in before["kept"].items():
        if getattr(kept, column) == _from_json(column, before["after"][column]):
            setattr(kept, column, _from_json(column, value))
    kept.save()
    merged.status, merged.merged_into = before["merged_status"], None
    merged.save(update_fields=["status", "merged_into"])
    mains = {int(pk): was for pk, (was, _became) in moved["mains"].items()}
    # The other way round: what went there comes back, what gave way returns.
    _exchange(merged, kept, moved["there"], moved["back"], mains)
    _move_subjects(moved["attachments"], moved["letters"], merged)
    for pk, files in moved["licence_files"].items():
        Attachment.objects.filter(pk__in=files).update(object_id=int(pk))
    Consent.objects.filter(pk__in=moved["consents"]).update(subject=merged.reference)
    kept.other_kbli.remove(*moved["other_kbli"])
    if before["pair"]:
        DuplicatePair.objects.filter(pk=before["pair"]["pk"]).update(
            status=before["pair"]["status"], decided_by=None, decided_at=None
        )
    DuplicatePair.objects.bulk_create(
        [DuplicatePair(**pair) for pair in moved["pairs"]], ignore_conflicts=True
    )
    refresh_current([kept.pk, merged.pk])
