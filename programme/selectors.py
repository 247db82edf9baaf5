"""What rests on a legal basis, in whatever room."""

from dataclasses import dataclass

from programme.models import LegalBasis, RestsOnLawQuerySet


@dataclass(frozen=True)
class Resting:
    """So many rows of one kind point to a basis; `names` are the first of them."""

    label: str
    count: int
    names: list


SHOWN = 5


def resting_on(basis, *, published=False):
    """A Resting for every kind of record that points to `basis`: it is closed when the basis ends. With `published` of what
    everybody may read about alone."""
    found = []
    for relation in LegalBasis._meta.related_objects:
        model = relation.related_model
        if relation.field.name != "legal_basis" or hasattr(model, "pgh_tracked_model"):
            continue
        rows = model._default_manager.filter(legal_basis=basis).order_by("pk")
        if published:
            if not isinstance(rows, RestsOnLawQuerySet):
                continue
            rows = rows.published()
        if count := rows.count():
            found.append(
                Resting(
                    label=str(model._meta.verbose_name_plural),
                    count=count,
                    names=[str(row) for row in rows[:SHOWN]],
                )
            )
    return found
