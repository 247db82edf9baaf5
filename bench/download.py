"""The export's page sent from a process of its own, whose memory is then known: `python -m bench.download csv whole`."""

import os
import resource
import sys

import django

PAGE = "/kantor/ikm/business/ekspor/{kind}/"


def main(kind, extent):
    """Send the page, whole or "empty" of rows, and print the most memory in MB that this process has held."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
    django.setup()
    from django.test import Client

    from bench.inside import official

    client = Client(headers={"host": "localhost"})
    client.force_login(official(), backend="allauth.account.auth_backends.AuthenticationBackend")
    filters = {"q": "tidak ada yang bernama begini"} if extent == "empty" else {}
    answer = client.get(PAGE.format(kind=kind), filters)
    if answer.status_code != 200:
        raise AssertionError(answer.status_code)
    for _piece in answer.streaming_content:
        pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
