"""How the description of the API shows who may call what: the ways to sign in, and the scope that each operation needs."""

from django.urls import reverse
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.scopes import SCOPES
from core.api import scope_needed


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.BearerAuthentication"
    name = ["oauth2", "personalToken"]

    def get_security_definition(self, auto_schema):
        with translation.override("id"):
            scopes = {scope: str(words) for scope, words in SCOPES.items()}
        return [
            {
                "type": "oauth2",
                "description": "Program mitra: token untuk 15 menit, dengan cakupan.",
                "flows": {"clientCredentials": {"tokenUrl": reverse("api-oauth-token"), "scopes": scopes}},
            },
            {
                "type": "http",
                "scheme": "bearer",
                "description": "Token satu orang, dengan semua yang boleh dilakukan perannya.",
            },
        ]

    def get_security_requirement(self, auto_schema):
        needed = scope_needed(auto_schema.view, auto_schema.method)
        return [{"oauth2": [needed]}, {"personalToken": []}]
