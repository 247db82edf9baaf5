"""What the API shows of the register: which rows, as they are or were, and the JSON the database makes of each.

Whoever asks sees only `Business.objects.visible_to(user)`. No NIK and no NPWP is in any answer; phone and e-mail are for
officials, for who speaks for the business, and otherwise for a business that agreed to publish them.
"""

import re
from contextlib import contextmanager
from functools import cached_property
from time import monotonic

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, transaction
from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, Left, NullIf

from accounts.enums import Purpose
from accounts.models import Consent
from core.api import open_steps_shown
from core.pagination import AnyOf, JsonList, JsonRow, JsonText, Page, Slot, Statements, total, unknown_cursor
from ikm import models
from ikm.api import filters
from ikm.enums import BusinessStatus
from ikm.models import Business, BusinessQuerySet
from ikm.some_words import any_of_them, fewer_and_fewer

#: How like a misspelt word must be to a word of the name (0 to 1).
LIKENESS = 0.45
#: How a list was searched: every word, names alike, or (a number, as text) any so many of the words.
WORDS, MISSPELT = "", "~"
_SIGNS_OF_CHOICE = re.compile(r"""["]|(?:^|\s)-|\bor\b""", re.IGNORECASE)

_statements = Statements()
#: Another value after every change of a business, by whatever door: the number of its last event.
_LAST_EVENT = models.BusinessEvent.objects.order_by("-pgh_id").values("pgh_id")[:1]
_STATE = Coalesce(Subquery(_LAST_EVENT), 0)
# Counts by what was asked, with the state of the register they hold for. Events of transactions that end in another
# order than they began leave the last number as it is: therefore the seconds.
_counted = {}
_MOST_COUNTED = 1000
_REMEMBERED_SECONDS = 30


def latest_events(events, moment, **narrowed):
    """The rows of a tracked table as they stood at `moment`: the last event of each, unless that was its removal."""
    last = (
        events.objects.filter(pgh_created_at__lte=moment, **narrowed)
        .order_by("pgh_obj_id", "-pgh_created_at", "-pgh_id")
        .distinct("pgh_obj_id")
        .values("pgh_id")
    )
    return events.objects.filter(pgh_id__in=last).exclude(pgh_label="delete")


class UtcText(Func):
    """A moment as ISO 8601 in UTC with microseconds."""

    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    output_field = TextField()


class Register:
    """The businesses that `user` may see: today, as of a day (`as_of`, valid time), as known at a moment (`known_at`).

    Both may be Slots. Of a removed business nothing is shown any more, at no moment.
    """

    def __init__(self, user, *, as_of=None, known_at=None):
        self.user = user
        self.as_of = as_of
        self.known_at = known_at

    @cached_property
    def sees_all_parts(self):
        """Whether owners, contacts and amounts are shown: to officials, and to people of their own businesses."""
        return self.user.is_staff or not self.user.has_perm("ikm.view_business")

    def queryset(self):
        """The rows with `key` (what pages go by), `changed_at` and the `shown_…` of the day and moment."""
        visible = Business.objects.visible_to(self.user)
        if self.known_at is None:
            rows = visible.alias(
                key=F("pk"),
                shown_kecamatan=F("kecamatan_code"),
                shown_search=F("search"),
                changed_at=F("modified_at"),
                numbered=F("change_number"),
                shown_version=F("version"),
            )
        else:
            rows = latest_events(models.BusinessEvent, self.known_at).filter(pgh_obj__in=visible)
            if not self.sees_all_parts:
                rows = rows.filter(status=BusinessStatus.REGISTERED)
            rows = rows.alias(
                key=F("pgh_obj_id"),
                shown_kecamatan=Left("kelurahan_id", 8),
                shown_search=SearchVector("name", "brand", "commodity", "product_words", config="indonesian"),
                changed_at=F("pgh_created_at"),
                shown_version=Value(None, output_field=CharField()),
            )
        if self.as_of is None:
            return rows.alias(shown_scale=F("scale"), shown_workers=F("workers"))
        key = "pk" if self.known_at is None else "pgh_obj_id"
        figure = self.figures(OuterRef(key) if self.known_at is None else OuterRef(OuterRef(key)))
        applied = figure.order_by("-stated_on", "-id")
        return BusinessQuerySet.in_register(rows, self.as_of).alias(
            shown_scale=Subquery(applied.values("scale")[:1]),
            shown_workers=Subquery(applied.values(sum=F("men_workers") + F("women_workers"))[:1]),
        )

    def figures(self, business):
        """The yearly figures of `business` (an OuterRef) that applied, as known."""
        if self.known_at is None:
            figures = models.YearlyFigure.objects.filter(business=business)
        else:
            figures = latest_events(models.YearlyFigureEvent, self.known_at, business=business)
        return figures if self.as_of is None else figures.filter(stated_on__lte=self.as_of)

    def parts(self, name, events_name, business):
        """The rows of a part of `business`, as known."""
        if self.known_at is None:
            return getattr(models, name).objects.filter(business=business)
        return latest_events(getattr(models, events_name), self.known_at, business=business)

    def members(self):
        """The members of a business in a list, in their order."""
        return {
            "reference": F("reference"),
            "status": F("status"),
            "name": F("name"),
            "legal_form": F("legal_form"),
            "nib": F("nib"),
            "brand": F("brand"),
            "branch": F("branch"),
            "commodity": F("commodity"),
            "product_words": F("product_words"),
            "kbli": Case(
                When(
                    main_kbli__isnull=False,
                    then=JsonRow(
                        version=F("main_kbli__version"),
                        code=F("main_kbli__code"),
                        title=F("main_kbli__title"),
                    ),
                )
            ),
            "address": F("address"),
            "kelurahan": self._area("kelurahan_id", "kelurahan__name"),
            "kecamatan": self._area("kelurahan__parent_id", "kelurahan__parent__name"),
            "postcode": F("postcode"),
            "latitude": F("latitude"),
            "longitude": F("longitude"),
            "phone": self._contact("phone"),
            "email": self._contact("email"),
            "website": F("website"),
            "founded_year": F("founded_year"),
            "scale": NullIf("shown_scale", Value("")),
            "workers": F("shown_workers"),
            "registered_on": F("registered_on"),
            "closed_on": F("closed_on"),
            "verified_on": F("verified_on"),
            "modified_at": UtcText("changed_at"),
            "version": F("shown_version"),
        }

    def _area(self, code, name):
        return Case(When(kelurahan__isnull=False, then=JsonRow(code=F(code), name=F(name))))

    def _contact(self, field):
        given = NullIf(field, Value(""))
        if self.sees_all_parts:
            return given
        agreed = Consent.objects.active(Purpose.PUBLISH_CONTACT).filter(subject=OuterRef("reference"))
        return Case(When(Exists(agreed), then=given))

    def detail_members(self):
        """The members of a business on its own: those of a list, and its parts."""
        business = OuterRef("pk" if self.known_at is None else "pgh_obj_id")
        inner = business if self.known_at is None else OuterRef(business)
        figures = self.figures(inner).order_by("-stated_on", "-id")
        shown = {
            "year": F("year"),
            "period": F("period"),
            "stated_on": F("stated_on"),
            "source": F("source"),
            "men_workers": F("men_workers"),
            "women_workers": F("women_workers"),
            "workers": F("men_workers") + F("women_workers"),
            "scale": NullIf("scale", Value("")),
        }
        if self.sees_all_parts:
            shown |= {name: F(name) for name in AMOUNTS}
        products = self.parts("Product", "ProductEvent", inner).order_by("id")
        licences = self.parts("Licence", "LicenceEvent", inner).order_by("kind", "id")
        owners = self.parts("Ownership", "OwnershipEvent", inner).order_by("-is_main", "id")
        return self.members() | {
            "story": F("story"),
            "products": _list(products, name=F("name"), capacity=F("capacity"), unit=F("unit")),
            "licences": _list(
                licences,
                kind=F("kind"),
                number=F("number"),
                issuer=F("issuer"),
                issued_on=F("issued_on"),
                expires_on=F("expires_on"),
                about=F("about"),
            ),
            "figures": _list(figures, **shown),
            "owners": _list(
                owners, reference=F("owner__reference"), name=F("owner__name"), is_main=F("is_main")
            )
            if self.sees_all_parts
            else Value(None, output_field=TextField()),
        }


#: The amounts of yearly figures, whole rupiah.
AMOUNTS = (
    "investment", "land_and_buildings", "production_value", "turnover", "raw_material_value", "export_value",
)  # fmt: skip


def _list(rows, **members):
    return JsonList(rows.values_list(JsonRow(**members)))


def _asker(user):
    """What decides which rows and members `user` sees: part of the name of every compiled statement."""
    return user.pk, user.is_active, user.is_superuser, user.roles, user.partner_kind


def _slots(values):
    return {name: Slot(name, value) for name, value in values.items()}


def _narrowed(user, slots, mode):
    register = Register(user, as_of=slots.get("as_of"), known_at=slots.get("known_at"))
    rest = dict(slots)
    search = rest.pop("search") if mode else None
    rows = filters.narrow(register.queryset(), rest)
    if mode == MISSPELT:
        rows = filters.like_the_name(rows, search)
    elif mode:
        rows = filters.of_raw_words(rows, search)
    return register, rows


def _words(text):
    return re.findall(r"[^\W_]+", text)


def _asked(values, mode):
    """The filters' values as the statement of this `mode` takes them. Raises ValidationError for no mode of this search."""
    if mode == WORDS or (mode == MISSPELT and "search" in values):
        return values
    words = _words(values.get("search", ""))
    if mode not in map(str, fewer_and_fewer(words)):
        raise unknown_cursor()
    return values | {"search": any_of_them(words, int(mode))}


def businesses(user, values, *, cursor=None, limit):
    """The Page of what `user` sees, narrowed by the filters' `values`; by id, or by change where they say since when.

    A word that no business holds is taken as misspelt. Words that no business holds together find those that hold most of
    them. The page's `mode` says so.
    """
    mode = cursor.mode if cursor else WORDS
    found = _read(user, values, cursor, limit, mode)
    search = values.get("search", "")
    if not found and cursor is None and search and filters.as_reference(search) is None:
        for mode in _ways_out(search):
            if found := _read(user, values, cursor, limit, mode):
                break
        else:
            mode = WORDS
    state = found[0][-1] if found else None
    return Page.cut([row[:-1] for row in found], cursor=cursor, limit=limit, mode=mode, state=state)


def _ways_out(text):
    """The modes to try when no business holds all that the text says."""
    if _has_a_strange_word(text):
        yield MISSPELT
    # Who excludes a word, or wants a phrase or either, has chosen.
    if not _SIGNS_OF_CHOICE.search(text):
        yield from map(str, fewer_and_fewer(_words(text)))


def _has_a_strange_word(text):
    """Whether one of the words stands in no file at all, so that it may be misspelt."""
    return not all(
        Business.objects.filter(search=SearchQuery(word, config="indonesian")).exists()
        for word in re.findall(r"\w+", text)
    )


def _read(user, values, cursor, limit, mode):
    """Up to `limit` + 1 rows: the parts of the key, the JSON, and the state of the register they show."""
    backwards = cursor is not None and cursor.backwards
    sign = "-" if backwards else ""
    keys = filters.ordered_by(values)
    order = [f"{sign}{one}" for one in keys]
    key = [F(one) for one in keys]

    def narrowed():
        register, rows = _narrowed(user, _slots(values), mode)
        if cursor is not None:
            rows = rows.filter(_beyond(keys, backwards))
        return register, rows.order_by(*order)

    def shown(register, rows):
        return rows.values_list(*key, JsonText(JsonRow(**register.members())), _STATE)

    def of_keys(register, keys):
        return shown(register, register.queryset().filter(AnyOf("key", keys)).order_by(*order))

    def whole():
        register, rows = narrowed()
        if "known_at" in values:
            return shown(register, rows)[: limit + 1]
        # The keys come first and from an index alone where it can be; only the page's rows are looked up.
        return of_keys(register, ArraySubquery(rows.values_list(F("key"))[: limit + 1]))

    def keys_alone():
        return narrowed()[1].values_list(F("key"))[: limit + 1]

    # However many of the words are meant, the statement is the same.
    name = (
        _asker(user),
        filters.shape(values),
        cursor is not None,
        backwards,
        limit,
        mode[:1].isdigit() or mode,
    )
    parameters = dict(_asked(values, mode))
    if cursor is not None:
        parameters |= {"cursor_key": cursor.key[-1], "cursor_change": cursor.key[0]}
    if "known_at" in values:
        with _likeness(mode):
            return _statements.get(("list", *name), whole).fetch(parameters)
    if filters.have_one_plan(values):
        return _statements.get(("list", *name), whole).fetch_prepared(parameters)
    # The values decide the best plan: it is made anew for the keys alone, and kept for the rows. What has left the
    # asker's sight in between is not shown.
    with _likeness(mode):
        parameters["keys"] = [
            one for (one,) in _statements.get(("keys", *name), keys_alone).fetch(parameters)
        ]
    if not parameters["keys"]:
        return []
    register = Register(user, as_of=_slots(values).get("as_of"))
    rows = _statements.get(("rows", *name), lambda: of_keys(register, Slot("keys")))
    return rows.fetch_prepared(parameters)


@contextmanager
def _likeness(mode):
    """Around a statement that finds what may be misspelt: how alike a name must be."""
    if mode != MISSPELT:
        yield
        return
    with transaction.atomic(), connection.cursor() as database:
        database.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, TRUE)", [str(LIKENESS)])
        yield


def _beyond(keys, backwards):
    than = "lt" if backwards else "gt"
    key = Q(**{f"key__{than}": Slot("cursor_key")})
    if len(keys) == 1:
        return key
    change, changed = keys[0], Slot("cursor_change")
    # The first condition, implied by the second, is the one the index is entered by.
    return Q(**{f"{change}__{than}e": changed}) & (Q(**{f"{change}__{than}": changed}) | key)


def count(user, values, *, state=None, exact=False, mode=WORDS):
    """(how many businesses `user` sees through these filters, whether that is exact).

    What was counted is remembered while the register stays in this `state` (None: ask for it), for who sees the same as
    long as it does.
    """

    def build():
        return _narrowed(user, _slots(values), mode)[1].order_by().values_list(F("key"))

    name = ("count", _asker(user), filters.shape(values), mode)
    values = _asked(values, mode)
    statement = _statements.get(name, build)
    if exact or not user.has_perm("ikm.view_business"):
        return total(statement, values, exact=exact)
    asked = (connection.alias, name, repr(values))
    if state is None:
        state = _LAST_EVENT.values_list("pgh_id", flat=True).first() or 0
    known_state, until, answer = _counted.get(asked, (None, 0, None))
    if known_state != state or until < monotonic():
        answer = total(statement, values)
        if len(_counted) >= _MOST_COUNTED:
            _counted.clear()
        _counted[asked] = (state, monotonic() + _REMEMBERED_SECONDS, answer)
    return answer


def count_beside(user, values, page, *, is_first, exact):
    """`count` for the list that `page` belongs to; a first page that holds all has counted already."""
    if is_first and page.next is None:
        return len(page.rows), True
    return count(user, values, state=page.state, exact=exact, mode=page.mode)


def business(user, reference, *, as_of=None, known_at=None):
    """(JSON text, version, key, status) of one business, None when `user` sees none of that reference."""
    values = {name: value for name, value in (("as_of", as_of), ("known_at", known_at)) if value}

    def build():
        slots = _slots(values)
        register = Register(user, as_of=slots.get("as_of"), known_at=slots.get("known_at"))
        return register.queryset().filter(reference=Slot("reference")).values_list(
            JsonText(JsonRow(**register.detail_members())), F("shown_version"), F("key"), F("status")
        )  # fmt: skip

    statement = _statements.get(("detail", _asker(user), tuple(values)), build)
    found = statement.fetch_prepared(values | {"reference": reference})
    return found[0] if found else None


def steps(user, key, status):
    """The steps that `user` may take on the business now, as the API shows them."""
    record = Business.from_db(connection.alias, ["id", "status"], [key, status])
    return open_steps_shown(record, user)
