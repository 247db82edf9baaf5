import io
import time
from importlib import import_module

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ikm.demo.scale import load_scale


class Command(BaseCommand):
    help = "Make the demo city, once; or with --scale a register of N businesses for measurements."

    def add_arguments(self, parser):
        parser.add_argument(
            "--scale", type=int, metavar="N", help="fill the register up to N businesses, in bulk"
        )
        parser.add_argument(
            "--seed", type=int, default=2017, metavar="S", help="another city for another number"
        )

    def handle(self, *args, scale, seed, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo has known passwords: it is not made in production.")
        began = time.monotonic()
        call_command("load_reference", stdout=io.StringIO())
        if scale is not None:
            if scale < 1:
                raise CommandError("--scale needs a number above zero.")
            done = f"{load_scale(scale, seed=seed)} businesses added"
        else:
            made = {path: import_module(path).seed_demo(seed=seed) for path in settings.DEMO}
            done = ", ".join(f"{count} in {path.partition('.')[0]}" for path, count in made.items() if count)
            done = done or "The demo city is already there"
        self.stdout.write(f"{done} ({time.monotonic() - began:.1f} s)")
