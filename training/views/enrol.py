"""Enrolment, one thing per page: which business, who comes, check, receipt. The same pages by two doors: the portal, for the
businesses one speaks for, and the counter, where an official enrols the people of any business."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import moment_in_words
from core.indonesia import mask_nik
from ikm.enums import BusinessStatus
from ikm.models import Business
from ikm.views.office import official
from training.eligibility import failures
from training.enums import Admission, EnrolmentStatus
from training.forms.enrol import EnrolForm, PersonForm
from training.models import Enrolment, Participant, Run
from training.notifications import course_title
from training.selectors import begins_in_words, companions, findings_for, place_of
from training.services.enrolments import enrol
from training.services.people import add_worker, businesses_named, owners_of, workers_of


def run_or_404(request, reference):
    return get_object_or_404(
        Run.objects.visible_to(request.user).exclude(status="draft").select_related("course"),
        reference=reference,
    )


@dataclass(frozen=True)
class Door:
    """Where the pages stand: the names of their addresses, and whether an official is at the counter."""

    people: str
    new_person: str
    check: str
    by_official: bool = False

    def url(self, name, run, business, people=()):
        query = "&".join(f"orang={key}" for key in people)
        address = reverse(getattr(self, name), args=[run.reference, business.reference])
        return f"{address}?{query}" if query else address

    def businesses(self, user):
        known = (
            Business.objects.visible_to(user) if self.by_official else Business.objects.spoken_for_by(user)
        )
        return known.exclude(status=BusinessStatus.MERGED)


PORTAL = Door("enrol_people", "enrol_new_person", "enrol_check")
COUNTER = Door("office_enrol_people", "office_enrol_new_person", "office_enrol_check", by_official=True)


def business_or_404(request, reference, door):
    """A business for which the signed-in person may enrol people."""
    return get_object_or_404(
        door.businesses(request.user).select_related("main_kbli", "kelurahan"), reference=reference
    )


def run_context(run):
    """What every page of the journey says about the run."""
    return {"run": run, "course_name": course_title(run), "begins": begins_in_words(run)}


@login_required
@require_GET
def choose_business(request, reference):
    """Which business the people come from, and which cannot send any yet; a person with one business goes straight on."""
    run = run_or_404(request, reference)
    mine = list(PORTAL.businesses(request.user).select_related("kelurahan__parent").order_by("name", "pk"))
    if len(mine) == 1:
        return redirect("enrol_people", reference, mine[0].reference)
    able = [one for one in mine if one.status == BusinessStatus.REGISTERED or not run.course.needs_registered]
    return render(
        request,
        "training/owner/choose_business.html",
        {**run_context(run), "businesses": able, "others": [one for one in mine if one not in able]},
    )


@official("training.enrol_participant")
@require_GET
def find_business(request, reference):
    """At the counter: the business whose people come, by its name, NIB or number."""
    run = run_or_404(request, reference)
    words = " ".join(request.GET.get("q", "").split())[:120]
    return render(
        request,
        "training/office/find_business.html",
        {**run_context(run), "words": words, "businesses": businesses_named(words, request.user)},
    )


def _known_people(business):
    """[(key, Owner or Participant, Participant as it stands or would be made)], owners first."""
    known = {one.owner_id: one for one in Participant.objects.filter(owner__in=owners_of(business))}
    owners = [
        (
            owner.reference,
            owner,
            known.get(owner.pk) or Participant(owner=owner, name=owner.name, nik=owner.nik, sex=owner.sex),
        )
        for owner in owners_of(business)
    ]
    return owners + [(one.reference, one, one) for one in workers_of(business)]


def _rows(run, business, people, chosen):
    """What the page shows of each person, with the conditions that are not met."""
    findings = findings_for(run, business, [one for _key, _source, one in people])
    taken = set(run.enrolments.active().values_list("participant_id", flat=True))
    return [
        {
            "key": key,
            "name": one.name,
            "nik": mask_nik(one.nik) if one.nik else "",
            "is_owner": one.owner_id is not None,
            "chosen": key in chosen,
            "taken": one.pk in taken,
            "obstacles": failures(found),
        }
        for (key, _source, one), found in zip(people, findings, strict=True)
    ]


@login_required
@require_GET
def choose_people(request, reference, business, door=PORTAL):
    """Owners and workers the portal knows already, to be ticked; others are added on the next page."""
    run, business = run_or_404(request, reference), business_or_404(request, business, door)
    rows = _rows(run, business, _known_people(business), set(request.GET.getlist("orang")))
    # What stands in the way of everybody is said once, above.
    common = (
        [one for one in rows[0]["obstacles"] if all(one in row["obstacles"] for row in rows)] if rows else []
    )
    for row in rows:
        row["obstacles"] = [one for one in row["obstacles"] if one not in common]
    if not any(row["chosen"] for row in rows) and len(rows) == 1:
        rows[0]["chosen"] = True
    return render(
        request,
        "training/owner/choose_people.html",
        {
            **run_context(run),
            "business": business,
            "rows": rows,
            "common": common,
            "nobody": "kosong" in request.GET,
            "back": reverse("office_enrol" if door.by_official else "training_run", args=[run.reference]),
            "new_person_url": door.url("new_person", run, business),
            "check_url": door.url("check", run, business),
        },
    )


@login_required
def new_person(request, reference, business, door=PORTAL):
    """A worker, typed once; afterwards he or she stands among the people to be ticked."""
    run, business = run_or_404(request, reference), business_or_404(request, business, door)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(add_worker, business, actor=request.user, **form.cleaned_data)
        if made is not None:
            chosen = [*request.GET.getlist("orang"), made.reference]
            return redirect(door.url("people", run, business, chosen))
    return render(
        request,
        "training/owner/new_person.html",
        {
            **run_context(run),
            "business": business,
            "form": form,
            "back": door.url("people", run, business),
        },
        status=400 if form.errors else 200,
    )


@login_required
def check_answers(request, reference, business, door=PORTAL):
    """Who comes, whether they may, and what they get; sent once, however often the button is pressed."""
    run, business = run_or_404(request, reference), business_or_404(request, business, door)
    keys = request.POST.getlist("orang") or request.GET.getlist("orang")
    people = [(key, source, one) for key, source, one in _known_people(business) if key in set(keys)]
    if not people:
        return redirect(f"{door.url('people', run, business)}?kosong")
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = form.call(
            enrol, run, [source for _key, source, _one in people], business=business, actor=request.user
        )
        if entry is not None and door.by_official:
            _tell_the_counter(request, entry)
            return redirect("office_participants", reference)
        if entry is not None:
            return redirect("enrolment_receipt", entry[0].reference)
    rows = _rows(run, business, people, set())
    may = not any(row["obstacles"] for row in rows)
    return render(
        request,
        "training/owner/check_answers.html",
        {
            **run_context(run),
            "business": business,
            "form": form,
            "rows": rows,
            "may": may,
            "outlook": outlook(run, len(people), door) if may else "",
            "back": door.url("people", run, business, [key for key, _source, _one in people]),
        },
        status=400 if form.errors else 200,
    )


def _tell_the_counter(request, entry):
    """What each got, with the number that the person takes home."""
    for one in entry:
        told = f"{one.participant}: {one.get_status_display()}, {one.reference}"
        if one.status == EnrolmentStatus.WAITING:
            told = _("%(told)s, urutan %(place)s") % {"told": told, "place": place_of(one).number}
        messages.success(request, told)


def outlook(run, count, door=PORTAL):
    """What an entry of so many people would get now, in one sentence. Another may be quicker."""
    if run.admission == Admission.SELECTION:
        return _("Peserta dipilih sesudah pendaftaran ditutup %(moment)s.") % {
            "moment": moment_in_words(run.registration_until)
        }
    if count <= run.seats_free:
        return _("Masih ada %(free)s kursi kosong dari %(quota)s.") % {
            "free": run.seats_free,
            "quota": run.quota,
        }
    waiting = run.enrolments.filter(status=EnrolmentStatus.WAITING).count()
    if waiting + count <= run.reserve:
        told = (
            _("Kursi tidak cukup. Mereka masuk daftar tunggu pada urutan %(place)s.")
            if door.by_official
            else _("Kursi tidak cukup. Anda masuk daftar tunggu pada urutan %(place)s.")
        )
        return told % {"place": waiting + 1}
    return _("Kursi dan daftar tunggu sudah penuh.")


@login_required
@require_GET
def receipt(request, reference):
    """The receipt of an entry; its address may be kept."""
    enrolment = get_object_or_404(
        Enrolment.objects.visible_to(request.user).select_related("run__course", "participant", "business"),
        reference=reference,
    )
    run = enrolment.run
    if enrolment.status not in {EnrolmentStatus.ENROLLED, EnrolmentStatus.WAITING, EnrolmentStatus.APPLIED}:
        return redirect("my_enrolment", reference)
    return render(
        request,
        "training/owner/receipt.html",
        {
            **run_context(run),
            "enrolment": enrolment,
            "entry": companions(enrolment),
            "receipt_title": {
                "enrolled": _("Kursi sudah didapat"),
                "waiting": _("Anda masuk daftar tunggu"),
                "applied": _("Pendaftaran sudah kami terima"),
            }[enrolment.status],
            "next": next_steps(enrolment),
        },
    )


def next_steps(enrolment):
    """What happens now and when."""
    run = enrolment.run
    begins = {"begins": begins_in_words(run)}
    match enrolment.status:
        case EnrolmentStatus.ENROLLED:
            return [
                _("Datang pada %(begins)s. Tempatnya ada pada halaman pelatihan Anda.") % begins,
                _("Bila berhalangan, batalkan sebelum mulai agar kursi dipakai orang lain."),
            ]
        case EnrolmentStatus.WAITING:
            return [
                _("Bila ada kursi kosong, Anda mendapat tawaran lewat Kotak pesan."),
                _("Tawaran berlaku %(hours)s jam. Sesudah itu kursi ditawarkan kepada yang berikutnya.")
                % {"hours": run.offer_hours},
                _("Pelatihan mulai %(begins)s.") % begins,
            ]
        case EnrolmentStatus.APPLIED:
            return [
                _("Pendaftaran ditutup %(moment)s.") % {"moment": moment_in_words(run.registration_until)},
                _("Sesudah itu peserta dipilih dengan undian berbobot yang dapat Anda hitung sendiri."),
                _("Hasilnya kami kirim ke Kotak pesan Anda."),
            ]
    raise Http404
