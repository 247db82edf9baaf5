"""Made-up months for the timetable: so many runs, trainers, rooms and days, the same for the same seed."""

import random
from datetime import date, datetime, time, timedelta

from core.dates import WIB
from training.timetable import Demand, Frame, Place, Question, Teacher, working_days

TOPICS = ("design", "packaging", "certification", "standardisation", "management", "digital", "finance")


def month(*, runs=40, sessions=4, trainers=14, rooms=10, venues=3, seed=1, of=date(2027, 2, 1), shared=40):
    """A Question: `runs` that meet `sessions` times, half of them sharing some of `shared` people."""
    chance = random.Random(seed)
    days = working_days(of)
    people = range(shared * 10)

    def away():
        starts_at = datetime.combine(chance.choice(days), time(8), tzinfo=WIB)
        return ((starts_at, starts_at + timedelta(hours=chance.choice([4, 9]))),)

    return Question(
        runs=tuple(
            Demand(
                key=number,
                label=f"Angkatan {number}",
                topic=TOPICS[number % len(TOPICS)],
                topic_label=TOPICS[number % len(TOPICS)],
                sessions=sessions,
                minutes=chance.choice([120, 180, 240]),
                seats=chance.choice([15, 20, 30]),
                people=frozenset(chance.sample(people, 8)) if number % 2 else frozenset(),
            )
            for number in range(runs)
        ),
        trainers=tuple(
            Teacher(
                key=number,
                label=f"Pelatih {number}",
                topics=frozenset({TOPICS[number % len(TOPICS)], *chance.sample(TOPICS, 2)}),
                away=away(),
            )
            for number in range(trainers)
        ),
        rooms=tuple(
            Place(
                key=number,
                label=f"Ruang {number}",
                venue=number % venues,
                capacity=(30, 20, 40)[number % 3],
                away=away(),
            )
            for number in range(rooms)
        ),
        frame=Frame(days=days),
    )
