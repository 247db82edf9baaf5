#!/bin/sh
# Puts the virtual environment .venv in the state that requirements/*.txt ask for.
#
#     devserver/install.sh SET...      a set is a file requirements/SET.txt; sets installed before stay
#
# Nothing happens when the files are unchanged, so every make target may call it.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/installed-sets

say() { printf '%s\n' "$*" >&2; }

stamped() { [ -f "$stamp" ] && grep -qxF "$1 $(sha256sum <"requirements/$1.txt")" "$stamp"; }

fits() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ -x .venv/bin/python ] && fits .venv/bin/python; then
    missing=no
    for set in "$@"; do stamped "$set" || missing=yes; done
    [ $missing = yes ] || exit 0
fi

# One installation at a time; the second finds the work done.
mkdir -p .local
if [ -z "${INSTALL_LOCKED:-}" ] && command -v flock >/dev/null; then
    exec env INSTALL_LOCKED=1 flock .local/install.lock sh devserver/install.sh "$@"
fi

if ! { [ -x .venv/bin/python ] && fits .venv/bin/python; }; then
    chosen=
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then chosen=$candidate; break; fi
    done
    if [ -z "$chosen" ]; then say "Python 3.11 or newer is needed (PYTHON=/path/to/python3 make …)."; exit 1; fi
    say "Making .venv with $("$chosen" --version)"
    rm -rf .venv
    # Debian keeps ensurepip in a package of its own; the installer below may do without.
    if "$chosen" -c 'from ensurepip import version' 2>/dev/null; then
        "$chosen" -m venv .venv
    else
        "$chosen" -m venv --without-pip .venv
    fi
fi

# A set installed before stays, whether or not its file has changed since.
sets="$*"
for file in requirements/*.txt; do
    set=$(basename "$file" .txt)
    if [ -f "$stamp" ] && grep -q "^$set " "$stamp"; then
        case " $sets " in *" $set "*) ;; *) sets="$sets $set" ;; esac
    fi
done

export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
# A network that opens TLS has put its own authority among the system's.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=1; fi
[ -w "${HOME:-/nonexistent}" ] || export UV_CACHE_DIR="$PWD/.local/uv-cache"
uv=$(command -v uv || true)
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
    uv=.venv/bin/uv
    if ! [ -x "$uv" ]; then
        python=.venv/bin/python
        if $python -m pip --version >/dev/null 2>&1 || $python -m ensurepip >/dev/null 2>&1; then
            pip="$python -m pip"
        elif python3 -m pip --version >/dev/null 2>&1; then
            pip="python3 -m pip --python $python"
        else
            say "There is no pip; on Debian: apt-get install python3-venv"
            exit 1
        fi
        $pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/installer.txt
    fi
    sets="$sets installer"
fi

rm -f "$stamp"
files=
for set in $sets; do files="$files requirements/$set.txt"; done
say "Installing:$(printf ' %s' $sets)"
# shellcheck disable=SC2086 # a list of files without spaces
"$uv" pip sync --quiet --require-hashes --python .venv/bin/python $files
for set in $sets; do
    printf '%s %s\n' "$set" "$(sha256sum <"requirements/$set.txt")"
done >"$stamp.new"
mv "$stamp.new" "$stamp"
