"""Every index is written for each row of an import: none stands there twice, and every foreign key is still found."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

TABLES = ["business", "owner", "ownership", "yearlyfigure", "product", "licence"]
INDEXES = """
    SELECT c.relname, i.indkey::text, i.indnkeyatts, i.indisunique, i.indpred IS NOT NULL OR i.indexprs IS NOT NULL, i.indclass::text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass ORDER BY c.relname
"""


def indexes(table):
    """(name, key columns, is unique, is partial or on an expression, operator classes) of the indexes of a table."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [table])
        return [
            (name, columns.split()[:keys], is_unique, is_partial, classes.split())
            for name, columns, keys, is_unique, is_partial, classes in cursor.fetchall()
        ]


@pytest.mark.parametrize("table", [f"ikm_{name}" for name in TABLES])
def test_no_index_is_the_beginning_of_another(table):
    whole = [index for index in indexes(table) if not index[3]]
    for name, columns, is_unique, _partial, classes in whole:
        longer = [
            other[0]
            for other in whole
            if other[0] != name
            and other[1][: len(columns)] == columns
            and other[4][: len(classes)] == classes
            and not is_unique
        ]
        assert not longer, f"{name} is covered by {longer}"


@pytest.mark.parametrize("table", [f"ikm_{name}" for name in TABLES])
def test_every_foreign_key_is_found_by_an_index(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, conkey[1]::text FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        keys = cursor.fetchall()
    beginnings = {columns[0] for _name, columns, *_rest in indexes(table)}
    assert [name for name, column in keys if column not in beginnings] == []
