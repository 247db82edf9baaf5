import time

from django.core.management.base import BaseCommand

from ikm.services.duplicates import find_all_pairs


class Command(BaseCommand):
    help = "Looks for businesses that may stand in the register twice and fills the officials' worklist."

    def handle(self, *args, **options):
        started = time.monotonic()
        found = find_all_pairs()
        self.stdout.write(f"{found} pasangan menunggu keputusan ({time.monotonic() - started:.1f} s).")
