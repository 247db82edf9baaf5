from core.worker import Worker
from facility.services.bookings import release_no_shows


class Command(Worker):
    help = (
        "Free booked times nobody came for and give them to who waits; with --loop, go on until told to stop."
    )
    pause = 20.0

    def work(self):
        released, ended, admitted = release_no_shows()
        if released or ended or admitted:
            return f"{released} bookings released, {ended} ended in the queue, {admitted} given their turn"
        return None
