from django.core.management.base import BaseCommand

from core.following import settle


class Command(BaseCommand):
    help = "After a dump was restored into another server: let changes be numbered above those in the dump."

    def handle(self, **options):
        self.stdout.write("settled" if settle() else "nothing to settle")
