"""Model fields of the house: whole rupiah, human references, personal data sealed at rest."""

from django.core.exceptions import FieldError
from django.core.validators import MinValueValidator
from django.db import models

from core import crypto
from core.references import new_reference


class RupiahField(models.DecimalField):
    """Whole rupiah, never a float and never below zero."""

    default_validators = [MinValueValidator(0)]

    def __init__(self, *args, **kwargs):
        kwargs["max_digits"] = 18
        kwargs["decimal_places"] = 0
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class ReferenceField(models.CharField):
    """A unique reference people can read over the phone, `PREFIX-XXXX-XXXC`, drawn when the row is first saved."""

    def __init__(self, *args, prefix, **kwargs):
        self.prefix = prefix
        for name, value in {"max_length": 16, "unique": True, "editable": False, "blank": True}.items():
            kwargs.setdefault(name, value)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        # Spelt out, so that a copy of the field in a history table can say unique=False.
        kwargs.update(prefix=self.prefix, unique=self.unique)
        return name, path, args, kwargs

    def pre_save(self, model_instance, add):
        value = getattr(model_instance, self.attname)
        while not value:
            value = new_reference(self.prefix)
            # 32^7 references: at a million rows one draw in 30,000 is taken already.
            if model_instance.__class__._base_manager.filter(**{self.attname: value}).exists():
                value = ""
        setattr(model_instance, self.attname, value)
        return value


class SealedTextField(models.TextField):
    """Text encrypted at rest (AES-GCM). Python sees the plain text.

    `label` binds the ciphertext to its place, so that it cannot be moved to another column; history tables keep the
    label of the field they copy. It cannot be searched; put a BlindIndexField beside it.
    """

    def __init__(self, *args, label, **kwargs):
        self.label = label
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["label"] = self.label
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):
        return value if not value else crypto.unseal(value, label=self.label)

    def get_db_prep_save(self, value, connection):
        value = super().get_db_prep_save(value, connection)
        return value if not value else crypto.seal(value, label=self.label)


class BlindIndexField(models.CharField):
    """Keyed hash of a SealedTextField, for equality and uniqueness; NULL while that field is empty."""

    def __init__(self, *args, source, **kwargs):
        self.source = source
        for name, value in {"max_length": 64, "null": True, "blank": True, "editable": False}.items():
            kwargs.setdefault(name, value)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        return name, path, args, kwargs

    def index(self, plaintext):
        """The stored value for `plaintext`, None for an empty one."""
        label = self.model._meta.get_field(self.source).label
        return crypto.blind_index(plaintext, label=label) if plaintext else None

    def pre_save(self, model_instance, add):
        value = self.index(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


class SealedQuerySet(models.QuerySet):
    """A queryset of a model with sealed fields: `update()` would leave the blind index behind, so it refuses."""

    def update(self, **kwargs):
        sealed = {f.name for f in self.model._meta.fields if isinstance(f, SealedTextField)}
        if touched := sealed & kwargs.keys():
            raise FieldError(
                f"update() does not refresh the blind index of {', '.join(sorted(touched))}; use save()"
            )
        return super().update(**kwargs)

    def with_blind(self, **plain):
        """Rows whose sealed field has this plain text: `with_blind(nik="3374…")`."""
        lookups = {}
        for name, value in plain.items():
            field = next(
                f for f in self.model._meta.fields if isinstance(f, BlindIndexField) and f.source == name
            )
            lookups[field.attname] = field.index(value) or ""
        return self.filter(**lookups)
