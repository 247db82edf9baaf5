"""What the API doors of all rooms share: inputs that refuse what they do not know, writes that name who acts, fair use."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError as InvalidValue
from django.core.validators import ProhibitNullCharactersValidator
from django.db import connection
from django.urls import Resolver404, resolve, reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import http_date
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from core.problems import MEDIA_TYPE, ApiProblem, problem_page
from core.workflow import open_steps

_WINDOW_SECONDS = 60


class Input(serializers.Serializer):
    """The shape of a request's body. It writes nothing: a service takes `validated_data`.

    A field that is not declared is refused, so that nobody sets what the API does not let them set and no misspelt
    field is lost without a word.
    """

    def to_internal_value(self, data):
        if isinstance(data, dict):
            unknown = data.keys() - self.fields.keys()
            if unknown:
                sentence = _("Isian ini tidak dikenal atau tidak dapat diubah lewat API.")
                raise ValidationError({name: [ErrorDetail(sentence, code="unknown")] for name in unknown})
            sentences = {name: _of_another_kind(self.fields[name], value) for name, value in data.items()}
            if strange := {name: sentence for name, sentence in sentences.items() if sentence}:
                raise ValidationError(
                    {name: [ErrorDetail(words, code="invalid")] for name, words in strange.items()}
                )
        return super().to_internal_value(data)


def _of_another_kind(field, value):
    """What is wrong with a JSON value that the field would take for what nobody wrote, as a sentence; "" for nothing."""
    if isinstance(field, serializers.CharField) and isinstance(value, bool | int | float):
        return _("Tulis isian ini sebagai teks, di antara tanda kutip.")
    if isinstance(field, serializers.ManyRelatedField) and isinstance(value, dict):
        return _("Tulis isian ini sebagai daftar, di antara kurung siku.")
    # DRF looks for it after a field has asked the database, which refuses it with a fault.
    if any(
        "\x00" in text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)
    ):
        return ProhibitNullCharactersValidator.message
    return ""


class MomentField(serializers.DateTimeField):
    """A moment in UTC, to the microsecond, as lists of changes need it."""

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%dT%H:%M:%S.%fZ", default_timezone=UTC, **options)


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"})
class MonthField(serializers.DateField):
    """A month, YYYY-MM; as a value its first day."""

    def __init__(self, **options):
        super().__init__(format="%Y-%m", input_formats=["%Y-%m"], **options)


DEFAULT_PAGE, LARGEST_PAGE = 50, 200


def moment(text):
    """The moment in an ISO 8601 text; ValueError for anything else."""
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found


def page_size(request):
    """How many rows of a list the request wants (`limit`). Raises ValidationError."""
    raw = request.query_params.get("limit", "")
    if not raw:
        return DEFAULT_PAGE
    if not raw.isdecimal() or not 1 <= int(raw) <= LARGEST_PAGE:
        raise InvalidValue({"limit": _("Isi halaman 1 sampai %(most)s baris.") % {"most": LARGEST_PAGE}})
    return int(raw)


def refuse_unknown(parameters, known):
    """A misspelt filter that was passed over in silence would show what nobody asked for."""
    if unknown := parameters.keys() - known:
        raise InvalidValue(
            {name: InvalidValue(_("Parameter ini tidak dikenal."), code="unknown") for name in unknown}
        )


def day_of(text):
    """The day in a text `YYYY-MM-DD`. Raises ValidationError for anything else, and for years that no record can have."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise InvalidValue(_("Tulis tanggal sebagai YYYY-MM-DD."))
    return day


def day_in(request, name, default=None):
    """The day that the parameter `name` says; `default` where it is missing. Raises ValidationError naming it."""
    text = request.query_params.get(name, "")
    if not text and default:
        return default
    try:
        return day_of(text)
    except InvalidValue as error:
        raise InvalidValue({name: error}) from None


def read(input_class, request, **options):
    """The validated fields of the request's body, shaped by `input_class`."""
    found = input_class(data=request.data, **options)
    found.is_valid(raise_exception=True)
    return found.validated_data


def open_steps_shown(record, user, names=None):
    """The steps that `user` may take on `record` now (of those in `names`), as the API lists them."""
    return [
        step_shown(name, step)
        for name, step in open_steps(record, user).items()
        if names is None or name in names
    ]


def step_shown(name, step):
    """An open step as the API lists it."""
    return {"name": name, "label": str(step.label), "needs_note": step.needs_note}


def names_the_actor(handler):
    """Decorator of a handler that writes: the history of every row it touches names the signed-in person."""

    @wraps(handler)
    def wrapper(self, request, *args, **kwargs):
        with pghistory.context(user=request.user.pk):
            return handler(self, request, *args, **kwargs)

    return wrapper


class FairUse(BaseThrottle):
    """At most settings.API_REQUESTS_PER_MINUTE of one person (without sign-in: of one address) in each minute; of a
    partner's programs together as many as the partner has (`request.auth.requests_per_minute`).

    Every worker counts for itself, in memory: the limit keeps a runaway client from the others, it is no quota.
    """

    _counts = {}
    _minute = 0
    _lock = threading.Lock()

    def allow_request(self, request, view):
        now = time.time()
        minute = int(now // _WINDOW_SECONDS)
        limit = getattr(request.auth, "requests_per_minute", settings.API_REQUESTS_PER_MINUTE)
        who = connection.alias, request.user.pk or request.META.get("REMOTE_ADDR", "")
        with self._lock:
            if minute != FairUse._minute:
                FairUse._minute = minute
                self._counts.clear()
            count = self._counts[who] = self._counts.get(who, 0) + 1
        self.left = _WINDOW_SECONDS - now % _WINDOW_SECONDS
        request.rate_limit = (limit, max(limit - count, 0), int(self.left) + 1)
        return count <= limit

    def wait(self):
        return self.left


class JsonFirst(DefaultContentNegotiation):
    """DRF's choice of a format; who asks for nothing or for plain JSON, as programs do, gets it without a search."""

    def select_renderer(self, request, renderers, format_suffix=None):
        asked = request.META.get("HTTP_ACCEPT", "*/*")
        first = renderers[0]
        if asked in ("*/*", first.media_type) and not format_suffix and "format" not in request.query_params:
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)


@dataclass(frozen=True)
class Retirement:
    """That a view, or one of its handlers, is not to be used any more since a day, and answers no more from another on."""

    since: date
    until: date

    def headers(self, request):
        """`Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where that is explained."""
        since, until = (
            datetime.combine(day, datetime.min.time(), tzinfo=get_default_timezone()).timestamp()
            for day in (self.since, self.until)
        )
        page = request.build_absolute_uri(reverse("api_changes"))
        return {
            "Deprecation": f"@{since:.0f}",
            "Sunset": http_date(until),
            "Link": f'<{page}>; rel="deprecation"; type="text/html"',
        }


def retiring(*, since, until):
    """Decorator of a view or of one of its handlers (outermost): every answer carries the headers of its Retirement."""

    def mark(target):
        target.retirement = Retirement(since, until)
        return target

    return mark


def scope_needed(view, method):
    """The scope that a program's token needs for this method of `view`."""
    return f"{view.scope}:{'read' if method in SAFE_METHODS else 'write'}"


class ApiViewSet(GenericViewSet):
    """A resource of the API. Keeps a program's token to its scopes, and tells how much of the fair use is left."""

    throttle_classes = [FairUse]
    content_negotiation_class = JsonFirst
    lookup_field = "reference"
    lookup_value_regex = "[^/]+"
    #: The resource in the table of scopes (accounts.scopes).
    scope = None
    #: The actions for everybody; for all of a resource, `permission_classes` say it.
    open_actions = frozenset()
    retirement = None

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        # A filter left empty by mistake would show what nobody asked for.
        sentence = _("Isi parameter ini, atau hapus dari alamat.")
        wrong = {
            name: InvalidValue(sentence, code="empty")
            for name, value in request.query_params.items()
            if not value.strip()
        }
        for name, value in request.query_params.items():
            if "\x00" in value:
                wrong[name] = InvalidValue(_("Karakter ini tidak dapat dicari."))
        if self.action and wrong:
            raise InvalidValue(wrong)

    def get_permissions(self):
        return [AllowAny()] if self.action in self.open_actions else super().get_permissions()

    def check_permissions(self, request):
        super().check_permissions(request)
        granted = getattr(request.auth, "scopes", None)
        if granted is None:
            return
        needed = scope_needed(self, request.method)
        if needed not in granted:
            raise ApiProblem(
                403,
                _("Cakupan token tidak cukup"),
                detail=_("Langkah ini memerlukan cakupan %(scope)s.") % {"scope": needed},
                code="insufficient_scope",
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{needed}"'},
            )

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if limit := getattr(request, "rate_limit", None):
            for name, value in zip(("Limit", "Remaining", "Reset"), limit, strict=True):
                response.headers[f"RateLimit-{name}"] = str(value)
        handler = getattr(self, self.action or "", None)
        if retirement := getattr(handler, "retirement", self.retirement):
            for name, value in retirement.headers(request).items():
                response.headers[name] = value
        return response


def unknown_address(request):
    """The last pattern beneath /api/: a problem, or the way to the address with its closing slash."""
    detail = ""
    if not request.path.endswith("/"):
        try:
            found = resolve(f"{request.path}/").func
        except Resolver404:
            found = unknown_address
        if found is not unknown_address:
            detail = _("Alamat API diakhiri garis miring: %(path)s/") % {"path": request.path}
    return problem_page(404, _("Alamat API ini tidak ada"), detail=detail)


unknown_address.csrf_exempt = True


def describe_problems(result, **kwargs):
    """drf-spectacular's hook: every operation may answer by a problem+json document."""
    text = {"type": "string"}
    error = {"type": "object", "properties": {"pointer": text, "code": text, "detail": text}}
    result["components"]["schemas"]["Problem"] = {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "errors": {"type": "array", "items": error},
            "current_version": {"type": "integer"},
        },
    }
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {"description": "", "content": {MEDIA_TYPE: schema}}
    return result


#: What day_of reads; JSON Schema's "date" knows more years than a record can have.
_DAYS = r"^(19\d\d|20\d\d|21\d\d|2200)-\d\d-\d\d$"
#: A clock's time without a zone, which JSON Schema's "time" would ask for.
_CLOCK = r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"


def describe_limits(result, **kwargs):
    """drf-spectacular's hook: what every operation refuses stands in its schema: other members of a body than the declared,
    pages too long, days that no record can have."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                if parameter["name"] == "limit":
                    schema |= {"minimum": 1, "maximum": LARGEST_PAGE}
                if schema.get("format") == "date":
                    schema["pattern"] = _DAYS
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                if name:
                    result["components"]["schemas"][name]["additionalProperties"] = False
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            if field.get("format") == "time":
                del field["format"]
                field["pattern"] = _CLOCK
    return result
