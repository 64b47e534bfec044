# Sourced by the other scripts: makes the project's own Python environment, once for each version of the lock file.
# Sets `bin`, the folder with its programs. DSDCOMPILE_ENVIRONMENT moves it; DSDCOMPILE_EXTRAS names extras to install.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
environment=${DSDCOMPILE_ENVIRONMENT:-$root/.environment}
bin=$environment/bin

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "dsdcompile needs Python 3.11 or newer; none was found on the PATH" >&2
    exit 2
}

make_environment() { # make_environment EXTRAS: the package with its locked dependencies
    local extras=$1 stamp
    stamp="$extras $(cat "$root/pyproject.toml" "$root/requirements.lock" | cksum)"
    if [ "$(cat "$environment/stamp-${extras//,/-}" 2>/dev/null)" != "$stamp" ]; then
        local python
        python=$(find_python) || exit 2
        echo "installing dsdcompile into $environment (once, a minute or two) ..." >&2
        "$bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$environment"
        "$bin/python" -m pip install --quiet --disable-pip-version-check \
            --constraint "$root/requirements.lock" --editable "$root${extras:+[$extras]}" >&2 || exit 2
        echo "$stamp" >"$environment/stamp-${extras//,/-}"
    fi
}
