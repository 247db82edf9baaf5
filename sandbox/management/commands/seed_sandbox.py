from django.core.management.base import BaseCommand

from sandbox.services import prepare


class Command(BaseCommand):
    help = "Bring the partners' sandboxes to the tables of the code, or with --fresh make all of them anew."

    def add_arguments(self, parser):
        parser.add_argument("--fresh", action="store_true", help="as on their first day")

    def handle(self, *, fresh, **options):
        prepare(afresh=fresh, say=self.stdout.write)
