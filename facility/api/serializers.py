"""Inputs, which a service takes, and Outputs of the facilities. Moments are ISO 8601: read with any offset, written in UTC."""

from rest_framework import serializers

from core.api import Input, MomentField
from facility import enums
from facility.services.leases import deposit_held, standing_read
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
    code = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=20,
        help_text="arrive: kode yang tertempel di unit.",
    )


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


class LeaseOutput(serializers.Serializer):
    """A lease of a stall; `due`, `paid` and `late` are its rent in rupiah as it stands today."""

    reference = serializers.CharField()
    unit = serializers.SerializerMethodField()
    business = serializers.SerializerMethodField()
    status = serializers.ChoiceField(enums.LeaseStatus.choices)
    first_on = serializers.DateField(source="during.lower")
    last_on = serializers.DateField()
    months = serializers.IntegerField()
    rent = serializers.IntegerField(help_text="Sewa sebulan.")
    deposit = serializers.IntegerField(help_text="Jaminan yang disepakati.")
    due = serializers.IntegerField(source="standing.due", help_text="Sudah jatuh tempo sampai hari ini.")
    paid = serializers.IntegerField(source="standing.paid")
    late = serializers.IntegerField(source="standing.late", help_text="Tunggakan.")
    late_since = serializers.DateField(source="standing.late_since", allow_null=True)
    modified_at = MomentField()
    version = serializers.IntegerField()

    def to_representation(self, lease):
        lease.standing = standing_read(lease)
        return super().to_representation(lease)

    def get_unit(self, lease) -> NamedOutput:
        return {"reference": lease.unit.reference, "name": lease.unit.name}

    def get_business(self, lease) -> NamedOutput:
        return {"reference": lease.business.reference, "name": lease.business.name}


class LeaseChargeOutput(serializers.Serializer):
    number = serializers.IntegerField()
    due_on = serializers.DateField()
    amount = serializers.IntegerField()


class LeasePaymentOutput(serializers.Serializer):
    kind = serializers.ChoiceField(enums.PaymentKind.choices)
    paid_on = serializers.DateField()
    amount = serializers.IntegerField()
    receipt = serializers.CharField()


class LeaseDetailOutput(LeaseOutput):
    deposit_held = serializers.SerializerMethodField(help_text="Jaminan yang dipegang dinas.")
    charges = LeaseChargeOutput(many=True)
    payments = LeasePaymentOutput(many=True)

    def get_deposit_held(self, lease) -> int:
        return int(deposit_held(lease))


class LeasePageOutput(SyncPageOutput):
    results = LeaseOutput(many=True)


class DamageOutput(serializers.Serializer):
    reference = serializers.CharField()
    unit = serializers.SerializerMethodField()
    booking = serializers.SerializerMethodField(help_text="Nomor pesanan; kosong bila dilaporkan petugas.")
    words = serializers.CharField()
    status = serializers.ChoiceField(enums.DamageStatus.choices)
    closed_until = serializers.DateField(
        source="closure.last_on", default=None, allow_null=True, help_text="Hari terakhir unit ditutup."
    )
    created_at = MomentField()
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_unit(self, report) -> NamedOutput:
        return {"reference": report.unit.reference, "name": report.unit.name}

    def get_booking(self, report) -> str:
        return report.booking.reference if report.booking else ""


class PhotoOutput(serializers.Serializer):
    reference = serializers.CharField(help_text="Nomor foto; isinya di photos/{nomor}/.")
    content_type = serializers.CharField(source="content_type_name")
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class DamageDetailOutput(DamageOutput):
    photos = PhotoOutput(many=True)
    steps = StepOutput(many=True)


class DamagePageOutput(SyncPageOutput):
    results = DamageOutput(many=True)


class DamageInput(Input):
    booking = serializers.CharField(
        max_length=16, required=False, help_text="Nomor pesanan (PSN-…) saat rusaknya terlihat."
    )
    unit = serializers.CharField(
        max_length=16, required=False, help_text="Nomor unit (UNT-…), bagi petugas yang tidak memesan."
    )
    words = serializers.CharField(max_length=1000, help_text="Apa yang rusak.")
    photo = serializers.FileField(help_text="Foto JPG, PNG, atau WebP, paling besar 10 MB.")


class DamageStepInput(Input):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    closed_until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="repair: hari terakhir unit ditutup."
    )
