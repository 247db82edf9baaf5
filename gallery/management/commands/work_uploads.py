from core.worker import Worker
from gallery.services.bulk import work_off


class Command(Worker):
    help = "Check or save the uploads of products that wait for the worker; with --loop, go on until told to stop."
    pause = 2.0

    def work(self):
        upload = work_off()
        return upload and f"{upload.reference}: {upload.status}"
