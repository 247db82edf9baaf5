"""The dashboard of credit: figures of any day, each with the rows it was counted from."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import audit, charts
from core.admin_export import file_response, write_table
from core.indonesia import rupiah
from credit.dashboard import FIGURES, RISK_DAYS, ApplicationRow, LoanRow, dashboard
from credit.enums import ApplicationStatus
from credit.forms.dashboard import AsOfForm

ROWS = 200


def watching(view):
    """Only for officials who see loans and applications."""
    for permission in ("credit.view_loan", "credit.view_application"):
        view = permission_required(permission, raise_exception=True)(view)
    return login_required(require_GET(view))


def _day(request):
    form = AsOfForm(request.GET)
    day = form.cleaned_data["as_of"] if form.is_valid() else None
    day = day or timezone.localdate()
    return (AsOfForm(initial={"as_of": day}) if form.is_valid() else form), day


@watching
def dashboard_page(request):
    """Fund, budget, pipeline, sectors and risk at the end of a day."""
    form, day = _day(request)
    made = dashboard(day, request.user)

    def to(figure, key=""):
        query = {"as_of": day.isoformat()} | ({"kunci": key} if key else {})
        return f"{reverse('credit_dashboard_rows', args=[figure])}?{urlencode(query)}"

    def csv(table):
        return (
            f"{reverse('credit_dashboard_file', args=[table, 'csv'])}?{urlencode({'as_of': day.isoformat()})}"
        )

    risk = made.risk_share
    tiles = [
        {"value": rupiah(made.ceiling), "label": _("pagu dana"), "url": to("ceiling")},
        {"value": rupiah(made.reserved), "label": _("dicadangkan"), "url": to("reserved"),
         "note": _("direkomendasikan sampai akad, belum cair")},
        {"value": rupiah(made.disbursed), "label": _("tersalur"), "url": to("disbursed")},
        {"value": rupiah(made.outstanding), "label": _("sisa pokok"), "url": to("outstanding")},
        {"value": rupiah(made.rolled_back), "label": _("bergulir kembali"), "url": to("rolled_back")},
        {"value": rupiah(made.free), "label": _("masih dapat dijanjikan")},
        {"value": "–" if risk is None else f"{charts.format_number(risk)}%", "url": to("par30"),
         "label": _("berisiko (PAR %(days)d)") % {"days": RISK_DAYS},
         "note": _("%(amount)s menunggak lebih dari %(days)d hari") % {"amount": rupiah(made.at_risk), "days": RISK_DAYS}},
    ]  # fmt: skip
    if made.written_off:
        tiles.insert(
            5, {"value": rupiah(made.written_off), "label": _("dihapus buku"), "url": to("written_off")}
        )
    context = {
        "form": form,
        "made": made,
        "tiles": tiles,
        "figures": [
            _figure(made, "pipeline", to, csv),
            _figure(made, "sectors", to, csv),
            _figure(made, "grades", to, csv),
            _figure(made, "budgets", to, csv),
        ],
    }
    return render(request, "credit/dashboard/page.html", context, status=400 if form.errors else 200)


def _figure(made, name, to, csv):
    """A table with its drawing, for the page; `links` are the addresses of its rows."""
    title, columns, rows, chart = TABLES[name](made)
    links = [to(*key) if key else "" for key, _cells in rows]
    return {
        "name": name,
        "title": title,
        "columns": columns,
        "rows": [
            (link, [_shown(cell, column) for cell, column in zip(cells, columns, strict=True)])
            for link, (_key, cells) in zip(links, rows, strict=True)
        ],
        "chart": chart,
        "csv_url": csv(name),
        "xlsx_url": csv(name).replace("/csv/", "/xlsx/"),
    }


def _shown(cell, column):
    if cell is None:
        return "–"
    if column.get("money"):
        return rupiah(cell)
    return charts.format_number(cell) if column.get("num") else cell


def _pipeline(made):
    rows = [
        (("stage", status), [str(ApplicationStatus(status).label), count, made.stage_days.get(status)])
        for status, count in made.counts.items()
    ]
    title = _("Permohonan menurut tahap")
    columns = [
        {"label": _("Tahap")},
        {"label": _("Permohonan"), "num": True},
        {"label": _("Median hari"), "num": True},
    ]
    chart = charts.bar_chart([(cells[0], cells[1]) for _key, cells in rows], title=title)
    return title, columns, rows, chart


def _sectors(made):
    rows = [
        (
            ("sector", f"{sector.version}-{sector.code}"),
            [f"{sector.code} {sector.label}", sector.loans, sector.disbursed, sector.share],
        )
        for sector in made.sectors
    ]
    title = _("Penyaluran menurut sektor (KBLI)")
    columns = [
        {"label": _("Sektor")},
        {"label": _("Pinjaman"), "num": True},
        {"label": _("Tersalur"), "num": True, "money": True},
        {"label": _("Bagian (%)"), "num": True},
    ]
    chart = charts.bar_chart([(cells[0], cells[2]) for _key, cells in rows[:10]], title=title, number=rupiah)
    return title, columns, rows, chart


def _grades(made):
    rows = [
        (("grade", str(grade)), [_("Kol. %(grade)d") % {"grade": grade}, loans, owed])
        for grade, (loans, owed) in made.grades.items()
    ]
    title = _("Sisa pokok menurut kolektibilitas")
    columns = [
        {"label": _("Kolektibilitas")},
        {"label": _("Pinjaman"), "num": True},
        {"label": _("Sisa pokok"), "num": True, "money": True},
    ]
    chart = charts.bar_chart([(cells[0], cells[2]) for _key, cells in rows], title=title, number=rupiah)
    return title, columns, rows, chart


def _budgets(made):
    rows = [
        (None, [str(row.line.year), row.ceiling, row.reserved, row.realised, row.free])
        for row in made.budgets
    ]
    title = _("Anggaran subsidi per tahun")
    columns = [
        {"label": _("Tahun")},
        *[
            {"label": label, "num": True, "money": True}
            for label in (_("Pagu"), _("Dicadangkan"), _("Realisasi"), _("Masih bebas"))
        ],
    ]
    near = [row for row in made.budgets if abs(row.line.year - made.as_of.year) <= 3]
    chart = charts.stacked_bar(
        [(str(row.line.year), [row.realised, row.reserved - row.realised, row.free]) for row in near],
        [_("Realisasi"), _("Dicadangkan"), _("Masih bebas")],
        title=title,
        number=rupiah,
    )
    return title, columns, rows, chart


TABLES = {"pipeline": _pipeline, "sectors": _sectors, "grades": _grades, "budgets": _budgets}


@watching
def dashboard_file(request, table, kind):
    """One table of the dashboard as Excel or CSV."""
    if table not in TABLES or kind not in {"xlsx", "csv"}:
        raise Http404
    _form, day = _day(request)
    _title, columns, rows, _chart = TABLES[table](dashboard(day, request.user))
    header = [str(column["label"]) for column in columns]
    return file_response(
        write_table(kind, header, [cells for _key, cells in rows]), f"kredit-{table}-{day:%Y-%m-%d}", kind
    )


@watching
def dashboard_rows(request, figure):
    """What a figure was counted from; `?unduh=xlsx` or `csv` takes all of it out."""
    if figure not in FIGURES:
        raise Http404
    _form, day = _day(request)
    key = request.GET.get("kunci", "")
    found = dashboard(day, request.user).select(figure, key)
    columns, rows = _rows(found)
    kind = request.GET.get("unduh", "")
    if kind in {"xlsx", "csv"}:
        table = [[link[0], *cells] for link, cells in rows]
        audit.record(
            request.user,
            "credit.export_dashboard",
            detail={"count": len(table), "kind": kind, "figure": figure, "as_of": day.isoformat()},
        )
        header = [str(column["label"]) for column in columns]
        return file_response(write_table(kind, header, table), f"kredit-{figure}-{day:%Y-%m-%d}", kind)
    query = request.GET.copy()

    def download(kind):
        query["unduh"] = kind
        return f"?{query.urlencode()}"

    return render(
        request,
        "credit/dashboard/rows.html",
        {
            "title": TITLES[figure](key),
            "as_of": day,
            "columns": columns,
            "columns_after": columns[1:],
            "rows": [
                (link, [_shown(cell, column) for cell, column in zip(cells, columns[1:], strict=True)])
                for link, cells in rows[:ROWS]
            ],
            "count": len(rows),
            "hidden": max(0, len(rows) - ROWS),
            "back": f"{reverse('credit_dashboard')}?{urlencode({'as_of': day.isoformat()})}",
            "xlsx_url": download("xlsx"),
            "csv_url": download("csv"),
        },
    )


TITLES = {
    "ceiling": lambda key: _("Penempatan dana"),
    "reserved": lambda key: _("Permohonan yang dananya dicadangkan"),
    "stage": lambda key: (
        _("Permohonan: %(stage)s")
        % {"stage": ApplicationStatus(key).label if key in ApplicationStatus.values else key}
    ),
    "disbursed": lambda key: _("Pinjaman yang tersalur"),
    "outstanding": lambda key: _("Pinjaman dengan sisa pokok"),
    "rolled_back": lambda key: _("Pinjaman yang pokoknya kembali"),
    "written_off": lambda key: _("Pinjaman yang dihapus buku"),
    "par30": lambda key: _("Pinjaman yang menunggak lebih dari %(days)d hari") % {"days": RISK_DAYS},
    "grade": lambda key: _("Pinjaman dengan kolektibilitas %(grade)s") % {"grade": key},
    "sector": lambda key: _("Pinjaman sektor %(sector)s") % {"sector": key.partition("-")[2]},
}


def _rows(found):
    """(columns, [((name, address), cells)]) of rows of one kind."""
    if not found or isinstance(found[0], LoanRow):
        columns = [
            {"label": _("Pinjaman")},
            {"label": _("Usaha")},
            {"label": _("Bank")},
            {"label": _("Tersalur"), "num": True, "money": True},
            {"label": _("Sisa pokok"), "num": True, "money": True},
            {"label": _("Kembali"), "num": True, "money": True},
            {"label": _("Kol."), "num": True},
            {"label": _("Hari tunggakan"), "num": True},
        ]
        return columns, [
            (
                (row.loan.reference, reverse("admin:credit_loan_change", args=[row.loan.pk])),
                [row.loan.business.name, row.loan.bank.name, row.disbursed, row.outstanding, row.rolled_back,
                 row.grade, row.days_past_due],
            )
            for row in found
        ]  # fmt: skip
    if isinstance(found[0], ApplicationRow):
        columns = [
            {"label": _("Permohonan")},
            {"label": _("Usaha")},
            {"label": _("Bank")},
            {"label": _("Status")},
            {"label": _("Jumlah"), "num": True, "money": True},
        ]
        return columns, [
            (
                (row.application.reference, reverse("admin:credit_application_change", args=[row.application.pk])),
                [row.application.business.name, str(row.application.bank or "–"),
                 str(ApplicationStatus(row.status).label), row.amount],
            )
            for row in found
        ]  # fmt: skip
    columns = [
        {"label": _("Dokumen")},
        {"label": _("Bank")},
        {"label": _("Tanggal")},
        {"label": _("Jumlah"), "num": True, "money": True},
    ]
    return columns, [
        (
            (row.document, reverse("admin:credit_fundplacement_change", args=[row.pk])),
            [row.bank.name, f"{row.placed_on:%d-%m-%Y}", row.amount],
        )
        for row in found
    ]
