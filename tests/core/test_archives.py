"""Archives of pictures that come in: what is passed over, and a shelf of hostile ones that are refused quickly."""

import io
import random
import re
import stat
import struct
import subprocess
import sys
import time
import zipfile

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from core import archives
from core.archives import MAX_PICTURES, PictureArchive


def jpeg(size=(40, 30)):
    stored = io.BytesIO()
    Image.new("RGB", size, "#b4532a").save(stored, "JPEG")
    return stored.getvalue()


JPEG = jpeg()


def made(files, *, compression=zipfile.ZIP_DEFLATED, comment=b""):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
        archive.comment = comment
    return stored.getvalue()


def changed(content, pattern, place, layout, *values):
    """`content` with values packed at `place` after every `pattern`."""
    content = bytearray(content)
    for found in re.finditer(re.escape(pattern), bytes(content)):
        struct.pack_into(layout, content, found.start() + place, *values)
    return bytes(content)


def locked():
    """The sign of a password in both headers of the entry."""
    content = changed(made([("a.jpg", JPEG)]), b"PK\x03\x04", 6, "<H", 1)
    return changed(content, b"PK\x01\x02", 8, "<H", 1)


def a_link():
    entry = zipfile.ZipInfo("a.jpg")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made([(entry, b"/etc/passwd")])


def overlapping():
    """Every name leads to the same bytes: a small archive that unpacks to a thousand times as much."""
    content = made([(f"{number}.jpg", JPEG) for number in range(20)], compression=zipfile.ZIP_STORED)
    return changed(content, b"PK\x01\x02", 42, "<L", 0)


def a_million_names():
    """A directory as large as the file says, to be refused before a reader holds it."""
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.jpg"
    )
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 100, 100, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


def lying_about_its_size():
    content = made([("a.jpg", b"\xff\xd8\xff" + bytes(60_000_000))])
    return changed(changed(content, b"PK\x01\x02", 24, "<L", 2000), b"PK\x03\x04", 22, "<L", 2000)


HOSTILE = {
    "no archive": (lambda: b"halo", "broken"),
    "a picture named .zip": (lambda: JPEG * 20, "broken"),
    "empty": (lambda: made([]), "no_pictures"),
    "only folders and what systems add": (
        lambda: made([("foto/", b""), ("__MACOSX/foto/._a.jpg", b"x"), ("foto/Thumbs.db", b"x")]), "no_pictures"),
    "cut off": (lambda: made([("a.jpg", JPEG)])[:-30], "broken"),
    "a directory that is noise": (
        lambda: changed(made([("a.jpg", JPEG)]), b"PK\x01\x02", 0, "<4s", b"XXXX"), "broken"),
    "a picture that is also an archive": (lambda: JPEG + made([("a.jpg", JPEG)]), "broken"),
    "a program in front, the places put right": (
        lambda: b"PK\x03\x04" + b"#!/bin/sh\n" + made([("a.jpg", JPEG)]), "polyglot"),
    "something behind it": (lambda: made([("a.jpg", JPEG)]) + b"<script>alert(1)</script>", "broken"),
    "a comment that is a page": (lambda: made([("a.jpg", JPEG)], comment=b"<script>1</script>"), "broken"),
    "an archive in the archive": (lambda: made([("a.jpg", JPEG), ("b.zip", made([("c.jpg", JPEG)]))]), "kind"),
    "an archive named as a picture": (lambda: made([("b.jpg", made([("c.jpg", JPEG)]))]), "kind"),
    "a drawing with a program": (
        lambda: made([("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")]), "kind"),
    "a page named as a picture": (lambda: made([("a.jpg", b"<!doctype html><script>1</script>")]), "kind"),
    "a paper": (lambda: made([("a.pdf", b"%PDF-1.4")]), "kind"),
    "a program": (lambda: made([("a.exe", b"MZ" + bytes(200))]), "kind"),
    "an empty file": (lambda: made([("a.jpg", b"")]), "kind"),
    "a way out": (lambda: made([("../../etc/cron.d/a.jpg", JPEG)]), "name"),
    "a way out by Windows": (lambda: made([("..\\..\\a.jpg", JPEG)]), "name"),
    "a path from the root": (lambda: made([("/etc/a.jpg", JPEG)]), "name"),
    "a drive": (lambda: made([("C:/a.jpg", JPEG)]), "name"),
    "a name that turns around": (lambda: made([("a\u202egpj.exe", JPEG)]), "name"),
    "a name without end": (lambda: made([("a" * 300 + ".jpg", JPEG)]), "name"),
    "one name twice": (lambda: made([("a.jpg", JPEG), ("b.jpg", JPEG)]).replace(b"b.jpg", b"a.jpg"), "twice"),
    "a link": (a_link, "link"),
    "a password": (locked, "encrypted"),
    "another packing": (lambda: made([("a.jpg", JPEG)], compression=zipfile.ZIP_LZMA), "method"),
    "a bomb": (lambda: made([("a.jpg", JPEG + bytes(150_000_000))]), "bomb"),
    "many small bombs": (lambda: made([(f"{n}.jpg", JPEG + bytes(990_000)) for n in range(430)]), "bomb"),
    "one place for all": (overlapping, "bomb"),
    "too many": (lambda: made([(f"{n}.jpg", JPEG) for n in range(MAX_PICTURES + 1)]), "too_many"),
    "a million names": (a_million_names, "too_many"),
    "a second directory": (
        lambda: (base := made([("a.jpg", JPEG)]))[:-22] + b"PK\x06\x07" + bytes(16) + base[-22:], "too_many"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_within_a_second_and_told_why(name):
    build, code = HOSTILE[name]
    file = io.BytesIO(build())
    started = time.process_time()
    with pytest.raises(ValidationError) as caught:
        PictureArchive(file)
    assert time.process_time() - started < 1
    (message,) = caught.value.messages
    assert message.endswith(".")
    assert len(message.split()) > 4
    assert caught.value.code == code


def test_an_archive_larger_than_is_taken_is_not_read(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 100)
    with pytest.raises(ValidationError, match="lebih besar dari"):
        PictureArchive(io.BytesIO(made([("a.jpg", JPEG)])))


def test_a_file_larger_than_it_says_is_read_no_further():
    with pytest.raises(ValidationError, match="rusak"):
        PictureArchive(io.BytesIO(lying_about_its_size()))


def test_a_large_picture_is_read_up_to_the_limit_of_a_photo():
    noise = JPEG + random.Random(1).randbytes(archives.MAX_BYTES)
    archive = PictureArchive(io.BytesIO(made([("a.jpg", noise)], compression=zipfile.ZIP_STORED)))
    assert len(archive.read("a.jpg")) == archives.MAX_BYTES + 1


def test_what_a_computer_adds_is_passed_over():
    content = made([
        ("foto/", b""), ("foto/a.jpg", JPEG), ("__MACOSX/foto/._a.jpg", b"x"), ("foto/.DS_Store", b"x"),
        ("foto\\b.png", b"\x89PNG\r\n\x1a\n"), ("Thumbs.db", b"x"), ("c.heic", b"\0\0\0\x18ftypheic"),
    ])  # fmt: skip
    archive = PictureArchive(io.BytesIO(content))
    assert archive.names == ["foto/a.jpg", "foto/b.png", "c.heic"]
    assert archive.read("foto/a.jpg") == JPEG


# VmHWM, not ru_maxrss: the latter starts with the peak of the process that started this one.
MEASURE = """
import pathlib, re, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from django.core.exceptions import ValidationError
from core.archives import PictureArchive
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        try:
            archive = PictureArchive(file)
            for name in archive.names:
                archive.read(name)
        except ValidationError:
            pass
print(int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_the_whole_shelf_stays_under_300_mb(tmp_path):
    shelf = [*(build for build, _code in HOSTILE.values()), lying_about_its_size]
    paths = []
    for number, build in enumerate(shelf):
        paths.append(tmp_path / f"{number}.zip")
        paths[-1].write_bytes(build())
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) < 300
