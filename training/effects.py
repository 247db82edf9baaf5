"""What a course did for the businesses that came, counted from their answers: never a share without its interval."""

from django.utils.translation import gettext as _

from core.dates import today
from training.intervals import wilson
from training.models import FollowUp
from training.services.follow_ups import MONTHS


def _percent(share):
    return round(share * 100)


def _row(label, answers, before, after):
    pairs = [
        (getattr(one, before), getattr(one, after))
        for one in answers
        if getattr(one, before) is not None and getattr(one, after) is not None
    ]
    rose = sum(now > then for then, now in pairs)
    low, high = wilson(rose, len(pairs))
    if not pairs:
        return [label, "0", "0", "–"]
    words = _("%(share)s persen (%(low)s sampai %(high)s)") % {
        "share": _percent(rose / len(pairs)),
        "low": _percent(low),
        "high": _percent(high),
    }
    return [label, str(rose), str(len(pairs)), words]


def effects_of(course):
    """[{months, tiles, rows, has_answers}] for each horizon: rows of what rose, how many, out of how many
    with a figure before and after, and the share with its interval."""
    rows = list(FollowUp.objects.filter(enrolment__run__course=course))
    made = []
    for months in MONTHS:
        asked = [one for one in rows if one.months == months and one.due_on <= today()]
        answers = [one for one in asked if one.answered_at]
        made.append(
            {
                "months": months,
                "tiles": [
                    {"value": len(asked), "label": _("usaha ditanya")},
                    {"value": len(answers), "label": _("menjawab")},
                    {"value": len(asked) - len(answers), "label": _("tidak menjawab")},
                ],
                "rows": [
                    _row(_("Omzet"), answers, "baseline_turnover", "turnover"),
                    _row(_("Pekerja"), answers, "baseline_workers", "workers"),
                    _row(_("Izin"), answers, "baseline_licences", "licences"),
                ],
                "has_answers": bool(answers),
            }
        )
    return made
