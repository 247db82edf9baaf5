from core.delivery import deliver_due
from core.worker import Worker


class Command(Worker):
    help = "Deliver the messages waiting in the outbox; with --loop until told to stop."

    def work(self):
        attempts = deliver_due()
        return f"{attempts} attempts" if attempts else None
