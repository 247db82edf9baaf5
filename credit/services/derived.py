"""What follows from the events of loans, written for many loans at once."""

import io
from operator import attrgetter

from django.db import connection

_INSTALMENT = (
    "number",
    "due_on",
    "principal",
    "interest",
    "balance",
    "principal_paid",
    "interest_paid",
    "paid_on",
)
_INSTALMENT_TYPES = ("smallint", "date", "numeric", "numeric", "numeric", "numeric", "numeric", "date")
_BALANCE = ("on", "principal", "annual_rate")
_BALANCE_TYPES = ("date", "numeric", "numeric")


def write_states(states):
    """Make the Instalment and LoanBalance rows of loans what their LoanState says; `states` maps loan ids to them.

    The caller holds the loans' locks. The rows of loans that had none are copied in; of the others, a row that stays as it
    was is not touched. At most three statements a table, however many loans.
    """
    _write(
        "credit_instalment",
        _INSTALMENT,
        _INSTALMENT_TYPES,
        {loan: [*map(attrgetter(*_INSTALMENT), state.instalments)] for loan, state in states.items()},
    )
    _write(
        "credit_loanbalance",
        _BALANCE,
        _BALANCE_TYPES,
        {loan: [*map(attrgetter(*_BALANCE), _once_a_day(state.balances))] for loan, state in states.items()},
    )


def _once_a_day(balances):
    return {row.on: row for row in balances}.values()


def _write(table, columns, types, rows_of):
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT loan FROM unnest(%s::bigint[]) loan
                WHERE EXISTS (SELECT FROM {table} old WHERE old.loan_id = loan)""",  # noqa: S608 - as below
            [[*rows_of]],
        )
        known = {loan for (loan,) in cursor.fetchall()}
        _copy(cursor, table, columns, {loan: rows for loan, rows in rows_of.items() if loan not in known})
        if known:
            _replace(cursor, table, columns, types, {loan: rows_of[loan] for loan in known})


def _copy(cursor, table, columns, rows_of):
    """Add the rows of loans that have none: numbers and days, in which "None" can only be the null."""
    lines = ["\t".join(map(str, (loan, *row))) for loan, rows in rows_of.items() for row in rows]
    if lines:
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.copy_expert(
            f"COPY {table} (loan_id, {names}) FROM STDIN (NULL 'None')", io.StringIO("\n".join(lines))
        )


def _array(values):
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _replace(cursor, table, columns, types, rows_of):
    """Replace the rows of loans in one statement; the first column after the loan is the key within it."""
    names = ", ".join(f'"{name}"' for name in columns)
    key = f'"{columns[0]}"'
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *types))
    values = columns[1:]
    sql = f"""
        WITH fresh (loan_id, {names}) AS (SELECT * FROM unnest({arrays})),
        gone AS (
            DELETE FROM {table} old
            WHERE old.loan_id = ANY(%s::bigint[])
              AND NOT EXISTS (SELECT FROM fresh WHERE fresh.loan_id = old.loan_id AND fresh.{key} = old.{key})
        )
        INSERT INTO {table} AS old (loan_id, {names})
        SELECT * FROM fresh
        ON CONFLICT (loan_id, {key}) DO UPDATE SET
            {", ".join(f'"{name}" = EXCLUDED."{name}"' for name in values)}
        WHERE ({", ".join(f'old."{name}"' for name in values)})
              IS DISTINCT FROM ({", ".join(f'EXCLUDED."{name}"' for name in values)})
    """  # noqa: S608 - names of this module's own tables
    rows = [(loan, *row) for loan, rows in rows_of.items() for row in rows]
    by_column = list(zip(*rows, strict=True)) if rows else [()] * (len(columns) + 1)
    cursor.execute(sql, [*map(_array, by_column), _array(rows_of)])
