# The tables of a comparison. Sourced by run.sh, not run.
# shellcheck shell=bash

# row NUMBER FIGURE KIRJO AGAINST RATIO GOAL
row() { printf '| %s | %s | %s | %s | %s | %s |\n' "$@"; }
# against WHAT NAME [DIGITS]: the figure of another, or "–"
against() { local value; value=$(get "$2"); if [ -n "$value" ]; then echo "$1 $(digits "${3:-0}" "$value")"; else echo "–"; fi; }
ratio() { by "$(get "$1")" "$(get "$2")"; }
# memory_of NAME: MiB resident and, of these, the process's own
memory_of() { echo "$(mib "$1 KiB") / $(mib "$1 own KiB")"; }

heading() {
    local debian='${Version}'
    echo "Machine: $(nproc) cores, $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB; load $(cut -d' ' -f1-3 /proc/loadavg)"
    echo "Versions: $("$kirjo" --version), tantivy $(awk '/^name = "tantivy"$/ { getline; gsub(/"/, ""); print $3 }' "$root/Cargo.lock"), Zebra $(dpkg-query -Wf "$debian" idzebra-2.0-utils 2> /dev/null || echo absent), YAZ $(dpkg-query -Wf "$debian" yaz 2> /dev/null || echo absent)"
    echo "Records: $records, seed 1; sources: $sources; groups: $(get groups); runs: $(values "ingest s" | wc -l), figures are medians"
    echo
}

table() {
    heading
    local hits name; hits=$(get "ten facets of a query hits")
    echo "| # | figure | Kirjo | against | ratio | goal |"
    echo "|---|---|---:|---:|---:|---|"
    row 1 "MARC to searchable, records/s" "$(digits 0 "$(get "ingest records/s")")" \
        "$(against Zebra "zebra ingest records/s")" "$(ratio "ingest records/s" "zebra ingest records/s")" "≥ 2"
    row 2 "the same, absolute" "$(digits 0 "$(get "ingest records/s")")" \
        "$(against "tantivy without mapping" "tantivy ingest records/s")" "$(ratio "ingest records/s" "tantivy ingest records/s")" "≥ 5000"
    for name in reading indexing; do
        row 2 "$name, records/s: last tenth by first tenth" "$(digits 0 "$(get "$name last tenth records/s")")" \
            "$(against "first tenth" "$name first tenth records/s")" "$(digits 2 "$(get "$name last tenth by first")")" "≥ 0.8"
    done
    row 3 "peak memory of ingest, MiB: resident / of which own" "$(mib "ingest peak KiB") / $(mib "ingest peak own KiB")" – – "≤ 2048"
    row 4 "bytes on disk" "$(get "disk bytes")" "$(against "ISO 2709" "raw bytes")" "$(ratio "disk bytes" "raw bytes")" "≤ 1.5"
    row 5 "one term, 20 records, p50 ms" "$(digits 3 "$(get "term p50 ms")")" \
        "$(against "tantivy in process" "tantivy term p50 ms" 3)" "$(ratio "term p50 ms" "tantivy term p50 ms")" "≤ 2"
    row 6 "mixed log at half the maximum rate, p99 ms" "$(digits 1 "$(get "mixed p99 ms at half rate")")" – – "≤ 50"
    row 7 "requests/s, 10 records, 4 connections" "$(digits 0 "$(get "ten records requests/s")")" \
        "$(against "Zebra SRU" "zebra ten records requests/s")" "$(ratio "ten records requests/s" "zebra ten records requests/s")" "≥ 1.5"
    facets_row "ten facets of everything" "≤ 0.1"
    facets_row "ten facets of a query" "≤ 0.2" " with ${hits:-?} hits (tantivy: $(digits 0 "$(get "tantivy ten facets of a query hits")"))"
    facets_row "author facet of everything" "≤ 0.1" " ($(digits 0 "$(get "tantivy author facet values")") values)"
    row 9 "cold start to the first answer, ms" "$(digits 0 "$(get "cold start ms")")" – – "≤ 500"
    row 10 "memory before any search, MiB: resident / of which own" "$(memory_of idle)" – – "≤ 100"
    row 10 "memory at the first answer, MiB: the same" "$(memory_of "first answer")" – – "–"
    row 10 "memory after load, MiB: the same" "$(memory_of load)" – – "≤ 1024"
    row 11 "binary, MB" "$(by "$(stat -c %s "$kirjo")" 1000000)" – – "≤ 40"
    row 12 "growth" "growth.sh SMALL BIG" – – "see README.md"
    echo
    ingest_phases
    if [ "$(values "ingest s" | wc -l)" -gt 1 ]; then echo && spread; fi
}

# facets_row NAME GOAL [MORE]
facets_row() {
    row 8 "$1${3:-}, ms" "$(digits 2 "$(get "$1 ms")")" "$(against "tantivy exact" "tantivy $1 ms" 2)" \
        "$(ratio "$1 ms" "tantivy $1 ms")" "$2"
}

# Where the time of ingest goes. A tenth ends at a line of progress, so with few lines it is no tenth;
# and the index commits every 100 000 records, so with fewer than a million the tenths differ in commits.
ingest_phases() {
    local name line="Ingest, s:"
    for name in reading grouping indexing merging compacting; do
        line+=" $name $(digits 1 "$(get "$name s")"),"
    done
    echo "$line all $(digits 1 "$(get "ingest s")"). Progress lines: reading $(get "reading progress lines"), indexing $(get "indexing progress lines")."
    for name in reading indexing; do
        if awk -v n="$(get "$name progress lines")" 'BEGIN { exit n >= 20 }'; then
            echo "Fewer than two lines of progress a tenth of $name: its row 2 says little."
        fi
    done
    if [ "$records" -lt 1000000 ]; then
        echo "The last tenth of indexing has a commit (one every 100 000 records), the first has none: compare them from a million records on."
    fi
}

# Every figure that came out different in different runs: least, median, greatest.
spread() {
    echo "| figure | runs | least | median | greatest |"
    echo "|---|---:|---:|---:|---:|"
    awk -F'\t' 'NF == 4 && !seen[$3]++ { print $3 }' "$results" | while read -r name; do
        values "$name" | awk -v n="$name" -v m="$(get "$name")" '{ v[NR] = $1 }
            END { if (v[1] + 0 != v[NR] + 0) printf "| %s | %d | %s | %s | %s |\n", n, NR, v[1], m, v[NR] }'
    done
}
