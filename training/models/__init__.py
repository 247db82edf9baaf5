from training.models.course import Course, Run
from training.models.enrolment import Enrolment, EnrolmentGroup, Participant, ParticipantTime
from training.models.facilitation import Facilitation
from training.models.outcome import Attendance, Certificate, CertificateOrder, Evaluation, FollowUp, Score
from training.models.resources import Equipment, Room, Trainer, Unavailability, Venue
from training.models.session import Session, SessionEquipment
from training.models.subscription import CalendarFeed, ReminderOptOut, SentReminder
from training.models.timetable import Timetable

__all__ = [
    "Attendance",
    "CalendarFeed",
    "Certificate",
    "CertificateOrder",
    "Course",
    "Enrolment",
    "EnrolmentGroup",
    "Equipment",
    "Evaluation",
    "Facilitation",
    "FollowUp",
    "Participant",
    "ParticipantTime",
    "ReminderOptOut",
    "Room",
    "Run",
    "Score",
    "SentReminder",
    "Session",
    "SessionEquipment",
    "Timetable",
    "Trainer",
    "Unavailability",
    "Venue",
]
