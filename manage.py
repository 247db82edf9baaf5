#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys

from devserver import postgres


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
    postgres.ensure()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
