"""Inputs, which a service takes, and Outputs of the facilities. Moments are ISO 8601: read with any offset, written in UTC."""

from rest_framework import serializers

from core.api import Input, MomentField
from facility import enums
from ikm.api.pages import SyncPageOutput
from ikm.api.serializers import NamedOutput, StepOutput


class UnitOutput(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(enums.UnitKind.choices)
    description = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True)
    cleaning_minutes = serializers.IntegerField()
    needs_approval = serializers.BooleanField()
    is_bookable = serializers.BooleanField()


class FacilityOutput(serializers.Serializer):
    """A centre with its units; `is_open` holds for today: by its status and its legal basis."""

    reference = serializers.CharField()
    name = serializers.CharField()
    story = serializers.CharField()
    address = serializers.CharField()
    latitude = serializers.DecimalField(8, 6, allow_null=True)
    longitude = serializers.DecimalField(9, 6, allow_null=True)
    status = serializers.ChoiceField(enums.CentreStatus.choices)
    is_open = serializers.BooleanField()
    legal_basis = serializers.SerializerMethodField(help_text="Nomor dasar hukum (DHK-…).")
    opens_at = serializers.TimeField()
    closes_at = serializers.TimeField()
    units = serializers.SerializerMethodField()
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_legal_basis(self, centre) -> str:
        return centre.legal_basis.reference if centre.legal_basis else ""

    def get_units(self, centre) -> UnitOutput(many=True):
        return UnitOutput([one for one in centre.units.all() if one.is_active], many=True).data


class FacilityPageOutput(SyncPageOutput):
    results = FacilityOutput(many=True)


class TimeOutput(serializers.Serializer):
    starts_at = MomentField()
    ends_at = MomentField()


class DayOutput(serializers.Serializer):
    day = serializers.DateField()
    obstacle = serializers.CharField(help_text="Mengapa tidak dapat dipesan; kosong bila dapat.")
    busy = TimeOutput(many=True)
    free = TimeOutput(many=True)


class BookingOutput(serializers.Serializer):
    reference = serializers.CharField()
    unit = serializers.SerializerMethodField()
    business = serializers.SerializerMethodField()
    series = serializers.SerializerMethodField(help_text="Nomor pesanan berulang; kosong bila tunggal.")
    status = serializers.ChoiceField(enums.BookingStatus.choices)
    starts_at = MomentField(source="during.lower")
    ends_at = MomentField(source="during.upper")
    purpose = serializers.CharField()
    checked_in_at = MomentField(allow_null=True)
    finished_at = MomentField(allow_null=True)
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_unit(self, booking) -> NamedOutput:
        return {"reference": booking.unit.reference, "name": booking.unit.name}

    def get_business(self, booking) -> NamedOutput:
        return {"reference": booking.business.reference, "name": booking.business.name}

    def get_series(self, booking) -> str:
        return booking.series.reference if booking.series else ""


class BookingDetailOutput(BookingOutput):
    steps = StepOutput(many=True)


class BookingPageOutput(SyncPageOutput):
    results = BookingOutput(many=True)


class BookInput(Input):
    unit = serializers.CharField(max_length=16, help_text="Nomor unit (UNT-…).")
    business = serializers.CharField(max_length=16, help_text="Nomor register usaha (IKM-…).")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    purpose = serializers.CharField(max_length=160)
    wait = serializers.BooleanField(default=False, help_text="Masuk antrean bila sudah terisi.")


class BookingStepInput(Input):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)


class StallEventOutput(serializers.Serializer):
    """An event whose stalls are drawn. `seed` is empty until then; the rule does not change after it is published."""

    reference = serializers.CharField()
    name = serializers.CharField()
    place = serializers.CharField(source="place_in_words")
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    stalls = serializers.IntegerField()
    opens_at = MomentField()
    closes_at = MomentField()
    rule = serializers.CharField()
    weight_first_time = serializers.DecimalField(4, 2)
    weight_no_lease = serializers.DecimalField(4, 2)
    status = serializers.ChoiceField(enums.EventStatus.choices)
    seed = serializers.CharField()
    drawn_at = MomentField(allow_null=True)
    modified_at = MomentField()
    version = serializers.IntegerField()


class StallEventPageOutput(SyncPageOutput):
    results = StallEventOutput(many=True)
