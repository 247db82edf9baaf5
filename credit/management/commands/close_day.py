from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from core.dates import today
from core.worker import Worker
from credit.services.closing import close_day


class Command(Worker):
    help = "Close the books of a day of loans (yesterday), with the days left open before it; with --loop every night."
    pause = 600.0

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--day", type=date.fromisoformat, help="the day to close, YYYY-MM-DD")
        parser.add_argument("--until", type=date.fromisoformat, help="close every day from --day to this one")

    def handle(self, *, day, until, loop, **options):
        if loop:
            super().handle(loop=loop, **options)
            return
        try:
            for last in filter(None, (day, until)) if day or until else (today() - timedelta(days=1),):
                closed = close_day(last)
                self.stdout.write(f"{closed.day}: {closed.figures['loans']} loans")
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def work(self):
        close_day(today() - timedelta(days=1))
