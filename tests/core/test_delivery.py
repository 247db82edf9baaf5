import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import User
from core import outbox
from core.delivery import LADDER, deliver_due, deliver_next, mark_sent, whatsapp_link
from core.models import Delivery, Message


def tell(user, **fields):
    return outbox.tell(user, title="Kunjungan", body="Petugas datang besok.", link="/usaha/", **fields)


def test_a_message_of_a_rolled_back_transaction_is_never_sent(owner_user):
    with transaction.atomic():
        tell(owner_user)
        transaction.set_rollback(True)
    assert deliver_due() == 0
    assert Message.objects.count() == 0


def test_an_email_goes_out_once_in_the_recipients_words(owner_user):
    tell(owner_user)
    assert deliver_due() == 1
    assert deliver_due() == 0
    (sent,) = mail.outbox
    assert sent.to == [owner_user.email]
    assert "http://127.0.0.1:8000/usaha/" in sent.body


def test_a_failing_mail_server_is_tried_again_and_then_shown_as_failed(owner_user, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nothing listens there
    tell(owner_user)
    now = timezone.now()
    for attempt, pause in enumerate(LADDER, start=1):
        delivery = deliver_next(now)
        assert (delivery.status, delivery.attempts) == (Delivery.Status.WAITING, attempt)
        assert deliver_next(now) is None
        now += pause
    assert deliver_next(now).status == Delivery.Status.FAILED
    assert deliver_next(now + timedelta(days=9)) is None
    assert "refused" in Delivery.objects.get().last_error


def test_who_has_only_a_phone_waits_for_an_officials_press(registrar, stranger):
    user = User.objects.create_user(phone="+6281234567890", name="Bu Siti")
    tell(user)
    delivery = Delivery.objects.get()
    assert deliver_due() == 0
    assert whatsapp_link(delivery).startswith("https://wa.me/6281234567890?text=Kunjungan%0A")
    with pytest.raises(PermissionDenied):
        mark_sent(delivery, actor=stranger)
    assert mark_sent(delivery, actor=registrar).status == Delivery.Status.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_send_nothing_twice(owner_user):
    for _ in range(20):
        tell(owner_user)

    def work():
        deliver_due()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(mail.outbox) == 20
    assert Delivery.objects.filter(status=Delivery.Status.DELIVERED, attempts=1).count() == 20
