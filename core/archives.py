"""A .zip of pictures on its way in: looked at by its directory and the first bytes of each file before anything is kept.

Nothing is written under a name from the archive, and no file of it is read beyond its limit. What a person's computer puts
into a .zip unasked (folders, `__MACOSX/`, `Thumbs.db`) is passed over. Limits hold for a file made to hurt: under a second,
under 300 MB.
"""

import io
import re
import stat
import struct
import zipfile
import zlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.uploads import MAX_BYTES, kind_of

MAX_ARCHIVE_BYTES = 200 * 1024 * 1024
MAX_PICTURES = 900
#: Folders and what systems add count too.
_MAX_ENTRIES = 2 * MAX_PICTURES
_MAX_DIRECTORY_BYTES = _MAX_ENTRIES * 400
#: Pictures are packed already: no camera's file shrinks to a fiftieth.
_MAX_RATIO = 50
_MAX_UNPACKED_BYTES = 2 * MAX_ARCHIVE_BYTES
_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR = b"PK\x06\x07"
_UNASKED = re.compile(r"(?:^|/)(?:__MACOSX/|\.[^/]*$|thumbs\.db$|desktop\.ini$|ehthumbs\.db$)", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


def _refuse(message, code, **params):
    raise ValidationError(message, code=code, params=params)


class PictureArchive:
    """The pictures in `file` (any binary file that can seek), by their paths inside: `names`, and `read(name)`.

    Raises a ValidationError that says what to do where the file is no .zip, is locked, too large, would unpack to too much
    or holds anything but pictures.
    """

    def __init__(self, file):
        self.file = file
        _check_ends(file)
        try:
            self._archive = zipfile.ZipFile(file)
        except _BROKEN:
            _refuse(_broken(), "broken")
        infos = self._archive.infolist()
        _check_directory(infos, file.seek(0, io.SEEK_END))
        self._entries = {}
        for info in infos:
            name = _path(info)
            if info.is_dir() or name.endswith("/") or _UNASKED.search(name):
                continue
            if name in self._entries:
                _refuse(_("Ada dua berkas bernama “%(name)s” di dalam .zip ini."), "twice", name=name[-80:])
            self._entries[name] = info
        if not self._entries:
            _refuse(_("Berkas .zip ini tidak berisi foto. Masukkan fotonya, lalu kirim lagi."), "no_pictures")
        if len(self._entries) > MAX_PICTURES:
            _refuse_many()
        for name in self._entries:
            self._check_kind(name)

    @property
    def names(self):
        """Paths as in the archive, with `/` between folders, in its order."""
        return list(self._entries)

    def read(self, name):
        """The bytes of one picture, never more than a photo may have plus one. Raises ValidationError where it is damaged."""
        return self._bytes(name, MAX_BYTES + 1)

    def _bytes(self, name, limit):
        try:
            with self._archive.open(self._entries[name]) as file:
                return file.read(limit)
        except _BROKEN:
            _refuse(
                _("“%(name)s” di dalam .zip rusak. Buat ulang berkas .zip-nya, lalu kirim lagi."),
                "broken",
                name=name[-80:],
            )

    def _check_kind(self, name):
        """HEIC is let through: the gate of photos says for each what to do about it."""
        kind = kind_of(self._bytes(name, 1024))
        if kind not in ("image", "heic"):
            _refuse(
                _(
                    "“%(name)s” di dalam .zip bukan foto JPG, PNG, atau WebP. Keluarkan berkas itu, lalu kirim lagi."
                ),
                "kind",
                name=name[-80:],
            )


def _broken():
    return _("Berkas ini bukan .zip atau rusak. Buat ulang berkas .zip-nya, lalu kirim lagi.")


def _refuse_many():
    _refuse(
        _("Berkas .zip ini memuat lebih dari %(limit)d foto. Bagi menjadi beberapa unggahan."),
        "too_many",
        limit=MAX_PICTURES,
    )


def _check_ends(file):
    """The size, the first bytes, and the directory's size and place as the last bytes tell them, before a reader holds the
    whole directory: an archive of a million names is refused by its tail."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_ARCHIVE_BYTES:
        _refuse(
            _(
                "Berkas .zip lebih besar dari %(limit)d MB. Perkecil fotonya atau bagi menjadi beberapa unggahan."
            ),
            "too_big",
            limit=MAX_ARCHIVE_BYTES // 1024 // 1024,
        )
    file.seek(0)
    if size < _END.size or file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        _refuse(_broken(), "broken")
    tail_at = max(size - _END.size - 20, 0)
    file.seek(tail_at)
    tail = file.read()
    signature, _disk, _first_disk, _here, entries, length, offset, comment = _END.unpack(tail[-_END.size :])
    if signature != b"PK\x05\x06" or comment:
        _refuse(_broken(), "broken")
    if entries > _MAX_ENTRIES or length > _MAX_DIRECTORY_BYTES or tail.startswith(_ZIP64_LOCATOR):
        _refuse_many()
    if offset + length != size - _END.size:  # something stands before or between: two kinds of file at once
        _refuse(_broken(), "polyglot")


def _check_directory(infos, size):
    bomb = _("Isi berkas .zip ini terlalu besar setelah dibuka. Perkecil fotonya, lalu kirim lagi.")
    if infos and min(info.header_offset for info in infos) != 0:
        _refuse(_broken(), "polyglot")
    # Two names that lead to the same bytes, or to parts of each other's.
    if (
        len({info.header_offset for info in infos}) != len(infos)
        or sum(one.compress_size for one in infos) > size
    ):
        _refuse(bomb, "bomb")
    if sum(info.file_size for info in infos) > _MAX_UNPACKED_BYTES:
        _refuse(bomb, "bomb")
    for info in infos:
        if info.flag_bits & 1:
            _refuse(
                _("Berkas .zip ini berkata sandi. Buat ulang tanpa kata sandi, lalu kirim lagi."), "encrypted"
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            _refuse(_("Berkas .zip ini dipadatkan dengan cara lain. Buat ulang dengan cara biasa."), "method")
        if info.file_size > 1_000_000 and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            _refuse(bomb, "bomb")
        if stat.S_ISLNK(info.external_attr >> 16):
            _refuse(_broken(), "link")


def _path(info):
    name = info.filename.replace("\\", "/")
    odd = name.startswith("/") or ".." in name.split("/") or ":" in name or not name.isprintable()
    if odd or len(name) > 255:
        _refuse(
            _(
                "Ada nama berkas yang tidak lazim di dalam .zip ini. Ganti namanya dengan huruf dan angka saja."
            ),
            "name",
        )
    return name
