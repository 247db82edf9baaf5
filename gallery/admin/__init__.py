"""The gallery in the back office. Steps and movements are the services'; what was recorded is never edited here."""

from gallery.admin import catalogue, channels, consignment, reports, uploads

__all__ = ["catalogue", "channels", "consignment", "reports", "uploads"]
