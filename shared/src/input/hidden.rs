//! Characters that nobody sees: with them two names look the same, or a name turns what follows it
//! around.

/// Joins letters in Persian and Indic scripts, and emoji.
const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
/// Shows the character before it as emoji.
const EMOJI_STYLE: char = '\u{fe0f}';

/// Whether a text holds a hidden character that its script does not need.
pub(super) fn is_any_in(text: &str) -> bool {
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_needed = match c {
            // Between two characters that can be joined, which those of ASCII cannot.
            ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER => {
                is_joinable(before) && is_joinable(chars.peek().copied())
            }
            // Behind a symbol, or a digit that a keycap follows.
            EMOJI_STYLE => is_joinable(before) || chars.peek() == Some(&'\u{20e3}'),
            c => !is_hidden(c),
        };
        if !is_needed {
            return true;
        }
        before = Some(c);
    }
    false
}

fn is_joinable(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_ascii() && !matches!(c, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER))
}

/// Unicode's default ignorable code points, its controls of direction, and its line breaks
/// (UAX #44, UAX #9), but for the three above.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_is_found_anywhere() {
        for c in [
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{e0061}',
        ] {
            for text in [format!("{c}ana"), format!("an{c}a"), format!("ana{c}")] {
                assert!(is_any_in(&text), "{text:?}");
            }
        }
        // Several in a row have nothing to join.
        assert!(is_any_in("क\u{200d}\u{200d}ष"));
    }

    #[test]
    fn scripts_and_emoji_keep_what_they_need() {
        for text in [
            "Ana",
            "אנה",
            "علی\u{200c}رضا",
            "क्\u{200d}ष",
            "👩\u{200d}💻",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "🏳\u{fe0f}\u{200d}🌈",
        ] {
            assert!(!is_any_in(text), "{text:?}");
        }
    }
}
