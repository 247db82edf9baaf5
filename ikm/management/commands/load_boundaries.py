from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ikm.services.boundaries import MOST_BYTES, load_boundaries


class Command(BaseCommand):
    help = "Load boundaries of kecamatan or kelurahan from the office's GeoJSON. All features or none."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a GeoJSON FeatureCollection, WGS 84")

    def handle(self, *args, **options):
        try:
            with options["file"].open("rb") as source:
                content = source.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        try:
            codes = load_boundaries(content)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None
        self.stdout.write(f"{len(codes)} boundaries loaded")
