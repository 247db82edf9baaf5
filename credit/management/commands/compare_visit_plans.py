"""Visits a day by the planner and in order of arrival, for the applications that wait for one."""

from django.core.management.base import BaseCommand, CommandError

from credit.planning import applicants, compare
from ikm.models import Business

ROWS = (
    ("visits a day", lambda outcome: f"{outcome.visits_a_day:.1f}"),
    ("visits", lambda outcome: outcome.visits),
    ("doors knocked at", lambda outcome: outcome.attempts),
    ("officer days", lambda outcome: outcome.days),
    ("km", lambda outcome: f"{outcome.km:.0f}"),
    ("km a visit", lambda outcome: f"{outcome.km_a_visit:.1f}"),
    ("within the owner's hours, %", lambda outcome: f"{outcome.share_in_hours:.0f}"),
    ("never met", lambda outcome: outcome.given_up),
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--officers", type=int, default=2)
        parser.add_argument("--stops-a-day", type=int, default=8)
        parser.add_argument(
            "--all", action="store_true", help="every application ever sent, not only the open ones"
        )
        parser.add_argument(
            "--register", type=int, metavar="N", help="instead the first N businesses of the register"
        )

    def handle(self, *, officers, stops_a_day, register, **options):
        businesses = applicants(everybody=options["all"])
        if register:
            businesses = list(Business.objects.filter(status="registered").order_by("pk")[:register])
        if not businesses:
            raise CommandError("no application waits for a visit")
        found = compare(businesses, officers=officers, stops_a_day=stops_a_day)
        self.stdout.write(
            f"{len(businesses)} businesses, {officers} officers, at most {stops_a_day} stops a day"
        )
        self.stdout.write(f"{'':30}{'planner':>10}{'arrival':>10}")
        for label, value in ROWS:
            self.stdout.write(f"{label:30}{value(found.planner):>10}{value(found.first_come):>10}")
        self.stdout.write(f"the planner makes {found.gain_percent} % more visits a day")
