"""What follows from the events of loans, written for many loans at once."""

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

    Two statements however many loans; a row that stays as it was is not touched.
    """
    _write(
        "credit_instalment",
        _INSTALMENT,
        _INSTALMENT_TYPES,
        states.keys(),
        [
            (loan, *(getattr(row, name) for name in _INSTALMENT))
            for loan, state in states.items()
            for row in state.instalments
        ],
    )
    _write(
        "credit_loanbalance",
        _BALANCE,
        _BALANCE_TYPES,
        states.keys(),
        [
            (loan, row.on, row.principal, row.annual_rate)
            for loan, state in states.items()
            for row in _once_a_day(state.balances)
        ],
    )


def _once_a_day(balances):
    return {row.on: row for row in balances}.values()


def _array(values):
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _write(table, columns, types, loans, rows):
    """Replace the rows of `loans` in one statement; the first column after the loan is the key within it."""
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
    by_column = list(zip(*rows, strict=True)) if rows else [()] * (len(columns) + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*map(_array, by_column), _array(loans)])
