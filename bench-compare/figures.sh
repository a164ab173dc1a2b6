# Figures of a comparison, in $results: lines of phase, run, name, value. Sourced, not run.
# shellcheck shell=bash

# put NAME VALUE: keeps a figure of this run of this phase, instead of one from before it was stopped
put() {
    awk -F'\t' -v p="$phase" -v r="$run" -v n="$1" '!($1 == p && $2 == r && $3 == n)' "$results" > "$results.new"
    printf '%s\t%s\t%s\t%s\n' "$phase" "$run" "$1" "$2" >> "$results.new"
    mv "$results.new" "$results"
}
# forget PHASE: drops its figures of all runs
forget() { awk -F'\t' -v p="$1" '$1 != p' "$results" > "$results.new"; mv "$results.new" "$results"; }
values() { awk -F'\t' -v n="$1" '$3 == n { print $4 }' "$results" | sort -g; }
# get NAME: the median of all runs, nothing if there is no figure
get() {
    values "$1" | awk '{ v[NR] = $1 }
        END { if (NR % 2) print v[(NR + 1) / 2]; else if (NR) printf "%.10g\n", (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
# put_all PREFIX: keeps lines of name, tab, value from stdin
put_all() { while IFS=$'\t' read -r name value; do put "$1$name" "$value"; done; }

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.3f", b - a }'; }
# by A B: A / B with two digits, or "–"
by() { awk -v a="$1" -v b="$2" 'BEGIN { if (a == "" || b == "" || b + 0 == 0) print "–"; else printf "%.2f", a / b }'; }
# digits N FIGURE: rounded, or "–"
digits() { awk -v d="$1" -v a="${2:-}" 'BEGIN { if (a == "") print "–"; else printf "%." d "f", a }'; }
mib() { by "$(get "$1")" 1024; }
# json FILE KIND PERCENTILE: milliseconds
json() { python3 -c 'import json,sys; r=json.load(open(sys.argv[1])); k=r["kinds"][sys.argv[2]]; print(k[sys.argv[3]]/1000)' "$@"; }
rate_of() { python3 -c 'import json,sys; r=json.load(open(sys.argv[1])); k=r["kinds"]["all"]; print(round((k["requests"]-k["errors"])/r["seconds"],1))' "$1"; }
