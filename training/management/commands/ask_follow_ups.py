from django.core.management.base import BaseCommand

from training.services.follow_ups import ask_due


class Command(BaseCommand):
    help = "Ask businesses how they fare 3 and 12 months after a course, and remind once who did not answer. Run it once a day."

    def handle(self, **options):
        self.stdout.write(f"{ask_due()} told")
