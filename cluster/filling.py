"""Who can fill an order: so many of a product by a day, over members and their capacity. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DAYS_A_MONTH = 30


class Verdict(StrEnum):
    ALONE = "alone"
    SHARE = "share"
    SPARE = "spare"
    NO_TIME = "no_time"
    OTHER_PRODUCT = "other_product"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Offer:
    """What a member makes: `volume` of `product` a month. `product` is "" for a member whose capacity nobody wrote down."""

    member: str
    product: str = ""
    volume: int = 0
    unit: str = ""
    machine: str = ""


@dataclass(frozen=True)
class Answer:
    """What a member could do for an order: `can` by the day, `takes` of the proposed division."""

    offer: Offer
    verdict: Verdict
    can: int = 0
    takes: int = 0


@dataclass(frozen=True)
class Filling:
    answers: list
    quantity: int
    days: int

    @property
    def divided(self):
        return sum(answer.takes for answer in self.answers)

    @property
    def missing(self):
        return self.quantity - self.divided

    @property
    def alone(self):
        return [answer for answer in self.answers if answer.verdict == Verdict.ALONE]


def makes(product, asked):
    """Whether a product is what is asked for: each word asked for begins a word of its name."""
    words = product.casefold().split()
    return all(any(word.startswith(one) for word in words) for one in asked.casefold().split())


def fill(offers, *, product, quantity, today, by):
    """A Filling of `quantity` of `product` by the day `by`, from the day after `today`.

    A member makes volume × days / 30, rounded down. The order is divided among as few members as can be: the largest first.
    """
    if not isinstance(by, date) or quantity < 1:
        raise ValueError("an order has a quantity and a day")
    days = max((by - today).days, 0)
    able, others = [], []
    for offer in offers:
        if not offer.product:
            others.append(Answer(offer, Verdict.UNKNOWN))
        elif not makes(offer.product, product):
            others.append(Answer(offer, Verdict.OTHER_PRODUCT))
        elif (can := offer.volume * days // DAYS_A_MONTH) == 0:
            others.append(Answer(offer, Verdict.NO_TIME))
        else:
            able.append((can, offer))
    able.sort(key=lambda one: (-one[0], one[1].member))
    answers, left = [], quantity
    for can, offer in able:
        takes = min(can, left)
        left -= takes
        verdict = Verdict.ALONE if can >= quantity else Verdict.SHARE if takes else Verdict.SPARE
        answers.append(Answer(offer, verdict, can, takes))
    return Filling([*answers, *others], quantity, days)
