"""A month of training runs into a timetable."""

from bench.runner import Contestant, Row
from tests.training.months import month
from training.timetable import cost, first_timetable, propose, violations

RUNS, SESSIONS = 40, 4
OURS, FIRST = "ours, improved by CP-SAT", "ours, the first timetable alone"


def row():
    question = month(runs=RUNS, sessions=SESSIONS)
    made = {}

    def improve():
        made[OURS] = propose(question).meetings
        return len(made[OURS])

    def begin():
        made[FIRST] = first_timetable(question)
        return len(made[FIRST])

    def quality():
        kept = all(not violations(question, meetings) for meetings in made.values())
        costs = ", ".join(f"{name}: {cost(question, meetings)}" for name, meetings in made.items())
        return f"Every rule kept: {'yes' if kept else 'no'}. Cost of the timetable, less is better: {costs}."

    return Row(
        name="timetable",
        title=f"{RUNS} runs of {SESSIONS} sessions, {len(question.trainers)} trainers, {len(question.rooms)} rooms, "
        f"{len(question.frame.days)} days.",
        unit="sessions",
        contestants=[Contestant(name=OURS, run=improve), Contestant(name=FIRST, run=begin)],
        notes=[quality],
        packages=["ortools"],
    )
