from core.worker import Worker
from sandbox.sending import deliver_one
from sandbox.services import open_sandboxes, prepare


class Command(Worker):
    help = "Keep the partners' sandboxes up to date and send their webhooks; with --loop until told to stop. One runs."

    def handle(self, **options):
        prepare(say=self.stdout.write)
        super().handle(**options)

    def work(self):
        for partner in open_sandboxes():
            if line := deliver_one(partner.pk):
                return f"{partner}: {line}"
        return None
