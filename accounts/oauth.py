"""OAuth 2 client credentials (RFC 6749, 4.4) for partners' programs: what django-oauth-toolkit asks of this portal."""

import base64
import binascii
import secrets
from datetime import timedelta
from urllib.parse import unquote_plus

from django.utils import timezone
from django.utils.crypto import constant_time_compare
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import TokenView as LibraryTokenView

from accounts.models import AccessToken, ClientSecret
from accounts.scopes import SCOPES, scopes_for


def new_access_token(request, refresh_token=False):
    prefix = AccessToken.TEST_PREFIX if request.client.is_test else AccessToken.PREFIX
    return f"{prefix}{secrets.token_urlsafe(32)}"


def scopes_of(client):
    """What the program may do now: what it was given, as far as its partner's kind still allows it."""
    allowed = scopes_for(client.partner.kind)
    return [scope for scope in allowed if scope in client.scopes]


class ClientScopes(BaseScopes):
    """A program that asks for no scope in particular gets all of its own."""

    def get_all_scopes(self):
        return SCOPES

    def get_available_scopes(self, application=None, request=None, *args, **kwargs):
        return scopes_of(application)

    get_default_scopes = get_available_scopes


class ClientValidator(OAuth2Validator):
    """Programs are known by any of their secrets in force; tokens are kept by their checksum."""

    def authenticate_client(self, request, *args, **kwargs):
        client_id, secret = self._credentials(request)
        if not client_id or not secret or (request.client_id or client_id) != client_id:
            return False
        found = (
            ClientSecret.objects.in_force()
            .filter(
                secret_hash=ClientSecret.hash_secret(secret),
                client__withdrawn_at__isnull=True,
                client__partner__is_active=True,
                client__partner__user__is_active=True,
            )
            .select_related("client__partner")
            .first()
        )
        if found is None or not constant_time_compare(found.client.client_id, client_id):
            return False
        request.client, request.secret = found.client, found
        return True

    def _credentials(self, request):
        """(client_id, secret) of the request: by HTTP Basic, else in its body."""
        given = self._extract_basic_auth(request)
        if given is None:
            return request.client_id, request.client_secret
        try:
            client_id, secret = base64.b64decode(given, validate=True).decode().split(":", 1)
        except (binascii.Error, ValueError):
            return None, None
        return unquote_plus(client_id), unquote_plus(secret)

    def _save_bearer_token(self, token, request, *args, **kwargs):
        now = timezone.now()
        AccessToken.objects.filter(client=request.client, expires_at__lt=now).delete()
        AccessToken.objects.create(
            client=request.client,
            secret=request.secret,
            token_checksum=AccessToken.checksum_of(token["access_token"]),
            scopes=request.scopes,
            created_at=now,
            expires_at=now + timedelta(seconds=token["expires_in"]),
        )
        ClientSecret.objects.filter(pk=request.secret.pk).update(last_used_at=now)


class TokenView(LibraryTokenView):
    """The token endpoint; its refusals are the documents of RFC 6749, 5.2."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="api"'
        return response
