"""Which events concern which partner: by their kind, and by what the partner may see of their subjects."""

from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist


@cache
def model_of(kind):
    """The model whose records the events of this kind are about; None when nobody outside is told of them.

    Kinds are named `<app>.<model>.<what happened>`.
    """
    try:
        model = apps.get_model(*kind.split(".")[:2])
        model._meta.get_field("reference")
    except (LookupError, FieldDoesNotExist, TypeError, ValueError):
        return None
    return model if hasattr(model, "STEPS") and hasattr(model.objects, "visible_to") else None


def wants(endpoint, kind):
    """Whether the endpoint asked for events of this kind: by its whole name, or by `<app>.<model>.*`."""
    everything = ".".join([*kind.split(".")[:2], "*"])
    return kind in endpoint.kinds or everything in endpoint.kinds


def seen_by(user, events):
    """The events, of many, whose subjects `user` may see now. One query a model."""
    subjects = {}
    for event in events:
        if (model := model_of(event.kind)) is not None:
            subjects.setdefault(model, set()).add(event.subject)
    seen = {
        model: set(
            model.objects.visible_to(user).filter(reference__in=asked).values_list("reference", flat=True)
        )
        for model, asked in subjects.items()
    }
    return [event for event in events if event.subject in seen.get(model_of(event.kind), ())]
