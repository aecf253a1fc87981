#!/usr/bin/env bash
# Imports feed.json with curl and jq: the shell example of docs/importing.md.
#
# Usage: import_feed.sh FEED_URL PAGES
#
# Keeps one HTML file for each approved entry in PAGES, and beside it the hash that it was made of. A second run with the same
# feed changes nothing.
set -euo pipefail
feed_url=$1 pages=$2
mkdir -p "$pages"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

curl --fail --silent --show-error --location --max-time 60 --output "$work/feed.json" "$feed_url"
jq --exit-status '.format == 1 and all(.entries[]; .status == "approved")' "$work/feed.json" >/dev/null ||
  { echo "not a public feed of version 1" >&2; exit 1; }
# They become names of files, whoever wrote the feed.
jq --exit-status 'all(.entries[], .tombstones[]; .id | test("\\Ae-[0-9a-z]+\\z"))' "$work/feed.json" >/dev/null ||
  { echo "an id in the feed is none of an entry" >&2; exit 1; }

created=0 updated=0 unchanged=0 gone=0
while read -r id hash; do
  page="$pages/$id.html" known=none
  if [ -f "$pages/$id.hash" ]; then known=$(cat "$pages/$id.hash"); fi
  if [ "$known" = "$hash" ] && [ -f "$page" ]; then unchanged=$((unchanged + 1)); continue; fi
  if [ -f "$page" ]; then updated=$((updated + 1)); else created=$((created + 1)); fi
  # @html escapes what is plain text; answer_html is escaped already.
  jq --raw-output --arg id "$id" '.entries[] | select(.id == $id)
    | "<h1>\(.question | @html)</h1>\n<p>\(.experts | @html)</p>\n\(.answer_html)\n<p>\(.credit | @html)</p>"
      + (if .watch_url then "\n<p><a href=\"\(.watch_url | @html)\">Watch this answer</a></p>" else "" end)' \
    "$work/feed.json" >"$work/page.html"
  mv "$work/page.html" "$page"
  echo "$hash" >"$pages/$id.hash"
done < <(jq --raw-output '.entries[] | "\(.id) \(.content_hash)"' "$work/feed.json")

while read -r id; do
  if [ -f "$pages/$id.html" ]; then rm -f "$pages/$id.html" "$pages/$id.hash"; gone=$((gone + 1)); fi
done < <(jq --raw-output '.tombstones[].id' "$work/feed.json")

echo "$created created, $updated updated, $unchanged unchanged, $gone taken down"
