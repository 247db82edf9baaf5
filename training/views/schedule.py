"""One run at the office: its sessions planned, moved, cancelled; announced, cancelled, copied. And sessions from a sheet."""

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.workflow import open_steps
from ikm.views.office import official
from training.enums import SessionStatus
from training.forms.office import CloneForm, NoteForm, SessionForm, SheetForm
from training.models import Run, Session
from training.services import scheduling
from training.services.timetable_sheets import import_sessions

SHEET = "training.sheet"


def _run(request, reference):
    return get_object_or_404(
        Run.objects.visible_to(request.user).select_related("course"), reference=reference
    )


def _page(request, run, *, form=None, note_form=None, status=200):
    return render(
        request,
        "training/office/run.html",
        {
            "run": run,
            "sessions": run.sessions.select_related("room__venue", "trainer").order_by("during"),
            "form": form or SessionForm(run=run),
            "note_form": note_form or NoteForm(prefix="cancel"),
            "may_plan": run.status in scheduling.PLANNABLE and request.user.has_perm(scheduling.PLAN),
            "steps": open_steps(run, request.user),
            "obstacles": scheduling.obstacles(run) if run.status == "draft" else [],
        },
        status=status,
    )


@official("training.change_run")
@require_http_methods(["GET", "POST"])
def run(request, reference):
    """The run with its sessions; POST plans one more."""
    found = _run(request, reference)
    if request.method == "GET":
        return _page(request, found)
    form = SessionForm(request.POST, run=found)
    if form.is_valid():
        session = form.call(
            scheduling.plan_session,
            found,
            actor=request.user,
            title=form.cleaned_data["title"],
            equipment=form.cleaned_data.get("equipment", ()),
            **form.place(),
        )
        if session is not None:
            messages.success(request, _("Pertemuan %(number)d dijadwalkan.") % {"number": session.number})
            return redirect("office_run", reference)
    return _page(request, found, form=form, status=400)


@official("training.publish_run")
@require_POST
def publish(request, reference):
    found = _run(request, reference)
    try:
        scheduling.publish_run(found, actor=request.user)
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
    else:
        messages.success(request, _("Angkatan diumumkan."))
    return redirect("office_run", reference)


@official("training.publish_run")
@require_POST
def cancel(request, reference):
    found = _run(request, reference)
    form = NoteForm(request.POST, prefix="cancel")
    if form.is_valid() and form.call(
        scheduling.cancel_run, found, actor=request.user, note=form.cleaned_data["note"]
    ):
        messages.success(request, _("Angkatan dibatalkan. Semua peserta dan pelatih diberi tahu."))
        return redirect("office_run", reference)
    return _page(request, found, note_form=form, status=400)


@official("training.plan_session")
@require_http_methods(["GET", "POST"])
def session(request, reference):
    """Move a session, or cancel it with a reason."""
    found = get_object_or_404(
        Session.objects.visible_to(request.user).select_related("run__course", "room", "trainer"),
        reference=reference,
    )
    form, note_form = SessionForm(run=found.run, session=found), NoteForm(prefix="cancel")
    done = None
    if request.method == "POST" and "cancel" in request.POST:
        note_form = NoteForm(request.POST, prefix="cancel")
        if note_form.is_valid():
            done = note_form.call(
                scheduling.cancel_session, found, actor=request.user, note=note_form.cleaned_data["note"]
            )
    elif request.method == "POST":
        form = SessionForm(request.POST, run=found.run, session=found)
        if form.is_valid():
            done = form.call(
                scheduling.move_session,
                found,
                actor=request.user,
                note=form.cleaned_data["note"],
                version=form.cleaned_data["version"],
                **form.place(),
            )
    if done is not None:
        messages.success(request, _("Jadwal disimpan."))
        return redirect("office_run", found.run.reference)
    return render(
        request,
        "training/office/session.html",
        {
            "session": found,
            "form": form,
            "note_form": note_form,
            "is_planned": found.status == SessionStatus.PLANNED,
        },
        status=400 if request.method == "POST" else 200,
    )


@official("training.add_run")
@require_http_methods(["GET", "POST"])
def clone(request, reference):
    """A copy on other dates: first shown, then made."""
    found = _run(request, reference)
    form = CloneForm(request.POST or None)
    shown = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if "make" in request.POST:
            made = form.call(
                scheduling.clone_run,
                found,
                actor=request.user,
                batch=given["batch"],
                starts_on=given["starts_on"],
            )
            if made is not None:
                messages.success(request, _("Salinan dibuat sebagai draf."))
                return redirect("office_run", made.reference)
        shown = scheduling.preview_clone(found, given["starts_on"])
    return render(
        request,
        "training/office/clone.html",
        {"run": found, "form": form, "shown": shown},
        status=400 if form.errors else 200,
    )


@official("training.plan_session")
@require_GET
def sheet(request):
    return render(request, "training/office/sheet.html", {"form": SheetForm()})


@official("training.plan_session")
@require_POST
def read_sheet(request):
    """Every row with its verdict; a second press writes what was shown."""
    form = SheetForm(request.POST, request.FILES)
    rows, kept, is_written = None, request.POST.get("kept", ""), "write" in request.POST
    if is_written:
        try:
            content = signing.loads(kept, salt=SHEET, max_age=3600).encode("latin-1")
        except signing.BadSignature:
            messages.error(request, _("Pratinjau ini sudah lama. Pilih berkasnya lagi."))
            return redirect("office_sheet")
        rows = import_sessions(content, actor=request.user, write=True)
    elif form.is_valid():
        content = form.cleaned_data["file"]
        rows = form.call(import_sessions, content, actor=request.user, write=False)
        kept = signing.dumps(bytes(content).decode("latin-1"), salt=SHEET, compress=True)
    return render(
        request,
        "training/office/sheet.html",
        {
            "form": form if rows is None else SheetForm(),
            "rows": rows,
            "kept": kept,
            "is_written": is_written,
            "good": sum(row.verdict in ("new", "changed") for row in rows or ()),
        },
        status=400 if rows is None else 200,
    )
