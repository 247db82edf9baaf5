"""Filters of a list page that an official keeps under a name."""

from urllib.parse import parse_qsl, urlencode

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.models import SavedFilter

#: Where in the list one stands is not part of a filter.
PLACE_PARAMETERS = frozenset({"after", "before", "page", "cursor"})
MOST_PER_PAGE = 20


def _clean_query(query):
    """The query string without empty values and without the place in the list."""
    pairs = parse_qsl(query.lstrip("?"), keep_blank_values=False)
    return urlencode([(name, value) for name, value in pairs if name not in PLACE_PARAMETERS])


def saved_filters(user, page):
    """The filters that `user` keeps for `page`, by name."""
    return SavedFilter.objects.filter(user=user, page=page)


@transaction.atomic
def save_filter(*, actor, page, name, query):
    """Keep `query` (a query string) for `page` under `name`. Raises ValidationError for a used name or an empty filter."""
    query = _clean_query(query)
    if not query:
        raise ValidationError(_("Belum ada saringan yang dipakai. Saring dahulu, lalu simpan."))
    # The person's row is the lock under which the number of filters is counted.
    get_user_model().objects.select_for_update().get(pk=actor.pk)
    if saved_filters(actor, page).count() >= MOST_PER_PAGE:
        raise ValidationError(
            _("Paling banyak %(most)d saringan untuk satu halaman. Hapus yang tidak dipakai lagi.")
            % {"most": MOST_PER_PAGE}
        )
    kept = SavedFilter(user=actor, page=page, name=name.strip(), query=query)
    kept.full_clean()
    kept.save()
    return kept


@transaction.atomic
def delete_filter(pk, *, actor):
    """Forget one's own filter; somebody else's does not exist here (DoesNotExist)."""
    kept = SavedFilter.objects.get(pk=pk, user=actor)
    kept.delete()
    return kept
