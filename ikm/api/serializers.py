"""Inputs, which a service takes, and Outputs: the plain form of what ikm.api.register lets the database write, for the
schema and for the tests that compare the two."""

from datetime import UTC

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api import Input
from core.indonesia import check_licence_number, parse_phone
from ikm import enums
from ikm.api.pages import SyncMetaOutput
from ikm.models import Area, Kbli

UTC_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class KbliOutput(serializers.Serializer):
    version = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()


class AreaOutput(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class NoneForEmpty(serializers.CharField):
    """Text whose absence is null in the answer, not an empty string."""

    def __init__(self, **options):
        super().__init__(allow_null=True, **options)

    def to_representation(self, value):
        return super().to_representation(value) or None


class NumberField(serializers.FloatField):
    """A decimal as a JSON number."""


class BusinessOutput(serializers.Serializer):
    """A business in a list. Dates are YYYY-MM-DD, moments ISO 8601 in UTC; null is what is not known or not for you."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(enums.BusinessStatus.choices)
    name = serializers.CharField()
    legal_form = serializers.ChoiceField(enums.LegalForm.choices)
    nib = serializers.CharField(allow_null=True)
    brand = serializers.CharField()
    branch = serializers.CharField()
    commodity = serializers.CharField()
    product_words = serializers.CharField()
    kbli = KbliOutput(source="main_kbli", allow_null=True)
    address = serializers.CharField()
    kelurahan = AreaOutput(allow_null=True)
    kecamatan = AreaOutput(source="kelurahan.parent", allow_null=True, default=None)
    postcode = serializers.CharField()
    latitude = NumberField(allow_null=True)
    longitude = NumberField(allow_null=True)
    phone = NoneForEmpty()
    email = NoneForEmpty()
    website = serializers.CharField()
    founded_year = serializers.IntegerField(allow_null=True)
    scale = NoneForEmpty()
    workers = serializers.IntegerField(allow_null=True)
    registered_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    verified_on = serializers.DateField(allow_null=True)
    modified_at = serializers.DateTimeField(format=UTC_FORMAT, default_timezone=UTC)
    version = serializers.IntegerField(allow_null=True)


class ProductOutput(serializers.Serializer):
    name = serializers.CharField()
    capacity = NumberField(allow_null=True)
    unit = serializers.CharField()


class LicenceOutput(serializers.Serializer):
    kind = serializers.ChoiceField(enums.LicenceKind.choices)
    number = serializers.CharField()
    issuer = serializers.CharField()
    issued_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    about = serializers.CharField()


class FigureOutput(serializers.Serializer):
    """Figures of a period; amounts in whole rupiah, only for officials and for who speaks for the business."""

    year = serializers.IntegerField()
    period = serializers.ChoiceField(enums.Period.choices)
    stated_on = serializers.DateField()
    source = serializers.ChoiceField(enums.FigureSource.choices)
    men_workers = serializers.IntegerField()
    women_workers = serializers.IntegerField()
    workers = serializers.IntegerField()
    scale = NoneForEmpty()
    investment = serializers.IntegerField(required=False, allow_null=True)
    land_and_buildings = serializers.IntegerField(required=False, allow_null=True)
    production_value = serializers.IntegerField(required=False, allow_null=True)
    turnover = serializers.IntegerField(required=False, allow_null=True)
    raw_material_value = serializers.IntegerField(required=False, allow_null=True)
    export_value = serializers.IntegerField(required=False, allow_null=True)


class OwnerOutput(serializers.Serializer):
    reference = serializers.CharField(source="owner.reference")
    name = serializers.CharField(source="owner.name")
    is_main = serializers.BooleanField()


class NamedOutput(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField()


class StepOutput(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    needs_note = serializers.BooleanField()


class BusinessDetailOutput(BusinessOutput):
    story = serializers.CharField()
    products = ProductOutput(many=True)
    licences = LicenceOutput(many=True)
    figures = FigureOutput(many=True)
    owners = OwnerOutput(many=True, source="ownerships", allow_null=True)
    steps = StepOutput(many=True, help_text="Langkah yang dapat Anda ambil sekarang.")


class MetaOutput(SyncMetaOutput):
    total = serializers.IntegerField(required=False, help_text="Pada halaman pertama.")
    total_is_exact = serializers.BooleanField(
        required=False, help_text="Dihitung; bila false, perkiraan dari statistik basis data."
    )
    found_by = serializers.ChoiceField(
        ["some_words", "alike"],
        required=False,
        help_text="Bila tidak ada usaha dengan semua kata: memuat sebagian besar kata, atau namanya mirip.",
    )


class PageOutput(serializers.Serializer):
    results = BusinessOutput(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    meta = MetaOutput()


class ChangeRequestOutput(serializers.Serializer):
    change_request = serializers.CharField()
    status = serializers.CharField()


class AreaListOutput(serializers.Serializer):
    code = serializers.CharField()
    level = serializers.ChoiceField(enums.AreaLevel.choices)
    name = serializers.CharField()
    parent = serializers.CharField(source="parent_id", allow_null=True)
    postcode = serializers.CharField()


class CellOutput(serializers.Serializer):
    """A group of the statistics; null in all numbers where it is too small to be shown."""

    code = serializers.CharField()
    label = serializers.CharField()
    businesses = serializers.IntegerField(allow_null=True)
    ikm = serializers.IntegerField(allow_null=True)
    workers = serializers.IntegerField(allow_null=True)


class StatisticsOutput(serializers.Serializer):
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(format=UTC_FORMAT, default_timezone=UTC, allow_null=True)
    businesses = serializers.IntegerField(source="total.businesses")
    ikm = serializers.IntegerField(source="total.ikm")
    ikm_share = NumberField(allow_null=True, help_text="Persen, dua desimal.")
    workers = serializers.IntegerField(source="total.workers", help_text="Tenaga kerja IKM.")
    by_scale = CellOutput(many=True)
    by_kecamatan = CellOutput(many=True)
    by_kbli = CellOutput(many=True)


class KbliChoice(Input):
    """A KBLI code never stands without its version."""

    version = serializers.IntegerField(min_value=2000, max_value=2100, default=2020)
    code = serializers.RegexField(r"^\d{5}$")

    def validate(self, attrs):
        found = Kbli.objects.filter(version=attrs["version"], code=attrs["code"]).first()
        if found is None:
            raise serializers.ValidationError({"code": _("Kode KBLI ini tidak ada dalam versi itu.")})
        return {"kbli": found}


class KelurahanField(serializers.CharField):
    """A kelurahan by its Kemendagri code."""

    def to_internal_value(self, data):
        code = super().to_internal_value(data)
        found = Area.objects.filter(pk=code, level=enums.AreaLevel.KELURAHAN).first()
        if found is None:
            raise serializers.ValidationError(_("Kode ini bukan kelurahan di Kota Semarang."))
        return found


def _said_plainly(check, value):
    try:
        return check(value)
    except ValidationError as error:
        raise serializers.ValidationError(error.messages) from error


class BusinessInput(Input):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    legal_form = serializers.ChoiceField(enums.LegalForm.choices, required=False)
    nib = serializers.CharField(max_length=20, required=False, allow_blank=True, allow_null=True)
    brand = serializers.CharField(max_length=120, required=False, allow_blank=True)
    kbli = KbliChoice(required=False)
    address = serializers.CharField(max_length=500, required=False, allow_blank=True)
    kelurahan = KelurahanField(max_length=13, required=False)
    postcode = serializers.RegexField(r"^\d{5}$", required=False)
    latitude = serializers.DecimalField(max_digits=8, decimal_places=6, required=False, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, required=False, allow_null=True)
    phone = serializers.CharField(max_length=25, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    website = serializers.URLField(max_length=200, required=False, allow_blank=True)
    founded_year = serializers.IntegerField(min_value=1800, max_value=2100, required=False, allow_null=True)

    def validate_nib(self, value):
        return _said_plainly(lambda text: check_licence_number("nib", text).number, value) if value else None

    def validate_phone(self, value):
        return _said_plainly(parse_phone, value) if value else ""

    def validate(self, attrs):
        if "kbli" in attrs:
            attrs["main_kbli"] = attrs.pop("kbli")["kbli"]
        return attrs


class CorrectionInput(Input):
    field = serializers.CharField(max_length=40)
    reason = serializers.ChoiceField(enums.CorrectionReason.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class StepInput(Input):
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    closed_on = serializers.DateField(required=False, help_text="Untuk langkah close.")
    corrections = CorrectionInput(many=True, required=False, help_text="Untuk langkah ask_correction.")
