"""The whole demo city in one transaction: sign-ins, register, and the cases on the officials' desks."""

from django.db import transaction

from accounts.enums import Role
from core import dates
from ikm.demo import people
from ikm.demo.city import FULL_SIZE, plan_city
from ikm.demo.load import load_city


@transaction.atomic
def seed_demo(*, seed=2017, size=FULL_SIZE):
    """Make the demo city unless it is there. Returns how many businesses were written, 0 when it was there."""
    if people.is_seeded():
        return 0
    persons = people.make_people()
    businesses = load_city(plan_city(seed, dates.today(), size), registrar=persons[Role.REGISTRAR])
    return len(businesses)
