from django.conf import settings
from django.core.management.base import BaseCommand

from ikm.demo import people


class Command(BaseCommand):
    help = "Print the sign-ins of the demo city."

    def handle(self, *args, **options):
        if settings.PRODUCTION or not people.is_seeded():
            self.stdout.write("There is no demo here.")
            return
        self.stdout.write(f"\nSign in at {settings.SITE_URL}/akun/login/ with the password {people.PASSWORD}")
        for sign_in in people.SHOWN:
            about = f" ({sign_in.about})" if sign_in.about else ""
            self.stdout.write(f"  {sign_in.email:28} {sign_in.role.label}{about}")
        self.stdout.write(
            f"  ({people.ENTREPRENEUR.name} may also sign in by phone: {people.ENTREPRENEUR.phone})"
        )
        self.stdout.write(
            f"\nBack office: {settings.SITE_URL}/kantor/   Officials' queue: {settings.SITE_URL}/kerja/"
        )
        self.stdout.write(
            f"API: {settings.SITE_URL}/api/v1/panduan/ with client_id {people.CLIENT_ID} and client_secret "
            f"{people.CLIENT_SECRET}"
        )
        self.stdout.write(f"     in a sandbox: {people.TEST_CLIENT_ID}, {people.TEST_CLIENT_SECRET}")
