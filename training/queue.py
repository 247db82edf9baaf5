"""What of training waits for an official: kinds of work in the officials' queue (ikm.queue), each with a page of its own."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ikm.queue import Kind
from training.enums import Admission, RunStatus
from training.models import Facilitation, Run


def _runs(user, today, standards):
    """Runs on which an official has something to do; the sentences are those of views.office_runs.waits."""
    return Run.objects.filter(
        Q(status=RunStatus.DRAFT)
        | Q(
            status=RunStatus.PUBLISHED,
            admission=Admission.SELECTION,
            registration_until__lt=timezone.now(),
        )
        | Q(status__in=[RunStatus.PUBLISHED, RunStatus.SELECTED], starts_on__lte=today)
        | Q(status=RunStatus.RUNNING, ends_on__lt=today)
    )


def _facilitations(user, today, standards):
    return Facilitation.objects.open()


KINDS = {
    "training_run": Kind(
        _("Angkatan perlu langkah"), "training.publish_run", _runs, "office_training", only_counted=True
    ),
    "facilitation": Kind(
        _("Permintaan fasilitasi"),
        "training.handle_facilitation",
        _facilitations,
        "office_facilitations",
        only_counted=True,
    ),
}
