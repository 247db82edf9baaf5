"""The description of the API: complete, the same as the one in the repository, and the pages around it."""

from pathlib import Path

import yaml
from django.core.management import call_command
from django.urls import reverse

COMMITTED = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"


def test_the_schema_is_made_without_a_warning_and_is_the_committed_one(tmp_path):
    """Repair: python manage.py spectacular --file docs/openapi.yaml"""
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == COMMITTED.read_text()


def test_the_committed_schema_is_the_one_served(client):
    served = client.get(reverse("schema"))
    assert served.status_code == 200
    assert yaml.safe_load(served.content) == yaml.safe_load(COMMITTED.read_text())


def test_every_filter_and_every_refusal_is_described():
    paths = yaml.safe_load(COMMITTED.read_text())["paths"]
    listed = paths["/api/v1/businesses/"]["get"]
    assert {parameter["name"] for parameter in listed["parameters"]} == {
        "search", "area", "kbli", "kbli_version", "scale", "status", "modified_since", "as_of", "known_at",
        "cursor", "limit", "count",
    }  # fmt: skip
    for path, methods in paths.items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert "application/problem+json" in operation["responses"]["default"]["content"], (path, method)


def test_every_operation_says_which_scope_it_needs():
    schema = yaml.safe_load(COMMITTED.read_text())
    scopes = schema["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            ((needed,),) = [one["oauth2"] for one in operation["security"] if "oauth2" in one]
            assert needed in scopes, (path, method)
            assert needed.endswith(":read") == (method == "get"), (path, method)


def test_the_guide_and_the_reference_are_open_under_the_strict_policy(client, db):
    for name in ("api_start", "api_docs", "api_changes"):
        page = client.get(reverse(name))
        assert page.status_code == 200
        policy = page["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "<style" not in page.content.decode()
    script = client.get(reverse("api_docs"), {"script": ""})
    assert script["Content-Type"].startswith("application/javascript")
    assert reverse("schema") in script.content.decode()
