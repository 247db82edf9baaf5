from core.worker import Worker
from training.services import certificates
from training.services.subscriptions import send_reminders
from training.services.timetables import work_off


class Command(Worker):
    help = (
        "Issue the certificates that were asked for, reckon the timetables that wait and write the reminders that are due; "
        "with --loop, go on until told to stop."
    )
    pause = 5.0

    def work(self):
        if order := certificates.work_off():
            return f"{order.reference}: {order.issued} of {order.total} certificates"
        if done := work_off():
            return f"{done.reference}: {done.status}"
        sent = send_reminders()
        return f"{sent} reminders" if sent else None
