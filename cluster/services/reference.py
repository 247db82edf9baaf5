"""What the office promises about clusters: within how many working days a request is decided."""

from datetime import date

from core.models import ServiceStandard

REQUEST = "cluster.request"


def load_reference():
    """Make the standard unless it is there. Returns {what: how many rows}."""
    ServiceStandard.objects.get_or_create(
        code=REQUEST,
        in_force_from=date(2017, 1, 1),
        defaults={
            "label": "Permohonan keanggotaan klaster",
            "working_days": 5,
            "legal_basis": "UU 25/2009 pasal 20, standar pelayanan dinas",
        },
    )
    return {"cluster_standards": 1}
