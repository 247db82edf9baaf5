"""Writes about people: roles, counter codes, consents, requests about their data, tokens."""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Channel, Role
from accounts.models import (
    AccessToken,
    ApiToken,
    ClientSecret,
    Consent,
    ConsentText,
    CounterCode,
    DataBreach,
    DataRequest,
    PartnerClient,
    RoleAssignment,
    User,
)
from accounts.scopes import scopes_for
from core import audit, outbox

CODE_MINUTES = 10
CODE_TRIES = 5
SECRETS_AT_ONCE = 2
ANSWER_WITHIN = timedelta(hours=3 * 24)  # UU 27/2022
NOTIFY_WITHIN = timedelta(hours=3 * 24)  # UU 27/2022 art. 46


@transaction.atomic
def grant_role(user, role, *, actor=None, since=None):
    """Give `user` the role from `since` (today). `actor` None: by the system, at sign-up. Idempotent while it is open."""
    if actor is not None and not actor.has_perm("accounts.grant_role"):
        raise PermissionDenied(_("Hanya administrator yang memberi peran."))
    assignment, created = RoleAssignment.objects.get_or_create(
        user=user,
        role=role,
        until=None,
        defaults={"since": since or timezone.localdate(), "granted_by": actor},
    )
    user.__dict__.pop("roles", None)
    if created:
        audit.record(actor, "accounts.grant_role", user, detail={"role": str(Role(role))})
    return assignment


@transaction.atomic
def revoke_role(user, role, *, actor):
    """End the role yesterday, so that it does not hold today any more."""
    if not actor.has_perm("accounts.grant_role"):
        raise PermissionDenied(_("Hanya administrator yang mencabut peran."))
    today = timezone.localdate()
    for assignment in user.role_assignments.filter(role=role, until__isnull=True):
        if assignment.since >= today:
            assignment.delete()
        else:
            assignment.until = today - timedelta(days=1)
            assignment.save(update_fields=["until"])
    user.__dict__.pop("roles", None)
    audit.record(actor, "accounts.revoke_role", user, detail={"role": str(Role(role))})


@transaction.atomic
def issue_counter_code(user, *, actor):
    """A six-digit code for `user`, shown once to the official at the counter. Earlier codes end."""
    if not actor.has_perm("accounts.issue_countercode"):
        raise PermissionDenied(_("Peran Anda tidak mencakup kode loket."))
    if user.is_staff:
        raise ValidationError(_("Kode loket hanya untuk pelaku usaha, bukan petugas."))
    now = timezone.now()
    user.counter_codes.filter(used_at__isnull=True).update(expires_at=now)
    code = f"{secrets.randbelow(10**6):06d}"
    CounterCode.objects.create(
        user=user,
        code_hash=make_password(code),
        issued_by=actor,
        issued_at=now,
        expires_at=now + timedelta(minutes=CODE_MINUTES),
    )
    audit.record(actor, "accounts.issue_counter_code", user)
    return code


def use_counter_code(user, code):
    """True once for the right code within its minutes and tries; it proves the phone. `user` may be None: same time,
    same answer as for a wrong code."""
    if user is None:
        make_password(code)
        return False
    with transaction.atomic():
        row = (
            user.counter_codes.select_for_update()
            .filter(used_at__isnull=True, expires_at__gt=timezone.now(), tries__lt=CODE_TRIES)
            .first()
        )
        if row is None:
            make_password(code)
            return False
        row.tries += 1
        right = check_password(code, row.code_hash)
        if right:
            row.used_at = timezone.now()
            if user.phone:
                user.phone_verified_at = row.used_at
                user.save(update_fields=["phone_verified_at"])
        row.save(update_fields=["tries", "used_at"])
        if right:
            audit.record(user, "accounts.use_counter_code", user)
    return right


def current_text(purpose):
    """The ConsentText now in force for `purpose`."""
    return (
        ConsentText.objects.filter(purpose=purpose, in_force_from__lte=timezone.localdate())
        .order_by("-version")
        .first()
    )


@transaction.atomic
def give_consent(subject, purpose, *, actor, channel=Channel.PORTAL, given_by_name="", ip_address=None):
    """Record a consent of `subject` (a record with a reference). At the counter or on paper `actor` is the official who
    records it and `given_by_name` who gave it. An active consent is returned as it is."""
    by_official = channel != Channel.PORTAL
    consent, created = Consent.objects.get_or_create(
        subject=subject.reference,
        purpose=purpose,
        withdrawn_at=None,
        defaults={
            "text": current_text(purpose),
            "channel": channel,
            "given_by": None if by_official else actor,
            "given_by_name": given_by_name,
            "recorded_by": actor if by_official else None,
            "ip_address": ip_address,
        },
    )
    if created:
        audit.record(actor, "accounts.give_consent", subject, detail={"purpose": purpose})
    return consent


@transaction.atomic
def withdraw_consent(subject, purpose, *, actor):
    """End the active consent of `subject` (a record or its reference), if there is one; takes effect at once."""
    reference = getattr(subject, "reference", subject)
    ended = Consent.objects.active(purpose).filter(subject=reference).update(withdrawn_at=timezone.now())
    if ended:
        audit.record(actor, "accounts.withdraw_consent", subject, detail={"purpose": purpose})
    return bool(ended)


@transaction.atomic
def account_at_the_counter(*, phone, name, actor):
    """The account with this phone (E.164), made now when there is none yet. Returns (user, created)."""
    if not actor.has_perm("accounts.issue_countercode"):
        raise PermissionDenied(_("Peran Anda tidak mencakup kode loket."))
    user = User.objects.filter(phone=phone).first()
    if user is not None:
        return user, False
    if not name.strip():
        raise ValidationError({"name": _("Nomor ini belum terdaftar. Tuliskan nama orangnya.")})
    user = User.objects.create_user(phone=phone, name=name.strip())
    grant_role(user, Role.ENTREPRENEUR)
    audit.record(actor, "accounts.create_user", user)
    return user, True


@transaction.atomic
def change_profile(user, *, actor, name, language):
    """Correct one's own name and language."""
    if user.pk != actor.pk:
        raise PermissionDenied(_("Anda hanya dapat mengubah data Anda sendiri."))
    user.name, user.language = name, language
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name", "language"])
    audit.record(actor, "accounts.change_profile", user)
    return user


@transaction.atomic
def ask_data_request(*, actor, kind, detail):
    """A request about one's own data; the office answers within 3 × 24 hours."""
    now = timezone.now()
    request = DataRequest(user=actor, kind=kind, detail=detail, asked_at=now, due_at=now + ANSWER_WITHIN)
    request.full_clean()
    request.save()
    audit.record(actor, "accounts.ask_data_request", request, detail={"kind": kind})
    return request


@transaction.atomic
def answer_data_request(request, *, actor, granted, answer):
    """Answer a person's request; the answer goes to the Kotak pesan."""
    if not actor.has_perm("accounts.answer_datarequest"):
        raise PermissionDenied(_("Peran Anda tidak mencakup permintaan data pribadi."))
    if not answer.strip():
        raise ValidationError({"answer": _("Tuliskan jawaban dan apa yang sudah dilakukan.")})
    request = DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.status != DataRequest.Status.OPEN:
        raise ValidationError(_("Permintaan ini sudah dijawab."), code="step_out_of_turn")
    request.status = DataRequest.Status.GRANTED if granted else DataRequest.Status.REFUSED
    request.answer, request.answered_by, request.answered_at = answer, actor, timezone.now()
    request.save()
    outbox.tell(
        request.user,
        title=lambda: _("Jawaban atas permintaan data Anda"),
        body=answer,
        link=reverse("my_data"),
        about=request.reference,
    )
    audit.record(actor, "accounts.answer_data_request", request, detail={"status": request.status})
    return request


@transaction.atomic
def record_breach(breach, *, actor):
    """Put a DataBreach into the register; from its `found_at` the 3 × 24 hours run."""
    if not actor.has_perm("accounts.add_databreach"):
        raise PermissionDenied(_("Hanya administrator yang mencatat kebocoran data."))
    breach.due_at, breach.recorded_by = breach.found_at + NOTIFY_WITHIN, actor
    breach.full_clean()
    breach.save()
    audit.record(actor, "accounts.record_breach", breach)
    return breach


@transaction.atomic
def notify_breach(breach, *, actor):
    """Tell everybody concerned, once: which data, when and how, what is done. Returns the breach."""
    if not actor.has_perm("accounts.notify_databreach"):
        raise PermissionDenied(_("Hanya administrator yang memberitahukan kebocoran data."))
    breach = DataBreach.objects.select_for_update(of=("self",)).get(pk=breach.pk)
    if breach.notified_at is not None:
        raise ValidationError(_("Kebocoran ini sudah diberitahukan."), code="step_out_of_turn")
    people = breach.people.all() if breach.people.exists() else User.objects.all()
    told = 0
    for person in people.filter(is_active=True).order_by("pk"):
        outbox.tell(
            person,
            title=lambda: _("Data pribadi Anda terungkap"),
            body=lambda: (
                _(
                    "Data: %(data)s\nKejadian: %(how)s\nPenanganan: %(measures)s\nHubungi kantor bila ada pertanyaan."
                )
                % {"data": breach.data, "how": breach.how, "measures": breach.measures}
            ),
            link=reverse("my_data"),
            about=breach.reference,
        )
        told += 1
    breach.notified_at, breach.notified_by = timezone.now(), actor
    breach.save(update_fields=["notified_at", "notified_by"])
    audit.record(actor, "accounts.notify_breach", breach, detail={"people": told})
    return breach


@transaction.atomic
def issue_api_token(user, *, label, actor):
    """A bearer token with all that the person may do. Returns (token, key); the key is shown once."""
    if not actor.has_perm("accounts.add_apitoken"):
        raise PermissionDenied(_("Hanya administrator yang menerbitkan token API."))
    if Role.PARTNER in user.roles:
        raise ValidationError(_("Mitra masuk dengan klien API. Buat klien untuk mitra ini."))
    token, key = ApiToken.issue(user, label=label)
    audit.record(actor, "accounts.issue_api_token", user, detail={"label": label})
    return token, key


@transaction.atomic
def revoke_api_token(token, *, actor):
    """The token stops working at once."""
    if not actor.has_perm("accounts.change_apitoken"):
        raise PermissionDenied(_("Hanya administrator yang mencabut token API."))
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(actor, "accounts.revoke_api_token", token.user, detail={"label": token.label})
    return token


@transaction.atomic
def save_partner(partner, *, actor):
    """Record a partner or change it; the account it acts as gets the role. Tokens given out before are no longer valid."""
    if not actor.has_perm("accounts.change_partner"):
        raise PermissionDenied(_("Hanya administrator yang mengatur mitra."))
    if partner.user_id and partner.user.is_staff:
        raise ValidationError({"user": _("Ini akun petugas. Buat akun tersendiri untuk mitra.")})
    partner.full_clean()
    is_new = partner.pk is None
    partner.save()
    grant_role(partner.user, Role.PARTNER, actor=actor)
    AccessToken.objects.filter(client__partner=partner).delete()
    state = {name: getattr(partner, name) for name in ("kind", "requests_per_minute", "is_active")}
    audit.record(
        actor, "accounts.add_partner" if is_new else "accounts.change_partner", partner, detail=state
    )
    return partner


def _may_manage_clients(actor):
    if not actor.has_perm("accounts.change_partnerclient"):
        raise PermissionDenied(_("Hanya administrator yang mengatur klien API."))


def _record_client(actor, action, client, **detail):
    audit.record(actor, action, client.partner, detail={"client": client.client_id, **detail})


def _new_secret(client):
    secret = f"ikms_{secrets.token_urlsafe(32)}"
    ClientSecret.objects.create(client=client, secret_hash=ClientSecret.hash_secret(secret), hint=secret[-4:])
    return secret


@transaction.atomic
def issue_client(client, *, actor):
    """Store a new client (a PartnerClient). Returns (client, secret); the secret is shown once."""
    _may_manage_clients(actor)
    partner = client.partner
    if strange := set(client.scopes) - set(scopes_for(partner.kind)):
        raise ValidationError(
            {
                "scopes": _("Mitra jenis ini tidak dapat diberi cakupan: %(scopes)s.")
                % {"scopes": ", ".join(sorted(strange))}
            }
        )
    client.full_clean()
    client.save()
    secret = _new_secret(client)
    _record_client(actor, "accounts.issue_client", client, scopes=client.scopes, is_test=client.is_test)
    return client, secret


@transaction.atomic
def add_secret(client, *, actor):
    """One more secret for the client, which works beside the other until that one is withdrawn. Returns it; it is shown
    once."""
    _may_manage_clients(actor)
    client = PartnerClient.objects.select_for_update(of=("self",)).select_related("partner").get(pk=client.pk)
    if client.withdrawn_at is not None:
        raise ValidationError(_("Klien ini sudah dicabut. Buat klien baru."), code="step_out_of_turn")
    if client.secrets.in_force().count() >= SECRETS_AT_ONCE:
        raise ValidationError(_("Klien ini sudah mempunyai dua rahasia. Cabut yang lama dahulu."))
    secret = _new_secret(client)
    _record_client(actor, "accounts.add_secret", client, hint=secret[-4:])
    return secret


@transaction.atomic
def withdraw_secret(secret, *, actor):
    """The secret, and the tokens that were got for it, stop working at once."""
    _may_manage_clients(actor)
    secret = ClientSecret.objects.select_for_update(of=("self",)).get(pk=secret.pk)
    if secret.withdrawn_at is None:
        secret.withdrawn_at = timezone.now()
        secret.save(update_fields=["withdrawn_at"])
        secret.tokens.all().delete()
        _record_client(actor, "accounts.withdraw_secret", secret.client, hint=secret.hint)
    return secret


@transaction.atomic
def withdraw_client(client, *, actor):
    """The client, its secrets and its tokens stop working at once."""
    _may_manage_clients(actor)
    client = PartnerClient.objects.select_for_update(of=("self",)).select_related("partner").get(pk=client.pk)
    if client.withdrawn_at is None:
        client.withdrawn_at = timezone.now()
        client.save(update_fields=["withdrawn_at"])
        client.secrets.in_force().update(withdrawn_at=client.withdrawn_at)
        client.tokens.all().delete()
        _record_client(actor, "accounts.withdraw_client", client)
    return client


@transaction.atomic
def remove_second_factor(user, *, actor):
    """Remove the second factor of somebody who lost the phone, recovery codes included; the person is told."""
    if not actor.has_perm("accounts.remove_secondfactor"):
        raise PermissionDenied(_("Hanya administrator yang melepas pengaman kedua."))
    Authenticator.objects.filter(user=user).delete()
    outbox.tell(
        user,
        title=lambda: _("Pengaman kedua akun Anda dilepas"),
        body=lambda: _(
            "Administrator melepas pengaman kedua akun Anda. Pasang yang baru saat masuk. Bila Anda tidak memintanya, "
            "segera hubungi kantor."
        ),
        link=reverse("mfa_index"),
    )
    audit.record(actor, "accounts.remove_second_factor", user)


@transaction.atomic
def end_session(session, *, actor):
    """Sign a person out on one device (an allauth UserSession)."""
    if not actor.has_perm("accounts.end_session"):
        raise PermissionDenied(_("Hanya administrator yang mengakhiri sesi orang lain."))
    audit.record(actor, "accounts.end_session", session.user)
    session.end()
