#!/usr/bin/env bash
# What becomes of each figure when the catalogue grows: one table from two kept work folders of run.sh.
#
# usage: growth.sh SMALL_WORK BIG_WORK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 2 ] || { echo "usage: growth.sh SMALL_WORK BIG_WORK (work folders of run.sh)"; exit 2; }
small=$1 big=$2
. "$here/figures.sh"
for folder in "$small" "$big"; do
    [ -s "$folder/results.tsv" ] || { echo "$folder holds no results.tsv: run bench-compare/run.sh with WORK=$folder"; exit 1; }
done

# of FOLDER NAME: the median there
of() { results=$1/results.tsv get "$2"; }
# row FIGURE NAME [DIVISOR [DIGITS]]: a figure in both folders, divided and rounded
row() {
    local a b; a=$(of "$small" "$2") b=$(of "$big" "$2")
    echo "| $1 | $(scaled "$a" "${3:-1}" "${4:-0}") | $(scaled "$b" "${3:-1}" "${4:-0}") | $(by "$b" "$a") |"
}
scaled() { awk -v a="$1" -v by="$2" -v d="$3" 'BEGIN { if (a == "") print "–"; else printf "%." d "f", a / by }'; }

echo "| figure | small | big | big / small |"
echo "|---|---:|---:|---:|"
row "records" records
row "groups" groups
row "MARC to searchable, records/s" "ingest records/s"
row "peak memory of ingest, MiB" "ingest peak KiB" 1024 1
row "of which own" "ingest peak own KiB" 1024 1
row "memory before any search, MiB" "idle KiB" 1024 1
row "of which own" "idle own KiB" 1024 1
row "memory after load, MiB" "load KiB" 1024 1
row "of which own" "load own KiB" 1024 1
row "on disk, MB" "disk bytes" 1000000 1
row "cold start, ms" "cold start ms"
row "mixed log, requests/s" "mixed requests/s"
row "mixed log at half the maximum rate, p99 ms" "mixed p99 ms at half rate" 1 1
row "ten facets of everything, ms" "ten facets of everything ms" 1 1
row "ten facets of a query, ms" "ten facets of a query ms" 1 1
row "hits of that query" "ten facets of a query hits"
echo
python3 "$here/kinds.py" "$small" "$big"
