from core.worker import Worker
from facility.services.bookings import end_uses, release_no_shows
from facility.services.leases import remind_of_ends


class Command(Worker):
    help = (
        "Free booked times nobody came for and give them to who waits; with --loop, go on until told to stop."
    )
    pause = 20.0

    def work(self):
        released, ended, admitted = release_no_shows()
        if finished := end_uses():
            return f"{finished} uses ended with their time"
        if reminded := remind_of_ends():
            return f"{reminded} reminded of the end of a lease"
        if released or ended or admitted:
            return f"{released} bookings released, {ended} ended in the queue, {admitted} given their turn"
        return None
