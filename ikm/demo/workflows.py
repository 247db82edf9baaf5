"""The cases on the desks of the demo: made by the services, as people make them, then set back to when they happened."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Count
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.models import User
from accounts.services import grant_role
from core.attachments import attach_file
from core.indonesia import add_working_days, next_working_day
from core.models import Message, Signatory
from core.workflow import history
from ikm.demo.pictures import sample_card, shop_front
from ikm.demo.trades import TRADES
from ikm.enums import (
    BusinessStatus,
    CorrectionReason,
    LetterKind,
    LicenceKind,
    RepresentativeKind,
    Scale,
    Sex,
    VisitStatus,
)
from ikm.models import Area, Business, Kbli, Owner, Ownership, Visit
from ikm.services import (
    changes,
    claims,
    duplicates,
    imports,
    letter_issue,
    letters,
    merges,
    registration,
    verification,
    visits,
)
from ikm.services.reference import KBLI_VERSION

#: The parts that verifiers ask to put right, with what they say.
CORRECTIONS = (
    ("document_ktp", CorrectionReason.UNREADABLE, "Nama pada foto terpotong. Foto ulang di tempat terang."),
    ("address", CorrectionReason.INCOMPLETE, "Nomor rumah dan RT/RW belum ada."),
    ("kelurahan", CorrectionReason.WRONG_AREA, "Alamat ini berada di kelurahan sebelah."),
    ("owner_name", CorrectionReason.MISMATCH, "Tidak sama dengan nama pada KTP."),
    ("document_business_photo", CorrectionReason.OTHER, "Yang terlihat hanya dinding; foto dari depan."),
    ("money", CorrectionReason.INCOMPLETE, "Omzet setahun, bukan sebulan."),
    ("products", CorrectionReason.INCOMPLETE, "Sebutkan produknya satu per satu."),
)
REFUSALS = (
    "Tempat usaha berada di Kabupaten Semarang, di luar wilayah kota.",
    "Usaha berdagang saja, tidak mengolah bahan menjadi barang.",
    "Berkas ini sama dengan usaha yang sudah terdaftar atas nama suami.",
)


class Stage:
    """Everybody and everything the cases need. `persons` as from people.make_people; the last `twins` of
    `businesses` are second entries."""

    def __init__(self, planner, persons, businesses, twins):
        self.planner = planner
        self.rng = planner.rng("workflows")
        self.today = planner.today
        self.registrar = persons[Role.REGISTRAR]
        self.administrator = persons[Role.ADMINISTRATOR]
        self.verifiers = [persons[Role.VERIFIER], persons["second_verifier"]]
        self.heroine = persons[Role.ENTREPRENEUR]
        self.applicant = persons["applicant"]
        self.kbli = dict(Kbli.objects.filter(version=KBLI_VERSION).values_list("code", "id"))
        ids = [business.pk for business in businesses]
        self.rng.shuffle(ids)
        self.free = ids
        self.twins = [business.pk for business in businesses[-twins:]]

    def take(self, **conditions):
        """A business of the register that no other case uses yet."""
        fitting = set(
            Business.objects.filter(status=BusinessStatus.REGISTERED, **conditions).values_list(
                "pk", flat=True
            )
        )
        pk = next(pk for pk in self.free if pk in fitting)
        self.free.remove(pk)
        return Business.objects.get(pk=pk)

    def take_small(self, **conditions):
        return self.take(scale=Scale.SMALL, **conditions)

    def person(self, name, phone):
        """An entrepreneur with an account; signs in with a code from the counter, so there is no password."""
        slug = "".join(character for character in name.lower() if character.isalpha())
        email = f"{slug}{self.planner.serial('account')}@warga.example" if self.rng.random() < 0.6 else None
        user = User.objects.create_user(name=name, phone=phone, email=email)
        grant_role(user, Role.ENTREPRENEUR)
        return user

    def speaker(self, business, user=None):
        """Somebody who speaks for a business by a claim that the office approved: its main owner, or `user`."""
        owner = registration.main_owner(business)
        user = user or self.person(owner.name, self.planner.phone(self.rng))
        claim = claims.claim_business(
            business, actor=user, kind=RepresentativeKind.OWNER, reason="Saya pemilik usaha ini."
        )
        claims.approve_claim(claim, actor=self.registrar)
        set_back(claim, days=self.rng.randint(30, 300))
        return user


def set_back(record, days, minutes=0):
    """Let what was just written about `record` have happened `days` ago."""
    moment = timezone.now() - timedelta(days=days, minutes=minutes)
    history(record).update(at=moment)
    Message.objects.filter(about=record.reference).update(created_at=moment)
    for name in ("claimed_at", "proposed_at", "requested_at", "decided_at"):
        if getattr(record, name, None):
            type(record).objects.filter(pk=record.pk).update(**{name: moment})


def play(stage):
    """All cases. Each leaves a few waiting, a few decided."""
    the_heroine(stage)
    applications(stage)
    open_claims(stage)
    proposals(stage)
    letter_requests(stage)
    visits_of_verifiers(stage)
    pictures(stage)
    doubles(stage)
    an_import(stage)
    the_applicant(stage)


# --- applications -----------------------------------------------------------------------------------------------------


def apply(stage, user, *, trade=None, as_owner=None, complete=True):
    """A registration as `user` fills it in; a draft when not `complete`."""
    rng = stage.rng
    planned = stage.planner.workshop(rng, since=stage.today, trade=trade)
    values = planned.values
    business, _created = registration.start_registration(actor=user)
    fields = {name: values[name] for name in ("name", "legal_form", "branch", "commodity")}
    registration.save_details(business, actor=user, main_kbli_id=stage.kbli[planned.kbli], **fields)
    for product in planned.products:
        registration.add_product(business, actor=user, name=product, unit=planned.trade.unit)
    if not complete and rng.random() < 0.5:
        return registration.lock(business, user)
    registration.save_details(
        business,
        actor=user,
        kelurahan=Area.objects.get(pk=planned.kelurahan),
        phone=user.phone or values["phone"],
        founded_year=stage.today.year - rng.randint(0, 12),
        **{
            name: values[name]
            for name in (
                "address",
                "postcode",
                "latitude",
                "longitude",
                "visit_days",
                "visit_from",
                "visit_until",
            )
        },
    )
    owner = as_owner or planned.owner
    registration.save_owner(
        business,
        actor=user,
        name=owner.name,
        nik=owner.nik,
        sex=owner.sex,
        birth_date=owner.birth_date,
        phone=owner.phone,
        ktp_address=owner.ktp_address,
    )
    if not complete:
        return registration.lock(business, user)
    figure = stage.planner.figure(rng, planned, stage.today.year, stage.today, "owner", exact=True)
    registration.save_figures(business, actor=user, men_workers=figure.men, women_workers=figure.women)
    registration.save_figures(
        business,
        actor=user,
        investment=figure.investment,
        turnover=figure.turnover,
        raw_material_value=figure.raw_material,
    )
    if rng.random() < 0.6:
        number = f"0220{500_000_000 + stage.planner.serial('nib'):09d}"
        registration.add_licence(business, actor=user, kind=LicenceKind.NIB, number=number, issuer="OSS")
    purposes = {Purpose.REGISTER} | ({Purpose.PUBLISH} if rng.random() < 0.7 else set())
    registration.save_consents(business, actor=user, purposes=purposes)
    registration.add_document(business, actor=user, part="document_ktp", upload=sample_card(owner.name))
    registration.add_document(
        business, actor=user, part="document_business_photo", upload=shop_front(rng, values["name"])
    )
    return registration.submit_business(business, actor=user)


def newcomer(stage):
    """A person without a business who opens an account."""
    rng = stage.rng
    kelurahan, _place = stage.planner.place(rng, {})
    owner = stage.planner.owner(rng, kelurahan, 0.55, born=(1965, 2002))
    return stage.person(owner.name, owner.phone), owner


def applications(stage):
    """Drafts, what waits for the office for a day or too long, what went back, what was refused and what was accepted."""
    rng = stage.rng
    for _number in range(8):
        user, owner = newcomer(stage)
        draft = apply(stage, user, as_owner=owner, complete=False)
        set_back(draft, rng.randint(0, 40))
    for number in range(16):
        user, owner = newcomer(stage)
        set_back(apply(stage, user, as_owner=owner), number * 3 // 5, rng.randint(5, 400))
    for number in range(6):
        user, owner = newcomer(stage)
        sent_back(stage, apply(stage, user, as_owner=owner), days=2 + number)
    for number, reason in enumerate(REFUSALS):
        user, owner = newcomer(stage)
        refused = apply(stage, user, as_owner=owner)
        verification.reject_business(refused, actor=stage.verifiers[0], note=reason)
        set_back(refused, 6 + 4 * number)
    for number in range(3):
        user, owner = newcomer(stage)
        accepted = apply(stage, user, as_owner=owner)
        verification.register_business(accepted, actor=stage.registrar)
        set_back(accepted, number)


def sent_back(stage, business, *, days):
    asked = stage.rng.sample(CORRECTIONS, stage.rng.randint(1, 3))
    items = [verification.Correction(*correction) for correction in asked]
    verification.ask_correction(business, items, actor=stage.verifiers[0])
    set_back(business, days)


def the_heroine(stage):
    """The entrepreneur one can sign in as: two businesses in the register, one waiting, one sent back, one refused and a
    draft."""
    trades = {trade.kbli: trade for trade in TRADES}
    batik = stage.take_small(
        main_kbli__code="13134", ownerships__owner__sex=Sex.FEMALE, ownerships__is_main=True
    )
    jamu = stage.take_small(main_kbli__code="21022", ownerships__owner__sex=Sex.FEMALE)
    owner = registration.main_owner(batik)
    owner.name, owner.phone = stage.heroine.name, stage.heroine.phone
    owner.save()
    left = registration.main_owner(jamu)
    Ownership.objects.filter(business=jamu).update(owner=owner)
    Owner.objects.filter(pk=left.pk).delete()
    year_ago = stage.today - timedelta(days=400)
    for business, name, confirmed_on in (
        (batik, "Batik Siti Rahayu", stage.today - timedelta(days=60)),
        (jamu, "Jamu Bu Siti", max(year_ago, jamu.registered_on)),
    ):
        business.name, business.confirmed_on = name, confirmed_on
        business.verified_on = min(business.verified_on, confirmed_on)
        business.save()
        stage.speaker(business, stage.heroine)
    refused = apply(stage, stage.heroine, trade=trades["11052"], as_owner=owner)
    verification.reject_business(refused, actor=stage.verifiers[0], note=REFUSALS[1])
    set_back(refused, 90)
    sent_back(stage, apply(stage, stage.heroine, trade=trades["10792"], as_owner=owner), days=2)
    set_back(apply(stage, stage.heroine, trade=trades["13921"], as_owner=owner), 1)
    apply(stage, stage.heroine, trade=trades["32903"], as_owner=owner, complete=False)
    changes.propose_changes(
        batik, actor=stage.heroine, values={"products": "batik tulis semarangan\nbatik cap\nmasker batik"}
    )
    letters.request_letter(
        batik, actor=stage.heroine, kind=LetterKind.BINAAN, purpose="Mengikuti pameran tingkat provinsi"
    )


def the_applicant(stage):
    """The second entrepreneur one can sign in as: one furniture workshop, registered and verified, with nothing under way."""
    only_one = Owner.objects.annotate(count=Count("ownerships")).filter(count=1, sex=Sex.MALE)
    workshop = stage.take_small(
        main_kbli__code="31001",
        founded_year__lte=stage.today.year - 4,
        verified_on__isnull=False,
        visit_days__len__gt=0,
        licences__kind=LicenceKind.IUMK,
        licences__expires_on=None,
        ownerships__is_main=True,
        ownerships__owner__in=only_one,
    )
    owner = registration.main_owner(workshop)
    owner.name, owner.phone = stage.applicant.name, stage.applicant.phone
    owner.save()
    workshop.name, workshop.confirmed_on = "Mebel Joko Santoso", stage.today - timedelta(days=45)
    workshop.verified_on = min(workshop.verified_on, workshop.confirmed_on)
    workshop.save()
    stage.speaker(workshop, stage.applicant)


# --- businesses in the register ---------------------------------------------------------------------------------------


def open_claims(stage):
    """People who say that a business is theirs: some wait, some were refused, one ended."""
    for days in (0, 1, 2, 4, 7):
        business = stage.take_small()
        user = stage.person(registration.main_owner(business).name, stage.planner.phone(stage.rng))
        claim = claims.claim_business(
            business, actor=user, kind=RepresentativeKind.OWNER, reason="Usaha ini milik saya, KTP saya bawa."
        )
        set_back(claim, days)
    for days in (12, 30):
        user, _owner = newcomer(stage)
        claim = claims.claim_business(
            stage.take_small(),
            actor=user,
            kind=RepresentativeKind.STAFF,
            reason="Saya bekerja di bagian penjualan.",
        )
        claims.refuse_claim(claim, actor=stage.registrar, note="Pemilik tidak mengenal pemohon.")
        set_back(claim, days)
    business = stage.take_small()
    user = stage.speaker(business)
    claims.end_representation(
        business.representatives.get(user=user), actor=stage.registrar, note="Usaha dijual."
    )


def proposals(stage):
    """Changes that wait, were decided field by field, or were taken back."""
    rng = stage.rng
    for number in range(10):
        business = stage.take_small(ownerships__is_main=True)
        user = stage.speaker(business)
        product = business.products.first().name
        values = rng.choice(
            (
                {"phone": stage.planner.phone(rng), "address": f"{business.address} (pindah ke rumah depan)"},
                {"products": f"{product}\n{product} kemasan kecil", "brand": f"{business.name} Asli"},
                {"visit_days": [0, 2, 4], "email": "pesan@usaha.example", "phone": stage.planner.phone(rng)},
            )
        )
        proposal = changes.propose_changes(business, actor=user, values=values)
        if 6 <= number < 9:
            refuse, *accept = values
            decisions = {name: changes.Decision(accept=True) for name in accept}
            decisions[refuse] = changes.Decision(accept=False, reason="Sertakan bukti, lalu usulkan lagi.")
            changes.decide_changes(proposal, actor=stage.registrar, decisions=decisions)
        elif number == 9:
            changes.withdraw_changes(proposal, actor=user)
        set_back(proposal, number if number < 6 else 10 + number)


def letter_requests(stage):
    """Letters asked for: some wait, one was taken back, some were issued, one refused, one revoked."""
    signatory = Signatory.objects.create(
        name="Ir. Handoko Wicaksana, M.T.",
        post="Kepala Dinas Perindustrian",
        unit="Dinas Perindustrian Kota Semarang",
        rank="Pembina Utama Muda (IV/c)",
        in_force_from=stage.today.replace(month=1, day=1),
    )
    for number in range(12):
        business = stage.take_small()
        user = stage.speaker(business)
        verification.confirm_business(business, actor=user)
        if number % 2:
            request = letters.request_letter(
                business,
                actor=user,
                kind=LetterKind.MEREK,
                brand=f"{business.name.split()[-1]} Semarangan",
                brand_description="Tulisan merek di atas daun asem, hijau dan cokelat",
                goods=business.products.first().name,
                nice_class=30 if business.branch == "food" else 25,
                purpose="Pendaftaran merek dengan tarif UMK",
            )
        else:
            request = letters.request_letter(
                business, actor=user, kind=LetterKind.BINAAN, purpose="Pengajuan kredit di bank"
            )
        if number == 5:
            letters.withdraw_letter_request(request, actor=user)
        elif number == 6:
            letter_issue.refuse_letter_request(
                request, actor=stage.registrar, note="Produk yang disebut bukan buatan sendiri."
            )
        elif number > 6:
            request = letter_issue.issue_letter_request(request, actor=stage.registrar, signatory=signatory)
        if number == 11:
            letter_issue.revoke_issued_letter(request, actor=stage.administrator, reason="Merek salah tulis.")
        set_back(request, number)


# --- visits -----------------------------------------------------------------------------------------------------------


def visits_of_verifiers(stage):
    """A planned week for two verifiers, some visits done and some in vain, one called off."""
    rng, today = stage.rng, stage.today
    for verifier in stage.verifiers:
        _visits_of(stage, rng, verifier, today)
    called_off = Visit.objects.filter(status=VisitStatus.PLANNED).order_by("-id").first()
    visits.cancel_visit(called_off, actor=stage.registrar, note="Pemilik sedang ke luar kota.")


def _visits_of(stage, rng, verifier, today):
    past = visits.plan_visits(
        [visits.PlannedStop(stage.take(latitude__isnull=False), verifier, today) for _stop in range(6)],
        actor=stage.registrar,
    )
    for number, visit in enumerate(past):
        business = visit.business
        if number < 4:
            visits.complete_visit(
                visit,
                actor=verifier,
                is_operating=number != 3,
                result_note=(
                    "Dua mesin baru, pesanan ramai.",
                    "Data cocok.",
                    "",
                    "Rumah kosong, tetangga bilang pindah.",
                )[number],
                latitude=business.latitude + Decimal(rng.randint(-400, 400)) / 10**6,
                longitude=business.longitude,
            )
        else:
            visits.record_not_at_home(visit, actor=verifier, note="Pagar terkunci, telepon tidak diangkat.")
        days = 1 + number * 2
        moment = timezone.now() - timedelta(days=days)
        set_back(visit, days)
        Visit.objects.filter(pk=visit.pk).update(planned_on=today - timedelta(days=days), done_at=moment)
    day = next_working_day(today)
    for _day in range(3):
        stops = [
            visits.PlannedStop(
                stage.take(kelurahan__parent__name=name, latitude__isnull=False), verifier, day, place
            )
            for place, name in enumerate(
                rng.sample(("Genuk", "Mijen", "Tembalang", "Semarang Barat", "Tugu"), 4), 1
            )
        ]
        visits.plan_visits(stops, actor=stage.registrar)
        day = add_working_days(day, 1)


# --- pictures, doubles, import ----------------------------------------------------------------------------------------


def pictures(stage):
    """Shop fronts that anybody may see, with some of the published businesses."""
    published = Business.objects.published().exclude(story="").order_by("pk")
    for business in stage.rng.sample(list(published), min(40, published.count())):
        attach_file(
            business,
            shop_front(stage.rng, business.name),
            kind="business_photo",
            actor=stage.registrar,
            allow=("image",),
            is_public=True,
        )


def doubles(stage):
    """Find what may be entered twice; merge two, call one different, and leave the others to the officials."""
    duplicates.find_all_pairs(stage.twins)
    pairs = list(duplicates.open_pairs()[:3])
    for pair in pairs[:2]:
        kept, merged = pair.first, pair.second
        merges.merge_businesses(
            kept, merged, actor=stage.registrar, choices=merges.default_choices(kept, merged)
        )
    for pair in pairs[2:]:
        duplicates.call_different(pair, actor=stage.registrar)


SHEET_HEAD = (
    "Nama Perusahaan;Nama Pemilik;NIK;Jalan/Alamat;Desa/Kel;Kecamatan;Telepon;KBLI;Jenis Produk;Tahun Data;TK LK;TK PR;"
    "Nilai Investasi"
)


def an_import(stage):
    """A sheet of the office, checked and waiting for the registrar's word: new rows, a known one and two refused."""
    rng, rows = stage.rng, [SHEET_HEAD]
    year = stage.today.year - 1
    areas = {area.pk: area for area in Area.objects.select_related("parent")}
    for number in range(6):
        planned = stage.planner.workshop(rng, since=stage.today)
        area, nik = areas[planned.kelurahan], planned.owner.nik
        if number == 4:
            nik = f"{nik[0]},{nik[1:6]}E+15"
        kelurahan = "Ungaran" if number == 5 else area.name
        rows.append(
            f"{planned.values['name']};{planned.owner.name};{nik};{planned.values['address']};{kelurahan};"
            f"{area.parent.name};0{planned.owner.phone[3:]};{planned.kbli};{planned.products[0]};{year};2;3;"
            f"{planned.investment}"
        )
    content = "\n".join(rows).encode()
    batch = imports.upload_batch(content, actor=stage.registrar, name=f"Data IKM {year} kecamatan.csv")
    imports.map_batch(batch, actor=stage.registrar, fields={}, money_in_thousands=False)
    imports.check_batch(batch, actor=stage.registrar)
