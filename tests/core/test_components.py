"""The pieces every page is put together from: forms, error summary, tags, navigation, tables."""

import datetime
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.template.loader import render_to_string
from django.utils import formats, translation

from core.templatetags import portal

TEMPLATES = Path(settings.BASE_DIR) / "templates"
HOSTILE = "<script>alert(1)</script>"


class Page(HTMLParser):
    """The elements of some HTML as (tag, attributes), with every id."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.ids = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def by_id(self, wanted):
        return next(attributes for _, attributes in self.elements if attributes.get("id") == wanted)


class BusinessForm(forms.Form):
    name = forms.CharField(label="Nama usaha", help_text="Seperti pada NIB.")
    brand = forms.CharField(label="Merek", required=False)
    form_of_law = forms.ChoiceField(
        label="Bentuk usaha", choices=[("cv", "CV"), ("pt", "PT")], widget=forms.RadioSelect
    )
    products = forms.MultipleChoiceField(
        label="Produk",
        choices=[("a", "Bandeng"), ("b", "Lumpia")],
        widget=forms.CheckboxSelectMultiple,
        help_text="Pilih semua.",
    )
    founded = forms.DateField(label="Berdiri", widget=forms.SelectDateWidget(years=[2026]))
    consent = forms.BooleanField(label="Saya setuju", help_text="Dapat dicabut.")

    def clean(self):
        raise forms.ValidationError("Usaha ini sudah terdaftar.")


@pytest.fixture
def refused():
    return BusinessForm({"name": ""})


def test_optional_fields_are_marked_and_mandatory_ones_are_not():
    html = str(BusinessForm())
    labels = re.findall(r"<(?:label for=\"id_(?:name|brand)\"|legend)>(.*?)</(?:label|legend)>", html)
    assert [("(opsional)" in label) for label in labels] == [False, True, False, False, False]


def test_hint_and_error_are_tied_to_their_control(refused):
    page = Page(str(refused))
    name = page.by_id("id_name")
    assert name["aria-invalid"] == "true"
    assert name["aria-describedby"].split() == ["id_name_helptext", "id_name_error"]
    assert {"id_name_helptext", "id_name_error"} <= set(page.ids)


def test_a_group_of_choices_is_a_fieldset_with_its_legend_hint_and_error(refused):
    page = Page(str(refused))
    described = [fieldset.get("aria-describedby", "") for fieldset in page.all("fieldset")]
    assert "id_products_helptext id_products_error" in described
    assert set(" ".join(described).split()) <= set(page.ids)


def test_every_id_stands_once(refused):
    ids = Page(render_to_string("includes/error_summary.html", {"form": refused}) + str(refused)).ids
    assert sorted(ids) == sorted(set(ids))


def test_every_error_of_the_summary_leads_to_something_on_the_page(refused):
    summary = Page(render_to_string("includes/error_summary.html", {"form": refused}))
    page = Page(str(refused))
    targets = [link["href"].removeprefix("#") for link in summary.all("a")]
    assert len(targets) == 6
    assert set(targets) <= set(page.ids)
    assert targets[0] == "form_error"


def test_two_forms_on_a_page_keep_their_errors_apart():
    first, second = BusinessForm({}, prefix="a"), BusinessForm({}, prefix="b")
    context = {"forms": [first, second], "has_errors": True}
    targets = {
        link["href"] for link in Page(render_to_string("includes/error_summary.html", context)).all("a")
    }
    assert {"#a_form_error", "#b_form_error", "#id_a-name", "#id_b-name"} <= targets


def test_a_form_without_errors_has_no_summary():
    assert render_to_string("includes/error_summary.html", {"form": BusinessForm()}).strip() == ""


def test_what_was_typed_stays_and_is_escaped():
    html = str(BusinessForm({"name": HOSTILE, "brand": "Sri"}))
    assert HOSTILE not in html
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in html
    assert 'value="Sri"' in html


class Status(models.TextChoices):
    APPROVED = "approved", "Disetujui"
    DRAFT = "draft", "Draf"


def test_a_status_is_a_word_in_a_tone():
    assert portal.status_tag(Status.APPROVED) == '<span class="tag ok">Disetujui</span>'
    assert portal.status_tag(Status.DRAFT) == '<span class="tag">Draf</span>'
    assert portal.status_tag("rejected", HOSTILE).startswith('<span class="tag bad">&lt;script')


def test_a_record_shows_its_own_status():
    class Record:
        status = "returned"

        def get_status_display(self):
            return "Perlu diperbaiki"

    assert portal.status_tag(Record()) == '<span class="tag warn">Perlu diperbaiki</span>'


def test_no_status_word_has_two_tones():
    words = " ".join(portal.STATUS_TONES.values()).split()
    assert len(words) == len(set(words))


def test_navigation_marks_the_page_shown_and_leaves_out_what_the_person_may_not_open(rf, verifier, registrar):
    request = rf.get("/lacak/")
    links = portal.navigation({"request": request}, "public")
    assert [link["name"] for link in links if link["current"]] == ["track"]
    desks = {}
    for user in (verifier, registrar):
        request.user = user
        desks[user] = {link["name"] for link in portal.navigation({"request": request}, "desk")}
    assert "office_visits" in desks[verifier]
    assert desks[registrar] - desks[verifier] == {"duplicates", "merges", "letter_requests", "imports"}


def test_a_row_with_too_few_cells_is_refused():
    with pytest.raises(ValueError, match="zip"):
        portal.with_columns(["a"], [{"label": "A"}, {"label": "B"}])


def test_a_table_has_a_caption_headings_and_scrolls_by_keyboard():
    html = render_to_string(
        "includes/table.html",
        {
            "caption": "Usaha menurut kecamatan",
            "columns": [{"label": "Kecamatan"}, {"label": "Usaha", "num": True}],
            "rows": [["Genuk", HOSTILE]],
        },
    )
    page = Page(html)
    assert HOSTILE not in html
    assert [heading["scope"] for heading in page.all("th")] == ["col", "col", "row"]
    assert page.all("div")[0]["tabindex"] == "0"
    assert page.all("td") == [{"data-label": "Usaha", "class": "num"}]


def test_the_confirmation_says_what_happens_next_and_when():
    html = render_to_string(
        "includes/confirmation.html",
        {
            "title": "Terkirim",
            "reference": "IKM-7K3M",
            "next": ["Diperiksa."],
            "due": datetime.date(2026, 12, 1),
        },
    )
    assert "IKM-7K3M" in html
    assert "paling lambat 1 Desember 2026" in html


@pytest.mark.parametrize("name", ["errors/400.html", "errors/403.html", "errors/404.html", "403_csrf.html"])
def test_error_pages_stand_in_the_frame_of_the_portal(rf, name):
    request = rf.get("/tidak-ada/")
    request.user = AnonymousUser()
    page = Page(render_to_string(name, request=request))
    assert page.by_id("isi")
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize("name", ["errors/500.html", "errors/503.html"])
def test_the_pages_for_a_broken_portal_need_nothing_that_may_be_broken(name):
    text = (TEMPLATES / name).read_text()
    assert "{%" not in text
    assert "{{" not in text
    for link in re.findall(r'(?:href|src)="/static/([^"]+)"', text):
        assert (Path(settings.BASE_DIR) / "static" / link).exists()


def test_templates_hold_nothing_the_content_security_policy_refuses():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|\shx-on|javascript:", text), path
        assert not re.search(r"<script(?![^>]*(?:\ssrc=|type=\"application/(?:ld\+)?json\"))", text), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), path


def test_every_component_is_described():
    described = (Path(settings.BASE_DIR) / "docs/design.md").read_text()
    for path in (TEMPLATES / "includes").glob("*.html"):
        assert f"`{path.name}`" in described, path.name


def test_dates_times_and_numbers_follow_indonesian_custom():
    moment = datetime.datetime(2026, 11, 24, 13, 5)
    with translation.override("id"):
        assert formats.date_format(moment) == "24 November 2026"
        assert formats.date_format(moment, "SHORT_DATE_FORMAT") == "24-11-2026"
        assert formats.time_format(moment) == "13.05"
        assert formats.number_format(1234567.5, decimal_pos=1) == "1.234.567,5"
        assert forms.DateField().clean("03/04/2026") == datetime.date(2026, 4, 3)
        assert forms.DateField().clean("24 November 2026") == datetime.date(2026, 11, 24)


def test_money_and_phones_read_as_people_write_them():
    assert portal.rupiah(1_000_000) == "Rp1.000.000"
    assert portal.rupiah(None) == ""
    assert portal.phone("+6281234567890") == "0812-3456-7890"
    assert portal.phone("") == ""


def test_every_line_of_business_has_its_drawing():
    sheet = (Path(settings.BASE_DIR) / "static/img/usaha.svg").read_text()
    assert set(re.findall(r'<view id="(\w+)"', sheet)) == {*portal.PICTURES, "kerajinan"}
    assert portal.kbli_picture("10214").endswith("img/usaha.svg#makanan")
    assert portal.kbli_picture("10710").endswith("img/usaha.svg#roti")
    assert portal.kbli_picture("32120").endswith("img/usaha.svg#kerajinan")
    assert portal.kbli_picture(None).endswith("img/usaha.svg#kerajinan")
    codes = " ".join(portal.PICTURES.values()).split()
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5", "Perangkat tidak dikenal"),
        ("", "Perangkat tidak dikenal"),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_call_it(sent, shown):
    assert portal.device(sent) == shown
