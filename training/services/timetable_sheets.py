"""Sessions from a sheet (.xlsx, .csv): each row is planned or moved by the services, and says why where it is refused."""

import datetime
import io
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.dates import WIB, parse_date_id
from core.references import parse_reference
from core.spreadsheets import read_rows
from training.enums import SessionStatus
from training.models import Equipment, Room, Run, Session, Trainer
from training.services.scheduling import PLAN, move_session, plan_session

#: Heading of a column -> what it holds; the first five words of the office's own sheet.
COLUMNS = {
    "angkatan": "run",
    "pertemuan": "number",
    "tanggal": "day",
    "mulai": "begins",
    "selesai": "ends",
    "ruang": "room",
    "pelatih": "trainer",
    "materi": "title",
    "peralatan": "equipment",
}
NEEDED = frozenset(COLUMNS.values()) - {"title", "equipment"}
MOST_ROWS = 500


@dataclass(frozen=True)
class SheetRow:
    """What became of a row: `verdict` is new, changed, unchanged or refused; `about` says what it holds."""

    line: int
    about: str
    verdict: str
    reason: str = ""


def _clock(value):
    """A time of day from a cell: a time, `09.30` or `09:30`."""
    if isinstance(value, datetime.datetime):
        return value.time()
    if isinstance(value, datetime.time):
        return value
    try:
        return datetime.time.fromisoformat(str(value).strip().replace(".", ":"))
    except ValueError:
        raise ValidationError(_("“%(text)s” bukan jam. Tulis seperti 09.00.") % {"text": value}) from None


def _one(rows, words, name):
    found = [row for row in rows if str(row).lower() == words.lower() or row.name.lower() == words.lower()]
    if len(found) != 1:
        raise ValidationError(
            _("%(what)s “%(name)s” tidak dikenal. Tulis seperti di basis data.")
            % {"what": name, "name": words}
        )
    return found[0]


def read_sheet(content):
    """[(line, {field: cell})] of a sheet. Raises ValidationError naming the columns that are missing."""
    rows = read_rows(io.BytesIO(content))
    header, found = None, []
    for line, cells in rows:
        if header is None:
            words = [str(cell or "").strip().lower() for cell in cells]
            header = {COLUMNS[word]: at for at, word in enumerate(words) if word in COLUMNS}
            if missing := NEEDED - header.keys():
                names = sorted(word for word, field in COLUMNS.items() if field in missing)
                raise ValidationError(_("Kolom ini tidak ada: %(names)s.") % {"names": ", ".join(names)})
            continue
        if len(found) == MOST_ROWS:
            raise ValidationError(_("Paling banyak %(most)d baris. Bagi lembarnya.") % {"most": MOST_ROWS})
        found.append((line, {field: cells[at] if at < len(cells) else None for field, at in header.items()}))
    return found


def import_sessions(content, *, actor, write):
    """SheetRows of a sheet in order. Without `write` everything is tried and nothing kept: a preview.

    Rows are tried one after the other, so that a row is also refused for one above it. Raises PermissionDenied, or
    ValidationError for a sheet that cannot be read.
    """
    if not actor.has_perm(PLAN):
        raise PermissionDenied(_("Peran Anda tidak mencakup jadwal pelatihan."))
    rows = read_sheet(content)
    rooms = list(Room.objects.filter(is_active=True).select_related("venue"))
    trainers = list(Trainer.objects.filter(is_active=True))
    things = list(Equipment.objects.filter(is_active=True))
    found = []
    with transaction.atomic():
        for line, cells in rows:
            about = " · ".join(
                str(cells[name]) for name in ("run", "number", "day") if cells[name] is not None
            )
            try:
                with transaction.atomic():
                    verdict = _import_row(cells, rooms, trainers, things, actor=actor)
            except ValidationError as error:
                found.append(SheetRow(line, about, "refused", " ".join(error.messages)))
            else:
                found.append(SheetRow(line, about, verdict))
        if not write:
            transaction.set_rollback(True)
    return found


def _import_row(cells, rooms, trainers, things, *, actor):
    empty = [word for word, field in COLUMNS.items() if field in NEEDED and cells[field] is None]
    if empty:
        raise ValidationError(_("Belum diisi: %(names)s.") % {"names": ", ".join(empty)})
    run = (
        Run.objects.visible_to(actor)
        .filter(reference=parse_reference(str(cells["run"]), prefix="PLT"))
        .select_related("course")
        .first()
    )
    if run is None:
        raise ValidationError(_("Angkatan “%(name)s” tidak ada.") % {"name": cells["run"]})
    if not str(cells["number"]).isdecimal() or not 1 <= int(cells["number"]) <= 999:
        raise ValidationError(_("Nomor pertemuan harus angka."))
    day = parse_date_id(cells["day"])
    place = {
        "starts_at": datetime.datetime.combine(day, _clock(cells["begins"]), tzinfo=WIB),
        "ends_at": datetime.datetime.combine(day, _clock(cells["ends"]), tzinfo=WIB),
        "room": _one(rooms, str(cells["room"]).strip(), _("Ruang")),
        "trainer": _one(trainers, str(cells["trainer"]).strip(), _("Pelatih")),
    }
    number = int(cells["number"])
    session = Session.objects.filter(run=run, number=number).exclude(status=SessionStatus.CANCELLED).first()
    if session is None:
        words = str(cells.get("equipment") or "").split(";")
        plan_session(
            run,
            actor=actor,
            number=number,
            title=str(cells.get("title") or ""),
            equipment=[_one(things, word.strip(), _("Peralatan")) for word in words if word.strip()],
            **place,
        )
        return "new"
    moved = move_session(session, actor=actor, **place)
    return "unchanged" if moved.sequence == session.sequence else "changed"
