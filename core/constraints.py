"""Check constraints of a model, asked about together."""

from contextlib import nullcontext

from django.core.exceptions import FieldError
from django.db import DataError, ProgrammingError, connections, models, router, transaction
from django.db.models import BooleanField, CheckConstraint, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE


class CheckedTogether(models.Model):
    """Base of models with many check constraints.

    Django asks the database about each of them, three statements a time. Here one query tells of a row that meets them
    all; only for a row that does not are they asked one by one, for their own sentences.
    """

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None):
        self._meets_checks = self._meets_all_checks(exclude)
        try:
            super().validate_constraints(exclude=exclude)
        finally:
            del self._meets_checks

    def get_constraints(self):
        found = super().get_constraints()
        if not self._meets_checks:
            return found
        return [
            (model, [rule for rule in constraints if not isinstance(rule, CheckConstraint)])
            for model, constraints in found
        ]

    def _meets_all_checks(self, exclude):
        """True if certain; False also where `exclude` leaves a constraint without a field or a value is none for its column."""
        checks = [rule.condition for rule in self._meta.constraints if isinstance(rule, CheckConstraint)]
        query = Query(None)
        for name, value in self._get_field_expression_map(meta=self._meta, exclude=exclude).items():
            query.add_annotation(
                value if hasattr(value, "resolve_expression") else Value(value), name, select=False
            )
        query.add_annotation(Value(1), "_check")
        using = router.db_for_write(type(self), instance=self)
        try:
            # A condition without an answer (NULL) holds, as in the database.
            for check in checks:
                query.add_q(Q(Coalesce(check, True, output_field=BooleanField())))
            with transaction.atomic(using=using) if connections[using].in_atomic_block else nullcontext():
                return query.get_compiler(using=using).execute_sql(SINGLE) is not None
        except (FieldError, DataError, ProgrammingError):
            return False
