from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Load or refresh the reference data of every room. Running it again changes nothing."

    def handle(self, *args, **options):
        counts = {}
        for path in settings.REFERENCE_DATA:
            counts |= import_module(path).load_reference()
        self.stdout.write(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
