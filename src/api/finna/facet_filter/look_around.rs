//! Look-around without going back: the forms that come down to several tests of the whole value,
//! each linear.
//!
//! `^(?!a)b` is "matches `^b`, does not match `^a`", a look behind at the start and a look ahead
//! at the end are as good as what they look for, and an atomic group that can match in one way only
//! is a group. Everything else stays as it is, and the regex engine refuses it.

#![warn(clippy::indexing_slicing)]

/// A pattern that a value has to match, or must not match.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) pattern: String,
    pub(super) expected: bool,
}

/// The tests that a pattern means: all of one of the lists.
pub(super) fn tests_of(pattern: &str) -> Vec<Vec<Test>> {
    let pattern = without_atomic_groups(pattern);
    let whole = || vec![vec![Test { pattern: pattern.clone(), expected: true }]];
    let looks = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look));
    if !looks {
        return whole();
    }
    let mut flags = String::new();
    let mut lists = Vec::new();
    for alternative in alternatives(&pattern) {
        let own = flags_of(alternative);
        flags.push_str(own);
        let rest = alternative.get(own.len()..).unwrap_or_default();
        // With lines, `^` is not only the start; flags within an alternative hold for what follows.
        if flags.contains('m') || has_flags(rest) {
            return whole();
        }
        lists.push(tests_of_one(rest, &flags));
    }
    lists
}

/// Flags are set somewhere in it, as in `a(?i)b`.
fn has_flags(text: &str) -> bool {
    let flags = |rest: &str| {
        let letters = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        letters.len() < rest.len() && letters.starts_with(')')
    };
    text.match_indices("(?").any(|(at, _)| text.get(at + 2..).is_some_and(flags))
}

/// The tests of a pattern without alternatives of its own.
fn tests_of_one(text: &str, flags: &str) -> Vec<Test> {
    let anchor = ["^", "\\A"].into_iter().find(|anchor| text.starts_with(anchor)).unwrap_or("");
    let mut rest = text.get(anchor.len()..).unwrap_or_default();
    let mut tests = Vec::new();
    let mut before = String::new();
    if anchor.is_empty() {
        while let Some((body, after)) = group_at_start(rest, "(?<=").filter(|_| before.is_empty()) {
            before = format!("(?:{body})");
            rest = after;
        }
    }
    while !anchor.is_empty() {
        let refused = group_at_start(rest, "(?!").map(|group| (group, false));
        let wanted = || group_at_start(rest, "(?=").map(|group| (group, true));
        let Some(((body, after), expected)) = refused.or_else(wanted) else { break };
        tests.push(Test { pattern: format!("{flags}^(?:{body})"), expected });
        rest = after;
    }
    let last = last_group(rest).and_then(|at| rest.split_at_checked(at));
    let ahead = last.and_then(|(first, last)| Some((first, group_at_start(last, "(?=")?)));
    let pattern = match ahead {
        Some((first, (body, ""))) => format!("{flags}{anchor}{before}{first}(?:{body})"),
        _ => format!("{flags}{anchor}{before}{rest}"),
    };
    tests.push(Test { pattern, expected: true });
    tests
}

/// `(?i)` and the like at the start.
fn flags_of(text: &str) -> &str {
    let inner = text.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
    match inner {
        Some((flags, _)) if flags.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') => {
            text.get(..flags.len() + 3).unwrap_or_default()
        }
        _ => "",
    }
}

/// Where characters with a meaning stand, and how many groups they lie in; `(` counts as outside
/// of its group, `)` too.
fn signs(text: &str) -> impl Iterator<Item = (usize, u8, usize)> + '_ {
    let mut is_escaped = false;
    let mut class: Option<usize> = None;
    let mut depth = 0_usize;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        if std::mem::take(&mut is_escaped) {
            return None;
        }
        if byte == b'\\' {
            is_escaped = true;
            return None;
        }
        if let Some(brackets) = class {
            // `[:digit:]` inside of a class.
            class = match byte {
                b'[' => Some(brackets + 1),
                b']' => brackets.checked_sub(1),
                _ => class,
            };
            return None;
        }
        match byte {
            b'[' => {
                class = Some(0);
                None
            }
            b'(' => {
                depth += 1;
                Some((at, byte, depth - 1))
            }
            b')' => {
                depth = depth.saturating_sub(1);
                Some((at, byte, depth))
            }
            _ => Some((at, byte, depth)),
        }
    })
}

/// The parts between the `|` outside of groups.
fn alternatives(text: &str) -> Vec<&str> {
    let bars = signs(text).filter(|(_, byte, depth)| *byte == b'|' && *depth == 0);
    let mut start = 0;
    let mut parts: Vec<&str> = Vec::new();
    for (at, ..) in bars {
        parts.extend(text.get(start..at));
        start = at + 1;
    }
    parts.extend(text.get(start..));
    parts
}

/// The inside of a group that the text begins with, and what comes after it.
fn group_at_start<'t>(text: &'t str, opening: &str) -> Option<(&'t str, &'t str)> {
    if !text.starts_with(opening) {
        return None;
    }
    let (end, ..) = signs(text).find(|(_, byte, depth)| *byte == b')' && *depth == 0)?;
    let after = text.get(end + 1..)?;
    // `(?=a)*` looks or does not.
    let is_repeated = after.starts_with(['*', '+', '?', '{']);
    (!is_repeated).then_some((text.get(opening.len()..end)?, after))
}

/// Where the last group outside of others begins.
fn last_group(text: &str) -> Option<usize> {
    let groups = signs(text).filter(|(_, byte, depth)| *byte == b'(' && *depth == 0);
    groups.last().map(|(at, ..)| at)
}

/// Atomic groups that can match in one way only as plain ones.
fn without_atomic_groups(pattern: &str) -> String {
    const ATOMIC: &str = "(?>";
    let mut out = String::with_capacity(pattern.len());
    let mut copied = 0;
    for (at, byte, _) in signs(pattern) {
        let rest = pattern.get(at..).unwrap_or_default();
        if byte != b'(' || !rest.starts_with(ATOMIC) {
            continue;
        }
        let inside = rest.get(ATOMIC.len()..).and_then(|inside| inside.split_once(')'));
        if inside.is_some_and(|(inside, _)| !inside.contains(['|', '*', '+', '?', '{', '(', '\\']))
        {
            out.push_str(pattern.get(copied..at).unwrap_or_default());
            out.push_str("(?:");
            copied = at + ATOMIC.len();
        }
    }
    out.push_str(pattern.get(copied..).unwrap_or_default());
    out
}
