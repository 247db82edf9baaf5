import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from ikm.services.imports import work_off


class Command(BaseCommand):
    help = "Check or apply the imports that wait for the worker; with --loop, go on until told to stop."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="keep looking for work")
        parser.add_argument(
            "--pause", type=float, default=2.0, metavar="SECONDS", help="rest while none waits"
        )

    def handle(self, *, loop, pause, **options):
        stop = threading.Event()
        if loop:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda number, frame: stop.set())
        while not stop.is_set():
            try:
                batch = work_off()
            except DatabaseError as error:
                if not loop:
                    raise
                # The database is away or refused the batch, which still waits; look again after the pause.
                self.stderr.write(f"work_imports: {error}")
                batch = None
                close_old_connections()
            if batch is not None:
                self.stdout.write(f"{batch.reference}: {batch.status}")
            elif loop:
                stop.wait(pause)
            else:
                break
