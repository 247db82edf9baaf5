"""Every list of the API that is followed by `modified_since`, whichever room it is of."""

import pytest
import yaml

from accounts.models import User
from tests.ikm.api_clients import api, assert_problem  # noqa: F401 - a fixture
from tests.test_api_schema import COMMITTED

FOLLOWED = [
    path
    for path, methods in yaml.safe_load(COMMITTED.read_text())["paths"].items()
    if "{" not in path
    and any(one["name"] == "modified_since" for one in methods.get("get", {}).get("parameters", ()))
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", FOLLOWED)
def test_every_list_of_changes_gives_a_token_and_takes_it(path, api):  # noqa: F811
    client = api(User.objects.create_superuser(email="pengelola@portal.example", name="Pengelola"))
    by_time = client.get(path, {"modified_since": "2020-01-01T00:00:00Z"}).json()["meta"]
    assert by_time["next_modified_since"]
    by_token = client.get(path, {"modified_since": by_time["next_token"], "limit": 1})
    assert by_token.status_code == 200
    meta = by_token.json()["meta"]
    assert meta["complete_until"]
    assert meta.keys() >= {"next_token", "complete_until"}
    assert "next_modified_since" not in meta
    assert_problem(client.get(path, {"modified_since": "kemarin"}), 400)
