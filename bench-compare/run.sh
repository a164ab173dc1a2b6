#!/usr/bin/env bash
# Kirjo beside Zebra + YAZ and beside tantivy: one table. Phases are kept: what is done is not done
# again, so a run that was stopped goes on. See README.md here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
records=${RECORDS:-100000}
sources=${SOURCES:-1}
runs=${RUNS:-1}
suffix=$([ "$sources" = 1 ] || echo "-$sources")
work=${WORK:-${TMPDIR:-/tmp}/kirjo-compare-$records$suffix}
port=${PORT:-8391}
mkdir -p "$work/done"
cd "$work"
work=$PWD
kirjo=$work/kirjo
results=$work/results.tsv
phase=-
run=1
touch "$results"
. "$here/figures.sh"
. "$here/table.sh"

# Phases that are done once, and those that measure, done in this order in each run.
once=(build generate)
measuring=(ingest zebra_ingest kirjo_search zebra_search tantivy)
# The facets of a page, of which 30 values are shown. Of authors there are 100 000 and more in a
# million records. Buildings are not among them: a tree is answered whole, thousands of values.
facets=(author_facet topic_facet publisherStr geographic_facet genre_facet classification_str_mv
    language format topic_id_str_mv main_date_str)

# Names of the sources, and the file of one.
source_ids() { if [ "$sources" = 1 ]; then echo generated; else seq -f 'generated%.0f' "$sources"; fi; }
file_of() { if [ "$sources" = 1 ]; then echo corpus.mrc; else echo "corpus.$1.mrc"; fi; }
files() { for id in $(source_ids); do echo "$work/$(file_of "$id")"; done; }

# The programs are kept too, so that all runs measure the same ones.
build() {
    (cd "$root"; cargo build --release --locked --bin kirjo --example compare_tantivy)
    local built=${CARGO_TARGET_DIR:-$root/target}/release
    cp "$built/kirjo" "$built/examples/compare_tantivy" .
}

generate() {
    rm -rf config corpus*.mrc word.tsv hits.tsv && cp -r "$root/index-config" config
    "$kirjo" generate --records "$records" --seed 1 --sources "$sources" --out corpus.mrc \
        --settings config/sources --log queries.jsonl --queries 20000
    put records "$records"
    put sources "$sources"
    put "raw bytes" "$(files | xargs stat -c %s | awk '{ s += $1 } END { print s }')"
}

# Source after source, as they would come; time is the sum, memory the highest.
ingest() {
    rm -rf data ingest.*.log
    local id seconds=0 peak=0 own=0 took rss anon logs=()
    for id in $(source_ids); do
        IFS=$'\t' read -r took rss anon < <(python3 "$here/watch.py" "ingest.$id.log" nice -n 5 \
            "$kirjo" ingest --data data --config config --source "$id" "$(file_of "$id")")
        if ! grep -q $'\tread [0-9]* records' "ingest.$id.log"; then tail "ingest.$id.log"; return 1; fi
        logs+=("ingest.$id.log")
        seconds=$(awk -v a="$seconds" -v b="$took" 'BEGIN { print a + b }')
        peak=$((rss > peak ? rss : peak))
        own=$((anon > own ? anon : own))
    done
    put "ingest s" "$seconds"
    put "ingest records/s" "$(by "$records" "$seconds")"
    put "ingest peak KiB" "$peak"
    put "ingest peak own KiB" "$own"
    put "disk bytes" "$(du -s --block-size=1 data | cut -f1)"
    put_all "" < <(python3 "$here/phases.py" "${logs[@]}")
    "$kirjo" index check --data data --config config 2> check.log || { cat check.log; return 1; }
    put groups "$(sed -n 's/.* records, \([0-9]*\) groups.*/\1/p' check.log)"
}

zebra_ingest() {
    rm -rf zebra && cp -r "$here/zebra" zebra && cd zebra
    local start; start=$(now)
    nice -n 5 zebraidx -c zebra.cfg init > ../zebra.log 2>&1
    files | xargs nice -n 5 zebraidx -c zebra.cfg update >> ../zebra.log 2>&1
    put "zebra ingest s" "$(since "$start")"
    put "zebra ingest records/s" "$(by "$records" "$(since "$start")")"
    cd "$work"
}

# is_free PORT: no other server would be measured instead
is_free() { if curl -so /dev/null "http://127.0.0.1:$1/"; then echo "something answers at port $1 already: stop it, or set PORT for Kirjo"; return 1; fi; }
server() { is_free "$port"; "$kirjo" serve --data data --config config --listen "127.0.0.1:$port" > server.log 2>&1 & echo $! > server.pid; }
stop() { kill "$(cat "$work/server.pid")" 2> /dev/null || true; wait "$(cat "$work/server.pid")" 2> /dev/null || true; }
alive() { kill -0 "$(cat server.pid)" 2> /dev/null || { cat server.log; return 1; }; }
# memory NAME: keeps what is resident, mapped files included, and the part that is the process's own
memory() {
    put "$1 KiB" "$(awk '/^VmRSS/ { print $2 }' "/proc/$(cat server.pid)/status")"
    put "$1 own KiB" "$(awk '/^RssAnon/ { print $2 }' "/proc/$(cat server.pid)/status")"
}
# facet_requests WORD FIELD…: twenty requests; each differs in a filter that leaves nothing out, so
# none is answered from memory.
facet_requests() {
    local n asked=$1; shift
    for n in $(seq 1 20); do
        echo "{\"kind\":\"facets\",\"path\":\"/search?lookfor=$asked&limit=0$(printf '&facet%%5B%%5D=%s' "$@")&filter%5B%5D=-language%3A%22x$asked$n%22\"}"
    done
}

kirjo_search() {
    trap stop EXIT
    local url="http://127.0.0.1:$port/v1" start; start=$(now)
    server
    until curl -sfo first.json "$url/search?lookfor=suomen"; do alive; sleep 0.01; done
    put "cold start ms" "$(awk -v s="$(since "$start")" 'BEGIN { print s * 1000 }')"
    memory "first answer"
    stop
    # Another start, for the memory before any search.
    server
    until grep -q '^ready:' server.log; do alive; sleep 0.1; done
    sleep 4
    memory idle
    local bench=("$kirjo" bench --url "$url")
    "${bench[@]}" --log queries.jsonl --kind term --connections 1 --requests 1000 --json term.json
    put "term p50 ms" "$(json term.json term p50)"
    put "term p99 ms" "$(json term.json term p99)"
    # One request at a time, so that no kind of query waits for another: for the table of growth.
    "${bench[@]}" --log queries.jsonl --connections 1 --requests 4000 --json "alone.$run.json"
    "${bench[@]}" --log queries.jsonl --connections 4 --requests 4000 --json full.json --html full.html
    put "mixed requests/s" "$(rate_of full.json)"
    local half; half=$(awk -v r="$(rate_of full.json)" 'BEGIN { print r / 2 }')
    "${bench[@]}" --log queries.jsonl --rate "$half" --connections 16 --requests 4000 --json half.json --html half.html
    put "mixed p99 ms at half rate" "$(json half.json all p99)"
    # Ten records a request, on four connections.
    sed 's|\(/search?lookfor=[^"]*\)|\1\&limit=10|' queries.jsonl | grep '"kind":"term"' > ten.jsonl
    "${bench[@]}" --log ten.jsonl --connections 4 --requests 2000 --json ten.json
    put "ten records requests/s" "$(rate_of ten.json)"
    # A word of a tenth of the records, the same one in all runs; hits by kind, once.
    [ -s word.tsv ] || {
        python3 "$here/hits.py" word "$url" queries.jsonl $((records / 10)) > word.new && mv word.new word.tsv
    }
    local word; word=$(cut -f1 word.tsv)
    put "ten facets of a query hits" "$(cut -f2 word.tsv)"
    facet_requests "" author_facet > author.jsonl
    facet_requests "" "${facets[@]}" > facets.jsonl
    facet_requests "$word" "${facets[@]}" > facets-of.jsonl
    local asked
    for asked in author facets facets-of; do
        "${bench[@]}" --log $asked.jsonl --connections 1 --warm-up 0 --requests 20 --json $asked.json
    done
    put "author facet of everything ms" "$(json author.json facets p50)"
    put "ten facets of everything ms" "$(json facets.json facets p50)"
    put "ten facets of a query ms" "$(json facets-of.json facets p50)"
    memory load
    [ -s hits.tsv ] || { python3 "$here/hits.py" kinds "$url" queries.jsonl > hits.new && mv hits.new hits.tsv; }
    stop
    trap - EXIT
}

zebra_search() {
    is_free 9797
    cd zebra
    zebrasrv -f yazserver.xml > ../zebrasrv.log 2>&1 & echo $! > "$work/server.pid"
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
    [ -s word.tsv ] || { echo "the word for the facets is not known: run the phase kirjo_search first"; return 1; }
    rm -rf tantivy
    files | xargs nice -n 5 ./compare_tantivy tantivy queries.jsonl "$(cut -f1 word.tsv)" > tantivy.tsv
    put_all "tantivy " < tantivy.tsv
}

# step NAME RUN: does it unless it is done, and says how long it took
step() {
    phase=$1 run=$2
    if [[ $phase == zebra_* ]] && ! command -v zebraidx > /dev/null; then
        echo "$phase, run $run of $runs: left out, Zebra is missing: apt-get install idzebra-2.0 yaz"
        return
    fi
    local mark="$work/done/$phase.$run" name="$phase, run $run of $runs"
    if [ -e "$mark" ]; then echo "$name: done before, $(cat "$mark") s"; return; fi
    local start; start=$(now)
    ( set -e; "$phase" )
    since "$start" > "$mark"
    echo "$name: $(cat "$mark") s"
}
# anew NAME: forgets that it was done, in whatever run
anew() { rm -f "$work/done/$1".*; forget "$1"; }

if [ -e done/corpus ] && [ "$(cat done/corpus)" != "$records $sources" ]; then
    echo "$work holds a comparison of (records, sources) $(cat done/corpus), not $records $sources: choose another WORK"
    exit 2
fi
echo "$records $sources" > done/corpus
if [ $# -gt 0 ]; then
    for name in "$@"; do
        if [ "$name" = table ]; then table; continue; fi
        case " ${once[*]} " in *" $name "*) anew "$name"; (runs=1; step "$name" 1); continue ;; esac
        case " ${measuring[*]} " in
            *" $name "*) anew "$name"; for r in $(seq "$runs"); do step "$name" "$r"; done ;;
            *) echo "unknown phase $name: ${once[*]} ${measuring[*]} table"; exit 2 ;;
        esac
    done
    exit
fi
for name in "${once[@]}"; do (runs=1; step "$name" 1); done
for r in $(seq "$runs"); do
    for name in "${measuring[@]}"; do step "$name" "$r"; done
done
table | tee table.md
