"""A sentra, its chair and a maker who wants to join, written into the portal's database by `manage.py shell`."""

import itertools
import json
from datetime import timedelta

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from cluster.enums import Post
from core.dates import today
from core.models import Signatory
from tests.cluster import records
from tests.ikm import businesses
from tests.programme.records import basis
from tests.training.enrolling import registered

PASSWORD = "kata-sandi-panjang-1"
APPLICANT, CHAIR = "anggun.klaster@contoh.id", "ratna.klaster@contoh.id"


def _entrepreneur(email, name, shop):
    user = User.objects.create_user(email=email, name=name, password=PASSWORD)
    grant_role(user, Role.ENTREPRENEUR)
    return registered(user, name=shop)


def make():
    """Prints the number of the sentra, as JSON."""
    # Other journeys write into the same portal from processes of their own, whose numbers begin at one as well.
    businesses._numbers = itertools.count(71)
    sentra = records.cluster(
        name="Sentra Keripik Bandarharjo",
        products="Keripik singkong dan tempe",
        story="Dua belas pembuat keripik membeli singkong bersama dan berbagi pesanan besar.",
        legal_basis=basis(number="530/71", about="Penetapan Sentra Keripik Bandarharjo"),
    )
    leading = records.member(sentra, _entrepreneur(CHAIR, "Ratna Dewi", "Keripik Bu Ratna"))
    records.officer(leading, Post.CHAIR)
    for name in ("Keripik Barokah", "Tempe Kriuk Mawar"):
        other = records.member(sentra, registered(name=name), since=today() - timedelta(days=200))
        records.capacity(other.business, volume=1500, product="Keripik singkong", unit="bungkus")
    _entrepreneur(APPLICANT, "Anggun Puspita", "Keripik Anggun")
    if not Signatory.objects.in_force().exists():
        records.signatory()
    print(json.dumps({"sentra": sentra.reference}))  # noqa: T201 - read by the journeys
