"""What the measurements must know from inside of the portal, as JSON: run with the DATABASE_URL of the register."""

import json
import os
import statistics
import sys
import time
from datetime import timedelta

import django
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")


def partner_key():
    """A program of another office, which sees the whole register, with a token for a day and no limit."""
    from accounts.enums import PartnerKind, Role
    from accounts.models import AccessToken, ClientSecret, Partner, PartnerClient, User
    from accounts.oauth import new_access_token
    from accounts.scopes import scopes_for
    from accounts.services import grant_role

    user = User.objects.filter(email="bench@contoh.id").first()
    if user is None:
        user = User.objects.create_user(email="bench@contoh.id", name="Bench")
        grant_role(user, Role.PARTNER)
    partner, _created = Partner.objects.get_or_create(
        user=user, defaults={"name": "Bench", "kind": PartnerKind.OFFICE, "requests_per_minute": 10_000_000}
    )
    client = PartnerClient.objects.create(partner=partner, label="bench", scopes=scopes_for(partner.kind))
    key = new_access_token(None)
    secret = ClientSecret.objects.create(client=client, secret_hash=AccessToken.checksum_of(key), hint="")
    AccessToken.objects.create(
        client=client,
        secret=secret,
        token_checksum=AccessToken.checksum_of(key),
        scopes=client.scopes,
        expires_at=timezone.now() + timedelta(days=1),
    )
    return user, key


def official():
    """Somebody who may take the register out."""
    from accounts.enums import Role
    from accounts.models import User
    from accounts.services import grant_role

    user = User.objects.filter(email="bench-admin@contoh.id").first()
    if user is None:
        user = User.objects.create_user(email="bench-admin@contoh.id", name="Bench")
        grant_role(user, Role.ADMINISTRATOR)
    return user


def session_cookie():
    """The cookie of a signed-in official."""
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(official(), backend="allauth.account.auth_backends.AuthenticationBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def milliseconds(work, times=15):
    """The median time of `work`."""
    taken = []
    for _time in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def totals(user):
    """For some lists: the total shown, the true one and the milliseconds of each."""
    from core.pagination import total
    from ikm.api import register
    from ikm.models import Business

    kecamatan = Business.objects.exclude(kecamatan_code=None).values_list("kecamatan_code", flat=True).first()
    found = {}
    for values in ({}, {"scale": "small"}, {"area": kecamatan}, {"area": kecamatan, "scale": "small"}):
        register.count(user, values)
        statement = list(register._statements._known.values())[-1]
        shown, is_exact = total(statement, values)
        true = register.count(user, values, exact=True)[0]
        found["&".join(f"{name}={value}" for name, value in values.items()) or "all"] = {
            "shown": shown,
            "true": true,
            "is_exact": is_exact,
            "ms": milliseconds(lambda s=statement, v=values: total(s, v)),
            "remembered_ms": milliseconds(lambda v=values: register.count(user, v)),
            "count_ms": milliseconds(lambda s=statement, v=values: total(s, v, exact=True)),
        }
    return found


def main():
    django.setup()
    from core.pagination import Cursor
    from ikm.exports import list_statement
    from ikm.models import Business

    user, key = partner_key()
    listed = Business.objects.filter(status="registered").order_by("id")
    ids = listed.values_list("id", flat=True)
    references = list(listed.values_list("reference", flat=True)[1000:1200])
    area = listed.filter(reference=references[0]).values_list("kecamatan_code", flat=True)[0]
    inner = listed.filter(kecamatan_code=area, scale="small")
    deep = list(inner.reverse()[100:101].values_list("id", flat=True))[0]
    print(
        json.dumps(
            {
                "key": key,
                "cookie": session_cookie(),
                "export": list_statement(Business.objects.all(), for_csv=False),
                "references": references,
                "area": area,
                "pages": inner.count() // 50,
                "deep_id": deep,
                "deep_cursor": str(Cursor((deep,))),
                "last_id": ids.last(),
                "totals": totals(user) if "totals" in sys.argv else {},
            }
        )
    )


if __name__ == "__main__":
    main()
