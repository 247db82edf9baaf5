"""Credit from the office's desk to the bank's money, and what a borrower reads of a loan, in a real Chromium."""

import json
import re
import subprocess
import sys

import pytest

from tests.browser import credit_stage
from tests.browser.conftest import DESK, PHONE, ROOT
from tests.ikm.entries import picture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage(portal, portal_environment):
    """`stage("make()")`: what a function of the stage prints, written into the portal's database."""

    def play(call):
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c",
             f"from tests.browser import credit_stage; credit_stage.{call}"],
            cwd=ROOT, env=portal_environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])

    return play


@pytest.fixture(scope="module")
def made(stage):
    return stage("make()")


def look(one, name):
    assert one.violations() == []
    assert one.overflow() <= 0
    one.shot(f"{name}-{one.page.viewport_size['width']}")


def at_desk(visitor, email, password, viewport=DESK):
    one = visitor(viewport=viewport)
    one.sign_in(email, password)
    return one


def decide(one, decision):
    """Press the button of a decision; the status of the answer."""
    with one.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        one.page.click(f"[name=decision][value={decision}]")
    one.page.wait_for_load_state("networkidle")
    return answer.value.status


def test_officials_carry_an_application_to_the_money(visitor, stage, made, demo, tmp_path):
    page = f"/kerja/kredit/permohonan/{made['application']}/"
    mine = f"/kredit/permohonan/{made['application']}/"
    photo = tmp_path / "ktp.jpg"
    photo.write_bytes(picture(size=(600, 400)).read())

    # The credit officer asks for a better photo, once.
    officer = at_desk(visitor, "kredit@demo.example", demo.PASSWORD)
    officer.open(page)
    look(officer, "credit-office-submitted")
    ask = officer.page.locator(".part:has([name=ask_ktp]) details")
    ask.locator("summary").click()
    officer.page.fill("[name=ask_ktp]", "Foto KTP buram, kirim yang terang.")
    assert decide(officer, "ask_correction") == 302
    officer.open(page)
    assert "Perlu perbaikan" in officer.text()

    applicant = at_desk(visitor, credit_stage.APPLICANT, credit_stage.PASSWORD, PHONE)
    applicant.open(mine)
    assert "Foto KTP buram, kirim yang terang." in applicant.text()
    look(applicant, "credit-corrections")
    applicant.press("KTP pemilik")
    applicant.page.set_input_files("[name=ktp-file]", photo)
    applicant.page.locator("form:has([name=ktp-file]) button").click()
    applicant.page.wait_for_load_state("networkidle")
    applicant.press("Selesai")
    applicant.press("Periksa dan kirim lagi")
    applicant.page.locator("main form button.button").click()
    applicant.page.wait_for_load_state("networkidle")

    # A visit is planned among those of others, and carried out on its day.
    officer.open(page)
    officer.press("Susun rencana kunjungan")
    officer.page.fill("[name=sehari]", "12")
    officer.press("Susun rute")
    chosen = f"pilih-{made['business']}"
    assert officer.page.locator(f"[name={chosen}]").count() == 1
    officer.page.locator(f"[name^=pilih-]:not([name={chosen}])").evaluate_all(
        "boxes => boxes.forEach(box => { box.checked = false })"
    )
    officer.page.click("[name=action][value=save]")
    officer.page.wait_for_load_state("networkidle")
    officer.open(page)
    assert "Kunjungan dijadwalkan" in officer.text()

    visit = stage(f"the_day_of_the_visit_comes({made['business']!r})")["visit"]
    verifier = at_desk(visitor, "verifikator@demo.example", demo.PASSWORD, PHONE)
    verifier.open(f"/kerja/kunjungan/{visit}/")
    verifier.page.check("[name=is_operating][value=ya]")
    verifier.page.fill("[name=result_note]", "Oven berjalan, tiga pekerja.")
    verifier.press("Selesai")
    verifier.open(page)
    look(verifier, "credit-office-visited")
    verifier.page.fill("[name=monthly_turnover]", "9jt")
    verifier.page.fill("[name=monthly_cost]", "6jt")
    assert decide(verifier, "verify") == 302

    # Two officers decide at once: the second sees it, and what was written is not lost.
    second = at_desk(visitor, credit_stage.OFFICER, credit_stage.PASSWORD)
    second.open(page)
    second.page.locator("summary:has-text('Tolak permohonan')").click()
    second.page.select_option("[name=reason]", index=1)
    second.page.fill("[name=refusal_note]", "Omzet hanya ramai saat Lebaran.")
    officer.open(page)
    look(officer, "credit-office-verified")
    assert decide(officer, "recommend") == 302
    assert decide(second, "decline") == 409
    second.complaints = [line for line in second.complaints if "409 (Conflict)" not in line]
    assert "Direkomendasikan" in second.text()
    assert "Omzet hanya ramai saat Lebaran." in second.text()
    look(second, "credit-office-conflict")

    # Another person forwards; who recommended is told that another one records the bank's answer.
    approver = at_desk(visitor, "penyetuju@demo.example", demo.PASSWORD)
    approver.open(page)
    look(approver, "credit-office-recommended")
    assert decide(approver, "forward") == 302
    approver.open(page)
    assert "Surat Rekomendasi Kredit" in approver.text()
    officer.open(page)
    assert "dilakukan orang lain" in officer.text()

    second.open(page)
    look(second, "credit-office-forwarded")
    assert decide(second, "start_review") == 302
    second.open(page)
    second.page.fill("[name=note]", "Surat bank 12/XI, hari ini")
    assert decide(second, "approve") == 302

    # The contract leads to the page where the money is recorded.
    second.open(page)
    look(second, "credit-office-approved")
    assert decide(second, "sign") == 400
    second.complaints = [line for line in second.complaints if "400 (Bad Request)" not in line]
    assert "Isi nomor akad" in second.text()
    second.page.fill("[name=contract_number]", "PK/PANGGUNG/2")
    second.page.fill("[name=account_number]", "5301-999-002")
    assert decide(second, "sign") == 302
    assert "/kerja/kredit/pinjaman/PJM-" in second.page.url
    assert "Akad, belum cair" in second.text()
    look(second, "credit-office-signed")
    second.page.locator("form:has([value=disburse]) button").click()
    second.page.wait_for_load_state("networkidle")
    assert "Berjalan" in second.text()
    assert "Catat pencairan" not in second.text()
    look(second, "credit-office-disbursed")

    applicant.open(mine)
    applicant.press("Lihat pinjaman Anda")
    assert "Rp4.000.000" in applicant.text()
    applicant.open("/kredit/permohonan/baru/")
    assert "Ajukan lagi setelah pinjaman itu lunas." in applicant.text()
    look(applicant, "credit-start-refused")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_a_borrower_reads_the_loan_and_takes_the_payoff_letter_on_a_phone(visitor, made, javascript):
    one = visitor(viewport=PHONE, javascript=javascript)
    one.sign_in(credit_stage.BORROWER, credit_stage.PASSWORD)
    one.open("/kredit/permohonan/")
    one.press("Lihat")
    one.press("Lihat pinjaman Anda")
    assert made["loan"] in one.page.url
    said = dict(zip(one.page.locator("dl.summary dt").all_inner_texts(),
                    one.page.locator("dl.summary dd").all_inner_texts(), strict=True))  # fmt: skip
    assert said["Sudah dibayar"] == "Rp927.000"
    assert said["Sisa pokok"] == "Rp2.700.000"
    assert said["Angsuran berikutnya"].split("\n") == ["Rp309.000", made["next_on"]]
    assert said["Dibayar Pemerintah Kota untuk Anda"].startswith(made["subsidy"])
    if javascript:
        look(one, "credit-loan")
    assert one.overflow() <= 0

    one.page.fill("[name=tanggal]", made["later"])
    one.press("Hitung")
    assert made["quote"] in one.text()
    one.press("Buat surat penawaran pelunasan")
    number = re.search(r"Surat (\S+) sudah terbit", one.page.inner_text("body"))[1]
    link = one.page.locator("main li a", has_text=number)
    letter = one.context.request.get(link.get_attribute("href"))
    assert letter.ok
    assert letter.body().startswith(b"%PDF")
    token = re.search(r"/surat/([\w-]{20,})/", link.get_attribute("href"))[1]
    anybody = visitor(viewport=PHONE, javascript=javascript)
    anybody.open(f"/verifikasi/{token}/")
    assert "asli dan berlaku" in anybody.text()
