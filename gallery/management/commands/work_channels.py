from core.worker import Worker
from gallery.services.channels import run
from gallery.services.links import make_links
from gallery.services.reports import send_reports


class Command(Worker):
    help = (
        "Send products to makers' shops, take down what may no longer be shown, compare, tell makers of the month's report; "
        "with --loop until told to stop."
    )
    pause = 20.0

    def work(self):
        if told := send_reports():
            return f"{told} told of the month's report"
        links = make_links()
        counts = run()
        if links or counts["sent"] or counts["delisted"]:
            return f"{counts['sent']} sent, {counts['delisted']} taken down, {links} short addresses made"
        return None
