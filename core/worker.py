"""What every worker process does: look for work, rest, outlive a database that is away, stop when told."""

import signal
import threading

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections


class Worker(BaseCommand):
    """A command that does all the work that waits; with --loop it goes on until SIGTERM or SIGINT.

    A subclass says `work()`: do one piece and return the line to print, or None when nothing waits. An error ends a single
    run; in the loop it is told, and what waits is looked at again after `pause` seconds.
    """

    pause = 3.0

    def work(self):
        raise NotImplementedError

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="go on until told to stop")

    def handle(self, *, loop, **options):
        stop = threading.Event()
        if loop:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                line = self.work()
            except (DatabaseError, ValidationError) as error:
                if not loop:
                    raise
                self.stderr.write(f"trying again in {self.pause:g} s: {error}")
                close_old_connections()
                line = None
            if line is not None:
                self.stdout.write(line)
            elif not loop:
                return
            else:
                stop.wait(self.pause)
