"""Two hundred people use the portal for five minutes, on the two cores on which it runs itself."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.drills.conftest import ROOT, say

pytestmark = pytest.mark.drill

USERS, SECONDS = 200, int(os.environ.get("DRILL_SECONDS", "300"))
PASSWORD = "kata-sandi-panjang-1"
SLOWEST, WARM_UP = 0.5, 60
GROWTH = 1.10

#: Owners who speak for a business of the demo city, officials of the queue, and what is there to be looked at.
CAST = f"""
import json
from django.contrib.auth.hashers import make_password
from accounts.models import ApiToken, Partner, User
from accounts.services import grant_role
from ikm.models import Business, Representative
secret = make_password({PASSWORD!r})
owners, references = [], list(Business.objects.published().order_by("pk").values_list("reference", flat=True)[:400])
registered = Business.objects.filter(status="registered").order_by("-pk")[:40]
for number, business in enumerate(registered):
    user = User.objects.create_user(email=f"pemuat{{number}}@contoh.id", name="Pemilik", password=None)
    grant_role(user, "entrepreneur")
    Representative.objects.create(user=user, business=business, kind="owner", status="approved")
    owners.append([user.email, business.reference])
officials = []
for number in range(30):
    user = User.objects.create_user(email=f"petugas{{number}}@contoh.id", name="Petugas", password=None)
    grant_role(user, "verifier" if number % 2 else "registrar")
    officials.append(user.email)
User.objects.filter(email__in=officials + [email for email, _ in owners]).update(password=secret)
tokens = []
for number in range(10):
    user = User.objects.create_user(email=f"mitra{{number}}@contoh.id", name="Mitra", password=None)
    grant_role(user, "partner")
    Partner.objects.create(name=f"Mitra {{number}}", kind="office", user=user)
    tokens.append(ApiToken.issue(user, label="drill")[1])
waiting = list(Business.objects.filter(status="submitted").values_list("reference", flat=True))
print(json.dumps(dict(owners=owners, officials=officials, tokens=tokens, references=references, waiting=waiting)))
"""


def plans(cast):
    """What each of the users does: pages by name, addresses and weight."""
    words = [
        "batik",
        "bandeng",
        "mebel kayu",
        "roti",
        "kerupuk",
        "konveksi",
        "tahu",
        "sablon kaos",
        "tempe",
        "logam",
    ]
    areas = [f"33.74.{number:02d}" for number in range(1, 17)]
    visitor = {
        "pages": [
            ("home", ["/"], 20),
            ("directory", ["/direktori/"], 15),
            ("directory, words", [f"/direktori/?cari={word.replace(' ', '+')}" for word in words], 25),
            ("directory, filter", [f"/direktori/?kecamatan={area}" for area in areas], 10),
            ("business", [f"/direktori/{reference}/" for reference in cast["references"]], 20),
            ("statistics", ["/statistik/", "/statistik/?as_of=2017-06-14"], 5),
            ("track", ["/lacak/"], 3),
            ("privacy", ["/data-pribadi/"], 2),
        ]
    }
    owners = [
        {
            "account": (email, PASSWORD),
            "pages": [
                ("my businesses", ["/usaha/"], 30),
                ("my business", [f"/usaha/{reference}/"], 30),
                ("my figures", [f"/usaha/{reference}/angka/"], 15),
                ("my letters", [f"/usaha/{reference}/surat/"], 10),
                ("inbox", ["/kotak-pesan/"], 10),
                ("my data", ["/data-saya/"], 5),
            ],
        }
        for email, reference in cast["owners"]
    ]
    officials = [
        {
            "account": (email, PASSWORD),
            "pages": [
                ("queue", ["/kerja/"], 45),
                ("queue, filter", ["/kerja/?jenis=registration", "/kerja/?terlambat=1"], 20),
                ("examine", [f"/kerja/usaha/{reference}/" for reference in cast["waiting"]], 25),
                ("back office list", ["/kantor/ikm/business/"], 10),
            ],
        }
        for email in cast["officials"]
    ]
    partners = [
        {
            "token": token,
            "pages": [
                ("API list", [f"/api/v1/businesses/?area={area}" for area in areas], 60),
                ("API search", [f"/api/v1/businesses/?search={word.split()[0]}" for word in words], 20),
                ("API statistics", ["/api/v1/statistics/"], 20),
            ],
        }
        for token in cast["tokens"]
    ]
    others = owners + officials + partners
    return [visitor] * (USERS - len(others)) + others


def memory(pids):
    """Resident memory of these processes together, in MB."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def test_two_hundred_users_for_five_minutes(machine):
    machine.manage("seed_demo")
    cast = json.loads(machine.manage("shell", "-v0", "-c", CAST).splitlines()[-1])
    machine.start_portal(workers=2)
    workers = machine.web_workers()
    samples, done = [], threading.Event()

    def watch():
        began = time.monotonic()
        while not done.wait(1):
            samples.append((time.monotonic() - began, memory(workers)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        met = subprocess.run(
            [sys.executable, "-m", "tests.drills.users"],
            cwd=ROOT, text=True, capture_output=True,
            input=json.dumps({"port": machine.port, "seconds": SECONDS, "plans": plans(cast)}),
        )  # fmt: skip
    finally:
        done.set()
        watcher.join()
    assert met.returncode == 0, met.stderr[-2000:]
    answers = json.loads(met.stdout)
    by_page = {}
    for name, _status, seconds in answers:
        by_page.setdefault(name, []).append(seconds)
    for name, seconds in sorted(by_page.items(), key=lambda item: -percentile(item[1], 0.95)):
        print(
            f"  {name:20} {len(seconds):6} answers, median {statistics.median(seconds) * 1000:4.0f} ms,"
            f" p95 {percentile(seconds, 0.95) * 1000:4.0f} ms"
        )
    slow = percentile([seconds for _name, _status, seconds in answers], 0.95)
    early = statistics.median(mb for at, mb in samples if WARM_UP / 2 <= at < WARM_UP * 1.5)
    late = statistics.median(mb for _at, mb in samples[-WARM_UP // 2 :])
    figure = f"{len(answers)} answers, p95 {slow * 1000:.0f} ms, memory {early:.0f} → {late:.0f} MB"
    print(figure)
    assert {status for _name, status, _seconds in answers} <= {200, 302, 304}, figure
    assert machine.web_workers() == workers
    assert slow < SLOWEST, figure
    assert late < early * GROWTH, figure
    say("load: p95 < 500 ms, no 5xx, memory flat",
        f"{USERS} users (public, owners, officials, partners) for {SECONDS} s, 2 workers", figure)  # fmt: skip
