"""The API's reference and guide in a real Chromium: nothing may complain under the strict policy."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


def test_the_reference_shows_every_operation(visitor):
    one = visitor(viewport=DESK)
    one.open("/api/v1/docs/")
    one.page.wait_for_selector(".opblock")
    operations = re.findall(r"^    (?:get|post|put|patch|delete):$", SCHEMA.read_text(), re.M)
    assert one.page.locator(".opblock").count() == len(operations) > 30
    one.page.locator(".opblock-summary").first.click()
    one.page.wait_for_selector("text=Try it out")


def test_the_reference_without_javascript_leads_to_the_file(visitor):
    one = visitor(javascript=False)
    one.open("/api/v1/docs/")
    assert "/api/v1/schema/" in one.page.inner_text("noscript")


def test_the_guide_on_a_phone(visitor):
    one = visitor(viewport=PHONE)
    one.open("/api/v1/panduan/")
    assert one.violations() == []
    assert one.overflow() <= 0
