//! Greek: digraphs, rough breathing as `h`, `υ` in diphthongs, nasal `γ`.

use super::alphabets::letter;

fn is_vowel(c: char) -> bool {
    matches!(c, 'α' | 'ε' | 'η' | 'ι' | 'ο' | 'υ' | 'ω')
}

/// Reads one letter, or a diphthong, with its marks.
pub(super) fn push(rest: &[char], out: &mut String) -> usize {
    let Some(first) = rest.first().copied() else { return 0 };
    let second = rest.get(1).copied().unwrap_or(' ');
    let start = out.len();
    if first == 'γ' && matches!(second, 'γ' | 'κ' | 'ξ' | 'χ') {
        out.push('n');
        return 1;
    }
    let Some(latin) = letter(first) else { return 0 };
    out.push_str(latin);
    let mut read = 1;
    if is_vowel(first) && second == 'υ' && first != 'υ' {
        out.push('u');
        read += 1;
    } else if is_vowel(first) && second == 'ι' && first != 'ι' {
        out.push('i');
        read += 1;
    }
    let marks = rest.get(read..).unwrap_or(&[]);
    let count = marks.iter().take_while(|mark| matches!(mark, '\u{300}'..='\u{36F}')).count();
    let marks = marks.get(..count).unwrap_or(&[]);
    let has_iota = marks.contains(&'\u{345}');
    if has_iota && first == 'α' {
        out.push('\u{304}');
    }
    for mark in marks {
        match mark {
            '\u{314}' if first == 'ρ' => out.push('h'),
            '\u{314}' => out.insert(start, 'h'),
            '\u{304}' | '\u{308}' => out.push(*mark),
            '\u{342}' => out.push('\u{302}'),
            _ => {}
        }
    }
    if has_iota {
        out.push('i');
    }
    read + count
}
