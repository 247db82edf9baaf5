"""What a channel is shown of a product: plain values, without the database behind them."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """One variant that is sold. `sku` is the maker's own number, else our reference; `choice` "" where there is none."""

    reference: str
    sku: str
    choice: str
    price: Decimal
    stock: int
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product as it would be offered on one channel.

    `category_code` is what the channel calls the category ("" while nobody has said so), `names_taken` are the names, in
    `plain_name`'s spelling, of what the maker offered before; `photos` are public addresses, the first one leads.
    """

    reference: str
    name: str
    description: str
    category_code: str
    category_is_deepest: bool
    category_name: str
    weight_grams: int | None
    length_cm: int | None
    width_cm: int | None
    height_cm: int | None
    minimum_order: int
    made_to_order_days: int | None
    is_new: bool
    brand: str
    video_url: str
    photos: tuple
    offers: tuple
    link: str
    names_taken: frozenset = frozenset()

    def offered_name(self, offer):
        """The name of one variant where each is offered by itself."""
        return f"{self.name}, {offer.choice}" if offer.choice else self.name

    def offered_names(self):
        """The names under which its variants are offered one by one; its own while it has none."""
        return [self.offered_name(one) for one in self.offers] or [self.name]


def plain_name(name):
    """How names are compared: letters alone count, not their size nor the spaces between."""
    return " ".join(name.split()).casefold()
