"""House rules that no linter knows. The URL list is made from the URLconf: a new page without a row here fails."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.models import Consent, ConsentText, Partner
from cluster.models import MembershipRequest
from core import outbox
from core.logs import personal_numbers
from core.models import Attachment, Delivery, Letter, Message, SavedFilter, Signatory
from credit.models import (
    Application,
    Bank,
    BankFile,
    BankFileLine,
    Loan,
    LoanEvent,
    ReliefDecree,
    Scheme,
    SubsidyClaim,
)
from facility.models import DamageReport
from gallery.models import BulkPicture, BulkUpload, GoodsNote, Sale, Settlement, StockCount
from ikm.models import (
    Area,
    Business,
    ChangeRequest,
    DuplicatePair,
    ImportBatch,
    Kbli,
    LetterRequest,
    Licence,
    Merge,
    Owner,
    Ownership,
    Product,
    Representative,
    Visit,
)
from tests.cluster import records as cluster_records
from tests.credit.records import scheme_version
from tests.facility import records as facility_records
from tests.gallery import records as gallery_records
from tests.programme import plans
from tests.rooms import ROOMS
from tests.training import records as training_records
from training.models import CertificateOrder, Facilitation, FollowUp, Timetable
from webhooks.models import Delivery as WebhookDelivery
from webhooks.models import Endpoint

# Anybody may open these.
PUBLIC = {
    "set_language", "home", "directory", "business", "statistics", "statistics_csv", "track", "counter_code",
    "letter_verification", "privacy", "accessibility", "robots", "sitemap", "schema", "api_docs", "api_start",
    "api-oauth-token", "api_changes",
    "api-area-list", "api-kbli-list", "api-statistics-list", "api-not-found",
    "api-credit-scheme-list", "api-credit-simulate-list",
    "sitemap_pages", "sitemap_businesses", "credit_start", "credit_eligibility", "credit_simulator",
    "credit_simulator_csv",
    "training_runs", "training_run", "seat_offer", "selection_result", "selection_csv",
    "credit_queue",
    "training_calendar",
    "training_calendar_ics", "room_calendar_ics", "own_calendar_ics",
    "api-training-course-list", "api-training-course-detail", "api-training-run-list", "api-training-run-detail",
    "api-training-session-detail", "api-training-calendar-list",
    "facility_centres", "facility_centre", "facility_unit", "stall_events", "stall_event", "stall_event_csv",
    "api-stall-event-list", "api-stall-event-detail",
    "api-facility-list", "api-facility-detail", "api-facility-week",
    "clusters", "cluster", "member_card_check", "api-cluster-list", "api-cluster-detail",
    "legal_bases", "legal_basis", "api-legal-basis-list", "api-legal-basis-detail",
    "short_link", "feed_google", "feed_meta", "feed_json",
    "gallery_photo", "gallery_sheet", "gallery", "gallery_product", "gallery_card", "gallery_edition", "gallery_sitemap",
    "api-gallery-product-list", "api-gallery-product-detail", "api-gallery-product-categories",
    "api-gallery-feed-list",
}  # fmt: skip
# Whoever is signed in opens these and finds his or her own things.
OWN = {
    "my_data", "my_profile", "my_data_export", "data_request", "inbox", "read_all_messages", "my_businesses",
    "start_registration", "claim_search", "home_after_login", "api-business-list", "credit_applications", "start_credit",
    "my_trainings", "enrol", "facilitations", "my_clusters", "join_cluster", "api-cluster-request-list",
    "api-credit-application-list", "api-credit-loan-list", "api-credit-payment-list", "api-credit-payment-bulk",
    "api-credit-claim-list",
    "my_shops", "shop_connected",
    "my_consignment", "my_reports", "my_report", "report_news",
    "my_leases", "my_stall_entries", "enter_stall_event", "my_bookings", "book_unit", "book_series", "api-booking-list",
    "arrive", "api-lease-list", "api-damage-list",
    "my_calendar", "revoke_calendar", "training_reminders", "api-training-enrolment-list",
    "api-webhook-endpoint-list", "api-webhook-delivery-list",
    "my_products", "start_product", "api-gallery-shop-list", "api-gallery-shop-lint",
    "api-goods-note-list", "api-gallery-stock-list", "api-gallery-movement-list", "api-gallery-sale-list",
    "api-gallery-settlement-list", "api-gallery-count-list", "api-gallery-movement-damage",
    "bulk_uploads", "bulk_example",
}  # fmt: skip
# These belong to a record: for who speaks for its business (or is its person) and for officials, a stranger finds nothing.
RECORD = {
    "consent_withdraw", "read_message", "attachment", "letter_file", "claim_detail", "withdraw_claim", "my_business",
    "registration_section", "remove_product", "remove_licence", "remove_document", "check_answers",
    "registration_receipt", "discard_draft", "revise_business", "my_figures", "report_figures", "repeat_figures",
    "my_letters", "letter_request", "withdraw_letter_request", "ask_letter", "confirm_business", "propose_changes",
    "change_request", "withdraw_changes", "propose_kbli", "api-business-detail", "api-business-step",
    "api-credit-application-detail", "api-credit-application-step", "api-credit-loan-detail", "api-credit-loan-payoff",
    "api-credit-loan-schedule", "api-credit-loan-state", "api-credit-claim-detail",
    "visit_time", "credit_application", "credit_section", "credit_reuse_document", "credit_remove_document",
    "enrol_people", "enrol_new_person", "enrol_check", "my_enrolment", "enrolment_receipt", "cancel_enrolment",
    "answer_offer", "my_attendance_code", "evaluate_run", "follow_up", "facilitation",
    "withdraw_facilitation",
    "my_lease", "my_stall_entry", "my_booking", "cancel_booking", "report_damage", "my_damage",
    "api-booking-detail", "api-booking-step", "api-lease-detail", "api-damage-detail", "api-damage-step", "api-damage-photo",
    "credit_check", "credit_receipt", "credit_consent", "credit_withdraw", "my_loan", "my_loan_letter",
    "api-training-enrolment-detail", "api-training-enrolment-step", "api-training-enrolment-people",
    "my_membership", "member_card", "remove_capacity", "cluster_request", "api-cluster-members", "api-cluster-fill",
    "api-cluster-request-detail", "api-cluster-request-step",
    "channel_check", "channel_sheet", "my_shop",
    "sandbox_checklist", "partner_webhooks",
    "api-webhook-endpoint-rotate", "api-webhook-endpoint-disable", "api-webhook-endpoint-enable",
    "api-webhook-endpoint-test", "api-webhook-endpoint-replay", "api-webhook-delivery-detail", "api-webhook-delivery-replay",
    *(
        MY_PRODUCT := {
            "my_product", "my_product_section", "my_product_photo", "my_product_check", "my_product_receipt",
            "my_product_preview", "withdraw_product", "revise_product", "discard_product",
        }
    ),
    "gallery_consent",
    *(
        API_PRODUCT := {
            "api-gallery-product-variants", "api-gallery-product-photos", "api-gallery-product-photo",
            "api-gallery-product-step",
        }
    ),
    "api-gallery-shop-detail", "api-gallery-shop-disconnect", "api-gallery-shop-listings", "api-gallery-shop-listing",
    "api-gallery-shop-listing-step",
    "api-goods-note-detail", "api-gallery-sale-detail", "api-gallery-sale-take-back", "api-gallery-settlement-detail",
    "api-gallery-settlement-step", "api-gallery-count-detail",
    *(
        BULK_UPLOAD := {
            "bulk_upload", "save_bulk_upload", "discard_bulk_upload", "bulk_refused", "bulk_picture",
        }
    ),
}  # fmt: skip
# Any signed-in person may lay claim to a business; the page shows no more than its name.
CLAIM = {"claim_business"}
# Officials of the register only; everybody else is refused, officials of other units too.
OFFICE = {
    "counter_code_issue", "office", "office_save_filter", "office_delete_filter", "office_business", "duplicates",
    "duplicate_pair", "different_pair", "merge_pair", "merges", "merge_detail", "letter_requests", "letter_decision",
    "letter_preview", "office_change", "office_claim", "office_stale", "office_visits", "office_plan", "office_route",
    "office_visit", "office_visit_draft", "office_visit_photo", "office_reschedule", "imports", "import_upload", "import_example",
    "import_batch", "import_columns", "import_apply", "import_discard", "import_refused",
    "waiting_messages", "message_sent",
    "office_loans", "office_loans_export", "office_loan", "office_reverse_event", "office_arrears", "office_relief",
    "office_relief_undo", "bank_files", "bank_file", "bank_line",
    "credit_claims", "credit_claim_upload", "credit_claim", "credit_claim_file",
    "api-training-session-list",
    "office_training", "office_timetables", "office_timetable", "publish_timetable", "discard_timetable", "office_meeting",
    "office_sheet", "office_read_sheet", "office_session", "office_run", "publish_run", "cancel_run", "clone_run",
    "office_participants", "office_draw", "office_seats", "office_participants_file",
    "office_participant_act", "office_enrol", "office_enrol_people", "office_enrol_new_person", "office_enrol_check",
    "office_attendance", "office_attendance_print", "office_attendance_offline", "office_attendance_worker",
    "office_attendance_receive",
    "office_attendance_correct", "office_outcome", "office_scores", "office_certificates", "office_revoke_certificate",
    "certificate_orders", "certificate_order", "office_effects", "office_facilitations", "office_facilitation",
    "office_leases", "office_lease", "office_stall_events", "office_stall_event", "office_facilities", "office_booking",
    "office_unit", "office_unit_code",
    "office_damages", "office_damage", "office_report_damage",
    "credit_sikp", "credit_dashboard", "credit_dashboard_rows", "credit_dashboard_file",
    "office_credit", "office_credit_application", "office_credit_what_if",
    "office_credit_plan", "office_credit_compare",
    "office_clusters", "new_cluster", "office_cluster", "office_election", "office_order", "split_cluster",
    "merge_cluster", "office_cluster_members", "office_cluster_request",
    "office_legal_bases", "propose_legal_basis", "office_legal_basis", "api-legal-basis-step",
    "office_programme", "plan_activity", "office_activity", "office_quarters", "office_quarter", "office_figures",
    *(GALLERY_OFFICE := {
        "office_gallery", "office_translations", "office_bulk_uploads", "office_bulk_upload", "office_product", "office_translate",
        "office_prints", "office_edition_booklet", "office_maker_tags",
        "office_stock_file", "office_movements_file", "office_settlements_file",
        "office_consignment", "office_counter", "office_sale", "office_maker_goods",
        "office_settlements", "office_settlement", "office_counts", "office_count", "office_close_count",
        "office_channels", "office_channels_file", "office_channel_sheet", "office_channel_check",
        "office_shop", "office_monthly", "office_monthly_file",
    }),
}  # fmt: skip
# Any official may enter the desk; what stands on it follows from the role.
DESK = {"office", "office_save_filter", "office_delete_filter"}

REFUSED = {302, 403, 404}


def patterns(found=None, prefix=""):
    """(route, name, parameter names) of every URL outside the stock back office and allauth, which bring their own tests."""
    for entry in get_resolver().url_patterns if found is None else found:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            regex = getattr(entry.pattern, "_regex", "")
            yield (
                route,
                entry.name,
                sorted({*entry.pattern.converters, *re.findall(r"\(\?P<(\w+)>", str(regex))}),
            )
        elif route not in {"kantor/", "akun/"}:
            yield from patterns(entry.url_patterns, route)


URLS = sorted({(route, name) for route, name, _ in patterns()}, key=str)


def test_every_page_says_who_may_open_it():
    known = PUBLIC | OWN | RECORD | CLAIM | OFFICE
    unknown = [f"{route} ({name})" for route, name in URLS if name not in known]
    assert not unknown, "say in tests/test_consistency.py who may open these"


def subsidy_claim(uploader):
    """What a bank claims for a month."""
    bank = Bank.objects.create(name="BPR Rahasia", code="999", kind="bpr")
    scheme = Scheme.objects.get_or_create(code="wibawa", defaults={"name": "Kredit Wibawa"})[0]
    return SubsidyClaim.objects.create(
        bank=bank, scheme=scheme, month="2026-01-01", uploaded_by=uploader, claimed_total=987_654
    )


def lent(application, official):
    """A loan of the application, what happened to it, a decree and a bank's file."""
    bank = Bank.objects.create(name="BPR Tersembunyi", code="998", kind="bpr")
    loan = Loan.objects.create(
        application=application,
        business=application.business,
        bank=bank,
        scheme_version=application.scheme_version,
        contract_number="AKAD-1",
        signed_on="2026-01-05",
        principal=1_000_000,
        months=12,
        annual_rate=3,
    )
    file = BankFile.objects.create(
        bank=bank, month="2026-01-01", original_name="a.csv", sha256="0" * 64, uploaded_by=official
    )
    BankFileLine.objects.create(file=file, number=1, verdict="leftover")
    event = LoanEvent.objects.create(
        loan=loan, kind="written_off", on="2026-02-01", reference="E1", source="office", recorded_by=official
    )
    decree = ReliefDecree.objects.create(
        legal_basis=application.scheme_version.legal_basis,
        takes_effect_on="2026-02-01",
        months=3,
        interest="waived",
        applied_by=official,
    )
    return {"loan": loan, "event": event, "decree": decree, "bank_file": file}


@pytest.fixture
def world(db, owner_user, registrar, verifier, settings, tmp_path):
    """One of everything, all of it the owner's."""
    settings.MEDIA_ROOT = tmp_path
    kecamatan = Area.objects.get_or_create(
        code="33.74.01", defaults={"level": "kecamatan", "name": "Semarang Tengah"}
    )[0]
    kelurahan = Area.objects.get_or_create(
        code="33.74.01.1001", defaults={"level": "kelurahan", "name": "Miroto", "parent": kecamatan}
    )[0]
    kbli = Kbli.objects.get_or_create(version=2020, code="13134", defaults={"title": "Batik"})[0]

    def business(status, **fields):
        made = Business.objects.create(
            name="Batik Rahasia",
            address="Jl. Tersembunyi 9",
            kelurahan=kelurahan,
            main_kbli=kbli,
            status=status,
            **fields,
        )
        Ownership.objects.create(
            business=made,
            owner=Owner.objects.create(name="Siti Tersembunyi", nik=f"33740141019000{made.pk % 90 + 10}"),
        )
        Representative.objects.create(user=owner_user, business=made, kind="owner", status="approved")
        return made

    draft = business("draft")
    registered = business("registered", registered_on="2020-01-01")
    merged_pair = DuplicatePair.objects.create(first=draft, second=registered, score="0.9")
    text = ConsentText.objects.filter(purpose=Purpose.SHARE_WITH_BANK).first() or ConsentText.objects.create(
        purpose=Purpose.SHARE_WITH_BANK, version=1, text="…", text_en="…", in_force_from="2020-01-01"
    )
    attachment = Attachment(
        subject=registered, kind="ktp", original_name="ktp.jpg", content_type_name="image/jpeg", size=1, sha256="0" * 64,
        uploaded_by=owner_user,
    )  # fmt: skip
    attachment.file.save("ktp.jpg", ContentFile(b"x"), save=True)
    letter = Letter(
        subject=registered, kind="ikm_binaan", year=2026, serial=1, number="0001/SKB", title="Surat", token="t" * 20,
        issued_at=timezone.now(), issued_by=registrar, sha256="0" * 64,
    )  # fmt: skip
    letter.file.save("surat.pdf", ContentFile(b"%PDF"), save=True)
    application = Application.objects.create(
        business=registered,
        owner=registered.ownerships.get().owner,
        applicant=owner_user,
        scheme_version=scheme_version(),
    )
    webhook = Endpoint.objects.create(owner=owner_user, url="https://bank.example/", kinds=["ikm.business.*"])
    return {
        "draft": draft,
        "registered": registered,
        "claim": registered.representatives.get(),
        "product": Product.objects.create(business=draft, name="Batik"),
        "licence": Licence.objects.create(business=draft, kind="halal", number="ID1"),
        "attachment": attachment,
        "letter": letter,
        "message": Message.objects.create(recipient=owner_user, title="Rahasia", body="…"),
        "delivery": Delivery.objects.create(
            message=Message.objects.create(recipient=owner_user, title="Rahasia", body="…"),
            channel="whatsapp",
        ),
        "consent": Consent.objects.create(
            subject=registered.reference,
            purpose=Purpose.SHARE_WITH_BANK,
            text=text,
            channel="portal",
            given_by=owner_user,
        ),
        "change": ChangeRequest.objects.create(business=registered, proposed_by=owner_user),
        "visit": Visit.objects.create(business=registered, verifier=verifier, planned_on="2026-12-01"),
        "request": LetterRequest.objects.create(
            business=registered, kind="ikm_binaan", requested_by=owner_user
        ),
        "officer": verifier,
        "pair": merged_pair,
        "merge": Merge.objects.create(
            kept=registered, merged=draft, before={}, moved={}, merged_by=registrar
        ),
        "batch": ImportBatch.objects.create(original_name="a.csv", sha256="0" * 64, uploaded_by=registrar),
        "application": application,
        **lent(application, registrar),
        "subsidy_claim": subsidy_claim(registrar),
        "run": (run := training_records.run()),
        "session": (
            session := training_records.session(
                training_records.span("2027-03-02", "09:00", "11:00"), run=run
            )
        ),
        "room": session.room,
        "timetable": Timetable.objects.create(month="2027-03-01", made_by=registrar),
        "certificate_order": CertificateOrder.objects.create(
            signatory=Signatory.objects.create(
                name="Sari", post="Kepala", unit="Dinas", in_force_from="2020-01-01"
            ),
            total=1,
            asked_by=registrar,
        ),
        "enrolment": (
            enrolment := training_records.enrolment(
                run, who=training_records.participant(business=registered), by=owner_user
            )
        ),
        "follow_up": FollowUp.objects.create(enrolment=enrolment, months=3, due_on="2026-12-01"),
        "facilitation": Facilitation.objects.create(
            business=registered, kind="halal", about="Rahasia", asked_by=owner_user
        ),
        "legal_basis": application.scheme_version.legal_basis,
        "activity": plans.activity(registrar, plans.budget_line(code="3.31.02.2.01.0004")),
        "quarter": plans.quarter(),
        "unit": (unit := facility_records.unit()),
        "centre": unit.centre,
        "stall_event": (stall_event := facility_records.stall_event()),
        "stall_entry": facility_records.entry(stall_event, registered),
        "lease": facility_records.lease(business=registered),
        "booking": (booking := facility_records.booking(unit, by=owner_user, shop=registered)),
        "damage": DamageReport.objects.create(
            unit=unit, booking=booking, words="Rahasia", reported_by=owner_user
        ),
        "cluster": (cluster := cluster_records.cluster(name="Sentra Uji", area=kelurahan)),
        "membership": (membership := cluster_records.member(cluster, registered)),
        "capacity": cluster_records.capacity(registered),
        "partner": Partner.objects.create(name="Bank Rahasia", kind="bank", user=owner_user),
        "webhook": webhook,
        "webhook_message": WebhookDelivery.objects.create(
            endpoint=webhook,
            event=outbox.publish("webhooks.endpoint.test", subject=webhook.reference, data={}),
        ),
        "membership_request": MembershipRequest.objects.create(
            cluster=cluster, business=registered, kind="leave", asked_by=owner_user, membership=membership
        ),
        "gallery_product": (
            gallery_product := gallery_records.product(registered, status="draft", name="Produk rahasia")
        ),
        "shop": gallery_records.shop(registered, owner_user),
        "photo": gallery_records.photo(gallery_product, owner_user),
        "consignment": gallery_records.terms(registered, registrar),
        "goods_note": GoodsNote.objects.create(
            business=registered, kind="received", handed_by="Siti Tersembunyi", recorded_by=registrar
        ),
        "bulk_upload": (
            bulk_upload := BulkUpload.objects.create(business=registered, uploaded_by=owner_user)
        ),
        "bulk_picture": BulkPicture.objects.create(upload=bulk_upload, name="a.jpg", error="Rusak."),
        "sale": Sale.objects.create(payment="cash", total=0, sold_by=registrar),
        "stock_count": StockCount.objects.create(started_by=registrar),
        "settlement": Settlement.objects.create(
            business=registered, month="2026-01-01", sold=0, commission=0
        ),
        "filter": SavedFilter.objects.create(user=registrar, page="office", name="Saya", query="a=1"),
    }


# Which thing of the world a page's parameter names; the business in the register where nothing is said.
PARAMETERS = {
    "consent_withdraw": {"pk": "consent"},
    "read_message": {"pk": "message"},
    "attachment": {"reference": "attachment"},
    "claim_detail": {"reference": "claim"},
    "withdraw_claim": {"reference": "claim"},
    "office_delete_filter": {"pk": "filter"},
    "remove_product": {"pk": "product", "reference": "draft"},
    "remove_licence": {"pk": "licence", "reference": "draft"},
    "remove_document": {"reference": "draft"},
    "registration_section": {"reference": "draft"},
    "check_answers": {"reference": "draft"},
    "discard_draft": {"reference": "draft"},
    "duplicate_pair": {"pk": "pair"},
    "different_pair": {"pk": "pair"},
    "merge_pair": {"pk": "pair"},
    "merge_detail": {"reference": "merge"},
    "message_sent": {"pk": "delivery"},
    "import_batch": {"reference": "batch"},
    "import_columns": {"reference": "batch"},
    "import_apply": {"reference": "batch"},
    "import_discard": {"reference": "batch"},
    "import_refused": {"reference": "batch"},
    "office_change": {"reference": "change"},
    "office_claim": {"reference": "claim"},
    "office_route": {"officer": "officer"},
    "office_visit": {"reference": "visit"},
    "office_visit_draft": {"reference": "visit"},
    "office_visit_photo": {"reference": "visit"},
    "office_reschedule": {"reference": "visit"},
    "visit_time": {"reference": "visit"},
    "letter_decision": {"reference": "request"},
    "letter_preview": {"reference": "request"},
    "letter_request": {"letter": "request"},
    "withdraw_letter_request": {"letter": "request"},
    "gallery_photo": {"reference": "photo"},
    **{name: {"reference": "bulk_upload", "pk": "bulk_picture"} for name in BULK_UPLOAD},
    "channel_check": {"reference": "gallery_product"},
    "my_shop": {"reference": "shop"},
    "office_shop": {"reference": "shop"},
    **{
        f"api-gallery-shop-{name}": {"reference": "shop", "product": "gallery_product"}
        for name in ("detail", "disconnect", "listings", "listing", "listing-step")
    },
    "office_channel_check": {"reference": "gallery_product"},
    "gallery_product": {"reference": "gallery_product"},
    "gallery_card": {"reference": "gallery_product"},
    **{name: {"reference": "gallery_product", "photo": "photo"} for name in MY_PRODUCT},
    **{
        name: {"reference": "gallery_product", "photo": "photo"}
        for name in {"api-gallery-product-detail", *API_PRODUCT}
    },
    "office_product": {"reference": "gallery_product"},
    "api-goods-note-detail": {"reference": "goods_note"},
    "api-gallery-sale-detail": {"reference": "sale"},
    "api-gallery-sale-take-back": {"reference": "sale"},
    "api-gallery-settlement-detail": {"reference": "settlement"},
    "api-gallery-settlement-step": {"reference": "settlement"},
    "api-gallery-count-detail": {"reference": "stock_count"},
    "office_sale": {"reference": "sale"},
    "office_settlement": {"reference": "settlement"},
    "office_count": {"reference": "stock_count"},
    "office_close_count": {"reference": "stock_count"},
    "office_translate": {"reference": "gallery_product"},
    "facility_centre": {"reference": "centre"},
    "facility_unit": {"reference": "unit"},
    "book_unit": {"reference": "unit"},
    "book_series": {"reference": "unit"},
    **{
        name: {"reference": "stall_event"}
        for name in (
            "stall_event",
            "stall_event_csv",
            "enter_stall_event",
            "office_stall_event",
            "api-stall-event-detail",
        )
    },
    "my_stall_entry": {"reference": "stall_entry"},
    "my_lease": {"reference": "lease"},
    "office_lease": {"reference": "lease"},
    "my_booking": {"reference": "booking"},
    "cancel_booking": {"reference": "booking"},
    "report_damage": {"reference": "booking"},
    "my_damage": {"reference": "damage"},
    "office_damage": {"reference": "damage"},
    "office_report_damage": {"reference": "unit"},
    "office_booking": {"reference": "booking"},
    "office_unit": {"reference": "unit"},
    "office_unit_code": {"reference": "unit"},
    "arrive": {"reference": "unit"},
    **{
        f"api-webhook-endpoint-{name}": {"reference": "webhook"}
        for name in ("rotate", "disable", "enable", "test", "replay")
    },
    "sandbox_checklist": {"reference": "partner"},
    "partner_webhooks": {"reference": "partner"},
    "api-webhook-delivery-detail": {"message": "webhook_message"},
    "api-webhook-delivery-replay": {"message": "webhook_message"},
    "api-facility-detail": {"reference": "centre"},
    "api-facility-week": {"unit": "unit"},
    "api-booking-detail": {"reference": "booking"},
    "api-booking-step": {"reference": "booking"},
    "api-lease-detail": {"reference": "lease"},
    "api-damage-detail": {"reference": "damage"},
    "api-damage-step": {"reference": "damage"},
    "api-damage-photo": {"reference": "damage", "photo": "attachment"},
    "training_run": {"reference": "run"},
    "api-training-run-detail": {"reference": "run"},
    "api-training-course-detail": {"code": "run"},
    "api-training-session-detail": {"reference": "session"},
    "api-training-enrolment-detail": {"reference": "enrolment"},
    "api-training-enrolment-step": {"reference": "enrolment"},
    "room_calendar_ics": {"pk": "room"},
    "office_run": {"reference": "run"},
    "publish_run": {"reference": "run"},
    "cancel_run": {"reference": "run"},
    "clone_run": {"reference": "run"},
    "office_session": {"reference": "session"},
    "office_timetable": {"reference": "timetable"},
    "publish_timetable": {"reference": "timetable"},
    "discard_timetable": {"reference": "timetable"},
    "office_meeting": {"reference": "timetable"},
    "certificate_order": {"reference": "certificate_order"},
    "selection_result": {"reference": "run"},
    "selection_csv": {"reference": "run"},
    "enrol": {"reference": "run"},
    "enrol_people": {"reference": "run"},
    "enrol_new_person": {"reference": "run"},
    "enrol_check": {"reference": "run"},
    "office_enrol": {"reference": "run"},
    "office_enrol_people": {"reference": "run"},
    "office_enrol_new_person": {"reference": "run"},
    "office_enrol_check": {"reference": "run"},
    "my_enrolment": {"reference": "enrolment"},
    "enrolment_receipt": {"reference": "enrolment"},
    "cancel_enrolment": {"reference": "enrolment"},
    "answer_offer": {"reference": "enrolment"},
    "my_attendance_code": {"reference": "enrolment"},
    "evaluate_run": {"reference": "enrolment"},
    "follow_up": {"reference": "follow_up"},
    "facilitation": {"reference": "facilitation"},
    "withdraw_facilitation": {"reference": "facilitation"},
    "office_facilitation": {"reference": "facilitation"},
    "office_outcome": {"reference": "run"},
    "office_scores": {"reference": "run"},
    "office_certificates": {"reference": "run"},
    "office_revoke_certificate": {"reference": "run", "certificate": "enrolment"},
    "office_attendance": {"reference": "run"},
    "office_attendance_print": {"reference": "run"},
    "office_attendance_offline": {"reference": "run"},
    "office_attendance_worker": {"reference": "run"},
    "office_attendance_receive": {"reference": "run"},
    "office_attendance_correct": {"reference": "run", "enrolment": "enrolment"},
    "office_participants": {"reference": "run"},
    "office_draw": {"reference": "run"},
    "office_seats": {"reference": "run"},
    "office_participants_file": {"reference": "run"},
    "office_participant_act": {"reference": "run", "enrolment": "enrolment"},
    **{
        name: {"reference": "cluster"}
        for name in (
            "cluster",
            "join_cluster",
            "office_cluster",
            "office_election",
            "office_order",
            "split_cluster",
            "merge_cluster",
            "office_cluster_members",
            "api-cluster-detail",
            "api-cluster-members",
            "api-cluster-fill",
        )
    },
    **{name: {"reference": "membership"} for name in ("my_membership", "member_card")},
    "remove_capacity": {"reference": "membership", "pk": "capacity"},
    **{
        name: {"reference": "membership_request"}
        for name in (
            "cluster_request",
            "office_cluster_request",
            "api-cluster-request-detail",
            "api-cluster-request-step",
        )
    },
    "legal_basis": {"reference": "legal_basis"},
    "office_legal_basis": {"reference": "legal_basis"},
    "office_activity": {"reference": "activity"},
    "office_quarter": {"reference": "quarter"},
    "api-legal-basis-detail": {"reference": "legal_basis"},
    "api-legal-basis-step": {"reference": "legal_basis"},
    "change_request": {"change": "change"},
    "api-credit-application-detail": {"reference": "application"},
    "api-credit-application-step": {"reference": "application"},
    "api-credit-claim-detail": {"reference": "subsidy_claim"},
    "credit_claim": {"reference": "subsidy_claim"},
    "my_loan": {"reference": "loan"},
    "my_loan_letter": {"reference": "loan"},
    "office_loan": {"reference": "loan"},
    "office_reverse_event": {"reference": "loan", "pk": "event"},
    "office_relief_undo": {"reference": "decree"},
    "bank_file": {"reference": "bank_file"},
    "bank_line": {"reference": "bank_file"},
    "credit_claim_file": {"reference": "subsidy_claim"},
    "withdraw_changes": {"change": "change"},
    "credit_application": {"reference": "application"},
    "office_credit_application": {"reference": "application"},
    "credit_section": {"reference": "application"},
    "credit_reuse_document": {"reference": "application"},
    "credit_remove_document": {"reference": "application"},
    "credit_check": {"reference": "application"},
    "credit_receipt": {"reference": "application"},
    "credit_consent": {"reference": "application"},
    "credit_withdraw": {"reference": "application"},
}
FIXED = {
    "day": "2026-12-01",
    "section": "identity",
    "document": "ktp",
    "year": timezone.localdate().year,
    "month": f"{timezone.localdate():%Y-%m}",
    "kind": "ikm_binaan",
    "step": "submit",
    "block": 1,
    "index": 0,
    "action": "batal",
    "figure": "disbursed",
    "table": "grades",
    "number": 1,
    "width": 320,
    "ending": "webp",
}


def address(name, world):
    """The page's path with the world's things in its parameters."""
    parameters = next(parameters for _, found, parameters in patterns() if found == name)
    kwargs = {}
    for parameter in parameters:
        if parameter in FIXED:
            kwargs[parameter] = FIXED[parameter]
        elif parameter == "token":
            kwargs[parameter] = world["letter"].token
        else:
            thing = world[PARAMETERS.get(name, {}).get(parameter, "registered")]
            if parameter == "message":
                kwargs[parameter] = thing.message_id
            elif parameter == "code":
                kwargs[parameter] = thing.course.code
            else:
                kwargs[parameter] = thing.pk if parameter == "pk" else thing.reference
    return reverse(name, kwargs=kwargs)


#: A NIK that documentation shows; nobody can bear it, as its serial number is 0000.
EXAMPLES = {"3374016505900000"}


def secrets(world):
    return ["Batik Rahasia", "Tersembunyi", world["draft"].reference, world["registered"].reference]


def read(response):
    """A file's answer holds the file open until it is read."""
    if response.streaming:
        b"".join(response.streaming_content)
        if getattr(response, "file_to_stream", None):
            response.file_to_stream.close()


def calls(client, path):
    """The page asked for and written to."""
    for method in (client.get, client.post):
        response = method(path)
        read(response)
        yield response


NAMES = sorted({name for _, name in URLS if name})


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PUBLIC])
def test_a_visitor_is_refused(name, world):
    for response in calls(Client(), address(name, world)):
        assert response.status_code in REFUSED | {401, 405}
        if response.status_code == 302:
            assert response["Location"].startswith("/akun/login/")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PUBLIC | OWN | CLAIM])
def test_a_stranger_finds_nothing(name, world, stranger, sign_in):
    for response in calls(sign_in(stranger), address(name, world)):
        assert response.status_code in REFUSED | {405}, response.content[:300]


@pytest.mark.parametrize("name", [name for name in NAMES if name in PUBLIC])
def test_no_public_answer_holds_a_number_of_a_person_or_what_is_not_public(name, world, stranger, sign_in):
    """Whatever page is added later: no sixteen digits, no mobile number, nothing of the records that nobody published."""
    path = address(name, world)
    for client in (Client(), sign_in(stranger)):
        response = client.get(path)
        text = b"".join(response.streaming_content) if response.streaming else response.content
        text = text.decode(errors="replace")
        assert set(personal_numbers(text)) <= EXAMPLES
        # The visitor's own question may stand in the answer.
        assert not [secret for secret in secrets(world) if secret in text and secret not in path]


@pytest.mark.parametrize("name", [name for name in NAMES if name in OWN | CLAIM])
def test_a_strangers_own_page_shows_nobody_elses_things(name, world, stranger, sign_in):
    page = sign_in(stranger).get(address(name, world))
    text = page.content.decode(errors="replace") if not page.streaming else ""
    shown = [secret for secret in secrets(world) if secret in text]
    assert name in CLAIM or not shown


@pytest.mark.parametrize("name", [name for name in NAMES if name in OFFICE - DESK])
def test_an_official_of_another_unit_is_refused(name, world, person, sign_in):
    role = Role.TRAINING_OFFICER if name in GALLERY_OFFICE else Role.GALLERY_CURATOR
    for response in calls(sign_in(person(role)), address(name, world)):
        assert response.status_code in REFUSED | {405}


# These know nobody by a cookie.
WITHOUT_COOKIE = {"set_language", "api-not-found", "api-oauth-token"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT_COOKIE])
def test_writing_without_the_csrf_token_is_refused(name, world, owner_user, registrar):
    for user in (owner_user, registrar):
        client = Client(enforce_csrf_checks=True)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        response = client.post(address(name, world))
        assert response.status_code in {403, 405}


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_carries_the_headers(name, world, owner_user, client, sign_in):
    path = address(name, world)
    for user in (None, owner_user):
        response = (sign_in(user) if user else Client()).get(path)
        read(response)
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy or "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy or name == "attachment" or name == "letter_file"
        assert "unsafe-eval" not in policy
        assert "unsafe-inline" not in policy or name == "api_docs"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        if user:
            assert "no-store" in response["Cache-Control"] or name in PUBLIC


def own_models():
    """The models of the portal's rooms, without their history, which copies rows that were checked."""
    models_of_rooms = [model for app in ROOMS for model in apps.get_app_config(app).get_models()]
    return [model for model in models_of_rooms if not hasattr(model, "pgh_tracked_model")]


def test_every_choice_is_closed_in_the_database():
    """A field with choices has a check constraint that names them, so that no door can write another value."""
    open_fields = []
    for model in own_models():
        conditions = [
            str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)
        ]
        for field in model._meta.get_fields():
            if getattr(field, "choices", None) and not any(
                f"'{field.name}__in'" in text for text in conditions
            ):
                open_fields.append(f"{model._meta.label}.{field.name}")
    assert open_fields == []


def test_every_relation_can_be_walked_back_by_name():
    nameless = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and not field.remote_field.related_name
    ]
    assert nameless == []


def test_no_template_lies_unused():
    """Each template is named by code, by another template, or by Django and allauth themselves."""
    root = Path(settings.BASE_DIR)
    by_framework = re.compile(
        r"^(admin|account|allauth|mfa|usersessions|django|errors)/|^(403_csrf|404|500)\.html$"
    )
    sources = [
        path.read_text(encoding="utf-8")
        for folder in (*ROOMS, "semarang_ikm", "templates")
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".html"}
    ]
    unused = [
        name
        for name in (
            str(path.relative_to(root / "templates")) for path in (root / "templates").rglob("*.html")
        )
        if not by_framework.match(name) and not any(name in source for source in sources)
    ]
    assert unused == []


def test_times_are_never_naive():
    """`datetime.now()` and its like are left to django.utils.timezone (ruff's DTZ rules watch the code)."""
    text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text()
    assert '"DTZ"' in text
    assert settings.USE_TZ
