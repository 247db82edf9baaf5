"""What came of a run: scores, its end, certificates, opinions, and the questions months later."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.workflow import open_steps
from ikm.views.office import official
from training.effects import effects_of
from training.enums import EnrolmentStatus
from training.forms.outcomes import (
    CertificatesForm,
    EvaluationForm,
    FollowUpForm,
    ReasonForm,
    ScoresForm,
    SignForm,
)
from training.models import Certificate, CertificateOrder, Course, Evaluation, FollowUp, Run
from training.notifications import course_title
from training.services import certificates, outcomes
from training.services.follow_ups import answer_follow_up, is_open
from training.views.mine import enrolment_or_404

#: The latest orders of certificates on one page.
ORDERS_SHOWN = 50
TARGETS = {"pass": EnrolmentStatus.COMPLETED, "fail": EnrolmentStatus.FAILED, "miss": EnrolmentStatus.NO_SHOW}
ENDED = tuple(TARGETS.values())


def run_or_404(request, reference):
    return get_object_or_404(
        Run.objects.visible_to(request.user).select_related("course"), reference=reference
    )


def _sentence(error):
    return error.messages[0] if isinstance(error, ValidationError) else str(error)


# --- The office ---------------------------------------------------------------------------------------------------------


def _outcome_rows(run):
    """What will become of everybody, or has: name, attendance, score, status and why."""
    if run.status != "completed":
        return [
            {
                "enrolment": one.enrolment,
                "status": TARGETS[one.step].value,
                "label": TARGETS[one.step].label,
                "reason": one.reason,
            }
            for one in outcomes.verdicts(run)
        ]
    people = run.enrolments.filter(status__in=ENDED).select_related("participant", "business")
    return [
        {"enrolment": one, "status": one.status, "label": one.get_status_display(), "reason": one.reason}
        for one in people.order_by("participant__name", "id")
    ]


@official("training.hold_run")
def outcome(request, reference):
    """How the run would end now and what stands in the way; POST begins or ends it."""
    run = run_or_404(request, reference)
    steps = open_steps(run, request.user)
    if request.method == "POST":
        try:
            if "start" in steps:
                outcomes.start_run(run, actor=request.user)
                messages.success(request, _("Angkatan dimulai."))
            else:
                outcomes.complete_run(run, actor=request.user)
                messages.success(request, _("Angkatan selesai. Semua peserta diberi tahu hasilnya."))
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, _sentence(error))
        return redirect("office_outcome", reference)
    rows = _outcome_rows(run)
    count, means, remarks = outcomes.opinions(run)
    labels = {name: Evaluation._meta.get_field(name).verbose_name for name in ("content", "trainer", "place")}
    return render(
        request,
        "training/office/outcome.html",
        {
            "run": run,
            "title": course_title(run),
            "may_start": "start" in steps,
            "may_complete": "complete" in steps,
            "obstacles": outcomes.obstacles(run) if "complete" in steps else [],
            "rows": rows,
            "tiles": [
                {"value": sum(row["status"] == status for row in rows), "label": status.label.lower()}
                for status in ENDED
            ],
            "opinion_count": count,
            "fewest": outcomes.FEWEST_SHOWN,
            "means": means and [(labels[name], mean) for name, mean in means.items()],
            "remarks": remarks,
        },
    )


@official("training.record_score")
def scores(request, reference):
    """The results of the tests, everybody on one page."""
    run = run_or_404(request, reference)
    people = list(
        run.enrolments.filter(status=EnrolmentStatus.ENROLLED)
        .select_related("participant", "score")
        .order_by("participant__name", "id")
    )
    form = ScoresForm(people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        changed = form.call(outcomes.record_scores, run, form.scores(), actor=request.user)
        if changed is not None:
            messages.success(request, _("Nilai %(count)s orang disimpan.") % {"count": changed})
            return redirect("office_outcome", reference)
    return render(
        request,
        "training/office/scores.html",
        {"run": run, "title": course_title(run), "form": form},
        status=400 if form.errors else 200,
    )


def _ask(form, runs, request):
    """The order that the form asks for, or None with its errors; few certificates are issued at once."""
    order = form.call(
        certificates.ask_certificates, runs, actor=request.user, signatory=form.cleaned_data["signatory"]
    )
    if order is not None and order.total < certificates.BATCH:
        order = certificates.issue_batch(order)
    return order


@official("training.issue_certificate")
def certificate_list(request, reference):
    """How many of a run's certificates are issued, and the rest with one press."""
    run = run_or_404(request, reference)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        order = _ask(form, [run], request)
        if order is not None:
            return redirect("certificate_order", order.reference)
    return render(
        request,
        "training/office/certificates.html",
        {
            "run": run,
            "title": course_title(run),
            "progress": certificates.progress(run),
            "order": certificates.waiting_order(run),
            "form": form,
            "certificates": Certificate.objects.filter(enrolment__run=run)
            .select_related("letter", "enrolment")
            .order_by("letter__serial"),
        },
        status=400 if form.errors else 200,
    )


@official("training.issue_certificate")
def certificate_orders(request):
    """Several runs with one press, and what was asked before."""
    form = CertificatesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        order = _ask(form, form.cleaned_data["runs"], request)
        if order is not None:
            return redirect("certificate_order", order.reference)
    return render(
        request,
        "training/office/certificate_orders.html",
        {
            "form": form,
            "is_open": certificates.runs_with_due().exists(),
            "may_sign": certificates.signatories().exists(),
            "orders": CertificateOrder.objects.visible_to(request.user).select_related("asked_by")[
                :ORDERS_SHOWN
            ],
        },
        status=400 if form.errors else 200,
    )


@official("training.issue_certificate")
@require_GET
def certificate_order(request, reference):
    """How far an order is; at its end, what came of it."""
    order = get_object_or_404(
        CertificateOrder.objects.visible_to(request.user).select_related("signatory", "asked_by"),
        reference=reference,
    )
    return render(
        request,
        "training/office/certificate_order.html",
        {
            "order": order,
            "runs": order.runs.select_related("course"),
            "sentence": _("%(issued)s dari %(total)s sertifikat sudah terbit.")
            % {"issued": number_format(order.issued), "total": number_format(order.total)},
            "columns": [{"label": _("Nama")}, {"label": _("Sebab")}],
            "rows": [[one["name"], one["reason"]] for one in order.problems],
        },
    )


@official("training.issue_certificate")
def revoke(request, reference, certificate):
    """Withdraw one certificate, with the reason."""
    run = run_or_404(request, reference)
    found = get_object_or_404(
        Certificate.objects.visible_to(request.user).filter(enrolment__run=run).select_related("letter"),
        reference=certificate,
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.call(
            certificates.revoke_certificate, found, actor=request.user, reason=form.cleaned_data["reason"]
        )
        if done is not None:
            messages.success(request, _("Sertifikat dicabut."))
            return redirect("office_certificates", reference)
    return render(
        request,
        "training/office/revoke.html",
        {"run": run, "title": course_title(run), "certificate": found, "form": form},
        status=400 if form.errors else 200,
    )


@official("training.view_followup")
@require_GET
def effects(request):
    """Per course: how many businesses grew after 3 and 12 months, with the interval and who did not answer."""
    courses = Course.objects.order_by("title", "code")
    chosen = courses.filter(code=request.GET.get("pelatihan", "")).first()
    return render(
        request,
        "training/office/effects.html",
        {
            "courses": courses.filter(runs__status="completed").distinct(),
            "chosen": chosen,
            "horizons": effects_of(chosen) if chosen else [],
            "columns": [
                {"label": _("Yang naik")},
                {"label": _("Naik"), "num": True},
                {"label": _("Dibandingkan"), "num": True},
                {"label": _("Bagian dan selang 95 persen"), "num": True},
            ],
        },
    )


# --- The participant ----------------------------------------------------------------------------------------------------


@login_required
def evaluate(request, reference):
    """An opinion of the run, once, without a name."""
    enrolment = enrolment_or_404(request, reference)
    if not outcomes.may_evaluate(enrolment):
        messages.info(request, _("Evaluasi hanya sekali, dan hanya bagi yang hadir."))
        return redirect("my_enrolment", reference)
    form = EvaluationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.call(outcomes.evaluate, enrolment, actor=request.user, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Terima kasih. Pendapat Anda tersimpan tanpa nama."))
            return redirect("my_enrolment", reference)
    return render(
        request,
        "training/owner/evaluate.html",
        {"enrolment": enrolment, "title": course_title(enrolment.run), "form": form},
        status=400 if form.errors else 200,
    )


@login_required
def follow_up(request, reference):
    """Three figures, some months after."""
    found = get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related(
            "enrolment__run__course", "enrolment__business"
        ),
        reference=reference,
    )
    form = FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.call(answer_follow_up, found, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Terima kasih. Jawaban Anda tersimpan."))
            return redirect("follow_up", reference)
    return render(
        request,
        "training/owner/follow_up.html",
        {
            "follow_up": found,
            "enrolment": found.enrolment,
            "title": course_title(found.enrolment.run),
            "form": form,
            "is_open": is_open(found),
        },
        status=400 if form.errors else 200,
    )
