import signal
import threading
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections

from core.dates import today
from credit.services.closing import close_day

PAUSE_SECONDS = 600


class Command(BaseCommand):
    help = "Close the books of a day of loans (yesterday), with the days left open before it; with --loop every night."

    def add_arguments(self, parser):
        parser.add_argument("--day", type=date.fromisoformat, help="the day to close, YYYY-MM-DD")
        parser.add_argument("--until", type=date.fromisoformat, help="close every day from --day to this one")
        parser.add_argument("--loop", action="store_true")

    def handle(self, *, day, until, loop, **options):
        if loop:
            self._loop()
            return
        try:
            for last in filter(None, (day, until)) if day or until else (today() - timedelta(days=1),):
                closed = close_day(last)
                self.stdout.write(f"{closed.day}: {closed.figures['loans']} loans")
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _loop(self):
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                close_day(today() - timedelta(days=1))
            except (OperationalError, ValidationError) as error:
                self.stderr.write(f"the day is not closed, trying again: {error}")
                close_old_connections()
            stop.wait(PAUSE_SECONDS)
