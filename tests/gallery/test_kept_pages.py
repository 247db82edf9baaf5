"""Pages of the catalogue in the memory of the workers: kept while nothing changes, never stale, never somebody's own."""

import gzip
import re

import psycopg2
import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import Consent
from core.changes import Watch
from gallery.catalogue import Wish, find
from gallery.changes import CATALOGUE
from gallery.models import Edition, Product, Variant
from gallery.services.curation import withdraw_product
from ikm.models import Business
from tests.gallery import records

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = re.compile(r"pg_current_snapshot")


@pytest.fixture(autouse=True)
def _no_memory():
    for name in ("memory", "pages"):
        caches[name].clear()


@pytest.fixture
def cloth(db):
    return records.product(records.maker(name="Batik Sekar Jagad"), name="Kain batik asem", price=450_000)


def queries(client, address, **headers):
    """The answer and what was asked of the database for it."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, **headers)
    return answer, [query["sql"] for query in asked.captured_queries]


def page(client, address="/galeri/"):
    return client.get(address).content.decode()


def test_a_kept_page_costs_one_question(client, cloth):
    for address in (
        "/galeri/",
        "/galeri/?urut=murah",
        f"/galeri/{cloth.reference}/",
        "/galeri/peta-situs.xml",
    ):
        first = client.get(address)
        again, asked = queries(client, address)
        assert [bool(QUESTION.search(sql)) for sql in asked] == [True], address
        assert again.content == first.content
        assert dict(again.items()) == dict(first.items())


def test_a_changed_price_is_seen_at_once(client, cloth):
    for address in ("/galeri/", f"/galeri/{cloth.reference}/"):
        Variant.objects.update(price=450_000)
        page(client, address)
        assert "Rp450.000" in page(client, address)
        Variant.objects.update(price=475_000)
        told = page(client, address)
        assert "Rp475.000" in told
        assert "Rp450.000" not in told


@pytest.mark.parametrize(
    "change",
    [
        lambda one: Product.objects.filter(pk=one.pk).update(status="withdrawn"),
        lambda one: Consent.objects.filter(purpose=Purpose.PUBLISH).update(withdrawn_at=timezone.now()),
        lambda one: Business.objects.filter(pk=one.business_id).update(status="closed", closed_on=timezone.localdate()),
    ],
    ids=["withdrawn", "consent", "closed"],
)  # fmt: skip
def test_what_is_no_longer_shown_is_gone_at_once(client, cloth, change):
    assert "Kain batik asem" in page(client)
    assert page(client, f"/galeri/{cloth.reference}/")
    change(cloth)
    assert "Kain batik asem" not in page(client)
    assert client.get(f"/galeri/{cloth.reference}/").status_code == 404


def test_a_step_of_the_workflow_is_seen_at_once(client, cloth, curator):
    assert "Kain batik asem" in page(client)
    withdraw_product(cloth, actor=curator, note="Pembuat berhenti.")
    assert "Kain batik asem" not in page(client)


def test_who_is_signed_in_gets_a_page_of_the_own(client, cloth, owner_user):
    """Neither from memory nor into it."""
    signed_in = Client()
    signed_in.force_login(owner_user, backend="allauth.account.auth_backends.AuthenticationBackend")
    mine, asked = queries(signed_in, "/galeri/")
    assert "data-visitor" not in mine.content.decode()
    assert mine["Cache-Control"] == "no-store, private"
    assert "data-visitor" in page(client)
    again, _asked = queries(signed_in, "/galeri/")
    assert "data-visitor" not in again.content.decode()
    assert again["Cache-Control"] == "no-store, private"
    assert "data-visitor" in page(client)


def test_a_page_with_a_message_is_not_kept(client, cloth):
    page(client)
    client.cookies["messages"] = "anything"
    _answer, asked = queries(client, "/galeri/")
    assert len(asked) > 1
    assert len(caches["pages"]._cache) == 1


def test_languages_and_questions_are_kept_apart(client, cloth):
    Product.objects.update(name_en="Batik cloth")
    other = Client()
    other.cookies["django_language"] = "en"
    for _turn in range(2):
        assert "Kain batik asem" in page(client)
        assert "Batik cloth" in page(other)
        assert "Batik cloth" in page(client, "/galeri/?bahasa=en")
        assert "Belum ada produk" in page(client, "/galeri/?harga=mulai-1jt")


def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is(client, cloth):
    first = client.get("/galeri/")
    for _turn in range(2):
        answer = client.get("/galeri/", headers={"if-none-match": first["ETag"]})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == first["ETag"]
    Variant.objects.update(price=475_000)
    assert client.get("/galeri/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_who_asks_by_etag_first_leaves_the_page_for_the_next(client, cloth):
    etag = client.get("/galeri/")["ETag"]
    caches["pages"].clear()
    assert client.get("/galeri/", headers={"if-none-match": etag}).status_code == 304
    answer, asked = queries(client, "/galeri/")
    assert (len(asked), answer.status_code) == (1, 200)


def test_who_asks_for_the_head_alone_is_answered_and_nothing_is_kept(client, cloth):
    etag = client.head("/galeri/")["ETag"]
    assert client.head("/galeri/", headers={"if-none-match": etag}).status_code == 304
    assert len(caches["pages"]._cache) == 0


def test_who_takes_it_gets_the_page_compressed(client, cloth):
    plain = client.get("/galeri/")
    for _turn in range(2):
        packed = client.get("/galeri/", headers={"accept-encoding": "gzip, br"})
        assert gzip.decompress(packed.content) == plain.content
        assert "Accept-Encoding" in packed["Vary"]
        assert packed["ETag"] != plain["ETag"]
    again = client.get("/galeri/", headers={"accept-encoding": "gzip", "if-none-match": packed["ETag"]})
    assert again.status_code == 304


def test_a_new_day_makes_the_page_anew(client, cloth, monkeypatch):
    today = timezone.localdate()
    Edition.objects.create(
        title="Oleh-oleh", title_en="Gifts", introduction=".", introduction_en=".", shown_from=today, shown_until=today
    ).items.create(product=cloth)  # fmt: skip
    assert "Oleh-oleh" in page(client)
    monkeypatch.setattr(timezone, "localdate", lambda *_given: today + timezone.timedelta(days=1))
    assert "Oleh-oleh" not in page(client)


# --- Several workers, several writers ---------------------------------------------------------------------------------


def outside():
    """A connection of somebody else."""
    known = connection.get_connection_params()
    return psycopg2.connect(
        **{name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}
    )


def test_each_worker_sees_a_change_by_itself(cloth):
    """A worker has a memory and a count of its own, and none tells the other."""
    workers = [Watch("gallery_change") for _worker in range(2)]
    before = [one.generation() for one in workers]
    assert [one.generation() for one in workers] == before
    Variant.objects.update(price=475_000)
    assert all(one.generation() != seen for one, seen in zip(workers, before, strict=True))


def test_writers_that_end_in_another_order_are_both_seen(cloth):
    """Control: the newest number of the history stays the same when who began first ends last."""
    other = records.product(cloth.business, name="Syal")

    def newest():
        return Product.pgh_event_model.objects.order_by("-pgh_id").values_list("pgh_id", flat=True).first()

    watch, slow, quick = Watch("gallery_change"), outside(), outside()
    try:
        slow.cursor().execute("UPDATE gallery_product SET name = 'Lambat' WHERE id = %s", [cloth.pk])
        quick.cursor().execute("UPDATE gallery_product SET name = 'Cepat' WHERE id = %s", [other.pk])
        quick.commit()
        between, seen = newest(), watch.generation()
        assert watch.generation() == seen
        slow.commit()
        assert newest() == between
        assert watch.generation() != seen
    finally:
        slow.close()
        quick.close()


def test_no_writer_waits_for_another(cloth):
    """A counter in one row would make everybody wait for the longest transaction."""
    other = records.product(cloth.business, name="Syal")
    slow, quick = outside(), outside()
    try:
        slow.cursor().execute("UPDATE gallery_product SET name = 'Lambat' WHERE id = %s", [cloth.pk])
        cursor = quick.cursor()
        cursor.execute("SET lock_timeout = '200ms'")
        cursor.execute("UPDATE gallery_product SET name = 'Cepat' WHERE id = %s", [other.pk])
        quick.commit()
        slow.commit()
    finally:
        slow.close()
        quick.close()


def test_notes_do_not_pile_up(cloth):
    for price in range(450_000, 450_020):
        Variant.objects.update(price=price)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gallery_change")
        assert cursor.fetchone() == (1,)


def test_nothing_is_kept_of_a_transaction_that_writes(client, cloth):
    with transaction.atomic():
        Variant.objects.update(price=475_000)
        assert CATALOGUE.generation() is None
        assert "Rp475.000" in page(client)
        transaction.set_rollback(True)
    assert "Rp450.000" in page(client)


def test_every_table_that_a_page_reads_notes_its_changes(client, cloth, curator):
    """A table read and not watched would leave pages stale."""
    today = timezone.localdate()
    edition = Edition.objects.create(
        title="Oleh-oleh", title_en="Gifts", introduction=".", introduction_en=".", shown_from=today
    )
    edition.items.create(product=cloth)
    records.photo(cloth, curator)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'gallery_note_change'")
        watched = {table for (table,) in cursor.fetchall()}
    pages = (
        "/galeri/",
        "/galeri/?cari=kaim",
        "/galeri/?kategori=batik&sertifikat=halal&kecamatan=33.74.01",
        f"/galeri/{cloth.reference}/",
        f"/galeri/pilihan/{edition.reference}/",
        "/galeri/peta-situs.xml",
    )
    for address in pages:
        caches["memory"].clear()
        answer, asked = queries(client, address)
        assert answer.status_code == 200
        read = {table for sql in asked for table in re.findall(r'(?:FROM|JOIN) "?([a-z_]+_[a-z_]+)"?', sql)}
        assert {"gallery_product", "accounts_consent"} <= read
        assert read - {"gallery_change"} <= watched, address


def test_a_deep_page_and_another_choice_count_nothing_again(client, cloth, monkeypatch):
    monkeypatch.setattr("gallery.catalogue.PAGE_SIZE", 2)
    for number in range(5):
        records.product(cloth.business, name=f"Syal {number}")
    with CaptureQueriesContext(connection) as first:
        one = find(Wish.of({}), CATALOGUE.generation())
    with CaptureQueriesContext(connection) as deep:
        last = find(Wish.of({"halaman": "3"}), CATALOGUE.generation())
    assert [card.name for card in one.cards + last.cards] == ["Syal 4", "Syal 3", "Syal 0", "Kain batik asem"]
    assert len(deep.captured_queries) == len(first.captured_queries) - 2
    assert not any("OFFSET" in query["sql"] for query in deep.captured_queries)
    assert (one.total, one.facets) == (last.total, last.facets)
