"""Private files of records: checked on the way in, shown only to who may see the record."""

from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import Attachment
from core.uploads import inspect_upload


@transaction.atomic
def attach_file(subject, upload, *, kind, actor, allow=("image", "pdf"), is_public=False):
    """Check `upload` (an UploadedFile), re-encode it where it is a picture and hang it on `subject`.

    `kind` says what it shows ("ktp", "business_photo", …). Raises ValidationError with a sentence that says what to do.
    """
    clean = inspect_upload(upload, allow=allow)
    attachment = Attachment(
        subject=subject,
        kind=kind,
        original_name=(upload.name or "")[-200:],
        content_type_name=clean.content_type,
        size=len(clean.content),
        sha256=clean.sha256,
        width=clean.width,
        height=clean.height,
        is_public=is_public,
        uploaded_by=actor,
    )
    attachment.file.save(f"{clean.sha256[:32]}{clean.extension}", ContentFile(clean.content), save=False)
    attachment.save()
    audit.record(actor, "core.attach_file", subject, detail={"kind": kind, "file": attachment.reference})
    return attachment


@transaction.atomic
def copy_attachment(attachment, subject, *, kind, actor):
    """Hang a file that another record has on `subject` as well, with bytes of its own: either may be removed alone."""
    copy = Attachment(
        subject=subject,
        kind=kind,
        original_name=attachment.original_name,
        content_type_name=attachment.content_type_name,
        size=attachment.size,
        sha256=attachment.sha256,
        width=attachment.width,
        height=attachment.height,
        uploaded_by=actor,
    )
    with attachment.file.open() as file:
        copy.file.save(f"{attachment.sha256[:32]}{Path(attachment.file.name).suffix}", file, save=False)
    copy.save()
    audit.record(actor, "core.attach_file", subject, detail={"kind": kind, "file": copy.reference})
    return copy


def visible_attachment(reference, user):
    """The attachment, when `user` may see the record it hangs on, or anybody may; Http404 otherwise."""
    attachment = Attachment.objects.filter(reference=reference, removed_at__isnull=True).first()
    if attachment is None:
        raise Http404
    model = attachment.content_type.model_class()
    # A published picture is public for just as long as its record is.
    if attachment.is_public and model.objects.published().filter(pk=attachment.object_id).exists():
        return attachment
    if (
        not user.is_authenticated
        or not model.objects.visible_to(user).filter(pk=attachment.object_id).exists()
    ):
        raise Http404
    return attachment


# What may be shown to everybody; papers of a person never are.
PUBLISHABLE = {"business_photo", "product_photo"}


@transaction.atomic
def publish_attachment(attachment, *, actor):
    """Let everybody see a picture of a business, for as long as the business is published; again: hide it."""
    if not actor.has_perm("core.publish_attachment"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penayangan foto."))
    if attachment.kind not in PUBLISHABLE:
        raise ValidationError(_("Hanya foto usaha dan produk yang boleh ditayangkan, bukan dokumen orang."))
    attachment.is_public = not attachment.is_public
    attachment.save(update_fields=["is_public"])
    audit.record(actor, "core.publish_attachment", attachment, detail={"public": attachment.is_public})
    return attachment


@transaction.atomic
def remove_attachment(attachment, *, actor):
    """Take the file from the record; its row stays for the history, its bytes go with the retention run."""
    if not (attachment.uploaded_by_id == actor.pk or actor.has_perm("core.delete_attachment")):
        raise PermissionDenied(_("Berkas ini hanya dapat dihapus oleh yang mengunggahnya."))
    attachment.removed_at = timezone.now()
    attachment.save(update_fields=["removed_at"])
    audit.record(actor, "core.remove_attachment", attachment)
