#!/bin/sh
# Writes requirements/*.txt, pinned and with hashes, from pyproject.toml. What is pinned stays at its version unless
# UPGRADE is set. The lock file itself stays out of the repository: it names a package registry on every line.
set -eu
cd "$(dirname "$0")/.."

export UV_PYTHON_DOWNLOADS=never
uv=$(command -v uv || echo "$PWD/.venv/bin/uv")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp pyproject.toml README.md "$work"
if [ -z "${UPGRADE:-}" ]; then
    printf '\n[tool.uv]\nconstraint-dependencies = [\n' >>"$work/pyproject.toml"
    cat requirements/*.txt | sed -n "s/^\([a-z0-9].*==.*[^ ]\) \\\\\$/    \"\1\",/p" | sort -u >>"$work/pyproject.toml"
    printf ']\n' >>"$work/pyproject.toml"
fi
"$uv" lock --quiet --project "$work"

write() {
    file=requirements/$1.txt
    shift
    "$uv" export --quiet --frozen --project "$work" --no-emit-project --no-annotate --no-header "$@" >"$file"
}

write base --no-dev
for group in dev local browser bench contract installer; do write $group --only-group $group; done
