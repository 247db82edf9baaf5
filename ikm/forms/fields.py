"""Form fields that take what people type (`5jt`, `0812 3456 7890`, `24-11-1980`) and give what the register keeps."""

from django import forms
from django.core.exceptions import ValidationError

from core.dates import date_short_id, parse_date_id
from core.doors import ServiceFormMixin
from core.indonesia import (
    check_licence_number,
    display_phone,
    parse_nik,
    parse_npwp,
    parse_phone,
    parse_rupiah,
    rupiah,
)


class ParsedField(forms.CharField):
    """Text that `parse` turns into a value; an empty one becomes `empty`."""

    empty = ""
    attributes = {}

    def parse(self, text):
        raise NotImplementedError

    def to_python(self, value):
        text = super().to_python(value)
        return self.parse(text) if text else self.empty

    def validate(self, value):
        if self.required and value in ("", None):
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value):
        if isinstance(value, str):
            super().run_validators(value)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), **self.attributes}


class RupiahInput(ParsedField):
    empty = None
    attributes = {"inputmode": "text", "autocomplete": "off"}

    def parse(self, text):
        return parse_rupiah(text)

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else rupiah(value)


class PhoneInput(ParsedField):
    attributes = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}

    def parse(self, text):
        return parse_phone(text)

    def prepare_value(self, value):
        return display_phone(value) if value and value.startswith("+") else value


class NikInput(ParsedField):
    attributes = {"inputmode": "numeric", "autocomplete": "off"}

    def parse(self, text):
        return parse_nik(text).number


class NpwpInput(ParsedField):
    attributes = {"inputmode": "numeric", "autocomplete": "off"}

    def parse(self, text):
        return parse_npwp(text).number


class NibInput(ParsedField):
    attributes = {"inputmode": "numeric", "autocomplete": "off"}

    def parse(self, text):
        return check_licence_number("nib", text).number


class DateInput(ParsedField):
    empty = None
    attributes = {"inputmode": "text", "autocomplete": "off"}

    def parse(self, text):
        return parse_date_id(text)

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else date_short_id(value)


class PlainNumber(forms.IntegerField):
    """A whole number typed with or without dots."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace(".", "").replace(" ", "")
        return super().to_python(value)

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "autocomplete": "off"}


class CoordinateInput(forms.DecimalField):
    """Degrees with a dot or a comma; a phone gives more decimals than the register keeps (six: a hand's breadth)."""

    def to_python(self, value):
        if isinstance(value, str):
            value = value.strip().replace(",", ".")
        value = super().to_python(value)
        return value if value is None or not value.is_finite() else round(value, 6)


class DraftForm(ServiceFormMixin, forms.Form):
    """A page of a draft: what is typed must be right, but what is mandatory may still be empty.

    `required` only says how a field is marked; what is missing is told before sending (services.registration.gaps).
    """

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def _clean_fields(self):
        mandatory = [field for field in self.fields.values() if field.required]
        for field in mandatory:
            field.required = False
        try:
            super()._clean_fields()
        finally:
            for field in mandatory:
                field.required = True

    def values(self):
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
