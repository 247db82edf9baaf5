"""Whether a person of a business may come to a run: each condition with its reason and what would pass. Pure.

A finding is kept as a code with values, and read in the language of who looks at it.
"""

import datetime
from dataclasses import dataclass, field

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.dates import WIB, date_in_words


@dataclass(frozen=True)
class Asked:
    """A course to be passed before, and the day its next run begins if one is announced."""

    code: str
    title: str
    title_en: str = ""
    next_on: datetime.date | None = None


@dataclass(frozen=True)
class Terms:
    """What a run asks. `is_announced` is whether people may apply at all; `next_opens_at` when the registration of the next
    run of the course opens; `clusters` are references and names, of which the business is a member of one. A name that is
    not to be told is ""."""

    opens_at: datetime.datetime
    closes_at: datetime.datetime
    is_announced: bool = True
    needs_registered: bool = True
    kbli_prefixes: tuple[str, ...] = ()
    clusters: tuple[tuple[str, str], ...] = ()
    once_only: bool = True
    asked: tuple[Asked, ...] = ()
    next_opens_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """What is known of a person and the business: `clusters` holds references, `passed` codes of courses, `had_on` the day this course was passed,
    `seat_in` the batch of another run of the course in which the person has a seat."""

    is_registered: bool
    kbli: tuple[str, ...] = ()
    clusters: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    had_on: datetime.date | None = None
    seat_in: str = ""


@dataclass(frozen=True)
class Finding:
    """One condition. `values` are JSON-ready, days and moments in ISO form."""

    code: str
    passed: bool
    values: dict = field(default_factory=dict)

    @property
    def reason(self):
        """Why it holds or not, in one sentence."""
        told = {
            ("window", True): _("Pendaftaran sedang dibuka."),
            ("window", False): _("Pendaftaran tidak sedang dibuka."),
            ("registered", True): _("Usaha sudah terdaftar."),
            ("registered", False): _("Usaha belum terdaftar sebagai IKM."),
            ("kbli", True): _("Bidang usaha sesuai."),
            ("kbli", False): _("Pelatihan ini hanya untuk KBLI berawalan %(prefixes)s."),
            ("cluster", True): _("Usaha menjadi anggota klaster yang dituju."),
            ("cluster", False): _("Pelatihan ini hanya untuk anggota %(clusters)s.")
            if self.values.get("clusters")
            else _("Pelatihan ini hanya untuk anggota klaster yang belum diumumkan."),
            ("prerequisite", True): _("Sudah lulus “%(title)s”."),
            ("prerequisite", False): _("Belum lulus “%(title)s”."),
            ("not_had", True): _("Belum pernah lulus pelatihan ini."),
            ("not_had", False): _("Sudah lulus pelatihan ini pada %(had_on)s."),
            ("one_seat", False): _("Sudah mendapat kursi pada %(batch)s."),
        }[self.code, self.passed]
        return told % self._shown()

    @property
    def remedy(self):
        """What would pass, with its day where it is known; "" if it holds already."""
        if self.passed:
            return ""
        shown = self._shown()
        match self.code:
            case "window" if "opens_at" in shown:
                told = _("Mendaftarlah mulai %(opens_at)s.")
            case "window" if "next_opens_at" in shown:
                told = _("Pendaftaran angkatan berikutnya dibuka %(next_opens_at)s.")
            case "window":
                told = _("Tunggu pengumuman angkatan berikutnya.")
            case "registered":
                told = _(
                    "Lengkapi dan kirim pendaftaran usaha pada “Usaha saya”, lalu tunggu persetujuannya."
                )
            case "kbli":
                told = _("Bila bidang usaha Anda berubah, usulkan perubahan KBLI pada “Usaha saya”.")
            case "cluster" if shown["clusters"]:
                told = _("Ajukan usaha Anda sebagai anggota pada halaman klaster itu.")
            case "prerequisite" if "next_on" in shown:
                told = _("Ikuti dahulu angkatan yang mulai %(next_on)s.")
            case "prerequisite":
                told = _("Ikuti pelatihan itu dahulu; angkatan berikutnya belum diumumkan.")
            case "one_seat":
                told = _("Batalkan kursi itu dahulu bila ingin pindah angkatan.")
            case _:
                told = _("Pilih pelatihan lain.")
        return told % shown

    def _shown(self):
        shown = {}
        for name, value in self.values.items():
            if name.endswith("_at"):
                moment = datetime.datetime.fromisoformat(value).astimezone(WIB)
                shown[name] = _("%(day)s pukul %(clock)s WIB") % {
                    "day": date_in_words(moment.date()),
                    "clock": f"{moment:%H.%M}",
                }
            elif name.endswith("_on"):
                shown[name] = date_in_words(datetime.date.fromisoformat(value))
            else:
                shown[name] = value
        if get_language() == "en" and shown.get("title_en"):
            shown["title"] = shown["title_en"]
        return shown

    def as_json(self):
        return {"code": self.code, "passed": self.passed, "values": self.values}

    @classmethod
    def from_json(cls, kept):
        return cls(kept["code"], kept["passed"], kept.get("values", {}))


def check(terms: Terms, candidate: Candidate, now: datetime.datetime) -> list[Finding]:
    """Every condition of the run for this person at the moment `now`, those that hold as well."""
    found = [_window(terms, now)]
    if terms.needs_registered:
        found.append(Finding("registered", candidate.is_registered))
    if terms.kbli_prefixes:
        fits = any(code.startswith(terms.kbli_prefixes) for code in candidate.kbli)
        found.append(Finding("kbli", fits, {"prefixes": ", ".join(terms.kbli_prefixes)}))
    if terms.clusters:
        belongs = any(reference in candidate.clusters for reference, _name in terms.clusters)
        names = ", ".join(name for _reference, name in terms.clusters if name)
        found.append(Finding("cluster", belongs, {"clusters": names}))
    for asked in terms.asked:
        values = {"title": asked.title, "title_en": asked.title_en}
        if asked.next_on:
            values["next_on"] = asked.next_on.isoformat()
        found.append(Finding("prerequisite", asked.code in candidate.passed, values))
    if terms.once_only:
        values = {"had_on": candidate.had_on.isoformat()} if candidate.had_on else {}
        found.append(Finding("not_had", candidate.had_on is None, values))
        if candidate.seat_in:
            found.append(Finding("one_seat", False, {"batch": candidate.seat_in}))
    return found


def _window(terms, now):
    if terms.is_announced and terms.opens_at <= now < terms.closes_at:
        return Finding("window", True)
    values = {}
    if terms.is_announced and now < terms.opens_at:
        values["opens_at"] = terms.opens_at.isoformat()
    elif terms.next_opens_at:
        values["next_opens_at"] = terms.next_opens_at.isoformat()
    return Finding("window", False, values)


def failures(findings: list[Finding]) -> list[str]:
    """Reason and remedy of each condition that does not hold."""
    return [f"{one.reason} {one.remedy}".strip() for one in findings if not one.passed]
