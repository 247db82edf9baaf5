"""Pages that belong to no room: the Kotak pesan, private files, letters and their verification, and the error pages."""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from core import audit
from core.attachments import visible_attachment
from core.delivery import mark_sent, whatsapp_link
from core.letters import visible_letter
from core.models import Delivery, Letter, Message
from core.problems import problem_page

MESSAGES_PER_PAGE = 30
RETRY_AFTER_SECONDS = 5
LANGUAGE_SECONDS = 365 * 24 * 60 * 60


@require_safe
@never_cache
def set_language(request):
    """Remember the language `?ke=` in a cookie and go back to `?lanjut=`.

    A link and not a form: a form's CSRF cookie on every page would keep the public pages out of every cache. Nothing is
    stored but the visitor's own cookie, and the way back stays on this site.
    """
    target = request.GET.get("lanjut", "")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(
        target, allowed_hosts=None, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(iri_to_uri(_without_language(target)))
    language = request.GET.get("ke", "")
    if check_for_language(language) and language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=LANGUAGE_SECONDS,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def _without_language(target):
    """An address that says its own language would not follow the one just chosen."""
    head, _mark, question = target.partition("?")
    kept = "&".join(part for part in question.split("&") if part and not part.startswith("bahasa="))
    return f"{head}?{kept}" if kept else head


@login_required
@require_GET
def inbox(request):
    """The person's messages, newest first; `?sebelum=<id>` goes on from there."""
    messages = Message.objects.filter(recipient=request.user)
    before = request.GET.get("sebelum", "")
    if before.isdecimal():
        messages = messages.filter(id__lt=int(before))
    page = list(messages[: MESSAGES_PER_PAGE + 1])
    older = page[MESSAGES_PER_PAGE - 1].pk if len(page) > MESSAGES_PER_PAGE else None
    return render(request, "core/inbox.html", {"page": page[:MESSAGES_PER_PAGE], "older": older})


@login_required
@require_POST
def read_message(request, pk):
    """Mark one message as read and go where it points."""
    message = get_object_or_404(Message, pk=pk, recipient=request.user)
    Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=timezone.now())
    return redirect(message.link or "inbox")


@login_required
@require_POST
def read_all_messages(request):
    Message.objects.filter(recipient=request.user, read_at__isnull=True).update(read_at=timezone.now())
    return redirect("inbox")


@login_required
@permission_required("core.send_delivery", raise_exception=True)
@require_GET
def waiting_messages(request):
    """Messages to people without e-mail, oldest first: an official presses the wa.me link, then marks it as sent."""
    deliveries = (
        Delivery.objects.filter(status=Delivery.Status.WAITING, channel=Delivery.Channel.WHATSAPP)
        .select_related("message__recipient")
        .order_by("id")[:MESSAGES_PER_PAGE]
    )
    rows = [(delivery, whatsapp_link(delivery)) for delivery in deliveries]
    return render(request, "core/waiting_messages.html", {"rows": rows})


@login_required
@permission_required("core.send_delivery", raise_exception=True)
@require_POST
def message_sent(request, pk):
    mark_sent(get_object_or_404(Delivery, pk=pk, channel=Delivery.Channel.WHATSAPP), actor=request.user)
    return redirect("waiting_messages")


@require_GET
def attachment(request, reference):
    """A file for who may see its record."""
    return file_of(visible_attachment(reference, request.user), request.user)


def file_of(found, user):
    """The file of an Attachment that `user` may see; every look at a private one is written to the audit trail."""
    if not found.is_public:
        audit.record(user, "core.view_attachment", found, detail={"kind": found.kind})
    return _file(found.file, found.content_type_name, found.original_name, public=found.is_public)


@require_GET
def letter_file(request, token):
    """The PDF of a letter, for who may see the record it is about."""
    letter = visible_letter(token, request.user)
    audit.record(request.user, "core.view_letter", letter.number)
    return _file(letter.file, "application/pdf", f"{letter.number.replace('/', '-')}.pdf", public=False)


def _file(field, content_type, name, *, public):
    try:
        stream = field.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stream, content_type=content_type, filename=name)
    # Shown inside our own side-by-side page, but never able to run anything. Browsers refuse their own PDF viewer in a
    # sandbox, so that a PDF, which was searched for scripts on its way in, goes without.
    sandbox = "" if content_type == "application/pdf" else "; sandbox"
    response["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors 'self'{sandbox}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "public, max-age=86400" if public else "no-store, private"
    return response


@require_GET
def letter_verification(request, token):
    """Public: whether a letter is genuine and still holds. Shows no personal data."""
    letter = Letter.objects.filter(token=token).first()
    return render(request, "core/letter_verification.html", {"letter": letter}, status=200 if letter else 404)


def bad_request(request, exception):
    if request.path.startswith("/api/"):
        return problem_page(400, _("Permintaan tidak dapat dibaca"))
    return render(request, "errors/400.html", status=400)


def permission_denied(request, exception):
    return render(request, "errors/403.html", {"reason": str(exception)}, status=403)


def not_found(request, exception):
    return render(request, "errors/404.html", status=404)


def server_error(request):
    """500; or, while the database is away, 503 with Retry-After and a page that needs no database."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        if request.path.startswith("/api/"):
            return problem_page(503, _("Basis data sedang tidak dapat dihubungi"), headers=headers)
        page = (settings.BASE_DIR / "templates" / "errors" / "503.html").read_bytes()
        return HttpResponse(page, status=503, headers=headers)
    if request.path.startswith("/api/"):
        return problem_page(500, _("Terjadi gangguan pada sistem"))
    return render(request, "errors/500.html", status=500)
