"""Twenty sentra over the sixteen kecamatan, with members of the register, officers and capacity; the entrepreneur chairs one.

The names are examples; members are of the trade and the kecamatan as far as the register has them.
"""

from datetime import date, timedelta
from random import Random

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import Role
from accounts.models import User
from cluster.enums import ClusterKind, Post, RequestKind
from cluster.models import Capacity, Cluster, Election, Membership, Officer
from cluster.services.members import ask_membership
from core import dates
from core.models import StepLine
from core.references import new_reference
from ikm.demo import people
from ikm.demo.load import moment
from ikm.demo.places import CENTRES
from ikm.enums import BusinessStatus, RepresentativeStatus
from ikm.models import Area, Business, Product, Representative
from programme.demo.seed import SENTRA
from programme.models import LegalBasis

FOUNDED_ON = date(2018, 3, 15)
FEWEST, MOST = 4, 9
#: (name, products, kecamatan, beginnings of KBLI codes)
SENTRAS = (
    ("Sentra Batik Rejomulyo", "Batik tulis dan cap", "Semarang Timur", ("13", "14")),
    ("Sentra Bandeng Krobokan", "Bandeng presto dan otak-otak", "Semarang Barat", ("102", "10")),
    ("Sentra Lumpia Pekunden", "Lumpia dan jajanan", "Semarang Tengah", ("107", "10")),
    ("Sentra Pengasapan Ikan Bandarharjo", "Ikan asap", "Semarang Utara", ("102", "10")),
    ("Sentra Mebel Genuk", "Mebel kayu", "Genuk", ("31", "16")),
    ("Sentra Logam Tugu", "Barang logam dan teralis", "Tugu", ("25", "24")),
    ("Sentra Tahu Lamper", "Tahu dan tempe", "Semarang Selatan", ("103", "10")),
    ("Sentra Konveksi Candisari", "Pakaian jadi dan seragam", "Candisari", ("14", "13")),
    ("Sentra Kerajinan Gajahmungkur", "Kerajinan dan cenderamata", "Gajahmungkur", ("32", "16")),
    ("Sentra Roti Gayamsari", "Roti dan kue kering", "Gayamsari", ("107", "10")),
    ("Sentra Tas Pedurungan", "Tas dan barang kulit", "Pedurungan", ("15", "14")),
    ("Sentra Jamu Tembalang", "Jamu dan minuman rempah", "Tembalang", ("21", "11", "10")),
    ("Sentra Keripik Banyumanik", "Keripik dan camilan", "Banyumanik", ("107", "10")),
    ("Sentra Gula Aren Gunungpati", "Gula aren dan olahan buah", "Gunungpati", ("10",)),
    ("Sentra Mebel Mijen", "Mebel dan kusen", "Mijen", ("31", "16")),
    ("Sentra Percetakan Ngaliyan", "Cetakan dan kemasan", "Ngaliyan", ("18", "17")),
    ("Sentra Bordir Tembalang", "Bordir dan mukena", "Tembalang", ("14", "13")),
    ("Sentra Minuman Pedurungan", "Sirup dan minuman", "Pedurungan", ("11", "10")),
    ("Klaster Olahan Pangan Semarang Barat", "Aneka olahan pangan", "Semarang Barat", ("10",)),
    ("Klaster Kriya Kayu Semarang Utara", "Kriya kayu dan bambu", "Semarang Utara", ("16", "31", "32")),
)  # fmt: skip


@transaction.atomic
def seed_demo(*, seed=2017):
    """Add the sentra to the demo city unless they are there. Returns how many were made."""
    if Cluster.objects.exists():
        return 0
    rng = Random(f"{seed} cluster")
    by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
    officer = User.objects.get(email=by_role[Role.CLUSTER_OFFICER])
    heroine = User.objects.get(email=people.ENTREPRENEUR.email)
    hers = (
        Business.objects.spoken_for_by(heroine)
        .filter(status=BusinessStatus.REGISTERED)
        .select_related("main_kbli")
        .order_by("pk")
        .first()
    )
    clusters = _clusters(rng)
    hers_in = _nearest(clusters, hers)
    members = _members(rng, clusters, hers, hers_in)
    _officers(rng, members, officer, hers)
    _capacities(rng, members)
    _history(clusters, officer)
    if hers_in:
        _requests(heroine, hers, hers_in)
    return len(clusters)


def _clusters(rng):
    basis = LegalBasis.objects.get(about=SENTRA)
    areas = {area.name: area for area in Area.objects.filter(level="kecamatan")}
    made = []
    for name, products, kecamatan, _codes in SENTRAS:
        latitude, longitude = CENTRES[kecamatan]
        made.append(
            Cluster(
                reference=new_reference("KLS", choice=rng.choice),
                name=name,
                kind=ClusterKind.CLUSTER if name.startswith("Klaster") else ClusterKind.SENTRA,
                status="active",
                products=products,
                area=areas[kecamatan],
                story=f"Usaha {products.lower()} di {kecamatan} bekerja bersama sejak 2018: bahan dibeli bersama, "
                "pesanan besar dibagi.",
                latitude=f"{latitude + rng.uniform(-0.006, 0.006):.6f}",
                longitude=f"{longitude + rng.uniform(-0.006, 0.006):.6f}",
                legal_basis=basis,
                founded_on=FOUNDED_ON,
                created_at=moment(FOUNDED_ON),
            )
        )
    return Cluster.objects.bulk_create(made)


def _nearest(clusters, business):
    """The sentra of the entrepreneur's trade, in her kecamatan where there is one."""
    if business is None or business.main_kbli is None:
        return None
    fitting = [
        cluster
        for cluster, (_name, _products, _kecamatan, codes) in zip(clusters, SENTRAS, strict=True)
        if business.main_kbli.code.startswith(codes)
    ]
    here = [cluster for cluster in fitting if cluster.area_id == business.kecamatan_code]
    return next(iter(here or fitting or clusters))


def _members(rng, clusters, hers, hers_in):
    """[(cluster, its Memberships)]; in each kecamatan a business is taken once."""
    rows = (
        Business.objects.filter(status=BusinessStatus.REGISTERED, registered_on__lte=dates.today())
        .exclude(pk=hers.pk if hers else 0)
        .order_by("pk")
        .values_list("pk", "kecamatan_code", "main_kbli__code", "registered_on")
    )
    by_area = {}
    for pk, area, code, since in rows:
        by_area.setdefault(area, []).append((pk, code or "", since))
    taken, made = set(), []
    for cluster, (_name, _products, _kecamatan, codes) in zip(clusters, SENTRAS, strict=True):
        around = [one for one in by_area.get(cluster.area_id, ()) if one[0] not in taken]
        fitting = [one for one in around if one[1].startswith(codes)]
        wanted = rng.randint(FEWEST, MOST)
        chosen = rng.sample(fitting, min(wanted, len(fitting)))
        others = [one for one in around if one not in chosen]
        chosen += rng.sample(others, min(max(FEWEST - len(chosen), 0), len(others)))
        taken |= {one[0] for one in chosen}
        own = [
            (pk, max(since, FOUNDED_ON + timedelta(days=rng.choice((0, 0, 0, 200, 700)))))
            for pk, _code, since in chosen
        ]
        if cluster is hers_in:
            own.insert(0, (hers.pk, max(hers.registered_on, FOUNDED_ON)))
        made.append(
            (
                cluster,
                [
                    Membership(
                        reference=new_reference("AGT", choice=rng.choice),
                        cluster=cluster,
                        business_id=pk,
                        during=DateRange(min(since, dates.today()), None, "[)"),
                    )
                    for pk, since in own
                ],
            )
        )
    Membership.objects.bulk_create([one for _cluster, members in made for one in members])
    return made


def _officers(rng, members, recorder, hers):
    """An election three years ago or later, once there were enough members; the entrepreneur chairs her sentra."""
    usual = dates.today() - timedelta(days=400)
    elections, officers = [], []
    for cluster, found in members:
        if not found:
            continue
        leading = found[:3]
        held_on = max(usual, *(one.during.lower for one in leading), FOUNDED_ON)
        election = Election(
            reference=new_reference("PML", choice=rng.choice),
            cluster=cluster,
            held_on=held_on,
            note="Musyawarah anggota",
            recorded_by=recorder,
        )
        elections.append(election)
        officers += [
            Officer(
                cluster=cluster,
                membership=one,
                post=post,
                during=DateRange(held_on, None, "[)"),
                election=election,
            )
            for post, one in zip(Post, leading, strict=False)
        ]
    Election.objects.bulk_create(elections)
    Officer.objects.bulk_create(officers)


def _capacities(rng, members):
    """Three of four members have told what they make."""
    keys = [one.business_id for _cluster, found in members for one in found]
    products = {}
    for business, name, unit in (
        Product.objects.filter(business__in=keys).order_by("pk").values_list("business", "name", "unit")
    ):
        products.setdefault(business, (name, unit))
    made = []
    for _cluster, found in members:
        for one in found:
            if rng.random() < 0.75 and one.business_id in products:
                name, unit = products[one.business_id]
                made.append(
                    Capacity(
                        business_id=one.business_id,
                        product=name[:120],
                        unit=(unit or "buah")[:20],
                        volume=rng.choice((60, 120, 200, 300, 450, 800, 1500)),
                        machine=rng.choice(
                            ("", "", "Mesin jahit 4 unit", "Oven 2 unit", "Gergaji meja", "Kompor besar")
                        ),
                        stated_on=dates.today() - timedelta(days=rng.randint(5, 300)),
                    )
                )
    Capacity.objects.bulk_create({row.business_id: row for row in made}.values())


def _history(clusters, officer):
    for cluster in clusters:
        for step, before, after in (("make", "", "draft"), ("activate", "draft", "active")):
            StepLine.objects.create(
                subject=cluster,
                step=step,
                from_status=before,
                to_status=after,
                actor=officer,
                at=moment(FOUNDED_ON),
            )


def _requests(heroine, hers, cluster):
    """One who wants to join waits for the entrepreneur as chair; her own letter waits for the office."""
    ask_membership(cluster, hers, actor=heroine, kind=RequestKind.LETTER, note="KUR kelompok")
    other = (
        Representative.objects.filter(
            status=RepresentativeStatus.APPROVED,
            business__status=BusinessStatus.REGISTERED,
            user__is_active=True,
            user__role_assignments__role=Role.ENTREPRENEUR,
        )
        .exclude(user=heroine)
        .exclude(business__memberships__cluster=cluster)
        .select_related("user", "business")
        .order_by("pk")
        .first()
    )
    if other:
        ask_membership(
            cluster, other.business, actor=other.user, kind=RequestKind.JOIN, note="Ingin berbagi pesanan."
        )
