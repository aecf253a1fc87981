#!/usr/bin/env bash
# A real WordPress for tests: Debian's, with PHP's own web server and a MariaDB of its own, all below one folder and on
# loopback. No service of the system is touched.
#
#   tests/wordpress/serve.sh start DIR   sets it up and starts it; DIR/stand.json tells where it is and who may write
#   tests/wordpress/serve.sh stop DIR    stops it
set -euo pipefail
# Debian keeps the database's program where not everybody looks.
PATH="$PATH:/usr/sbin"
here=$(cd "$(dirname "$0")" && pwd)
command=${1:?start or stop}
mkdir -p "${2:?a folder}"
dir=$(cd "$2" && pwd)
source_of_wordpress=${WORDPRESS:-/usr/share/wordpress}

stop() {
  local name pid
  for name in web database; do
    [ -f "$dir/$name.pid" ] || continue
    pid=$(cat "$dir/$name.pid")
    # Workers of the web server are its children.
    pkill -P "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    rm -f "$dir/$name.pid"
  done
}

# Waits until a command succeeds.
until_ready() {
  local what=$1
  shift
  for _ in $(seq 300); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  printf 'wordpress: %s did not start; see %s\n' "$what" "$dir/*.log" >&2
  tail -n 20 "$dir"/*.log >&2
  exit 1
}

start() {
  local user port
  user=$(id -un)
  mkdir "$dir/data" "$dir/site"
  mariadb-install-db --no-defaults --user="$user" --datadir="$dir/data" --auth-root-authentication-method=normal \
    --skip-test-db >"$dir/install.log" 2>&1
  # Without this machine's settings: it would not be the same elsewhere.
  mariadbd --no-defaults --user="$user" --datadir="$dir/data" --socket="$dir/db.sock" --skip-networking \
    --pid-file="$dir/mariadb.pid" --innodb-buffer-pool-size=32M --innodb-flush-log-at-trx-commit=0 \
    >"$dir/database.log" 2>&1 </dev/null &
  echo $! >"$dir/database.pid"
  # Links lead into other packages of the system's, and would not from here.
  cp -rL "$source_of_wordpress/." "$dir/site"
  rm -rf "$dir/site/wp-config.php" "$dir/site/wp-content"
  mkdir -p "$dir/site/wp-content/plugins" "$dir/site/wp-content/themes/bare" "$dir/site/wp-content/mu-plugins"
  cp "$here/wp-config.php" "$dir/site/wp-config.php"
  cp "$here/router.php" "$dir/router.php"
  cp "$here/faults.php" "$dir/site/wp-content/mu-plugins/faults.php"
  cp -r "$here/../../integrations/wordpress/spinetime" "$dir/site/wp-content/plugins/spinetime"
  printf '/*\nTheme Name: Bare\n*/\n' >"$dir/site/wp-content/themes/bare/style.css"
  printf '<?php while ( have_posts() ) { the_post(); the_title(); the_content(); }\n' \
    >"$dir/site/wp-content/themes/bare/index.php"
  port=$(php -r '$s = stream_socket_server("tcp://127.0.0.1:0"); echo parse_url("tcp://" . stream_socket_get_name($s, false), PHP_URL_PORT);')
  echo "http://127.0.0.1:$port" >"$dir/address"
  until_ready "the database" mariadb --no-defaults --socket="$dir/db.sock" --user=root -e "create database if not exists wordpress character set utf8mb4"
  SPINETIME_STAND="$dir" php -d sendmail_path=/bin/true "$here/stand.php" install >"$dir/stand.json"
  SPINETIME_STAND="$dir" PHP_CLI_SERVER_WORKERS=4 php -d sendmail_path=/bin/true -d max_execution_time=60 -S "127.0.0.1:$port" -t "$dir/site" "$dir/router.php" \
    >"$dir/web.log" 2>&1 </dev/null &
  echo $! >"$dir/web.pid"
  until_ready "the web server" php -r "exit(@file_get_contents('http://127.0.0.1:$port/?rest_route=/') ? 0 : 1);"
}

case $command in
  start) start ;;
  stop) stop ;;
  *) echo "start or stop, not $command" >&2; exit 2 ;;
esac
