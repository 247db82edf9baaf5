import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ikm.demo.scale import load_scale
from ikm.demo.seed import seed_demo
from ikm.services.reference import load_reference


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
        load_reference()
        if scale is not None:
            if scale < 1:
                raise CommandError("--scale needs a number above zero.")
            done = f"{load_scale(scale, seed=seed)} businesses added"
        else:
            made = seed_demo(seed=seed)
            done = f"{made} businesses" if made else "The demo city is already there"
        self.stdout.write(f"{done} ({time.monotonic() - began:.1f} s)")
