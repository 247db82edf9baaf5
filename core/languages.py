"""Indonesian for what leaves the office or stays in the register, whatever language the acting person reads."""

from functools import wraps

from django.utils import translation


def in_indonesian(make):
    """Decorator: `make` is carried out in Indonesian. For letters, files of the register and notes that are kept.

    Not `translation.override` itself: as a decorator it is one object for all threads and would mix up what they read.
    """

    @wraps(make)
    def made(*args, **kwargs):
        with translation.override("id"):
            return make(*args, **kwargs)

    return made
