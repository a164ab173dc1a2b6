# The few commands everybody types. `just` lists them.

default:
    @just --list

# What CI runs, without a fresh clone
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# Start the server with the sample records
demo:
    cargo run --release -- serve --demo

# Check index-config/
config:
    cargo run --release -- config check

# Figures by format over the golden data ($KIRJO_GOLDEN_DIR)
golden:
    cargo test --test golden -- --nocapture

# Ten minutes of one fuzz target, e.g. `just fuzz iso2709`
fuzz target seconds="600":
    cargo +nightly fuzz run {{target}} -- -max_total_time={{seconds}}

bench:
    cargo bench

# Kirjo beside Zebra and tantivy, one table, medians of so many runs (bench-compare/README.md)
bench-compare records="100000" runs="1" sources="1":
    RECORDS={{records}} RUNS={{runs}} SOURCES={{sources}} bench-compare/run.sh

# What grows how: two work folders of bench-compare side by side
bench-growth small big:
    bench-compare/growth.sh {{small}} {{big}}

# The long rounds of the fault tests: kills, shuffles, versions of records
faults:
    cargo test --release --test crash --test groups --test faults -- --ignored --nocapture

# Figures of deduplication and updates
figures:
    cargo test --release --test figures -- --ignored --nocapture
