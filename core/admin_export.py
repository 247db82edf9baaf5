"""The list that a back-office page shows, as a file: its filters, its columns, its rights, and a line in the audit trail."""

import io
import re
import tempfile
from collections import Counter

from django.contrib import messages
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from core import audit
from core.spreadsheets import write_csv, write_xlsx

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Files wait on disk and go through memory in pieces of this size: a million rows take no more of it than a thousand.
PIECE = 1 << 18
BATCH = 2000


def new_file():
    """A temporary file for a table on its way out."""
    return tempfile.TemporaryFile(buffering=PIECE)


def file_response(file, name, kind):
    """`file` from its beginning as a download, sent in pieces."""
    file.seek(0)
    response = FileResponse(
        file, as_attachment=True, filename=f"{name}.{kind}", content_type=CONTENT_TYPES[kind]
    )
    # Each piece costs the server as much as a small answer; Django's own are of 4 KiB.
    response.block_size = PIECE
    response["Cache-Control"] = "no-store, private"
    return response


def write_table(kind, header, rows, *, text_columns=(), sheet_name="Data"):
    """`rows` in a new file of `kind`; a CSV is for machines: comma, UTF-8."""
    file = new_file()
    try:
        if kind == "xlsx":
            write_xlsx(file, header, rows, sheet_name=sheet_name, text_columns=text_columns)
        else:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            write_csv(text, header, rows)
            text.detach()
    except ValueError:
        file.close()
        raise
    return file


def told_apart(labels):
    """`labels` with a number behind each that stood before: "Nomor", "Nomor 2"."""
    seen = Counter()
    apart = []
    for label in labels:
        seen[label] += 1
        apart.append(label if seen[label] == 1 else f"{label} {seen[label]}")
    return apart


def in_batches(queryset):
    """The rows of `queryset` by primary key, a batch at a time: no server-side cursor, which a pooler could not keep."""
    last = None
    queryset = queryset.order_by("pk")
    while True:
        batch = list((queryset if last is None else queryset.filter(pk__gt=last))[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


class ExportMixin:
    """Adds Excel and CSV downloads of the list as filtered. Who may take it out has `export_permission`."""

    change_list_template = "admin/office_change_list.html"
    export_kinds = ("xlsx", "csv")
    #: Columns whose values are numbers for people, not for sums: they stay text.
    export_as_text = ("reference", "nib", "phone", "number", "code", "postcode", "nip")

    @property
    def export_action(self):
        """The name of the audit line."""
        return f"{self.opts.app_label}.export_{self.opts.model_name}"

    def has_export_permission(self, request):
        permission = f"{self.opts.app_label}.export_{self.opts.model_name}"
        return self.has_view_permission(request) and request.user.has_perm(permission)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("ekspor/<kind>/", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        links = []
        if self.has_export_permission(request):
            query = request.GET.copy()
            query.pop(PAGE_VAR, None)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
            links = [
                {
                    "label": label,
                    "url": reverse(name, args=[kind]) + (f"?{query.urlencode()}" if query else ""),
                }
                for kind, label in (("xlsx", _("Unduh Excel")), ("csv", _("Unduh CSV")))
                if kind in self.export_kinds
            ]
        return super().changelist_view(request, {**(extra_context or {}), "export_links": links})

    def export_view(self, request, kind):
        """The file. GET, like the list; the audit line is what it writes."""
        if kind not in self.export_kinds:
            raise Http404
        if not self.has_export_permission(request):
            raise PermissionDenied(_("Peran Anda tidak mencakup ekspor daftar ini."))
        queryset = self.get_changelist_instance(request).get_queryset(request)
        try:
            file, count = self.export_file(request, queryset, kind)
        except ValueError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(
                reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            )
        audit.record(
            request.user,
            self.export_action,
            detail={"count": count, "filter": request.GET.urlencode()[:500], "kind": kind},
        )
        name = re.sub(r"[^a-z0-9]+", "-", str(self.opts.verbose_name_plural).lower()).strip("-")
        return file_response(file, f"{name}-{timezone.localdate():%Y-%m-%d}", kind)

    def export_file(self, request, queryset, kind):
        """(file, number of rows) of the columns that the list shows."""
        names = [name for name in self.get_list_display(request) if name != "action_checkbox"]
        header = told_apart(str(label_for_field(name, self.model, self)).capitalize() for name in names)
        count = 0

        def rows():
            nonlocal count
            for record in in_batches(queryset):
                count += 1
                yield [self._exported(record, name) for name in names]

        as_text = [label for label, name in zip(header, names, strict=True) if name in self.export_as_text]
        return write_table(kind, header, rows(), text_columns=as_text), count

    def _exported(self, record, name):
        field, _attribute, value = lookup_field(name, record, self)
        if field is not None and getattr(field, "choices", None):
            return str(getattr(record, f"get_{name}_display")())
        if field is not None and field.is_relation:
            return str(value) if value is not None else ""
        if isinstance(value, bool):
            return _("ya") if value else _("tidak")
        return strip_tags(value) if isinstance(value, str) else value
