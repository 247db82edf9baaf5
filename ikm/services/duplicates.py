"""Businesses that may stand in the register twice: finding them, and saying that they are not the same."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.workflow import StepError
from ikm.enums import BusinessStatus, PairStatus
from ikm.models import Business, DuplicatePair, Ownership
from ikm.similarity import OFFERED_FROM, Likeness, Traits, compare

#: The files that the office has: those that can stand twice. A draft is compared with them, never they with a draft.
COMPARED = (
    BusinessStatus.SUBMITTED,
    BusinessStatus.NEEDS_CORRECTION,
    BusinessStatus.REGISTERED,
    BusinessStatus.CLOSED,
)
#: Names at least this alike (pg_trgm) are looked at more closely.
NAME_THRESHOLD = 0.45
#: A phone or address that more businesses than this share says nothing: a placeholder, a market hall.
SHARED_AT_MOST = 20
BATCH = 20_000

# An address without what people write in many ways, so that "Jl. Pemuda No. 1" meets "JALAN PEMUDA 1".
_ADDRESS_KEY = r"""regexp_replace(upper({0}.address),
    '\m(JALAN|JLN|JL|NOMOR|NO|GANG|GG|RT|RW|KEL|KELURAHAN)\M|[^A-Z0-9]', '', 'g')"""

# Blocks: pairs worth comparing, each found through an index or a hash join. `chosen` limits the left side.
_CANDIDATES = f"""
    WITH compared AS MATERIALIZED (
        SELECT b.id, b.kelurahan_id, b.phone, {_ADDRESS_KEY.format("b")} AS address_key
        FROM ikm_business b WHERE b.status = ANY(%(statuses)s)
    ),
    chosen AS (
        SELECT b.id, b.name FROM ikm_business b
        WHERE CASE WHEN %(ids)s::bigint[] IS NULL THEN b.status = ANY(%(statuses)s) ELSE b.id = ANY(%(ids)s) END
    ),
    keys AS (
        SELECT id, 'p' || phone AS key FROM compared WHERE phone <> ''
        UNION
        SELECT c.id, 'p' || o.phone FROM compared c
        JOIN ikm_ownership os ON os.business_id = c.id JOIN ikm_owner o ON o.id = os.owner_id WHERE o.phone <> ''
        UNION
        SELECT id, 'a' || kelurahan_id || address_key FROM compared WHERE address_key <> ''
        UNION
        SELECT c.id, 'o' || os.owner_id FROM compared c JOIN ikm_ownership os ON os.business_id = c.id
    ),
    telling AS (SELECT key FROM keys GROUP BY key HAVING count(*) BETWEEN 2 AND %(shared)s),
    pairs AS (
        SELECT l.id AS one, r.id AS other
        FROM telling JOIN keys l USING (key) JOIN keys r USING (key)
        WHERE l.id <> r.id AND l.id IN (SELECT id FROM chosen)
        UNION ALL
        SELECT c.id, b.id FROM chosen c
        JOIN ikm_business b ON upper(b.name) %% upper(c.name) AND b.id <> c.id AND b.status = ANY(%(statuses)s)
        WHERE c.name <> ''
    )
    SELECT DISTINCT least(one, other), greatest(one, other) FROM pairs
"""  # noqa: S608

# The same blocks around one business, which need not be among the compared (a draft).
_NEIGHBOURS = f"""
    (SELECT id FROM ikm_business b
     WHERE upper(b.name) %% upper(%(name)s) AND b.status = ANY(%(statuses)s)
     ORDER BY similarity(upper(b.name), upper(%(name)s)) DESC, id LIMIT 50)
    UNION
    (SELECT id FROM ikm_business b WHERE b.phone = ANY(%(phones)s) AND b.phone <> '' AND b.status = ANY(%(statuses)s)
     ORDER BY id LIMIT %(shared)s)
    UNION
    (SELECT os.business_id FROM ikm_ownership os WHERE os.owner_id = ANY(%(owners)s) LIMIT %(shared)s)
    UNION
    (SELECT id FROM ikm_business b
     WHERE b.kelurahan_id = %(kelurahan)s AND b.status = ANY(%(statuses)s) AND %(address)s <> ''
       AND {_ADDRESS_KEY.format("b")} = {_ADDRESS_KEY.format("given")}
     ORDER BY id LIMIT %(shared)s)
"""  # noqa: S608


@dataclass(frozen=True)
class Candidate:
    """A business that may be the same as the one asked about."""

    business: Business
    likeness: Likeness


def _with_traits():
    """Businesses with what is compared, and nothing that would have to be unsealed."""
    owners = Ownership.objects.select_related("owner").only("business_id", "owner__name", "owner__phone")
    return Business.objects.only(
        "reference", "status", "name", "address", "kelurahan", "phone"
    ).prefetch_related(Prefetch("ownerships", owners))


def traits_of(business):
    """What similarity compares, of a business whose ownerships are at hand."""
    owners = [ownership.owner for ownership in business.ownerships.all()]
    return Traits(
        name=business.name,
        address=business.address,
        kelurahan=business.kelurahan_id or "",
        phones=frozenset(phone for phone in [business.phone, *(owner.phone for owner in owners)] if phone),
        owner_names=frozenset(owner.name for owner in owners if owner.name),
        owner_ids=frozenset(owner.pk for owner in owners),
    )


def _at_threshold(cursor):
    cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(NAME_THRESHOLD)])


@transaction.atomic
def find_near_duplicates(business, *, at_most=10):
    """Files of the office that may be the same as `business` (a draft, say), best first; those already called
    different are left out. Returns Candidates."""
    traits = traits_of(business)
    with connection.cursor() as cursor:
        _at_threshold(cursor)
        cursor.execute(
            _NEIGHBOURS.replace("given.address", "%(address)s"),
            {
                "name": business.name,
                "phones": list(traits.phones),
                "owners": list(traits.owner_ids),
                "kelurahan": business.kelurahan_id,
                "address": business.address,
                "statuses": [str(status) for status in COMPARED],
                "shared": SHARED_AT_MOST,
            },
        )
        ids = {row[0] for row in cursor.fetchall()} - {business.pk}
    decided = DuplicatePair.objects.filter(status=PairStatus.NOT_SAME)
    ids -= set(decided.filter(first=business).values_list("second_id", flat=True))
    ids -= set(decided.filter(second=business).values_list("first_id", flat=True))
    found = [
        Candidate(other, compare(traits, traits_of(other)))
        for other in _with_traits()
        .select_related("kelurahan__parent")
        .filter(pk__in=ids, status__in=COMPARED)
    ]
    found = [candidate for candidate in found if candidate.likeness.score >= OFFERED_FROM]
    return sorted(found, key=lambda candidate: (-candidate.likeness.score, candidate.business.pk))[:at_most]


@transaction.atomic
def find_all_pairs(business_ids=None):
    """Bring the worklist of pairs up to date, for the whole register or around `business_ids` (after an import).

    A decided pair is never touched. An open one gets its present score, and leaves the list when it is no longer alike.
    Returns how many pairs are open among those looked at.
    """
    ids = None if business_ids is None else list(business_ids)
    with connection.cursor() as cursor:
        _at_threshold(cursor)
        cursor.execute(
            _CANDIDATES,
            {"statuses": [str(status) for status in COMPARED], "ids": ids, "shared": SHARED_AT_MOST},
        )
        candidates = cursor.fetchall()
    open_pairs = DuplicatePair.objects.filter(status=PairStatus.OPEN)
    if ids is not None:
        open_pairs = open_pairs.filter(first__in=ids) | open_pairs.filter(second__in=ids)
    kept = set()
    for start in range(0, len(candidates), BATCH):
        kept.update(_write_alike(candidates[start : start + BATCH]))
    stale = [pair.pk for pair in open_pairs if (pair.first_id, pair.second_id) not in kept]
    DuplicatePair.objects.filter(pk__in=stale).delete()
    return open_pairs.count()


def _write_alike(candidates):
    """Store those of `candidates` that are alike; returns them."""
    businesses = _with_traits().in_bulk({pk for pair in candidates for pk in pair})
    traits = {pk: traits_of(business) for pk, business in businesses.items()}
    alike = []
    for first, second in candidates:
        likeness = compare(traits[first], traits[second])
        if likeness.score >= OFFERED_FROM:
            alike.append(
                DuplicatePair(
                    first_id=first,
                    second_id=second,
                    score=Decimal(str(likeness.score)),
                    reasons=likeness.evidence,
                )
            )
    decided = set(
        DuplicatePair.objects.exclude(status=PairStatus.OPEN)
        .filter(first__in=[pair.first_id for pair in alike], second__in=[pair.second_id for pair in alike])
        .values_list("first_id", "second_id")
    )
    alike = [pair for pair in alike if (pair.first_id, pair.second_id) not in decided]
    DuplicatePair.objects.bulk_create(
        alike, update_conflicts=True, unique_fields=["first", "second"], update_fields=["score", "reasons"]
    )
    return {(pair.first_id, pair.second_id) for pair in alike}


def open_pairs():
    """The worklist, most alike first: undecided pairs of which both still stand."""
    return DuplicatePair.objects.filter(
        status=PairStatus.OPEN, first__status__in=COMPARED, second__status__in=COMPARED
    )


@transaction.atomic
def call_different(pair, *, actor):
    """Remember that two businesses are not the same, so that the pair is not offered again."""
    if not actor.has_perm("ikm.decide_duplicatepair"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    pair = (
        DuplicatePair.objects.select_for_update(of=("self",))
        .select_related("first", "second")
        .get(pk=pair.pk)
    )
    if pair.status != PairStatus.OPEN:
        raise StepError(
            _("Pasangan ini sudah diputus: %(status)s. Muat ulang halaman.")
            % {"status": pair.get_status_display()}
        )
    pair.status, pair.decided_by, pair.decided_at = PairStatus.NOT_SAME, actor, timezone.now()
    pair.save(update_fields=["status", "decided_by", "decided_at"])
    audit.record(actor, "ikm.call_different", pair.first, detail={"other": pair.second.reference})
    return pair


def resolve_reference(reference):
    """The business that a reference leads to today: a merged file leads to the one it was merged into.

    Raises Business.DoesNotExist for an unknown reference. When the result has another reference, redirect to that.
    """
    business = Business.objects.defer("npwp").get(reference=reference)
    while business.status == BusinessStatus.MERGED:
        business = business.merged_into
    return business
