import signal
import threading

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from core.delivery import deliver_due

PAUSE_SECONDS = 3


class Command(BaseCommand):
    help = "Deliver the messages waiting in the outbox; with --loop until told to stop."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true")

    def handle(self, *, loop, **options):
        if not loop:
            self.stdout.write(f"{deliver_due()} attempts")
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                deliver_due()
            except OperationalError as error:
                self.stderr.write(f"database away, trying again: {error}")
                close_old_connections()
            stop.wait(PAUSE_SECONDS)
