# Everything a developer calls. Each target sets itself up; see README.md.

PYTHON_VENV := .venv/bin/python
export PORT
ONLY ?=

.PHONY: help run test pytest test-browser drills contract api-release bench lint format messages requirements stop clean

help:
	@echo "make run           the portal on http://127.0.0.1:8000/ (PORT=8001 for another port)"
	@echo "make test          linters, checks and tests"
	@echo "make test-browser  journeys in a real Chromium"
	@echo "make drills        reliability drills, a few minutes"
	@echo "make contract      made-up requests against every operation of the API, some minutes"
	@echo "make api-release   record the API of now as released, once its changes are told (BREAKING=1 where it breaks programs)"
	@echo "make bench         measurements (ONLY=name for one)"
	@echo "make lint          linters and checks only;  make format  repairs what they can"
	@echo "make messages      collect the sentences to translate into locale/en and compile them (needs gettext)"
	@echo "make requirements  pin requirements/*.txt again (UPGRADE=1 for newer versions)"
	@echo "make stop          stop the database;  make clean  remove it and .venv"

run:
	@devserver/install.sh base local
	@exec $(PYTHON_VENV) -m devserver.run

lint:
	@devserver/install.sh base local dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	find templates -name '*.html' -print0 | xargs -0 -r .venv/bin/djade --check --target-version 5.2
	.venv/bin/deptry .
	.venv/bin/mypy --strict clients/python/src
	$(PYTHON_VENV) manage.py makemigrations --check --dry-run

format:
	@devserver/install.sh base local dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	find templates -name '*.html' -print0 | xargs -0 -r .venv/bin/djade --target-version 5.2

test: lint pytest

# One process a core, each with a test database of its own; the tests of one file stay together and in order.
pytest:
	$(PYTHON_VENV) -m pytest -m "not browser and not drill" -n auto --maxprocesses 4 --dist loadfile

test-browser:
	@devserver/install.sh base local dev browser
	$(PYTHON_VENV) -m pytest -m browser -n 0 --timeout 600

drills:
	@devserver/install.sh base local dev contract
	$(PYTHON_VENV) -m pytest -m drill --timeout 900 -s

contract:
	@devserver/install.sh base local dev contract
	$(PYTHON_VENV) -m pytest -m drill tests/drills/test_contract.py --timeout 2400 -s

api-release:
	@devserver/install.sh base local dev
	$(PYTHON_VENV) -m devserver.api_contract --release $(if $(BREAKING),--breaking)

bench:
	@devserver/install.sh base local bench
	$(PYTHON_VENV) -m bench $(ONLY)

messages:
	@command -v msgfmt >/dev/null || { echo "Install gettext first (apt install gettext)." >&2; exit 1; }
	@devserver/install.sh base local
	$(PYTHON_VENV) manage.py makemessages --locale en --no-obsolete --add-location never --no-wrap \
		--ignore .venv --ignore .local --ignore tests --ignore bench --ignore docs --ignore staticfiles
	$(PYTHON_VENV) manage.py compilemessages --locale en

requirements:
	@devserver/lock.sh

stop:
	@if [ -x $(PYTHON_VENV) ]; then $(PYTHON_VENV) -m devserver.postgres stop; fi

clean:
	@if [ -x $(PYTHON_VENV) ]; then $(PYTHON_VENV) -m devserver.postgres destroy; fi
	rm -rf .venv .local .pytest_cache .ruff_cache .hypothesis staticfiles
