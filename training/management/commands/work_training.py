import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from training.services.subscriptions import send_reminders
from training.services.timetables import work_off


class Command(BaseCommand):
    help = "Reckon the timetables that wait and write the reminders that are due; with --loop, go on until told to stop."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="keep looking for work")
        parser.add_argument(
            "--pause", type=float, default=5.0, metavar="SECONDS", help="rest while none waits"
        )

    def handle(self, *, loop, pause, **options):
        stop = threading.Event()
        if loop:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda number, frame: stop.set())
        while not stop.is_set():
            try:
                done = work_off()
                if done is None:
                    count = send_reminders()
                    if count:
                        self.stdout.write(f"{count} reminders")
            except DatabaseError as error:
                if not loop:
                    raise
                # The database is away; what waits still waits. Look again after the pause.
                self.stderr.write(f"work_training: {error}")
                done = None
                close_old_connections()
            if done is not None:
                self.stdout.write(f"{done.reference}: {done.status}")
            elif loop:
                stop.wait(pause)
            else:
                break
