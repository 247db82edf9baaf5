from django.core.management.base import BaseCommand

from ikm.services.reference import load_reference


class Command(BaseCommand):
    help = (
        "Load or refresh areas, KBLI 2020, scale rules and consent texts. Running it again changes nothing."
    )

    def handle(self, *args, **options):
        counts = load_reference()
        self.stdout.write(
            f"{counts['areas']} areas, {counts['kbli']} KBLI codes, "
            f"{counts['scale_rules']} scale rules, {counts['consent_texts']} consent texts, {counts['tariffs']} tariffs"
        )
