"""The monthly report to makers: figures as the rows are, told once a month, and not to who does not want it."""

import datetime
from threading import Barrier, Thread
from time import sleep

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from core.dates import add_months, today
from core.models import Message
from gallery import selectors
from gallery.enums import ListingStatus, ShopStatus
from gallery.models import LinkDay, Listing, SentReport, ShortLink
from gallery.services import reports
from gallery.services.consignment.counter import take_back
from ikm.models import Licence
from tests.gallery import records
from tests.gallery.test_maker_sales import sold_on
from tests.ikm.businesses import speaks_for

pytestmark = pytest.mark.django_db

MARCH = datetime.date(2026, 3, 1)


def clicks(product, place, days):
    """{day: clicks} of a product's short link."""
    link, _made = ShortLink.objects.get_or_create(
        product=product, channel=place, defaults={"code": f"{product.pk}{place}"[:12]}
    )
    LinkDay.objects.bulk_create(LinkDay(link=link, on=day, clicks=count) for day, count in days.items())


def report(month):
    return reverse("my_report", args=[f"{month:%Y-%m}"])


def last_month():
    return add_months(today().replace(day=1), -1)


@pytest.fixture
def march(shelf, curator):
    """Clicks and sales around March 2026 of the workshop's two products, and of another maker's."""
    first, second = shelf
    day = datetime.date
    clicks(first.product, "whatsapp", {day(2026, 2, 28): 100, day(2026, 3, 1): 3, day(2026, 3, 31): 4})
    clicks(first.product, "print", {day(2026, 3, 9): 2, day(2026, 4, 1): 50})
    clicks(second.product, "google", {day(2026, 3, 9): 5})
    sold_on(day(2026, 2, 28), [(first, 1)], curator)
    sold_on(day(2026, 3, 1), [(first, 2)], curator)
    sold_on(day(2026, 3, 31), [(first, 1)], curator)
    sold_on(day(2026, 4, 1), [(first, 1)], curator)
    other = records.maker(name="Usaha Lain")
    records.terms(other, curator)
    goods = records.product(other, name="Barang Orang", price=50_000).variants.get()
    records.received(goods, 5, curator)
    sold_on(day(2026, 3, 9), [(goods, 2)], curator)
    clicks(goods.product, "whatsapp", {day(2026, 3, 9): 7})
    return first, second, goods


def test_the_figures_of_a_month_are_its_rows(march):
    first, second, goods = march
    rows = {row.product: row for row in selectors.product_months(MARCH, [first.product.business])}
    assert rows.keys() == {first.product, second.product}
    row = rows[first.product]
    assert row.clicks == {"whatsapp": 7, "print": 2}
    assert (row.sold, row.amount, row.kept, row.due) == (3, 450_000, 90_000, 360_000)
    assert rows[second.product].clicks == {"google": 5}
    assert rows[second.product].sold == 0
    total = selectors.total_of(selectors.product_months(MARCH))
    assert (total.followed, total.sold, total.amount, total.kept) == (21, 5, 550_000, 110_000)
    assert goods.product in [one.product for one in selectors.product_months(MARCH)]


def test_what_was_left_when_the_month_ended_follows_from_what_moved_since(march):
    first, _second, _goods = march
    # All ten came today, five were sold before: the book of then is what moved until then.
    left = {row.product: row.left for row in selectors.product_months(MARCH)}
    assert left[first.product] == -4
    now = {row.product: row.left for row in selectors.product_months(today().replace(day=1))}
    assert now[first.product] == first.gallery_stock.quantity == 5


def test_what_is_brought_back_is_taken_off_the_month_in_which_it_came_back(shelf, curator):
    first, _second = shelf
    [line] = sold_on(today() - datetime.timedelta(days=1), [(first, 2)], curator)
    month = today().replace(day=1)
    take_back(line, 2, actor=curator, reason="Rusak")
    here = {row.product: row for row in selectors.product_months(month)}[first.product]
    before = selectors.total_of(selectors.product_months(add_months(month, -1)))
    assert here.sold + before.sold == 0
    assert here.amount + before.amount == 0
    assert here.kept + before.kept == 0


def test_the_page_shows_ones_own_figures_alone(march, sign_in, owner_user, person):
    words = sign_in(owner_user).get(report(MARCH)).content.decode()
    assert "14 klik" not in words
    assert "9 klik" in words
    assert "Terjual 3 buah, Rp450.000; bagian galeri Rp90.000" in words
    assert "Barang Orang" not in words
    stranger = person(Role.ENTREPRENEUR, name="Orang Lain")
    records.maker(stranger)
    words = sign_in(stranger).get(report(MARCH)).content.decode()
    assert "Syal" not in words
    assert "Belum ada klik" in words


def test_months_ahead_too_old_or_wrong_are_not_found(sign_in, owner_user, workshop):
    client = sign_in(owner_user)
    for text in ("2026-13", "maret", f"{add_months(today(), 1):%Y-%m}", f"{add_months(today(), -25):%Y-%m}"):
        assert client.get(reverse("my_report", args=[text])).status_code == 404
    assert client.get(report(today())).status_code == 200
    assert client.get(reverse("my_reports")).url == report(last_month())


def test_the_page_asks_the_same_however_many_products(
    workshop, curator, sign_in, owner_user, django_assert_max_num_queries
):
    records.terms(workshop, curator)
    for _number in range(6):
        variant = records.product(workshop).variants.get()
        records.received(variant, 5, curator)
        sold_on(datetime.date(2026, 3, 3), [(variant, 1)], curator)
        clicks(variant.product, "print", {datetime.date(2026, 3, 3): 1})
    client = sign_in(owner_user)
    with django_assert_max_num_queries(34):
        client.get(report(MARCH))


def test_what_to_do_next_is_said_with_its_page(shelf, workshop, curator, owner_user):
    first, _second = shelf
    records.received(_second, 1, curator)
    licence = Licence.objects.create(
        business=workshop, kind="halal", number="ID-7", expires_on=today() + datetime.timedelta(days=20)
    )
    first.product.licences.add(licence)
    gone = records.shop(
        workshop, owner_user, name="Toko Putus", status=ShopStatus.DISCONNECTED, access_token="", refresh_token="",
        disconnected_at=timezone.now(),
    )  # fmt: skip
    Listing.objects.create(shop=gone, product=first.product, status=ListingStatus.WAITING)
    there = records.shop(workshop, owner_user, name="Toko Ada")
    Listing.objects.create(
        shop=there, product=first.product, status=ListingStatus.FAILED, last_error="Isi berat."
    )
    said = {one.sentence: one.url for one in reports.advice_for([workshop])}
    sentences = list(said)
    assert sentences[0] == "Sambungkan lagi toko Toko Putus. Produk yang menunggu di sana: 1."
    assert said[sentences[0]] == reverse("my_shops")
    assert "Syal belum masuk toko Toko Ada. Isi berat." in sentences
    assert any("ID-7 berakhir" in one for one in sentences)
    assert any("tinggal 1 buah di galeri" in one for one in sentences)
    assert any("Syal belum lengkap bahasa Inggrisnya" in one for one in sentences)
    assert not reports.advice_for([records.maker()])


def test_makers_are_told_once_in_the_first_days_of_a_month(shelf, owner_user):
    month = today().replace(day=1)
    assert reports.send_reports(month) == 1
    assert reports.send_reports(month + datetime.timedelta(days=2)) == 0
    message = Message.objects.get(recipient=owner_user)
    assert message.link == report(add_months(month, -1))
    assert reports.send_reports(add_months(month, 1)) == 1
    assert SentReport.objects.count() == 2


def test_late_in_the_month_nobody_is_told(shelf):
    assert reports.send_reports(today().replace(day=8)) == 0
    assert not SentReport.objects.exists()


def test_who_has_nothing_to_show_is_not_told(owner_user, person):
    records.maker(owner_user)
    assert reports.send_reports(today().replace(day=1)) == 0


def test_who_speaks_for_two_businesses_hears_once_of_both(shelf, owner_user, curator):
    other = records.maker()
    speaks_for(owner_user, other)
    records.terms(other, curator)
    variant = records.product(other, price=10_000).variants.get()
    records.received(variant, 3, curator)
    first, _second = shelf
    sold_on(last_month(), [(variant, 1)], curator)
    sold_on(last_month(), [(first, 1)], curator)
    assert reports.send_reports(today().replace(day=1)) == 1
    assert "Terjual di galeri 2 buah seharga Rp160.000" in Message.objects.get(recipient=owner_user).body


def test_who_does_not_want_to_be_told_is_not(shelf, owner_user, sign_in):
    client = sign_in(owner_user)
    client.post(reverse("report_news"), {"wanted": "0"})
    assert reports.send_reports(today().replace(day=1)) == 0
    assert "Kabari saya" in client.get(report(last_month())).content.decode()
    client.post(reverse("report_news"), {"wanted": "1"})
    assert reports.send_reports(today().replace(day=1)) == 1


def test_the_worker_tells_them(shelf, monkeypatch, settings):
    settings.MARKETPLACE = dict.fromkeys(("api", "login", "tokens", "app_key", "app_secret"), "")
    monkeypatch.setattr(reports, "today", lambda: today().replace(day=1))
    call_command("work_channels")
    assert SentReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [False, True], ids=["without the constraint", "with it"])
def test_two_workers_at_once_tell_once(guarded, owner_user, monkeypatch):
    workshop = records.maker(owner_user)
    records.product(workshop)
    rule = next(one for one in SentReport._meta.constraints if one.name == "gallery_sentreport_once")
    if not guarded:
        with connection.schema_editor() as editor:
            editor.remove_constraint(SentReport, rule)
    barrier, told, tell = Barrier(2), [], reports._tell

    def slowly(person, month):
        tell(person, month)
        sleep(0.3)

    monkeypatch.setattr(reports, "_tell", slowly)

    def work():
        barrier.wait()
        told.append(reports.send_reports(today().replace(day=1)))
        connection.close()

    threads = [Thread(target=work) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert sorted(told) == ([0, 1] if guarded else [1, 1])
        assert Message.objects.count() == SentReport.objects.count() == (1 if guarded else 2)
    finally:
        if not guarded:
            SentReport.objects.all().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(SentReport, rule)
