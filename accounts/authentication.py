"""API sign-in by bearer token."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken, RoleAssignment, User
from core.pagination import Slot, Statements

_USER = [field.attname for field in User._meta.concrete_fields]
_statements = Statements()


class ApiTokenAuthentication(TokenAuthentication):
    """Token, person and the roles held today, from one statement."""

    keyword = "Bearer"

    def authenticate_credentials(self, key):
        today = timezone.localdate()
        found = _statements.get(today, _bearer).fetch_prepared({"key_hash": ApiToken.hash_key(key)})
        if not found:
            raise AuthenticationFailed(_("Token tidak dikenal atau sudah dicabut."))
        ((token_id, last_used_on, roles, *person),) = found
        user = User.from_db("default", _USER, person)
        user.roles = frozenset(roles)
        if last_used_on != today:
            ApiToken.objects.filter(pk=token_id).update(last_used_on=today)
        return user, token_id


def _bearer():
    roles = RoleAssignment.objects.current().filter(user=OuterRef("user")).values("role")
    return ApiToken.objects.filter(
        key_hash=Slot("key_hash"), revoked_at__isnull=True, user__is_active=True
    ).values_list("pk", "last_used_on", ArraySubquery(roles), *(f"user__{name}" for name in _USER))
