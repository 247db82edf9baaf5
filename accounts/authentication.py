"""API sign-in by bearer token: of a person, or of a partner's program."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import AccessToken, ApiToken, Partner, RoleAssignment, User
from core.pagination import Slot, Statements

_USER = [field.attname for field in User._meta.concrete_fields]
_statements = Statements()
#: Few enough for a partner to see how its program takes a refusal.
TEST_REQUESTS_PER_MINUTE = 120


@dataclass(frozen=True)
class Grant:
    """What a program's token allows: its scopes, and how many requests its partner has in a minute. A program that tries
    out has its partner's number and kind, by which its sandbox is found."""

    client_id: str
    scopes: frozenset
    requests_per_minute: int
    partner: int | None = None
    kind: str = ""


class BearerAuthentication(TokenAuthentication):
    """Token, account and the roles held today, from one statement: what is withdrawn ends at once."""

    keyword = "Bearer"

    def authenticate(self, request):
        if (grant := getattr(request, "test_grant", None)) is not None:
            return account_in_sandbox(grant), grant
        return super().authenticate(request)

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
        user = User.from_db(connection.alias, _USER, person)
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
        ((_expires, client_id, scopes, limit, kind, roles, *person),) = found
        user = User.from_db(connection.alias, _USER, person)
        user.roles = frozenset(roles)
        user.partner_kind = kind
        return user, Grant(client_id, frozenset(scopes), limit)

    def authenticate_header(self, request):
        """RFC 6750: the reason is named only to who sent a token."""
        return 'Bearer error="invalid_token"' if "HTTP_AUTHORIZATION" in request.META else "Bearer"


def test_grant_of(key):
    """The Grant of a test program's token, None for any other. To be asked outside of every sandbox."""
    token = (
        AccessToken.objects.filter(
            token_checksum=AccessToken.checksum_of(key),
            expires_at__gt=timezone.now(),
            secret__withdrawn_at__isnull=True,
            client__withdrawn_at__isnull=True,
            client__is_test=True,
            client__partner__is_active=True,
            client__partner__user__is_active=True,
        )
        .select_related("client__partner")
        .first()
    )
    if token is None:
        return None
    client, partner = token.client, token.client.partner
    limit = min(partner.requests_per_minute, TEST_REQUESTS_PER_MINUTE)
    return Grant(client.client_id, frozenset(token.scopes), limit, partner.pk, partner.kind)


def account_in_sandbox(grant):
    """As whom a test program acts: the account that its sandbox keeps for partners of its kind."""
    partner = Partner.objects.in_service().filter(kind=grant.kind).select_related("user").earliest("pk")
    partner.user.partner_kind = partner.kind
    return partner.user


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
            "client__is_test": False,
            f"{partner}__is_active": True,
            f"{partner}__user__is_active": True,
        }
    ).values_list(
        "expires_at",
        "client__client_id",
        "scopes",
        f"{partner}__requests_per_minute",
        f"{partner}__kind",
        _roles(f"{partner}__user"),
        *(f"{partner}__user__{name}" for name in _USER),
    )
