"""The public pages of training: what is coming, what a run says about itself, and what it keeps to itself."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.dates import today
from tests.cluster import records as cluster_records
from tests.training import records
from tests.training.enrolling import registered
from tests.training.records import span
from training.eligibility import failures
from training.selectors import findings_for

pytestmark = pytest.mark.django_db

LIST = "/pelatihan/"


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def coming(**fields):
    starts = today() + timedelta(days=14)
    return records.run(**{"starts_on": starts, "ends_on": starts + timedelta(days=3)} | fields)


def test_the_list_shows_what_is_coming_with_the_seats_left(client, owner_user):
    announced = coming(quota=3, course=records.course(title="Kemasan roti"))
    records.enrolment(announced, by=owner_user)
    coming(status="draft", course=records.course(title="Masih rahasia"))
    over = today() - timedelta(days=30)
    records.run(starts_on=over, ends_on=over, course=records.course(title="Sudah lewat"))
    page = text(client, LIST)
    assert "Kemasan roti" in page
    assert "2 kursi tersisa" in page
    assert "Masih rahasia" not in page
    assert "Sudah lewat" not in page


def test_the_list_narrows_by_topic_and_month(client):
    here = coming(course=records.course(title="Bentuk kursi", topic="design"))
    coming(course=records.course(title="Halal cepat", topic="certification"))
    assert "Halal cepat" not in text(client, LIST, bidang="design")
    page = text(client, LIST, bulan=f"{here.starts_on:%Y-%m}")
    assert "Bentuk kursi" in page
    assert "Halal cepat" in page
    assert client.get(LIST, {"bidang": "apa saja"}).status_code == 400


def test_the_list_takes_the_same_few_queries_however_long(client, django_assert_max_num_queries):
    for _ in range(15):
        coming()
    with django_assert_max_num_queries(3):
        client.get(LIST)


def test_a_run_says_who_may_join_when_where_and_how_seats_are_given(client):
    first = records.course(title="Dasar kemasan")
    taught = records.course(title="Kemasan lanjut", kbli_prefixes=["10"])
    taught.prerequisites.add(first)
    taught.clusters.add(cluster_records.cluster(name="Sentra Kemasan"))
    run = coming(course=taught, admission="selection")
    place = records.venue(name="Balai Pelatihan", latitude="-6.98", longitude="110.41")
    records.session(span(run.starts_on, "09:00", "11:30"), run=run, room=records.room(venue=place))
    page = text(client, reverse("training_run", args=[run.reference]))
    for words in (
        "Dasar kemasan",
        "Sentra Kemasan",
        "09.00–11.30 WIB",
        "Balai Pelatihan",
        "openstreetmap.org",
        "undian berbobot",
    ):
        assert words in page


def test_a_cluster_that_is_still_a_draft_is_named_nowhere(client, owner_user):
    run = records.run(course=records.course(code="rahasia"))
    shown, hidden = cluster_records.cluster(), cluster_records.cluster("draft", name="Sentra Rahasia")
    run.course.clusters.add(shown, hidden)
    shop = registered(owner_user)

    def told():
        [findings] = findings_for(run, shop, [records.participant(business=shop)])
        return [
            client.get(reverse("training_run", args=[run.reference])).content.decode(),
            client.get("/api/v1/training/courses/rahasia/").content.decode(),
            " ".join(failures(findings)),
        ]

    page, answer, why = told()
    assert (shown.name in page, shown.reference in answer, shown.name in why) == (True, True, True)
    for text in (page, answer, why):
        assert hidden.name not in text
        assert hidden.reference not in text
    run.course.clusters.remove(shown)
    page, answer, why = told()
    assert "Usaha anggota klaster yang belum diumumkan" in page
    assert "klaster yang belum diumumkan" in why, "it stays closed to others all the same"
    assert not any(
        secret in text for text in (page, answer, why) for secret in (hidden.name, hidden.reference)
    )


def test_a_draft_is_found_by_officials_of_training_alone(client, sign_in, trainer_officer, owner_user):
    path = reverse("training_run", args=[coming(status="draft").reference])
    assert client.get(path).status_code == 404
    assert sign_in(owner_user).get(path).status_code == 404
    assert sign_in(trainer_officer).get(path).status_code == 200


def test_a_number_read_over_the_phone_leads_to_the_run(client):
    run = coming()
    answer = client.get(f"/pelatihan/{run.reference.lower()}/")
    assert answer.status_code == 301
    assert answer["Location"] == reverse("training_run", args=[run.reference])
    assert client.get("/pelatihan/PLT-1/").status_code == 404


def test_the_office_sees_what_waits(sign_in, trainer_officer, registrar):
    empty = coming(status="draft", course=records.course(title="Tanpa jadwal"))
    ready = coming(status="draft")
    records.session(span(ready.starts_on, "09:00", "11:00"), run=ready)
    page = text(sign_in(trainer_officer), "/kerja/pelatihan/")
    assert "Susun jadwal pertemuan." in page
    assert "Umumkan angkatan ini." in page
    assert empty.reference in page
    assert "Tidak ada angkatan" in text(sign_in(trainer_officer), "/kerja/pelatihan/", status="completed")
    assert sign_in(registrar).get("/kerja/pelatihan/").status_code == 403
