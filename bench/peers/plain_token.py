"""Sign-in as DRF's own TokenAuthentication does it, on the tokens of the portal's partners."""

from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import AccessToken


class BearerToken(TokenAuthentication):
    keyword = "Bearer"

    def authenticate_credentials(self, key):
        try:
            token = AccessToken.objects.select_related("client__partner__user").get(
                token_checksum=AccessToken.checksum_of(key)
            )
        except AccessToken.DoesNotExist:
            raise AuthenticationFailed from None
        return token.client.partner.user, token
