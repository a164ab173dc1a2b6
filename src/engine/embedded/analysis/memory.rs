//! Words seen before: catalogue text repeats its words, and every copy of a field repeats the text.

use super::fold::fold;
use super::{Word, words};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Words that a thread remembers for each kind of text before it starts anew: some 10 MB.
const MOST: usize = 1 << 16;
/// Longer words are rare and their memory is not.
const LONGEST: usize = 48;

/// The index forms of a word, each with its position after the word's first one.
struct Forms {
    width: usize,
    forms: Box<[(u32, Box<str>)]>,
}

impl Forms {
    fn of(token: &str, stemmed: bool) -> Self {
        let folded = fold(words::strip_elision(token));
        let Some(word) = Word::new(&folded, stemmed) else {
            return Forms { width: 0, forms: Box::default() };
        };
        let mut forms = Vec::with_capacity(1);
        let width = word.emit_index_forms(0, &mut |form, at| {
            forms.push((u32::try_from(at).unwrap_or(u32::MAX), form.into()));
        });
        Forms { width, forms: forms.into() }
    }

    fn emit(&self, position: usize, emit: &mut dyn FnMut(&str, usize)) -> usize {
        for (at, form) in &self.forms {
            emit(form, position + *at as usize);
        }
        self.width
    }
}

thread_local! {
    /// Words of unstemmed and of stemmed text.
    static SEEN: RefCell<[FxHashMap<Box<str>, Forms>; 2]> = RefCell::default();
}

/// Emits the index forms of a token of the word breaker; returns how many positions it takes.
pub(super) fn emit_forms(
    token: &str,
    stemmed: bool,
    position: usize,
    emit: &mut dyn FnMut(&str, usize),
) -> usize {
    if token.len() > LONGEST {
        return Forms::of(token, stemmed).emit(position, emit);
    }
    SEEN.with_borrow_mut(|[plain, stems]| {
        let seen = if stemmed { stems } else { plain };
        if let Some(forms) = seen.get(token) {
            return forms.emit(position, emit);
        }
        if seen.len() >= MOST {
            seen.clear();
        }
        seen.entry(token.into()).or_insert_with(|| Forms::of(token, stemmed)).emit(position, emit)
    })
}
