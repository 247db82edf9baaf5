"""The sandboxes of partners: a database each, copied from one that is made once. They are made, emptied and kept up to date."""

import logging
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import DatabaseError, OperationalError
from django.utils.translation import gettext as _

from accounts.models import Partner
from core import audit, sandbox
from sandbox import seed

logger = logging.getLogger(__name__)


def template():
    return settings.SANDBOX_DATABASE["NAME"]


def name_of(partner):
    """The database of the partner with this key."""
    return f"{template()}_{partner}"


@contextmanager
def inside(partner):
    """Around what is done in the sandbox of the partner with this key; its first use makes it. Raises a DatabaseError where
    no sandbox can be made now."""
    name = name_of(partner)
    with ExitStack() as stack:
        try:
            stack.enter_context(sandbox.entered(name))
        except OperationalError:
            if sandbox.exists(name):
                raise
            _copy(name)
            stack.enter_context(sandbox.entered(name))
        yield


def _copy(name):
    try:
        sandbox.create(name, template=template())
    except DatabaseError:
        # Two first calls at once make one sandbox.
        if not sandbox.exists(name):
            raise


def may_reset(partner, actor):
    return actor.has_perm("accounts.change_partner") or actor.pk == partner.user_id


def reset_sandbox(partner, *, actor):
    """Everything in the partner's sandbox as on its first day, addresses of webhooks too; what the checklist has stays.

    Raises PermissionDenied, or ValidationError while no sandbox can be made.
    """
    if not may_reset(partner, actor):
        raise PermissionDenied(_("Hanya mitra itu sendiri dan administrator yang mengosongkan ruang uji."))
    name = name_of(partner.pk)
    try:
        sandbox.drop(name)
        _copy(name)
    except DatabaseError:
        logger.exception("no sandbox can be made")
        raise ValidationError(_("Ruang uji sedang disiapkan. Coba lagi beberapa menit lagi.")) from None
    audit.record(actor, "sandbox.reset", partner)


def prepare(*, afresh=False, say=lambda line: None):
    """Make the template unless it stands, and bring it and every partner's sandbox to the tables of the code. `afresh` makes
    all of them anew."""
    if afresh or not sandbox.exists(template()):
        say("Making the sandbox's template")
        _make_template()
    else:
        _migrate(template())
    for partner in Partner.objects.all():
        name = name_of(partner.pk)
        if not sandbox.exists(name):
            continue
        say(f"Sandbox of {partner}")
        if afresh:
            sandbox.drop(name)
            _copy(name)
        else:
            _migrate(name)


def _make_template():
    making = f"{template()}_new"
    sandbox.drop(making)
    sandbox.create(making)
    _migrate(making)
    with sandbox.entered(making):
        seed.fill()
    sandbox.drop(template())
    sandbox.rename(making, template())


def _migrate(name):
    with sandbox.entered(name):
        call_command("migrate", database=name, verbosity=0, interactive=False)


def open_sandboxes():
    """Partners whose sandbox stands."""
    names = set(sandbox.all_like(template()))
    return [partner for partner in Partner.objects.in_service() if name_of(partner.pk) in names]
