from core.worker import Worker
from ikm.services.imports import work_off


class Command(Worker):
    help = "Check or apply the imports that wait for the worker; with --loop, go on until told to stop."
    pause = 2.0

    def work(self):
        batch = work_off()
        return batch and f"{batch.reference}: {batch.status}"
