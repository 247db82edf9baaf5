"""Loans to measure with: rows of the loan table alone, derived columns filled, in the database that only measurements use."""

from datetime import date

from django.db import connection

from credit.models import Bank, Loan

#: The keys a loan has to records that no measurement reads are let go, so that 100,000 loans need no 100,000 businesses.
_LOOSE = ("application_id", "business_id", "scheme_version_id")


def fill(count, *, day=date(2026, 11, 24)):
    """`count` running loans, a tenth of them late or past maturity; made once."""
    if Loan.objects.count() == count:
        return
    bank, _made = Bank.objects.get_or_create(code="900", defaults={"name": "BPR Ukur", "kind": "bpr"})
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.conname FROM pg_constraint c JOIN pg_attribute a
               ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
               WHERE c.conrelid = 'credit_loan'::regclass AND c.contype = 'f' AND a.attname = ANY(%s)""",
            [list(_LOOSE)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE credit_loan DROP CONSTRAINT "{name}"')
        cursor.execute("TRUNCATE credit_loan CASCADE")
        cursor.execute(
            """INSERT INTO credit_loan (version, created_at, modified_at, reference, status, application_id,
                   business_id, bank_id, scheme_version_id, contract_number, account_number, signed_on, principal, months,
                   annual_rate, disbursed_on, derived_until, principal_paid, interest_paid, outstanding_principal, advance,
                   oldest_due_on, matures_on)
               SELECT 1, now(), now(), 'PJM-' || n, 'active', n, n, %(bank)s, 1, 'PK/' || n, '', %(day)s::date - 400,
                   5000000, 24, 3, %(day)s::date - 400, %(day)s, 0, 0, (n %% 50) * 100000,  0,
                   %(day)s::date + 30 - CASE WHEN n %% 10 = 0 THEN (n / 10) %% 430 ELSE (n %% 30) END,
                   %(day)s::date + 300 - (n %% 350)
               FROM generate_series(1, %(count)s) n""",
            {"bank": bank.pk, "day": day, "count": count},
        )
        cursor.execute("ANALYZE credit_loan")
