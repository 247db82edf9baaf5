"""Legal bases: what holds on which day, who moves them, what is closed when they end, and their pages, API and back office."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from cluster.models import Cluster
from core.dates import today
from core.models import AuditEntry
from core.optimistic import StaleRecord
from core.workflow import StepError, history, open_steps
from credit.selectors import version_in_force
from facility.models import Centre
from programme.demo.seed import SYNERGY, seed_demo
from programme.enums import LegalBasisStatus
from programme.models import LegalBasis
from programme.selectors import resting_on
from programme.services import legal_bases
from tests.cluster import records as cluster_records
from tests.credit.records import scheme_version
from tests.facility import records as facility_records
from tests.ikm.api_clients import api, assert_problem  # noqa: F401 - a fixture
from tests.programme.records import basis

pytestmark = pytest.mark.django_db
API = "/api/v1/legal-bases/"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
    b"xref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)
COMPLETE = {"number": "7", "year": 2026, "dated_on": date(2026, 1, 5), "in_force_from": date(2026, 2, 1)}


@pytest.fixture
def officer(person):
    return person(Role.PROGRAMME_OFFICER, name="Puji Program")


@pytest.fixture
def proposed(officer):
    return legal_bases.propose_legal_basis(
        actor=officer, kind="perda", about="Sinergi industri kecil dan besar", proposer="Dewan juri Upakarti"
    )


# --- What holds on a day ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "day", "holds"),
    [
        ("proposed", date(2019, 1, 1), False),
        ("drafting", date(2019, 1, 1), False),
        ("in_force", date(2018, 2, 28), False),
        ("in_force", date(2018, 3, 1), True),
        ("in_force", date(2099, 1, 1), True),
        ("revoked", date(2020, 12, 31), True),
        ("revoked", date(2021, 1, 1), False),
    ],
)
def test_a_basis_and_the_table_agree_on_what_holds_on_a_day(status, day, holds):
    made = basis(status)
    assert made.is_in_force(day) is holds
    assert LegalBasis.objects.in_force(day).filter(pk=made.pk).exists() is holds


def test_a_scheme_is_open_while_its_basis_is_in_force_and_closed_by_its_end(person):
    made = scheme_version()
    assert version_in_force() == made
    before = today() - timedelta(days=30)
    legal_bases.revoke_legal_basis(
        made.legal_basis, actor=person(Role.PROGRAMME_OFFICER), note="Dicabut Perda baru"
    )
    assert version_in_force() is None
    assert version_in_force(before) == made
    assert version_in_force(today() - timedelta(days=1)) == made


def test_the_pages_and_the_api_of_credit_are_closed_without_a_basis(client, person):
    made = scheme_version()
    open_page = client.get(reverse("credit_start")).content.decode()
    assert len(client.get("/api/v1/credit/schemes/").json()) == 1
    legal_bases.revoke_legal_basis(made.legal_basis, actor=person(Role.PROGRAMME_OFFICER), note="Berakhir")
    assert client.get(reverse("credit_start")).content.decode() != open_page
    assert client.get(reverse("credit_start")).templates[0].name == "credit/public/closed.html"
    assert client.get("/api/v1/credit/schemes/").json() == []


def test_what_rests_on_a_basis_is_told_before_it_ends():
    made = scheme_version()
    [resting] = resting_on(made.legal_basis)
    assert (resting.count, resting.names) == (1, [str(made)])
    assert resting_on(basis()) == []


def test_what_rests_on_a_basis_stands_on_its_page_and_is_closed_by_its_end(client, sign_in, person, officer):
    """A facility, a cluster and a scheme at once, by the pages, the services and the API."""
    law = basis()
    unit = facility_records.unit(centre=facility_records.centre(name="Sentra Kayu", legal_basis=law))
    sentra = cluster_records.cluster(name="Klaster Kayu", legal_basis=law)
    cluster_records.cluster("draft", name="Klaster Rahasia", legal_basis=law)
    version = scheme_version(legal_basis=law)
    for reader, path in ((client, "legal_basis"), (sign_in(officer), "office_legal_basis")):
        page = reader.get(reverse(path, args=[law.reference])).content.decode()
        for name in ("Sentra Kayu", "Klaster Kayu", str(version)):
            assert name in page, (path, name)
        assert ("Klaster Rahasia" in page) is (path == "office_legal_basis")
    facility = f"/api/v1/facilities/{unit.centre.reference}/"
    path, booked = (
        reverse("facility_unit", args=[unit.reference]),
        reverse("book_unit", args=[unit.reference]),
    )
    assert client.get(facility).json()["is_open"] is True
    assert booked in client.get(path).content.decode()
    legal_bases.revoke_legal_basis(law, actor=officer, note="Dicabut Perda baru")
    assert client.get(facility).json()["is_open"] is False
    assert booked not in client.get(path).content.decode()
    assert not Centre.objects.open_on().exists()
    assert Centre.objects.open_on(today() - timedelta(days=1)).get() == unit.centre
    assert not Cluster.objects.open().filter(pk=sentra.pk).exists()
    assert version_in_force() is None
    with pytest.raises(IntegrityError, match="facility_booking_centre_is_open"), transaction.atomic():
        facility_records.booking(unit, by=officer)


# --- Steps ------------------------------------------------------------------------------------------------------------


def test_every_step_from_every_status_moves_or_refuses(person):
    first, second = person(Role.PROGRAMME_OFFICER), person(Role.PROGRAMME_OFFICER)
    services = {
        "draft": legal_bases.draft_legal_basis,
        "enforce": legal_bases.enforce_legal_basis,
        "revoke": legal_bases.revoke_legal_basis,
    }
    assert set(services) == set(LegalBasis.STEPS)
    for name, step in LegalBasis.STEPS.items():
        for status in LegalBasisStatus:
            made = basis(status)
            LegalBasis.objects.filter(pk=made.pk).update(
                number=f"{name} {status}", year=2018, dated_on="2018-03-01", in_force_from="2018-03-01"
            )
            made.refresh_from_db()
            if status in step.sources:
                assert services[name](made, actor=first, note="Sebab").status == step.target
                assert history(made).last().actor == first
            else:
                with pytest.raises(StepError):
                    services[name](made, actor=second, note="Sebab")
                made.refresh_from_db()
                assert made.status == status


def test_who_recorded_a_proposal_does_not_declare_it_in_force(proposed, officer, person, administrator):
    legal_bases.draft_legal_basis(proposed, actor=officer)
    legal_bases.change_legal_basis(proposed, actor=officer, **COMPLETE)
    with pytest.raises(PermissionDenied):
        legal_bases.enforce_legal_basis(proposed, actor=officer)
    assert legal_bases.enforce_legal_basis(proposed, actor=administrator).is_in_force(date(2026, 2, 1))


def test_nothing_is_in_force_without_number_and_dates(proposed, officer, administrator):
    legal_bases.draft_legal_basis(proposed, actor=officer)
    with pytest.raises(ValidationError, match="Isi nomor, tahun"):
        legal_bases.enforce_legal_basis(proposed, actor=administrator)
    proposed.refresh_from_db()
    assert proposed.status == "drafting"
    with (
        pytest.raises(IntegrityError, match="programme_legalbasis_in_force_is_complete"),
        transaction.atomic(),
    ):
        LegalBasis.objects.filter(pk=proposed.pk).update(status="in_force")


def test_what_a_new_basis_revokes_ends_on_the_day_before(proposed, officer, administrator):
    old, ended = basis(), basis("revoked")
    legal_bases.change_legal_basis(proposed, actor=officer, revokes=[old, ended], amends=[old], **COMPLETE)
    legal_bases.draft_legal_basis(proposed, actor=officer)
    legal_bases.enforce_legal_basis(proposed, actor=administrator)
    old.refresh_from_db()
    assert (old.status, old.in_force_until) == ("revoked", date(2026, 1, 31))
    assert old.is_in_force(date(2026, 1, 31))
    assert not old.is_in_force(date(2026, 2, 1))
    ended.refresh_from_db()
    assert ended.in_force_until == date(2020, 12, 31)
    with pytest.raises(ValidationError, match="tetap"):
        legal_bases.change_legal_basis(proposed, actor=officer, revokes=[])


def test_only_what_was_in_force_can_be_amended_or_revoked(proposed, officer):
    draft = basis("drafting")
    for target in (draft, proposed):
        with pytest.raises(ValidationError, match="pernah berlaku"):
            legal_bases.change_legal_basis(proposed, actor=officer, amends=[target])


def test_a_revocation_needs_a_reason_and_never_lengthens_a_basis(officer):
    made = basis(in_force_until=date(2021, 6, 30))
    with pytest.raises(ValidationError):
        legal_bases.revoke_legal_basis(made, actor=officer, note=" ")
    assert legal_bases.revoke_legal_basis(
        made, actor=officer, note="Berakhir", last_day=date(2022, 1, 1)
    ).in_force_until == date(2021, 6, 30)
    with pytest.raises(ValidationError, match="sesudah tanggal mulai"):
        legal_bases.revoke_legal_basis(basis(), actor=officer, note="Keliru", last_day=date(2017, 1, 1))


def test_a_proposal_keeps_its_answer_and_its_progress(proposed, officer, stranger):
    changed = legal_bases.change_legal_basis(
        proposed, actor=officer, answer="Dinas membina pelaku usaha.", answered_on=date(2017, 7, 12)
    )
    assert changed.status == "proposed"
    legal_bases.note_progress(proposed, actor=officer, text="Rapat dengan bagian hukum")
    assert [row.text for row in proposed.progress.all()] == ["Rapat dengan bagian hukum"]
    with pytest.raises(ValidationError, match="tanggal jawaban"):
        legal_bases.change_legal_basis(proposed, actor=officer, answer="Ya", answered_on=None)
    with pytest.raises(PermissionDenied):
        legal_bases.note_progress(proposed, actor=stranger, text="x")
    with pytest.raises(PermissionDenied):
        legal_bases.change_legal_basis(proposed, actor=stranger, about="x")
    with pytest.raises(PermissionDenied):
        legal_bases.propose_legal_basis(actor=stranger, kind="sk", about="x")


def test_a_stale_change_is_refused_and_an_empty_one_writes_nothing(proposed, officer):
    legal_bases.change_legal_basis(proposed, actor=officer, version=1, about="Sinergi")
    with pytest.raises(StaleRecord):
        legal_bases.change_legal_basis(proposed, actor=officer, version=1, about="Lain")
    lines = AuditEntry.objects.filter(action="programme.change_legalbasis")
    before = lines.count()
    legal_bases.change_legal_basis(proposed, actor=officer, about="Sinergi")
    assert lines.count() == before == 1


# --- Pages ------------------------------------------------------------------------------------------------------------


def text_of(made, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return legal_bases.attach_text(made, SimpleUploadedFile("sk.pdf", PDF, "application/pdf"), actor=officer)


def test_the_list_finds_by_words_kind_and_day(client):
    decree, old = basis(about="Penetapan sentra mebel"), basis("revoked", about="Klaster lama")
    secret = basis("drafting", about="Rancangan rahasia")
    page = client.get(reverse("legal_bases")).content.decode()
    assert decree.about in page
    assert old.about in page
    assert secret.about not in page
    path = reverse("legal_bases")
    assert old.about not in client.get(path, {"berlaku": "2022-01-01"}).content.decode()
    assert old.about in client.get(path, {"berlaku": "2019-01-01"}).content.decode()
    assert old.about not in client.get(path, {"cari": "mebel"}).content.decode()
    assert decree.about in client.get(path, {"cari": "mebel 2018"}).content.decode()
    assert "Tidak ada dasar hukum seperti itu" in client.get(path, {"jenis": "mou"}).content.decode()
    assert client.get(path, {"jenis": "apa"}).status_code == 400


def test_the_list_takes_the_same_queries_however_long(client, django_assert_max_num_queries):
    for _ in range(12):
        basis()
    with django_assert_max_num_queries(3):
        client.get(reverse("legal_bases"))


def test_everybody_reads_the_text_of_law_and_nobody_that_of_a_draft(
    client, officer, proposed, settings, tmp_path
):
    decree, old = basis(), basis("revoked")
    decree.revokes.add(old)
    shown = text_of(decree, officer, settings, tmp_path)
    page = client.get(reverse("legal_basis", args=[decree.reference])).content.decode()
    assert shown.sha256 in page
    assert str(old) in page
    assert str(decree) in client.get(reverse("legal_basis", args=[old.reference])).content.decode()
    assert b"".join(client.get(reverse("attachment", args=[shown.reference])).streaming_content) == PDF
    hidden = text_of(proposed, officer, settings, tmp_path)
    assert client.get(reverse("attachment", args=[hidden.reference])).status_code == 404
    assert client.get(reverse("legal_basis", args=[proposed.reference])).status_code == 404
    assert client.get(reverse("legal_basis", args=[decree.reference.lower()])).status_code == 301
    assert client.get("/dasar-hukum/DHK-1/").status_code == 404


def test_only_a_pdf_is_a_text(proposed, officer):
    with pytest.raises(ValidationError):
        legal_bases.attach_text(proposed, SimpleUploadedFile("a.txt", b"halo"), actor=officer)


def test_an_official_works_from_proposal_to_revocation(sign_in, officer, administrator, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    browser = sign_in(officer)
    assert browser.post(reverse("propose_legal_basis"), {"kind": "perda"}).status_code == 400
    browser.post(
        reverse("propose_legal_basis"),
        {"kind": "perda", "about": "Sinergi", "proposer": "Dewan juri", "proposed_on": "12-7-2017"},
    )
    made = LegalBasis.objects.get()
    path = reverse("office_legal_basis", args=[made.reference])
    assert (
        made.reference in browser.get(reverse("office_legal_bases"), {"status": "proposed"}).content.decode()
    )
    assert "Tidak ada dasar hukum di sini" in (
        browser.get(reverse("office_legal_bases"), {"status": "revoked"}).content.decode()
    )
    browser.post(path, {"action": "draft", "draft-note": "Mulai"})
    browser.post(path, {"action": "progress", "progress-text": "Naskah akademik"})
    assert browser.post(path, {"action": "progress", "progress-text": ""}).status_code == 400
    assert browser.post(path, {"action": "text"}).status_code == 400
    browser.post(path, {"action": "text", "text-file": SimpleUploadedFile("a.pdf", PDF, "application/pdf")})
    page = browser.get(path).content.decode()
    assert "Naskah akademik" in page
    assert "a.pdf" in page
    assert "Nyatakan berlaku" not in page
    data = {
        "action": "save",
        "save-version": LegalBasis.objects.get().version,
        "save-kind": "perda",
        "save-about": "Sinergi industri",
        "save-number": "4",
        "save-year": "2026",
        "save-dated_on": "5-1-2026",
        "save-in_force_from": "1-2-2026",
        "save-proposer": "Dewan juri",
        "save-proposed_on": "12-7-2017",
    }
    assert browser.post(path, data).status_code == 302
    assert browser.post(path, data).status_code == 400  # stale
    browser = sign_in(administrator)
    browser.post(path, {"action": "enforce"})
    made.refresh_from_db()
    assert (made.status, made.about, made.proposed_on) == ("in_force", "Sinergi industri", date(2017, 7, 12))
    assert browser.post(path, {"action": "revoke", "revoke-note": ""}).status_code == 400
    assert browser.post(path, {"action": "revoke", "revoke-note": "Diganti"}).status_code == 302
    made.refresh_from_db()
    assert made.status == "revoked"


def test_who_may_only_read_gets_no_forms(sign_in, person, auditor):
    made = basis()
    page = sign_in(auditor).get(reverse("office_legal_basis", args=[made.reference])).content.decode()
    assert made.about in page
    assert "<form" not in page[page.index("<h1>") :].split("</main>")[0]
    assert sign_in(auditor).get(reverse("propose_legal_basis")).status_code == 403
    assert sign_in(person(Role.GALLERY_CURATOR)).get(reverse("office_legal_bases")).status_code == 403


# --- API --------------------------------------------------------------------------------------------------------------


def send(client, path, body, method="post", **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


def test_the_api_shows_law_to_everybody_and_drafts_to_officials(api, officer, proposed):  # noqa: F811
    decree, old = basis(), basis("revoked")
    decree.revokes.add(old)
    rows = api().get(API).json()["results"]
    assert [row["reference"] for row in rows] == [decree.reference, old.reference]
    assert rows[0]["revokes"] == [old.reference]
    assert [row["is_in_force"] for row in rows] == [True, False]
    assert api().get(f"{API}{proposed.reference}/").status_code == 404
    shown = api(officer).get(f"{API}{proposed.reference}/").json()
    assert shown["proposer"] == "Dewan juri Upakarti"
    assert [step["name"] for step in shown["steps"]] == ["draft"]
    assert "proposer" not in api().get(f"{API}{decree.reference}/").json()
    found = api().get(API, {"in_force_on": "2022-01-01", "kind": "sk"}).json()["results"]
    assert [row["reference"] for row in found] == [decree.reference]
    assert_problem(api().get(API, {"in_force_on": "2022-13-01"}), 400)
    assert_problem(api().get(API, {"apa": "1"}), 400)


def test_the_api_writes_by_role(api, officer, administrator, owner_user):  # noqa: F811
    body = {"kind": "perwal", "about": "Sentra"}
    assert_problem(send(api(), API, body), 401)
    assert_problem(send(api(owner_user), API, body), 403)
    assert_problem(send(api(officer), API, body | {"status": "in_force"}), 400, "unknown")
    made = send(api(officer), API, body)
    assert made.status_code == 201
    path = made["Location"]
    assert_problem(send(api(officer), path, {"number": "9"}, "patch"), 428)
    changed = send(
        api(officer), path, {name: str(value) for name, value in COMPLETE.items()}, "patch",
        **{"If-Match": made["ETag"]},
    )  # fmt: skip
    assert changed.status_code == 200, changed.content
    assert_problem(send(api(officer), path, {"number": "8"}, "patch", **{"If-Match": made["ETag"]}), 412)
    assert send(api(officer), f"{path}steps/draft/", {}).json()["status"] == "drafting"
    assert_problem(send(api(officer), f"{path}steps/enforce/", {}), 403)
    assert_problem(send(api(officer), f"{path}steps/enforce/", {"last_day": "2026-01-01"}), 400)
    assert send(api(administrator), f"{path}steps/enforce/", {}).json()["is_in_force"]
    assert_problem(send(api(officer), f"{path}steps/draft/", {}), 409)
    assert_problem(send(api(officer), f"{path}steps/revoke/", {}), 400)
    ended = send(
        api(officer), f"{path}steps/revoke/", {"note": "Diganti", "last_day": "2026-06-30"},
        **{"If-Match": "*"},
    )  # fmt: skip
    assert ended.json()["in_force_until"] == "2026-06-30"
    assert send(api(officer), f"{path}steps/undo/", {}).status_code == 404


def test_the_api_takes_the_same_queries_however_long(api, django_assert_max_num_queries):  # noqa: F811
    for _ in range(10):
        basis()
    caller = api()
    with django_assert_max_num_queries(6):
        assert len(caller.get(API).json()["results"]) == 10


# --- Back office, demo ------------------------------------------------------------------------------------------------


def test_the_back_office_proposes_and_takes_steps_by_the_services(sign_in, officer, administrator):
    browser = sign_in(officer)
    page = reverse("admin:programme_legalbasis_add")
    data = {"kind": "perwal", "about": "Kredit Wibawa", "status": "in_force", "number": "", "signer": ""}
    data |= {f"progress-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert browser.post(page, data).status_code == 302
    made = LegalBasis.objects.get()
    assert made.status == "proposed"
    assert history(made).get().step == "propose"
    step = reverse("admin:programme_legalbasis_step", args=[made.pk, "draft"])
    browser.post(step, {"note": ""})
    made.refresh_from_db()
    assert made.status == "drafting"
    assert "enforce" not in open_steps(made, officer)
    browser = sign_in(administrator)
    answer = browser.post(
        reverse("admin:programme_legalbasis_step", args=[made.pk, "enforce"]), {}, follow=True
    )
    assert "Isi nomor, tahun, tanggal penetapan" in answer.content.decode()


def test_the_demo_has_law_in_force_and_the_jurys_proposal(db):
    from ikm.demo import people

    people.make_people()
    assert seed_demo() == LegalBasis.objects.count() == 5
    assert seed_demo() == 0
    proposal = LegalBasis.objects.get(about=SYNERGY)
    assert (proposal.proposer, proposal.status) == ("Dewan juri Upakarti", "drafting")
    assert proposal.progress.count() == 3
    for made in LegalBasis.objects.all():
        lines = list(history(made))
        assert lines[-1].to_status == made.status
        for line in lines[1:]:
            step = LegalBasis.STEPS[line.step]
            assert line.from_status in step.sources
            assert line.actor.has_perm(step.permission)
    with time_machine.travel("2017-12-31"):
        assert LegalBasis.objects.in_force().count() == 3
