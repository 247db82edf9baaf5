"""What the register holds about a person, for "Data saya"."""

from core.models import Attachment
from ikm.models import Business, ChangeItem, Owner

BUSINESS_FIELDS = [
    "reference", "status", "name", "legal_form", "nib", "npwp", "brand", "commodity", "story", "address", "kelurahan__name",
    "postcode", "latitude", "longitude", "phone", "email", "website", "founded_year", "registered_on", "closed_on",
    "verified_on", "confirmed_on", "created_at", "modified_at",
]  # fmt: skip
FIGURE_FIELDS = [
    "year", "period", "stated_on", "source", "men_workers", "women_workers", "investment", "land_and_buildings",
    "capacity", "production", "unit", "production_value", "turnover", "raw_material_value", "export_value",
    "export_countries", "electricity_kwh", "fuel_litres",
]  # fmt: skip
OWNER_FIELDS = [
    "reference", "name", "nik", "sex", "birth_date", "has_disability", "phone", "email", "ktp_address",
]  # fmt: skip


def references(user):
    """The references of the person's businesses, their owners and their files."""
    businesses = list(Business.objects.spoken_for_by(user).values_list("pk", "reference"))
    owners = Owner.objects.filter(ownerships__business__in=[pk for pk, _ in businesses])
    return [
        *(reference for _, reference in businesses),
        *owners.values_list("reference", flat=True),
        *_attachments([pk for pk, _ in businesses]).values_list("reference", flat=True),
    ]


def _attachments(business_ids):
    return Attachment.objects.filter(
        content_type__app_label="ikm", content_type__model="business", object_id__in=business_ids
    )


def export(user):
    """The person's share of the register, as JSON-ready values."""
    exported = []
    for business in Business.objects.spoken_for_by(user):
        row = Business.objects.filter(pk=business.pk).values(*BUSINESS_FIELDS).get()
        row["main_kbli"] = str(business.main_kbli) if business.main_kbli else None
        row["owners"] = list(Owner.objects.filter(ownerships__business=business).values(*OWNER_FIELDS))
        row["products"] = list(business.products.values("name", "capacity", "unit"))
        row["figures"] = list(business.figures.values(*FIGURE_FIELDS))
        row["licences"] = list(
            business.licences.values("kind", "number", "issuer", "issued_on", "expires_on", "about")
        )
        row["visits"] = list(
            business.visits.values("reference", "status", "planned_on", "done_at", "result_note")
        )
        row["letter_requests"] = list(
            business.letter_requests.values("reference", "kind", "status", "requested_at")
        )
        row["proposed_changes"] = list(
            ChangeItem.objects.filter(request__business=business).values(
                "request__reference", "field", "old_value", "new_value", "verdict", "reason"
            )
        )
        row["files"] = list(
            _attachments([business.pk]).values("reference", "kind", "original_name", "sha256", "uploaded_at")
        )
        exported.append(row)
    return {
        "businesses": exported,
        "representations": list(
            user.representations.values("business__reference", "kind", "status", "claimed_at")
        ),
    }
