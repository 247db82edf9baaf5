"""Sign-in as DRF's own TokenAuthentication does it, on the portal's tokens."""

from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken


class BearerToken(TokenAuthentication):
    keyword = "Bearer"

    def authenticate_credentials(self, key):
        try:
            token = ApiToken.objects.select_related("user").get(key_hash=ApiToken.hash_key(key))
        except ApiToken.DoesNotExist:
            raise AuthenticationFailed from None
        return token.user, token
