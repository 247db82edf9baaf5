from core.worker import Worker
from training.services.offers import expire_offers


class Command(Worker):
    help = "End the offers of seats that nobody answered and offer free seats on; with --loop until told to stop."
    pause = 15.0

    def work(self):
        ended, made = expire_offers()
        return f"{ended} offers ended, {made} made" if ended or made else None
