"""What each role may do: the one table. Permissions are "<app>.<verb>_<noun>" and may end in or hold a `*`.

The stock verbs view/add/change/delete are those of the back office; the other verbs are steps of the workflows.
"""

from fnmatch import fnmatchcase
from functools import cache

from accounts.enums import Role

OFFICE = {"core.view_message", "core.view_stepline", "ikm.view_business", "ikm.view_kbli",
          "ikm.view_area", "ikm.view_yearlyfigure", "ikm.view_licence", "ikm.view_product", "ikm.view_ownership",
          "ikm.view_owner", "core.*_savedfilter"}  # fmt: skip

REGISTER_READ = {
    "ikm.view_*",
    "core.view_letter",
    "core.view_attachment",
    "core.view_delivery",
    "core.send_delivery",
}

PERMISSIONS = {
    Role.REGISTRAR: OFFICE | REGISTER_READ | {
        "ikm.register_business", "ikm.reject_business", "ikm.close_business", "ikm.reopen_business",
        "ikm.ask_correction", "ikm.change_business", "ikm.add_business", "ikm.*_owner", "ikm.*_ownership",
        "ikm.*_licence", "ikm.*_product", "ikm.*_yearlyfigure", "ikm.import_business", "ikm.*_importbatch",
        "ikm.*_importmapping", "ikm.decide_changerequest", "ikm.decide_representative", "ikm.merge_business",
        "ikm.decide_duplicatepair", "ikm.reveal_nik", "ikm.propose_letter", "ikm.issue_letter",
        "core.revoke_letter", "core.publish_attachment", "ikm.export_*",
        "ikm.record_consent", "accounts.issue_countercode", "accounts.view_user",
        "accounts.view_datarequest", "accounts.answer_datarequest", "accounts.view_consent", "ikm.plan_visit",
    },
    Role.VERIFIER: OFFICE | REGISTER_READ | {
        "ikm.register_business", "ikm.reject_business", "ikm.ask_correction", "ikm.verify_business",
        "ikm.decide_changerequest", "ikm.plan_visit", "ikm.carry_out_visit", "ikm.*_visit", "ikm.reveal_nik",
        "ikm.propose_letter", "credit.view_application", "credit.verify_application", "credit.plan_visit",
    },
    Role.CREDIT_OFFICER: OFFICE | {
        "credit.view_*", "credit.submit_application", "credit.examine_application", "credit.plan_visit",
        "credit.recommend_application", "credit.answer_for_bank", "credit.review_application", "credit.post_loanevent",
        "credit.upload_bankfile", "credit.match_bankfileline", "credit.upload_subsidyclaim", "credit.check_subsidyclaim",
        "credit.pay_subsidyclaim", "credit.apply_reliefdecree", "credit.issue_letter", "credit.export_*",
        "credit.close_day", "core.view_attachment", "core.view_letter", "programme.view_*", "ikm.view_visit",
        "ikm.plan_visit", "ikm.reveal_nik",
    },
    Role.CREDIT_APPROVER: OFFICE | {
        "credit.view_*", "credit.approve_*", "credit.issue_letter", "credit.export_*", "credit.change_*", "credit.add_*",
        "core.view_attachment", "core.view_letter", "programme.view_*", "ikm.view_visit",
    },
    Role.TRAINING_OFFICER: OFFICE | {
        "training.*", "core.view_letter", "core.revoke_letter", "core.view_attachment", "programme.view_*",
        "ikm.add_licence", "cluster.view_cluster",
    },
    Role.CLUSTER_OFFICER: OFFICE | {
        "cluster.*", "facility.*", "programme.view_legalbasis", "programme.propose_legalbasis", "core.view_letter",
        "core.revoke_letter", "core.view_attachment",
    },
    Role.GALLERY_CURATOR: OFFICE | {
        "gallery.*", "core.view_letter", "core.revoke_letter", "core.view_attachment", "ikm.record_consent",
    },
    Role.PROGRAMME_OFFICER: OFFICE | {"programme.*", "reporting.*", "partnership.*", "ikm.view_*", "ikm.export_business"},
    Role.AUDITOR: {"*.view_*"},
    Role.ADMINISTRATOR: {"*"},
    Role.ENTREPRENEUR: {
        "ikm.submit_business", "ikm.propose_changerequest", "ikm.withdraw_changerequest", "ikm.claim_business",
        "ikm.request_letter", "ikm.report_figures", "ikm.confirm_business", "ikm.choose_visit_time",
        "credit.submit_application", "credit.withdraw_application", "training.enrol_participant",
        "training.cancel_enrolment", "training.answer_offer", "training.ask_facilitation",
        "facility.book_unit", "facility.cancel_booking", "facility.arrive_booking", "facility.enter_stallevent",
        "facility.report_damage",
        "cluster.ask_membership", "cluster.answer_membership", "cluster.record_capacity",
        "gallery.submit_product", "gallery.withdraw_product", "gallery.connect_shop",
    },
    Role.PARTNER: {
        "ikm.view_business", "ikm.view_kbli", "ikm.view_area", "credit.review_application", "credit.answer_for_bank",
        "credit.post_loanevent", "credit.upload_bankfile", "credit.upload_subsidyclaim",
        "webhooks.register_endpoint", "webhooks.rotate_endpoint", "webhooks.disable_endpoint", "webhooks.enable_endpoint",
        "webhooks.replay_delivery",
    },
}  # fmt: skip

OFFICIAL_ROLES = frozenset(PERMISSIONS) - {Role.ENTREPRENEUR, Role.PARTNER}


@cache
def may(roles, permission):
    """Whether any of `roles` (a frozenset) holds `permission`."""
    return any(fnmatchcase(permission, pattern) for role in roles for pattern in PERMISSIONS[role])


@cache
def may_in_app(roles, app_label):
    """Whether any of `roles` may do something in the back office of this app."""
    return any(
        fnmatchcase(app_label, pattern.split(".")[0]) for role in roles for pattern in PERMISSIONS[role]
    )
