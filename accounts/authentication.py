"""API sign-in by bearer token: of a person, or of a partner's program."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import AccessToken, ApiToken, RoleAssignment, User
from core.pagination import Slot, Statements

_USER = [field.attname for field in User._meta.concrete_fields]
_statements = Statements()


@dataclass(frozen=True)
class Grant:
    """What a program's token allows: its scopes, and how many requests its partner has in a minute."""

    client_id: str
    scopes: frozenset
    requests_per_minute: int


class BearerAuthentication(TokenAuthentication):
    """Token, account and the roles held today, from one statement: what is withdrawn ends at once."""

    keyword = "Bearer"

    def authenticate_credentials(self, key):
        today = timezone.localdate()
        if key.startswith(AccessToken.PREFIX):
            return self._program(key, today)
        found = _statements.get(("person", today), _bearer).fetch_prepared(
            {"key_hash": ApiToken.hash_key(key)}
        )
        if not found:
            raise AuthenticationFailed(_("Token tidak dikenal atau sudah dicabut."))
        ((token_id, last_used_on, roles, *person),) = found
        user = User.from_db("default", _USER, person)
        user.roles = frozenset(roles)
        if last_used_on != today:
            ApiToken.objects.filter(pk=token_id).update(last_used_on=today)
        return user, token_id

    def _program(self, key, today):
        found = _statements.get(("program", today), _program).fetch_prepared(
            {"checksum": AccessToken.checksum_of(key)}
        )
        if not found or found[0][0] <= timezone.now():
            raise AuthenticationFailed(_("Token tidak dikenal, kedaluwarsa, atau sudah dicabut."))
        ((_expires, client_id, scopes, limit, kind, is_sandbox, roles, *person),) = found
        user = User.from_db("default", _USER, person)
        user.roles = frozenset(roles)
        user.partner_kind = None if is_sandbox else kind
        return user, Grant(client_id, frozenset(scopes), limit)

    def authenticate_header(self, request):
        """RFC 6750: the reason is named only to who sent a token."""
        return 'Bearer error="invalid_token"' if "HTTP_AUTHORIZATION" in request.META else "Bearer"


def _roles(account):
    return ArraySubquery(RoleAssignment.objects.current().filter(user=OuterRef(account)).values("role"))


def _bearer():
    return ApiToken.objects.filter(
        key_hash=Slot("key_hash"), revoked_at__isnull=True, user__is_active=True
    ).values_list("pk", "last_used_on", _roles("user"), *(f"user__{name}" for name in _USER))


def _program():
    partner = "client__partner"
    return AccessToken.objects.filter(
        **{
            "token_checksum": Slot("checksum"),
            "secret__withdrawn_at__isnull": True,
            "client__withdrawn_at__isnull": True,
            f"{partner}__is_active": True,
            f"{partner}__user__is_active": True,
        }
    ).values_list(
        "expires_at",
        "client__client_id",
        "scopes",
        f"{partner}__requests_per_minute",
        f"{partner}__kind",
        f"{partner}__is_sandbox",
        _roles(f"{partner}__user"),
        *(f"{partner}__user__{name}" for name in _USER),
    )
