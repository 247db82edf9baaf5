"""The whole demo city in one transaction: sign-ins, register, and the cases on the officials' desks."""

from django.db import transaction

from accounts.enums import Role
from core import dates
from ikm.demo import people, workflows
from ikm.demo.city import FULL_SIZE, Planner, plan_city
from ikm.demo.load import load_city


@transaction.atomic
def seed_demo(*, seed=2017, size=FULL_SIZE):
    """Make the demo city unless it is there. Returns how many businesses the register was given, 0 when it was there."""
    if people.is_seeded():
        return 0
    planner = Planner(seed, dates.today())
    persons = people.make_people()
    businesses = load_city(plan_city(planner, size), registrar=persons[Role.REGISTRAR])
    workflows.play(workflows.Stage(planner, persons, businesses, size.twins))
    return len(businesses)
