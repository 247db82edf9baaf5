from core.worker import Worker
from webhooks.sending import deliver_next, hand_out


class Command(Worker):
    help = "Send partners' systems what happened; with --loop until told to stop. Several may run."
    pause = 1.0

    def work(self):
        if seen := hand_out():
            return f"{seen} events"
        delivery = deliver_next()
        return delivery and f"{delivery} {delivery.kind}: {delivery.status}"
