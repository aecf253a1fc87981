#!/usr/bin/env bash
# Installs what building and downloading need; with --tests also what only tests need. Does nothing when all of it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
with_tests=no
[ "${1:-}" = "--tests" ] && with_tests=yes

need_rust="1.95"
packages=(
  build-essential make cmake clang pkg-config ca-certificates
  libavcodec-dev libavformat-dev libavutil-dev libswresample-dev # reading recordings
  ffmpeg                                                         # the tests compare with it
  python3 python3-venv                                           # runs yt-dlp
)
# A browser before the review page, what drives it, and a reader of tables; a WordPress to publish to. Debian's wants a web server and
# a database beside it: the smallest server is taken, kept from listening below, and a database that is no service.
if [ "$with_tests" = yes ]; then
  packages+=(chromium libreoffice-calc-nogui)
  packages+=(wordpress micro-httpd php-cgi php-cli php-mysql php-xml php-mbstring php-curl mariadb-server-core mariadb-client)
  # A machine that has another Node.js keeps it: Debian's would take its place.
  command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
fi

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 10
}

if ! command -v cargo >/dev/null; then
  fail "Rust is missing." "Install it as https://rustup.rs says (version $need_rust or newer), open a new terminal, and run the same command again."
fi
have_rust=$(rustc --version | cut -d ' ' -f 2)
if [ "$(printf '%s\n' "$need_rust" "$have_rust" | sort -V | head -n 1)" != "$need_rust" ]; then
  fail "Rust $have_rust is too old: version $need_rust or newer is needed." "Run \`rustup update stable\`, then the same command again."
fi

# Asked by what they bring, so that a system of another kind that has it all needs no apt.
all_there() {
  local command
  for command in make cmake clang pkg-config ffmpeg c++; do
    command -v "$command" >/dev/null || return 1
  done
  pkg-config --exists libavcodec libavformat libavutil libswresample || return 1
  python3 -c 'import ensurepip, venv' 2>/dev/null || return 1
  [ -e /etc/ssl/certs/ca-certificates.crt ] || [ ! -e /etc/debian_version ] || return 1
  [ "$with_tests" = no ] || { command -v node && command -v npm && command -v soffice && browser && wordpress; } >/dev/null
}

# Chromium, under the names that systems give it, or the one that CHROMIUM names.
browser() {
  command -v "${CHROMIUM:-chromium}" || command -v chromium-browser
}

# WordPress's files, and what tests/wordpress/serve.sh runs them with.
wordpress() {
  [ -e "${WORDPRESS:-/usr/share/wordpress}/wp-load.php" ] || return 1
  command -v php && command -v mariadb && command -v mariadb-install-db || return 1
  command -v mariadbd || [ -x /usr/sbin/mariadbd ] || return 1
  php -r 'exit(extension_loaded("mysqli") && extension_loaded("dom") && extension_loaded("mbstring") ? 0 : 1);'
}

# yt-dlp and its JavaScript runtime, in an environment of the project's own. Without them all but downloads works.
downloader() {
  cmp --silent scripts/requirements.txt .venv/requirements.txt && return
  printf 'setup: installing yt-dlp into .venv\n'
  rm -rf .venv
  if python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt; then
    cp scripts/requirements.txt .venv/requirements.txt
  else
    printf 'setup: yt-dlp could not be installed: recordings on this computer can be processed, addresses can not.\n' >&2
  fi
}

if all_there; then
  downloader
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  fail "Some programs or libraries are missing, and there is no apt here to install them." \
    "Install these, under the names that your system gives them, and run the same command again: ${packages[*]}"
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null ||
    fail "Some packages are missing, and installing them needs root or sudo." "Ask for: apt-get install ${packages[*]}"
  as_root=(sudo)
fi
printf 'setup: installing %s\n' "${packages[*]}"
"${as_root[@]}" apt-get update -qq
# It would listen on port 80 from now on, for nobody: tests run PHP's own server.
if [ "$with_tests" = yes ] && [ -d /run/systemd/system ] && ! dpkg --status micro-httpd >/dev/null 2>&1; then
  "${as_root[@]}" systemctl mask --quiet micro-httpd.socket
fi
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
all_there || fail "apt-get ended well, but something is still missing." "Check that these are installed: ${packages[*]}"
downloader
