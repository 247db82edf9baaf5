"""English, the second language: complete, safe to fill in, chosen by the visitor alone, and never on the office's paper."""

import ast
import datetime
import gettext
import io
import re
import zipfile
from functools import cache

import pypdf
import pytest
from django.conf import settings
from django.forms import DateField
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation.template import templatize

from accounts.services import current_text
from core.dates import date_in_words, parse_date_id
from core.models import Letter, Message, Signatory
from core.workflow import begin
from ikm import exports
from ikm.enums import LetterKind
from ikm.imports.report import example_workbook
from ikm.models import Business, LetterRequest
from ikm.services.letter_issue import issue_letter_request, preview_letter
from ikm.services.verification import close_business
from tests.ikm import entries

CATALOGUE = settings.BASE_DIR / "locale/en/LC_MESSAGES"
CONTEXT = "\x04"
#: What stands in for a value, and the tags that a sentence carries: the same in both languages.
PLACEHOLDER = re.compile(r"%\(\w+\)[-#0-9.]*[a-zA-Z]|%%|%[sd]|\{\w*\}|</?\w+>")
CALLS = {
    "_": 0,
    "_l": 0,
    "gettext": 0,
    "gettext_lazy": 0,
    "gettext_noop": 0,
    "ngettext": 0,
    "ngettext_lazy": 0,
    "pgettext": 1,
    "pgettext_lazy": 1,
    "npgettext": 1,
    "npgettext_lazy": 1,
}
NO_SOURCE = {"tests", "bench", "docs", "media", "staticfiles"}


# --- The catalogue ------------------------------------------------------------------------------------------------------


@cache
def sentences():
    """Every entry of django.po: (key, plural, [translations], flags), with the context in the key as gettext has it."""
    entries_found = []
    for block in (CATALOGUE / "django.po").read_text().strip().split("\n\n"):
        fields, flags, current = {}, "", None
        for line in block.splitlines():
            if line.startswith("#,"):
                flags += line
            elif line.startswith("#"):
                continue
            else:
                if not line.startswith('"'):
                    current, line = line.split(" ", 1)
                fields[current] = fields.get(current, "") + ast.literal_eval(line)
        key = fields["msgid"] if "msgctxt" not in fields else fields["msgctxt"] + CONTEXT + fields["msgid"]
        translations = [text for name, text in fields.items() if name.startswith("msgstr")]
        entries_found.append((key, fields.get("msgid_plural"), translations, flags))
    return entries_found[1:]


def calls_in(source, name):
    """The keys of all sentences that Python `source` has translated."""
    for node in ast.walk(ast.parse(source, name)):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        if called not in CALLS:
            continue
        needed = node.args[: CALLS[called] + 1]
        if all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in needed):
            yield CONTEXT.join(part.value for part in needed)


def calls_in_template(source, name):
    """The same of a template: Django turns its tags into calls that a program can read."""
    text = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    for match in re.finditer(
        rf"\b(n?p?gettext|_)\(\s*{text}(?:,\s*{text})?", templatize(source, origin=name)
    ):
        first, second = ast.literal_eval(match[2]), match[3] and ast.literal_eval(match[3])
        yield first + CONTEXT + second if CALLS[match[1]] else first


def source_files(suffix):
    for room in sorted(settings.BASE_DIR.iterdir()):
        if room.is_dir() and not room.name.startswith(".") and room.name not in NO_SOURCE:
            yield from sorted(room.rglob(f"*{suffix}"))


def test_every_sentence_of_the_portal_has_an_entry():
    """A failing name needs `make messages` and an English sentence in locale/en/LC_MESSAGES/django.po."""
    known = {key for key, _plural, _translations, _flags in sentences()}
    missing, seen = [], 0
    for suffix, find in ((".py", calls_in), (".html", calls_in_template)):
        for path in source_files(suffix):
            for key in find(path.read_text(), str(path)):
                seen += 1
                if key.strip() and key not in known:
                    missing.append((path.name, key))
    assert seen > 2000
    assert missing == []


def test_translation_goes_by_names_that_are_collected():
    for path in source_files(".py"):
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                assert {name.asname for name in node.names} <= {None, "_", "_l"}, path


def test_every_entry_is_translated():
    assert len(sentences()) > 1900
    for key, plural, translations, flags in sentences():
        assert all(text.strip() for text in translations), key
        assert len(translations) == (2 if plural else 1), key
        assert "fuzzy" not in flags, key


def test_placeholders_and_edges_agree():
    for key, plural, translations, _flags in sentences():
        source = key.split(CONTEXT)[-1]
        wanted = sorted(PLACEHOLDER.findall(plural or source))
        for text in translations[-1:] if plural else translations:
            assert sorted(PLACEHOLDER.findall(text)) == wanted, key
        for text in translations:
            assert set(PLACEHOLDER.findall(text)) <= set(wanted), key
            # " atau " and "Mungkin …?" are put between other words: their spaces are part of them.
            assert re.match(r"\s*", text)[0] == re.match(r"\s*", source)[0], key
            assert re.search(r"\s*$", text)[0] == re.search(r"\s*$", source)[0], key


def test_the_compiled_catalogue_is_the_written_one():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.info()["language"] == "en"
    expected = {}
    for key, plural, translations, _flags in sentences():
        if plural:
            expected |= {(key, number): text for number, text in enumerate(translations)}
        else:
            expected[key] = translations[0]
    assert {key: text for key, text in compiled._catalog.items() if key} == expected
    assert [compiled.plural(number) for number in (0, 1, 2)] == [1, 0, 1]


# --- Choosing a language ------------------------------------------------------------------------------------------------


def choose(client, language):
    return client.get(reverse("set_language"), {"ke": language, "lanjut": "/"}, follow=True)


@pytest.mark.django_db
def test_the_pages_switch_shows_english_and_indonesian_again(client):
    home = client.get("/").content.decode()
    assert '<html lang="id">' in home
    assert "?ke=en&amp;lanjut=%2F" in home or "?ke=en&amp;lanjut=/" in home
    english = choose(client, "en").content.decode()
    assert '<html lang="en">' in english
    assert "Made in Semarang, from the workshops and kitchens of its people" in english
    assert "Karya Semarang" not in english
    assert "Karya Semarang" in choose(client, "id").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", [None, "de", "xx-invalid", ""])
def test_indonesian_is_shown_whatever_the_browser_prefers(client, cookie):
    if cookie is not None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = client.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert response.headers["Content-Language"] == "id"
    assert '<html lang="id">' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["directory", "statistics", "track", "credit_start", "privacy", "accessibility", "account_login"],
)
def test_public_pages_are_whole_in_english(client, name):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(reverse(name)).content.decode()
    assert '<html lang="en">' in page
    words = set(re.findall(r"[a-z]+", re.sub(r"<[^>]*>", " ", page).lower()))
    assert {"yang", "dengan", "untuk", "tidak", "belum", "atau", "adalah", "masuk"} & words == set()


# --- Dates and numbers --------------------------------------------------------------------------------------------------


def test_dates_are_english_and_read_day_first():
    day = datetime.date(2026, 8, 3)
    with translation.override("en"):
        assert date_format(day) == date_in_words(day) == "3 August 2026"
        assert DateField().clean("03/08/2026") == day
        assert DateField().clean("3-8-2026") == day
        assert parse_date_id(date_in_words(day)) == day
        assert date_format(datetime.datetime(2026, 8, 3, 13, 5), "DATETIME_FORMAT") == "3 August 2026, 13:05"
        # As in `Rp1.000.000`: one spelling of numbers on a page.
        assert number_format(1234567.5, force_grouping=True) == "1.234.567,5"
    with translation.override("id"):
        assert date_format(day) == date_in_words(day) == "3 Agustus 2026"


# --- People read their own language, paper is Indonesian ----------------------------------------------------------------


@pytest.fixture
def business(owner_user, registrar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return entries.registered(owner_user, registrar)


@pytest.mark.parametrize(
    ("language", "title"), [("id", "%s dicatat tutup"), ("en", "%s is recorded as closed")]
)
def test_a_message_is_in_the_language_of_who_gets_it(business, owner_user, registrar, language, title):
    owner_user.language = language
    owner_user.save()
    with translation.override("id" if language == "en" else "en"):
        close_business(business, actor=registrar, note="Pindah")
    message = Message.objects.filter(recipient=owner_user).latest("pk")
    assert message.title == title % business.name
    assert ("Reason: Pindah" in message.body) == (language == "en")


def test_letters_stay_indonesian(business, owner_user, registrar):
    signatory = Signatory.objects.create(
        name="Ir. Contoh, M.Si.",
        post="Kepala Dinas",
        unit="Dinas Perindustrian Kota Semarang",
        nip="197001012000011001",
        in_force_from="2026-01-01",
    )
    request = LetterRequest.objects.create(
        business=business, kind=LetterKind.BINAAN, requested_by=owner_user, purpose="Pameran"
    )
    begin(request, "request", actor=owner_user)
    with translation.override("en"):
        preview = preview_letter(request, signatory)
        issued = issue_letter_request(request, actor=registrar, signatory=signatory)
    letter = Letter.objects.get(pk=issued.letter_id)
    assert letter.title == "Surat keterangan IKM binaan"
    with letter.file.open("rb") as stream:
        for content, marks in ((preview, ["PRATINJAU"]), (stream.read(), [])):
            text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
            for words in ("Kecil", *marks):
                assert words in text
            assert "Small" not in text


def test_files_of_the_office_stay_indonesian(business):
    made = {}
    for language in ("id", "en"):
        with translation.override(language):
            file, _count = exports.businesses_file("csv", queryset=Business.objects.all())
            with file:
                file.seek(0)
                made[language] = file.read()
    assert made["en"] == made["id"]
    assert b"Badan usaha" in made["en"]
    with translation.override("en"):
        assert b"Petunjuk" in _sheet_names(example_workbook())


def _sheet_names(workbook):
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return parts.read("xl/workbook.xml")


@pytest.mark.django_db
def test_the_words_of_a_consent_are_shown_in_the_language_that_is_read():
    text = current_text("register")
    assert text.shown == text.text
    with translation.override("en"):
        assert text.shown == text.text_en != text.text
