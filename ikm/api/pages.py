"""Lists of the rooms' resources: filters by name, pages by cursor, changes since a moment; one record by its reference."""

from urllib.parse import urlencode

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from core.api import moment, page_size, refuse_unknown
from core.conditional import json_answer
from core.following import Since, bounded, read_since, safe_moment
from core.pagination import Cursor, Page
from core.references import parse_reference

_PAGING = {"cursor", "limit", "modified_since"}
MODIFIED_SINCE = (
    "Yang berubah sejak “next_token” dari jawaban sebelumnya, urut menurut selesainya perubahan; atau sejak suatu saat"
    " (ISO 8601), urut menurut saat berubah."
)

PARAMETERS = [
    OpenApiParameter("cursor", str, description="Penunjuk halaman dari “next” atau “previous”."),
    OpenApiParameter("limit", int, description="Banyaknya baris sehalaman, 1–200; 50 bila tidak disebut."),
    OpenApiParameter("modified_since", str, description=MODIFIED_SINCE),
]

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="ETag data yang dibaca sebelumnya."
)
IF_MATCH_NEEDED = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description=IF_MATCH.description
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Kunci buatan klien; permintaan yang dikirim ulang dengan kunci ini dikerjakan satu kali.",
)
KEY_NEEDED = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description=IDEMPOTENCY_KEY.description
)


def listed(summary, output, *parameters, **options):
    """extend_schema of a list that `answer` gives as `output`; its filters are `parameters`."""
    return extend_schema(
        summary=summary,
        parameters=[*PARAMETERS, *parameters],
        responses=forced_singular_serializer(output),
        **options,
    )


class SyncMetaOutput(serializers.Serializer):
    next_token = serializers.CharField(
        required=False,
        help_text="Pakai sebagai modified_since pada pengambilan berikutnya, setelah semua halaman dibaca: tidak ada "
        "perubahan yang terlewat.",
    )
    complete_until = serializers.DateTimeField(
        required=False,
        help_text="Semua perubahan sebelum saat ini termuat. Perubahan yang sedang ditulis menyusul.",
    )
    next_modified_since = serializers.DateTimeField(
        required=False,
        help_text="Cara lama, bila modified_since berisi saat: saat berikutnya, dengan beberapa baris berulang.",
    )


class SyncPageOutput(serializers.Serializer):
    """A page of `answer`; each resource adds its `results`."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    meta = SyncMetaOutput()


def own(queryset, reference, prefix):
    """The record of that reference among what the asker sees; else 404."""
    try:
        found = parse_reference(reference, prefix=prefix)
    except ValidationError as error:
        raise Http404 from error
    record = queryset.filter(reference=found).first()
    if record is None:
        raise Http404
    return record


def choice(field, choices):
    """A filter by one of `choices`."""

    def narrow(rows, value):
        if value not in choices:
            raise ValidationError(_("Pilih salah satu: %(choices)s.") % {"choices": ", ".join(choices)})
        return rows.filter(**{field: value})

    return narrow


def exact(field):
    """A filter by a value that is written in full."""
    return lambda rows, value: rows.filter(**{field: value})


def answer(request, rows, output, *, filters):
    """The page of `rows` (a queryset of a model with modified_at and version) that the request asks for; `filters` are
    {parameter: narrow(rows, text)}."""
    parameters = request.query_params
    refuse_unknown(parameters, _PAGING | filters.keys())
    errors = {}
    for name, narrow in filters.items():
        try:
            rows = narrow(rows, parameters[name]) if name in parameters else rows
        except ValidationError as error:
            errors[name] = error
    since = None
    if text := parameters.get("modified_since", ""):
        try:
            since = read_since(text)
        except ValidationError as error:
            errors["modified_since"] = error
    if errors:
        raise ValidationError(errors)
    keys, kinds = ordered_by(since)
    given = parameters.get("cursor", "")
    cursor = Cursor.read(given, kinds=kinds) if given else None
    limit = page_size(request)
    meta, since = meta_of(rows.model, since, is_first=cursor is None)
    if isinstance(since, Since):
        rows = rows.filter(change_number__gte=since.since, change_number__lt=since.until)
    elif since:
        rows = rows.filter(modified_at__gte=since)
    page = Page.cut(_found(rows, keys, cursor, limit, output), cursor=cursor, limit=limit)
    page.meta = meta
    return json_answer(request, page.as_bytes(address_of(request, since)))


def ordered_by(since):
    """(the fields by which a list of changes since this is ordered, the kinds of a cursor's parts)."""
    if isinstance(since, Since):
        return ("change_number", "pk"), (int, int)
    return (("modified_at", "pk"), (moment, int)) if since else (("pk",), (int,))


def meta_of(model, since, *, is_first):
    """(what an answer says of the next reading, `since` bounded); to be asked before the rows are read.

    A list since a moment gives the token on its first page only: what is committed between its pages may belong to one
    that was read.
    """
    if since is None:
        return {}, None
    if isinstance(since, Since):
        since = bounded(model, since)
        return {"next_token": str(since.after), "complete_until": since.complete_until}, since
    meta = {"next_modified_since": safe_moment().isoformat()}
    if is_first:
        now = bounded(model)
        meta |= {"next_token": str(now.after), "complete_until": now.complete_until}
    return meta, since


def address_of(request, since):
    """The address of a page, by its cursor; the pages of a reading by token end where the first one did."""
    rest = {name: value for name, value in request.query_params.items() if name != "cursor"}
    if isinstance(since, Since):
        rest["modified_since"] = str(since)
    address = request.build_absolute_uri(request.path)
    return lambda to: f"{address}?{urlencode(rest | {'cursor': str(to)})}"


def _found(rows, keys, cursor, limit, output):
    """Up to `limit` + 1 rows after the cursor: their keys and their JSON."""
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        beyond = "lt" if backwards else "gt"
        where = Q(**{f"{keys[0]}__{beyond}": cursor.key[0]})
        if len(keys) == 2:
            where |= Q(**{keys[0]: cursor.key[0], f"{keys[1]}__{beyond}": cursor.key[1]})
        rows = rows.filter(where)
    ordered = rows.order_by(*(f"-{key}" if backwards else key for key in keys))[: limit + 1]
    # One for all rows: a serializer copies its fields when it is made.
    shown = output()
    return [
        (*(getattr(row, key) for key in keys), orjson.dumps(shown.to_representation(row)).decode())
        for row in ordered
    ]
