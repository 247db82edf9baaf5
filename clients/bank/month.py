"""A small bank that plays one month of its work against a running portal, by the Python client alone.

It answers the applications forwarded to it, signs and disburses those it lends to, books what fell due as paid, claims the
subsidy of the month, and compares its own books with the portal's. Sent again for the same month it changes nothing.

    python clients/bank/month.py http://127.0.0.1:8000 --client-id … --client-secret … --rate 11 --month 2026-11

It leaves with 1 when its books and the portal's differ.
"""

from __future__ import annotations

import argparse
import calendar
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from semarang_ikm_client import Portal, Problem, StepRefused

#: What the bank refuses to lend on a bad record is its own business; the example lends to all with a grade below this.
WORST_GRADE = 3


@dataclass
class Month:
    """What the bank did, and what it found different; `wrong` are sentences."""

    lent: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    booked: int = 0
    already_booked: int = 0
    claim: str = ""
    claimed: int = 0
    wrong: list[str] = field(default_factory=list)


class Bank:
    """`grade` answers the SLIK grade of an application; `today` is the bank's day."""

    def __init__(self, portal: Portal, *, rate: Decimal, today: date, grade=lambda application: 1) -> None:
        self.portal = portal
        self.rate = rate
        self.today = today
        self.grade = grade

    def play(self, month: date) -> Month:
        """Work through `month` (its first day) up to the bank's day."""
        done = Month()
        last = min(month.replace(day=calendar.monthrange(month.year, month.month)[1]), self.today)
        self.answer_applications(done)
        books = self.collect(done, month, last)
        if books and last.day == calendar.monthrange(month.year, month.month)[1]:
            self.claim_subsidy(done, month, last, books)
        self.reconcile(done, books)
        return done

    # --- Lending --------------------------------------------------------------------------------------------------------

    def answer_applications(self, done: Month) -> None:
        """Take every application as far as the bank can: reviewed, approved, signed, paid out. One that somebody else is at
        work on is left for the next time."""
        for status in ("forwarded", "in_bank_review", "approved", "signed"):
            for row in list(self.portal.rows("credit/applications", status=status)):
                try:
                    self._answer(row, done)
                except StepRefused:
                    done.left.append(row["reference"])

    def _answer(self, row: dict[str, Any], done: Month) -> None:
        reference = row["reference"]
        while True:
            found = self.portal.get(f"credit/applications/{reference}")
            step = next((one["name"] for one in found.data["steps"] if one["name"] in self._fields), None)
            if step is None:
                return
            fields = self._fields[step](self, found.data)
            if step == "approve" and fields["bank_grade"] >= WORST_GRADE:
                step = "reject"
                fields = {name: fields[name] for name in ("bank_grade", "bank_checked_on")}
                fields["reason"] = "credit_record"
            self.portal.step(
                "credit/applications", reference, step, etag=found.etag, key=f"{reference}-{step}", **fields
            )
            if step == "disburse":
                done.lent.append(reference)
            if step in {"disburse", "reject"}:
                return

    def _approval(self, application: dict[str, Any]) -> dict[str, Any]:
        return {
            "amount": application["recommended_amount"],
            "months": application["recommended_months"],
            "bank_checked_on": self.today.isoformat(),
            "bank_grade": self.grade(application),
        }

    def _contract(self, application: dict[str, Any]) -> dict[str, Any]:
        return {
            "contract_number": f"AKAD-{application['reference']}",
            "signed_on": self.today.isoformat(),
        }

    def _payout(self, application: dict[str, Any]) -> dict[str, Any]:
        return {"disbursed_on": self.today.isoformat(), "bank_reference": f"CAIR-{application['reference']}"}

    _fields = {
        "start_review": lambda bank, application: {},
        "approve": _approval,
        "sign": _contract,
        "disburse": _payout,
    }

    # --- Collecting -----------------------------------------------------------------------------------------------------

    def collect(self, done: Month, month: date, last: date) -> dict[str, list[tuple[date, Decimal]]]:
        """Book every instalment that fell due in the month up to `last` as paid on its day.

        Returns the bank's own books: for each loan the days on which the principal owed changed, and what was owed from
        then on.
        """
        books: dict[str, list[tuple[date, Decimal]]] = {}
        payments = []
        for loan in list(self.portal.rows("credit/loans", status="active")):
            if not loan["disbursed_on"]:
                continue
            owed = Decimal(loan["principal"])
            course = [(date.fromisoformat(loan["disbursed_on"]), owed)]
            for line in self.portal.get(f"credit/loans/{loan['reference']}/schedule").data:
                due = date.fromisoformat(line["due_on"])
                paid_on = date.fromisoformat(line["paid_on"]) if line["paid_on"] else None
                if paid_on is None and due <= last and Decimal(line["unpaid"]) > 0:
                    paid_on = max(due, month)
                    payments.append(
                        {
                            "loan": loan["reference"],
                            "on": paid_on.isoformat(),
                            "amount": line["unpaid"],
                            "bank_reference": f"ANG-{loan['reference']}-{line['number']}",
                        }
                    )
                if paid_on is not None:
                    owed -= Decimal(line["principal"])
                    course.append((paid_on, owed))
            books[loan["reference"]] = course
        if payments:
            outcome = self.portal.post_payments(payments, key=f"bayar-{last.isoformat()}-{len(payments)}")
            done.booked, done.already_booked = outcome.booked, outcome.already_booked
            for row in outcome.results:
                if row["result"] == "refused":
                    sentences = "; ".join(one["detail"] for one in row["errors"])
                    done.wrong.append(f"{payments[row['index']]['bank_reference']}: {sentences}")
        return books

    # --- The subsidy ----------------------------------------------------------------------------------------------------

    def claim_subsidy(
        self, done: Month, month: date, last: date, books: dict[str, list[tuple[date, Decimal]]]
    ) -> None:
        """Claim what the city pays for the month, worked out from the bank's own books."""
        lines = []
        for reference, course in books.items():
            days, amount = self.subsidy(reference, course, month, last)
            if days:
                contract = self.portal.get(f"credit/loans/{reference}").data["contract_number"]
                lines.append({"loan": contract, "days": days, "amount": amount})
        if not lines:
            return
        body = {"month": f"{month:%Y-%m}", "lines": lines}
        try:
            told = self.portal.post("credit/claims", body, key=f"tagihan-{month:%Y-%m}-{len(lines)}").data
        except StepRefused:  # the office is looking at it already
            return
        done.claim, done.claimed = told["reference"], told["claimed_total"]

    def subsidy(
        self, reference: str, course: list[tuple[date, Decimal]], month: date, last: date
    ) -> tuple[int, int]:
        """(days, rupiah) of one loan: days / 360 x principal owed x rate difference, each stretch rounded by itself."""
        difference = self.rate - Decimal(self.portal.get(f"credit/loans/{reference}").data["annual_rate"])
        days, total = 0, Decimal(0)
        for number, (since, owed) in enumerate(course):
            until = course[number + 1][0] - timedelta(days=1) if number + 1 < len(course) else last
            first, end = max(since, month), min(until, last)
            if owed > 0 and first <= end:
                stretch = (end - first).days + 1
                days += stretch
                total += (stretch * owed * difference / 36000).quantize(Decimal(1), ROUND_HALF_UP)
        return days, int(total)

    # --- Reconciling ----------------------------------------------------------------------------------------------------

    def reconcile(self, done: Month, books: dict[str, list[tuple[date, Decimal]]]) -> None:
        """Compare what the bank's books and the portal say is owed."""
        for reference, course in books.items():
            theirs = Decimal(self.portal.get(f"credit/loans/{reference}").data["outstanding_principal"])
            ours = course[-1][1]
            if ours != theirs:
                done.wrong.append(f"{reference}: {ours} in our books, {theirs} in the portal")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portal", help="address of the portal")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--rate", type=Decimal, required=True, help="the bank's rate, percent a year")
    parser.add_argument("--month", required=True, help="YYYY-MM")
    given = parser.parse_args(arguments)
    month = date.fromisoformat(f"{given.month}-01")
    with Portal(given.portal, given.client_id, given.client_secret) as portal:
        try:
            done = Bank(portal, rate=given.rate, today=date.today()).play(month)  # noqa: DTZ011 - a bank's own day
        except Problem as problem:
            print(problem, file=sys.stderr)
            return 1
    print(f"lent to {len(done.lent)}, left for later {len(done.left)}")
    print(f"payments booked {done.booked}, booked before {done.already_booked}")
    print(f"claim {done.claim or 'none yet'}: Rp{done.claimed:,}")
    for sentence in done.wrong:
        print(f"DIFFERENT {sentence}")
    return 1 if done.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
