"""The filters of the businesses, declared for django-filter and read without building a form at each request.

Each works on the querysets of ikm.api.register, whose `shown_…` follow the asked day and moment, and takes a plain value
or a Slot. `shape` is whatever of a value decides the form of the SQL.
"""

import re

import django_filters
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import ValidationError
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import IsoDateTimeField

from core.following import Since, read_since
from core.pagination import AnyOf, plain
from core.references import parse_reference
from ikm.api.pages import MODIFIED_SINCE
from ikm.enums import BusinessStatus, Scale
from ikm.models import Business, Kbli
from ikm.statistics import check_moment

DEFAULT_KBLI_VERSION = 2020
_AREA = re.compile(r"\d\d\.\d\d\.\d\d(\.\d{4})?")
_KBLI = re.compile(r"\d{2,5}")
_LONGEST_SEARCH = 100


class DayFilter(django_filters.DateFilter):
    """Read by whoever chooses the register (ikm.api.register.Register): it narrows nothing by itself."""

    def filter(self, register, value):
        return register


class _MomentField(IsoDateTimeField):
    def strptime(self, value, format):
        # A "+" that was not escaped in the address arrives as a blank.
        return super().strptime(re.sub(r" (\d\d:?\d\d)$", r"+\1", value), format)


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = _MomentField

    def filter(self, register, value):
        return register


class ModifiedSinceFilter(django_filters.CharFilter):
    """A moment, or a core.following.Since, which `numbered` turns into the conditions it stands for."""

    def filter(self, register, value):
        return register.filter(changed_at__gte=value) if plain(value) else register


class SearchFilter(django_filters.CharFilter):
    """Everyday words in the name, brand, commodity and products; a reference finds its business."""

    def shape(self, value):
        return as_reference(value) is not None

    def filter(self, register, value):
        text = plain(value)
        if not text:
            return register
        if as_reference(text):
            return register.filter(reference=as_reference(text) if text is value else value)
        words = SearchQuery(value, config="indonesian", search_type="websearch")
        return register.filter(shown_search=words)


def like_the_name(register, value):
    """Businesses whose name holds something like the text, for what was misspelt. How alike is a setting of the session."""
    return register.alias(upper_name=Upper("name")).filter(upper_name__trigram_word_similar=value)


def of_raw_words(register, value):
    """Businesses that answer the tsquery `value`."""
    return register.filter(shown_search=SearchQuery(value, config="indonesian", search_type="raw"))


def as_reference(text):
    """The business reference that `text` is, None when it is none."""
    if not text.upper().startswith("IKM"):
        return None
    try:
        return parse_reference(text, prefix="IKM")
    except ValidationError:
        return None


class AreaFilter(django_filters.CharFilter):
    def shape(self, value):
        return len(value)

    def filter(self, register, value):
        code = plain(value)
        if not code:
            return register
        return register.filter(**{"shown_kecamatan" if len(code) == 8 else "kelurahan": value})


class KbliFilter(django_filters.CharFilter):
    """A code or the beginning of one; its value is the row of that version, or the list of the rows, that is meant.

    One row is asked for as such: only then does its index give the businesses in order.
    """

    def shape(self, value):
        return isinstance(value, int), bool(value)

    def filter(self, register, value):
        rows = plain(value)
        if isinstance(rows, int):
            return register.filter(main_kbli=value)
        if rows is None or rows == "":
            return register
        return register.filter(AnyOf("main_kbli", value)) if rows else register.none()


class ShownScaleFilter(django_filters.ChoiceFilter):
    def filter(self, register, value):
        return register.filter(shown_scale=value) if plain(value) else register


class StatusFilter(django_filters.ChoiceFilter):
    def filter(self, register, value):
        return register.filter(status=value) if plain(value) else register


class BusinessFilters(django_filters.FilterSet):
    search = SearchFilter(
        label=gettext_lazy(
            "Kata sehari-hari dalam nama, merek, komoditas, atau produk; atau nomor referensi"
        ),
        max_length=_LONGEST_SEARCH,
    )
    area = AreaFilter(label=gettext_lazy("Kode kecamatan (33.74.01) atau kelurahan (33.74.01.1001)"))
    kbli = KbliFilter(label=gettext_lazy("Kode KBLI utama atau awalannya (2–5 angka)"))
    kbli_version = django_filters.NumberFilter(
        label=gettext_lazy("Versi KBLI; 2020 bila tidak disebut"), method="with_kbli"
    )
    scale = ShownScaleFilter(label=gettext_lazy("Skala menurut Permenperin 64/2016"), choices=Scale.choices)
    status = StatusFilter(label=gettext_lazy("Status berkas"), choices=BusinessStatus.choices)
    modified_since = ModifiedSinceFilter(label=MODIFIED_SINCE)
    as_of = DayFilter(
        label=gettext_lazy("Yang terdaftar pada tanggal ini, dengan angka yang berlaku"),
        input_formats=["%Y-%m-%d"],
    )
    known_at = MomentFilter(label=gettext_lazy("Menurut yang diketahui dinas pada saat ini (ISO 8601)"))

    class Meta:
        model = Business
        fields = []

    def with_kbli(self, register, name, value):
        return register


def _check_area(value):
    if not _AREA.fullmatch(value):
        raise ValidationError(_("Kode wilayah ditulis seperti 33.74.01 atau 33.74.01.1001."))
    return value


def _kbli_rows(code, version):
    if not _KBLI.fullmatch(code):
        raise ValidationError(_("Kode KBLI terdiri dari 2 sampai 5 angka."))
    rows = Kbli.objects.filter(version=version, code__startswith=code)
    found = list(rows.values_list("pk", flat=True))
    return found[0] if len(found) == 1 else found


def read_filters(parameters):
    """{name: value} of the filters in a request's `parameters`; empty ones are left out.

    Raises ValidationError with one sentence for each that is wrong.
    """
    values, errors = {}, {}
    for name, declared in BusinessFilters.base_filters.items():
        raw = parameters.get(name, "").strip()
        if not raw:
            continue
        try:
            values[name] = declared.field.clean(raw)
            if name == "area":
                _check_area(raw)
            if name == "modified_since":
                values[name] = read_since(raw)
        except ValidationError as error:
            errors[name] = error
    if not errors:
        try:
            version = int(values.pop("kbli_version", DEFAULT_KBLI_VERSION))
            if "kbli" in values:
                values["kbli"] = _kbli_rows(values["kbli"], version)
        except ValidationError as error:
            errors["kbli"] = error
        if "known_at" in values:
            check_moment(values.get("as_of"), values["known_at"])
            if isinstance(values.get("modified_since"), Since):
                sentence = _("Dengan known_at, tulis modified_since sebagai saat dalam ISO 8601.")
                errors["modified_since"] = ValidationError(sentence)
        if found := as_reference(values.get("search", "")):
            values["search"] = found
    if errors:
        raise ValidationError(errors)
    return values


def numbered(values, since):
    """`values` with a bounded core.following.Since as the conditions it stands for."""
    rest = {name: value for name, value in values.items() if name != "modified_since"}
    return rest | {"number_from": since.since, "number_below": since.until}


#: Which condition each of `numbered` is.
_NUMBERED = {"number_from": "numbered__gte", "number_below": "numbered__lt"}


def ordered_by(values):
    """By which of the register's fields a list is ordered: by change where `values` say since when."""
    if "number_from" in values:
        return "numbered", "key"
    return ("changed_at", "key") if "modified_since" in values else ("key",)


def shape(values):
    """What of `values` decides the form of the SQL."""
    return tuple(
        (name, declared.shape(values[name]) if hasattr(declared, "shape") else None)
        for name, declared in BusinessFilters.base_filters.items()
        if name in values
    ) + tuple(name for name in _NUMBERED if name in values)


def have_one_plan(values):
    """Whether the same plan is best for whatever values stand in these places.

    So it is with one filter, whose index gives the businesses in order, and with a scale or status beside a kecamatan or
    a code, which stand in that index. It is not where the values decide which of two indexes finds less.
    """
    names = values.keys() - {"number_below"}
    if isinstance(values.get("kbli"), list) or names & {"search", "as_of", "known_at"}:
        return False
    return len(names) <= 1 or names - {"scale", "status"} in ({"area"}, {"kbli"})


def narrow(register, slots):
    """`register` narrowed by `slots` ({name: Slot or value})."""
    for name, value in slots.items():
        if name in _NUMBERED:
            register = register.filter(**{_NUMBERED[name]: value})
        else:
            register = BusinessFilters.base_filters[name].filter(register, value)
    return register
