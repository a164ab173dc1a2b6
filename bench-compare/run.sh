#!/usr/bin/env bash
# Kirjo beside Zebra + YAZ and beside tantivy: one table. Phases are kept: what is done is not done
# again, so a run that was stopped goes on. See README.md here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
records=${RECORDS:-100000}
work=${WORK:-${TMPDIR:-/tmp}/kirjo-compare-$records}
port=${PORT:-8391}
kirjo=$root/target/release/kirjo
mkdir -p "$work/done"
cd "$work"
results=$work/results.tsv
touch "$results"

# put NAME VALUE: keeps a figure, the newest instead of older ones
put() { grep -v "^$1	" "$results" > results.new || true; printf '%s\t%s\n' "$1" "$2" >> results.new; mv results.new "$results"; }
get() { awk -F'\t' -v n="$1" '$1 == n { print $2 }' "$results"; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.3f", b - a }'; }
# by A B: A / B with two digits, or "-"
by() { awk -v a="$1" -v b="$2" 'BEGIN { if (a == "" || b == "" || b + 0 == 0) print "-"; else printf "%.2f", a / b }'; }
json() { python3 -c 'import json,sys; r=json.load(open(sys.argv[1])); k=r["kinds"][sys.argv[2]]; print(k[sys.argv[3]]/1000)' "$@"; }
rate_of() { python3 -c 'import json,sys; r=json.load(open(sys.argv[1])); k=r["kinds"]["all"]; print(round((k["requests"]-k["errors"])/r["seconds"],1))' "$1"; }

build() { (cd "$root"; cargo build --release --locked --bin kirjo --example compare_tantivy); }

generate() {
    rm -rf config && cp -r "$root/index-config" config
    "$kirjo" generate --records "$records" --seed 1 --out corpus.mrc --settings config/sources \
        --log queries.jsonl --queries 20000
    put "raw bytes" "$(stat -c %s corpus.mrc)"
}

ingest() {
    rm -rf data
    local start; start=$(now)
    /usr/bin/time -v -o ingest.time nice -n 5 "$kirjo" ingest --data data --config config \
        --source generated corpus.mrc 2> ingest.log
    put "ingest s" "$(since "$start")"
    put "ingest peak KiB" "$(awk -F': ' '/Maximum resident/ { print $2 }' ingest.time)"
    put "disk bytes" "$(du -s --block-size=1 data | cut -f1)"
}

zebra_ingest() {
    command -v zebraidx > /dev/null || { echo "zebraidx is missing: apt-get install idzebra-2.0 yaz"; return 0; }
    rm -rf zebra && cp -r "$here/zebra" zebra && cd zebra
    local start; start=$(now)
    nice -n 5 zebraidx -c zebra.cfg init && nice -n 5 zebraidx -c zebra.cfg update ../corpus.mrc > ../zebra.log 2>&1
    put "zebra ingest s" "$(since "$start")"
    cd "$work"
}

server() { "$kirjo" serve --data data --config config --listen "127.0.0.1:$port" > server.log 2>&1 & echo $! > server.pid; }
stop() { kill "$(cat server.pid)" 2> /dev/null || true; wait "$(cat server.pid)" 2> /dev/null || true; }
memory() { awk '/VmRSS/ { print $2 }' "/proc/$(cat server.pid)/status"; }

kirjo_search() {
    trap stop EXIT
    local url="http://127.0.0.1:$port/v1" start; start=$(now)
    server
    until curl -sfo first.json "$url/search?lookfor=suomen"; do
        kill -0 "$(cat server.pid)" || { cat server.log; return 1; }
        sleep 0.01
    done
    put "cold start ms" "$(awk -v s="$(since "$start")" 'BEGIN { print s * 1000 }')"
    put "idle KiB" "$(memory)"
    "$kirjo" bench --url "$url" --log queries.jsonl --kind term --connections 1 --requests 1000 --json term.json
    put "term p50 ms" "$(json term.json term p50)"
    put "term p99 ms" "$(json term.json term p99)"
    "$kirjo" bench --url "$url" --log queries.jsonl --connections 4 --requests 4000 --json full.json --html full.html
    put "mixed requests/s" "$(rate_of full.json)"
    local half; half=$(awk -v r="$(rate_of full.json)" 'BEGIN { print r / 2 }')
    "$kirjo" bench --url "$url" --log queries.jsonl --rate "$half" --connections 16 --requests 4000 --json half.json --html half.html
    put "mixed p99 ms at half rate" "$(json half.json all p99)"
    # Ten records a request, on four connections.
    sed 's|\(/search?lookfor=[^"]*\)|\1\&limit=10|' queries.jsonl | grep '"kind":"term"' > ten.jsonl
    "$kirjo" bench --url "$url" --log ten.jsonl --connections 4 --requests 2000 --json ten.json
    put "ten records requests/s" "$(rate_of ten.json)"
    # Facets of everything: each request differs, so none is answered from memory.
    for n in $(seq 1 40); do
        echo "{\"kind\":\"facets\",\"path\":\"/search?lookfor=&limit=0&facet%5B%5D=author_facet&filter%5B%5D=-language%3A%22x$n%22\"}"
    done > facets.jsonl
    "$kirjo" bench --url "$url" --log facets.jsonl --connections 1 --warm-up 0 --requests 40 --json facets.json
    put "author facet ms" "$(json facets.json facets p50)"
    put "load KiB" "$(memory)"
    stop
    trap - EXIT
}

zebra_search() {
    command -v zebrasrv > /dev/null || return 0
    cd zebra
    zebrasrv -f yazserver.xml > ../zebrasrv.log 2>&1 & echo $! > ../server.pid
    trap stop EXIT
    sleep 1
    grep '"kind":"term"' ../queries.jsonl |
        sed 's|/search?lookfor=\([^"]*\)|/Default?version=1.1\&operation=searchRetrieve\&maximumRecords=10\&query=\1|' > ../sru.jsonl
    "$kirjo" bench --url "http://127.0.0.1:9797" --log ../sru.jsonl --connections 4 --requests 2000 --json ../zebra.json
    put "zebra ten records requests/s" "$(rate_of ../zebra.json)"
    cd "$work"
    stop
    trap - EXIT
}

tantivy() {
    rm -rf tantivy
    nice -n 5 "$root/target/release/examples/compare_tantivy" tantivy queries.jsonl corpus.mrc > tantivy.tsv
    while IFS=$'\t' read -r name value; do put "tantivy $name" "$value"; done < tantivy.tsv
}

table() {
    echo "Machine: $(nproc) cores, $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB; load $(cut -d' ' -f1-3 /proc/loadavg)"
    echo "Versions: $("$kirjo" --version), tantivy $(awk '/^name = "tantivy"$/ { getline; gsub(/"/, ""); print $3 }' "$root/Cargo.lock"), Zebra $(dpkg-query -Wf '${Version}' idzebra-2.0-utils 2> /dev/null || echo absent), YAZ $(dpkg-query -Wf '${Version}' yaz 2> /dev/null || echo absent)"
    echo "Records: $records, seed 1"
    echo
    local per; per=$(awk -v n="$records" -v s="$(get "ingest s")" 'BEGIN { if (s) printf "%.0f", n / s }')
    local zper; zper=$(awk -v n="$records" -v s="$(get "zebra ingest s")" 'BEGIN { if (s) printf "%.0f", n / s }')
    echo "| # | figure | Kirjo | against | ratio | goal |"
    echo "|---|---|---:|---:|---:|---|"
    echo "| 1 | MARC to searchable, records/s | $per | Zebra $zper | $(by "$per" "$zper") | ≥ 2 |"
    echo "| 2 | the same, absolute | $per | tantivy without mapping $(get "tantivy ingest records/s") | $(by "$per" "$(get "tantivy ingest records/s")") | ≥ 5000 |"
    echo "| 3 | peak memory of ingest, MiB | $(by "$(get "ingest peak KiB")" 1024) | – | – | ≤ 2048 |"
    echo "| 4 | bytes on disk | $(get "disk bytes") | ISO 2709 $(get "raw bytes") | $(by "$(get "disk bytes")" "$(get "raw bytes")") | ≤ 1.5 |"
    echo "| 5 | one term, 20 records, p50 ms | $(get "term p50 ms") | tantivy in process $(get "tantivy term p50 ms") | $(by "$(get "term p50 ms")" "$(get "tantivy term p50 ms")") | ≤ 2 |"
    echo "| 6 | mixed log at half the maximum rate, p99 ms | $(get "mixed p99 ms at half rate") | – | – | ≤ 50 |"
    echo "| 7 | requests/s, 10 records, 4 connections | $(get "ten records requests/s") | Zebra SRU $(get "zebra ten records requests/s") | $(by "$(get "ten records requests/s")" "$(get "zebra ten records requests/s")") | ≥ 1.5 |"
    echo "| 8 | author facet of everything, ms | $(get "author facet ms") | tantivy exact $(get "tantivy author facet of everything ms") | $(by "$(get "author facet ms")" "$(get "tantivy author facet of everything ms")") | ≤ 0.1 |"
    echo "| 9 | cold start to the first answer, ms | $(get "cold start ms") | – | – | ≤ 500 |"
    echo "| 10 | resident memory idle / after load, MiB | $(by "$(get "idle KiB")" 1024) / $(by "$(get "load KiB")" 1024) | – | – | ≤ 100 / ≤ 1024 |"
    echo "| 11 | binary, MB | $(by "$(stat -c %s "$kirjo")" 1000000) | – | – | ≤ 40 |"
    echo "| 12 | growth | run with several numbers of records | – | – | see README.md |"
}

# phase NAME: runs it unless it is done, and says how long it took
phase() {
    if [ -e "$work/done/$1" ]; then echo "$1: done before, $(cat "$work/done/$1") s"; return; fi
    local start; start=$(now)
    ( set -e; "$1" )
    since "$start" > "$work/done/$1"
    echo "$1: $(cat "$work/done/$1") s"
}

if [ $# -gt 0 ]; then
    for name in "$@"; do
        case $name in
            build|generate|ingest|zebra_ingest|kirjo_search|zebra_search|tantivy) rm -f "done/$name"; phase "$name" ;;
            table) table ;;
            *) echo "unknown phase $name: build generate ingest zebra_ingest kirjo_search zebra_search tantivy table"; exit 2 ;;
        esac
    done
    exit
fi
build
for name in generate ingest zebra_ingest kirjo_search zebra_search tantivy; do phase "$name"; done
table | tee table.md
