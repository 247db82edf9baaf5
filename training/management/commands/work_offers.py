import signal
import threading

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from training.services.offers import expire_offers

PAUSE_SECONDS = 15


class Command(BaseCommand):
    help = "End the offers of seats that nobody answered and offer free seats on; with --loop until told to stop."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true")

    def handle(self, *, loop, **options):
        stop = threading.Event()
        if loop:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                ended, made = expire_offers()
            except OperationalError as error:
                if not loop:
                    raise
                self.stderr.write(f"database away, trying again: {error}")
                close_old_connections()
            else:
                if ended or made or not loop:
                    self.stdout.write(f"{ended} offers ended, {made} made")
            if not loop:
                return
            stop.wait(PAUSE_SECONDS)
