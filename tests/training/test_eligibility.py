from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from core.dates import today
from tests.cluster import records as cluster_records
from tests.training import records
from tests.training.enrolling import registered
from training.eligibility import Asked, Candidate, Finding, Terms, check, failures
from training.selectors import findings_for

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
OPEN = {
    "opens_at": datetime(2026, 11, 20, tzinfo=UTC),
    "closes_at": datetime(2026, 12, 5, tzinfo=UTC),
}
FITS = Candidate(is_registered=True, kbli=("10710", "46331"))


def told(terms, candidate=FITS, now=NOW):
    return failures(check(terms, candidate, now))


def test_who_fulfils_every_condition_has_findings_that_all_hold():
    asked = (Asked("dasar", "Kemasan dasar"),)
    terms = Terms(**OPEN, kbli_prefixes=("107",), asked=asked)
    candidate = Candidate(is_registered=True, kbli=("10710",), passed=frozenset({"dasar"}))
    found = check(terms, candidate, NOW)
    assert [one.code for one in found] == ["window", "registered", "kbli", "prerequisite", "not_had"]
    assert all(one.passed for one in found)
    assert failures(found) == []


@pytest.mark.parametrize(
    ("terms", "candidate", "sentence"),
    [
        (
            Terms(**OPEN),
            Candidate(is_registered=False),
            "Usaha belum terdaftar sebagai IKM. Lengkapi dan kirim",
        ),
        (Terms(**OPEN, kbli_prefixes=("13", "14")), FITS, "hanya untuk KBLI berawalan 13, 14. Bila bidang"),
        (
            Terms(**OPEN, clusters=(("KLS-1", "Sentra Roti"), ("KLS-2", "Sentra Kue"))),
            Candidate(is_registered=True, clusters=frozenset({"KLS-3"})),
            "hanya untuk anggota Sentra Roti, Sentra Kue. Ajukan usaha Anda sebagai anggota",
        ),
        (
            Terms(**OPEN, asked=(Asked("d", "Kemasan dasar", next_on=date(2027, 1, 12)),)),
            FITS,
            "Belum lulus “Kemasan dasar”. Ikuti dahulu angkatan yang mulai 12 Januari 2027.",
        ),
        (
            Terms(**OPEN, asked=(Asked("d", "Kemasan dasar"),)),
            FITS,
            "Ikuti pelatihan itu dahulu; angkatan berikutnya belum diumumkan.",
        ),
        (
            Terms(**OPEN),
            Candidate(is_registered=True, had_on=date(2025, 3, 4)),
            "Sudah lulus pelatihan ini pada 4 Maret 2025. Pilih pelatihan lain.",
        ),
        (
            Terms(**OPEN),
            Candidate(is_registered=True, seat_in="Angkatan II"),
            "Sudah mendapat kursi pada Angkatan II. Batalkan kursi itu dahulu",
        ),
    ],
)
def test_each_condition_says_why_and_what_would_pass(terms, candidate, sentence):
    assert len(told(terms, candidate)) == 1
    assert sentence in told(terms, candidate)[0]


def test_a_member_of_one_of_the_clusters_may_come():
    terms = Terms(**OPEN, clusters=(("KLS-1", "Sentra Roti"), ("KLS-2", "Sentra Kue")))
    found = check(terms, Candidate(is_registered=True, clusters=frozenset({"KLS-2"})), NOW)
    assert [one.code for one in found] == ["window", "registered", "cluster", "not_had"]
    assert failures(found) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("since", "until", "refused"),
    [(-9, None, False), (-9, -1, True), (1, None, True), (None, None, True)],
    ids=["member", "left", "later", "never"],
)
def test_membership_today_in_the_course_s_cluster_counts(since, until, refused):
    run, shop = records.run(), registered()
    meant, other = cluster_records.cluster(), cluster_records.cluster()
    run.course.clusters.add(meant)
    cluster_records.member(other, shop)
    if since is not None:
        day = today()
        ends = until and day + timedelta(days=until)
        cluster_records.member(meant, shop, since=day + timedelta(days=since), until=ends)
    [findings] = findings_for(run, shop, [records.participant(business=shop)])
    assert any(meant.name in told for told in failures(findings)) is refused


def test_a_course_open_to_all_asks_nothing_of_the_business():
    terms = Terms(**OPEN, needs_registered=False, once_only=False)
    assert told(terms, Candidate(is_registered=False, had_on=date(2025, 3, 4))) == []


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (OPEN["opens_at"], True),
        (datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 4, 23, 59, 59, tzinfo=UTC), True),
        (OPEN["closes_at"], False),
    ],
)
def test_registration_is_open_from_its_first_second_to_before_its_last(now, holds):
    assert check(Terms(**OPEN), FITS, now)[0].passed is holds


def test_a_closed_window_names_the_next_day_it_opens():
    early = told(Terms(**OPEN), now=datetime(2026, 11, 1, tzinfo=UTC))
    assert "Mendaftarlah mulai 20 November 2026 pukul 07.00 WIB." in early[0]
    later = Terms(**OPEN, next_opens_at=datetime(2027, 2, 1, 2, 0, tzinfo=UTC))
    assert "dibuka 1 Februari 2027 pukul 09.00 WIB" in told(later, now=datetime(2026, 12, 6, tzinfo=UTC))[0]
    assert "Tunggu pengumuman" in told(Terms(**OPEN), now=datetime(2026, 12, 6, tzinfo=UTC))[0]
    assert "Tunggu pengumuman" in told(Terms(**OPEN, is_announced=False))[0]


def test_a_kept_finding_is_read_in_the_language_of_the_reader():
    kept = Finding(
        "prerequisite", False, {"title": "Kemasan dasar", "title_en": "Packaging basics"}
    ).as_json()
    assert "Kemasan dasar" in Finding.from_json(kept).reason
    with translation.override("en"):
        assert "Packaging basics" in Finding.from_json(kept).reason
