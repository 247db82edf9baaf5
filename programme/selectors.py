"""What rests on a legal basis, in whatever room; and the way from the budget to what comes of it."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.apps import apps
from django.db.models import CharField, Count, F, Func, Sum, Value

from core.fields import ReferenceField
from programme.models import (
    Activity,
    BudgetCode,
    BudgetLine,
    LegalBasis,
    Period,
    Realisation,
    RestsOnLawQuerySet,
    StatedFigure,
    Target,
)
from programme.models.budget import LEVELS


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


# --- From the budget to what comes of it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Charge:
    """What records of one kind draw from a budget line. `amount` in rupiah; None where they name no cost."""

    label: str
    count: int
    amount: Decimal | None


@dataclass
class Node:
    """A place in the tree of the budget in one year: sums of everything beneath it; a sub kegiatan has a `line`."""

    code: str
    name: str
    ceiling: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    realised: Decimal = Decimal(0)
    line: BudgetLine | None = None
    activities: list = field(default_factory=list)

    @property
    def depth(self):
        return len(self.code.split(".")) - 2

    @property
    def level(self):
        return LEVELS[len(self.code.split("."))]

    @property
    def share(self):
        """What is spent of the ceiling, in whole per cent; None without a ceiling."""
        return round(self.realised * 100 / self.ceiling) if self.ceiling else None


def _above(code):
    """The codes of a code's urusan, program and kegiatan, itself last."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in (*LEVELS,) if length <= len(parts)]


def chain(user, year, *, pillar=""):
    """[Node] of the budget of `year` in the order of the codes: each sub kegiatan with its activities, each of these with
    `shown_targets` that carry `latest` and `percent`. With `pillar` only what has an activity under it. Constant queries.
    """
    lines = {line.pk: line for line in BudgetLine.objects.visible_to(user).filter(year=year).order_by("code")}
    activities = Activity.objects.visible_to(user).filter(line__in=lines).select_related("owner")
    if pillar:
        activities = activities.filter(pillar=pillar)
    activities = list(activities.order_by("name"))
    targets = Target.objects.visible_to(user).filter(activity__in=activities).with_latest()
    of_activity = defaultdict(list)
    for target in targets.order_by("-kind", "id"):
        target.percent = target.progress(target.latest)
        of_activity[target.activity_id].append(target)
    of_line = defaultdict(list)
    for activity in activities:
        activity.shown_targets = of_activity[activity.pk]
        of_line[activity.line_id].append(activity)
    names = dict(BudgetCode.objects.visible_to(user).values_list("code", "name"))
    nodes = {}
    for line in lines.values():
        if pillar and not of_line[line.pk]:
            continue
        for code in _above(line.code):
            node = nodes.setdefault(code, Node(code, names.get(code, "")))
            node.ceiling += line.ceiling
            node.reserved += line.reserved
            node.realised += line.realised
        node.line, node.name, node.activities = line, node.name or line.name, of_line[line.pk]
    return [nodes[code] for code in sorted(nodes)]


def charges(line):
    """[Charge]: the rooms' records that draw from `line`, by reservation or by naming it, without this room knowing them."""
    found = []
    kinds = {
        field.prefix: model._meta.verbose_name_plural
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, ReferenceField) and not hasattr(model, "pgh_tracked_model")
    }
    rows = line.reservations.annotate(
        prefix=Func(F("subject"), Value("-"), Value(1), function="split_part", output_field=CharField())
    )
    for prefix, count, amount in (
        rows.order_by("prefix").values_list("prefix").annotate(count=Count("pk"), sum=Sum("amount"))
    ):
        found.append(Charge(str(kinds.get(prefix, prefix)), count, amount))
    for relation in BudgetLine._meta.related_objects:
        model = relation.related_model
        if model._meta.app_label == "programme" or hasattr(model, "pgh_tracked_model"):
            continue
        rows = list(model._default_manager.filter(**{relation.field.name: line}))
        if rows:
            costs = [row.cost for row in rows if hasattr(row, "cost")]
            found.append(
                Charge(str(model._meta.verbose_name_plural), len(rows), sum(costs) if costs else None)
            )
    return found


def quarters_of(activity, user):
    """[(Target, [(Period, versions)])]: the numbers of an activity's targets in each quarter of its year, versions oldest
    first, the last of which stands."""
    periods = list(Period.objects.visible_to(user).filter(year=activity.line.year))
    versions = defaultdict(list)
    numbers = (
        Realisation.objects.visible_to(user).filter(target__activity=activity).select_related("recorded_by")
    )
    for row in numbers.order_by("number"):
        versions[row.target_id, row.period_id].append(row)
    table = []
    for target in activity.targets.select_related("owner").with_latest():
        target.percent = target.progress(target.latest)
        table.append((target, [(period, versions[target.pk, period.pk]) for period in periods]))
    return table


def stated(user):
    """[(topic, year, figures, disagree)]: what sources say, those of one topic and year side by side."""
    groups = defaultdict(list)
    for figure in StatedFigure.objects.visible_to(user).order_by("topic", "-year", "source"):
        groups[figure.topic, figure.year].append(figure)
    return [
        (topic, year, figures, len({(one.value, one.unit) for one in figures}) > 1)
        for (topic, year), figures in groups.items()
    ]
