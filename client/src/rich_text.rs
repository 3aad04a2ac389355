//! What a message's text is made of: words, and links that can be followed; and whether it is
//! nothing but emoji.

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Words(&'a str),
    /// An address as it was written: shown whole, and followed as it stands.
    Link(&'a str),
}

/// The schemes that may be followed: any other, `javascript:` above all, stays words.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// More emoji than this are a wall, and no larger than words.
const MAX_LARGE: usize = 8;

/// The stretches of a text, in order; joined they are the text.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((start, end)) = next_link(rest) {
        if start > 0 {
            parts.push(Part::Words(&rest[..start]));
        }
        parts.push(Part::Link(&rest[start..end]));
        rest = &rest[end..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(Part::Words(rest));
    }
    parts
}

/// Where the first link begins and ends, in bytes.
fn next_link(text: &str) -> Option<(usize, usize)> {
    let mut before = None;
    for (start, char) in text.char_indices() {
        let follows_word = before.is_some_and(char::is_alphanumeric);
        before = Some(char);
        if follows_word {
            continue;
        }
        let rest = &text[start..];
        let Some(scheme) = SCHEMES.iter().find(|scheme| begins(rest, scheme)) else {
            continue;
        };
        let length = address(rest);
        if length > scheme.len() {
            return Some((start, start + length));
        }
    }
    None
}

fn begins(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// How many bytes of `text` are the address it begins with: up to a space or a quote, without the
/// sentence's own marks behind it.
fn address(text: &str) -> usize {
    let is_end = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
    let mut address = &text[..text.find(is_end).unwrap_or(text.len())];
    while let Some(last) = address.chars().next_back() {
        let is_mark = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '”' | '’' | '»' => true,
            // A bracket that was opened within the address belongs to it.
            ')' => address.matches('(').count() < address.matches(')').count(),
            ']' => address.matches('[').count() < address.matches(']').count(),
            _ => false,
        };
        if !is_mark {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

/// Whether a text is a few emoji and nothing else.
pub fn is_emoji_only(text: &str) -> bool {
    let mut count = 0;
    let mut is_joined = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ZERO_WIDTH_JOINER => is_joined = true,
            // Variation selectors, skin tones, tags of flags: part of what is before them.
            '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' if count > 0 => {}
            _ if char.is_whitespace() => {}
            _ => {
                let is_styled = chars.peek() == Some(&'\u{FE0F}');
                if !(is_emoji(char) || (is_styled && is_symbol(char))) {
                    return false;
                }
                count += usize::from(!is_joined);
                is_joined = false;
            }
        }
    }
    (1..=MAX_LARGE * 2).contains(&count) && (count <= MAX_LARGE || text.chars().any(is_regional)) // a flag is two
}

const ZERO_WIDTH_JOINER: char = '\u{200D}';

fn is_regional(char: char) -> bool {
    matches!(char, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Symbols that are emoji where U+FE0F follows them.
fn is_symbol(char: char) -> bool {
    matches!(char, '\u{203C}'..='\u{3299}' | '\u{A9}' | '\u{AE}')
}

/// Characters that are drawn as emoji by themselves (`Emoji_Presentation` of Unicode's
/// emoji-data.txt; whole blocks from U+1F000 on, where the rest is rare).
fn is_emoji(char: char) -> bool {
    matches!(char,
        '\u{1F000}'..='\u{1FAFF}'
        | '\u{231A}'..='\u{231B}' | '\u{23E9}'..='\u{23EC}' | '\u{23F0}' | '\u{23F3}'
        | '\u{25FD}'..='\u{25FE}' | '\u{2614}'..='\u{2615}' | '\u{2648}'..='\u{2653}'
        | '\u{267F}' | '\u{2693}' | '\u{26A1}' | '\u{26AA}'..='\u{26AB}'
        | '\u{26BD}'..='\u{26BE}' | '\u{26C4}'..='\u{26C5}' | '\u{26CE}' | '\u{26D4}'
        | '\u{26EA}' | '\u{26F2}'..='\u{26F3}' | '\u{26F5}' | '\u{26FA}' | '\u{26FD}'
        | '\u{2705}' | '\u{270A}'..='\u{270B}' | '\u{2728}' | '\u{274C}' | '\u{274E}'
        | '\u{2753}'..='\u{2755}' | '\u{2757}' | '\u{2795}'..='\u{2797}' | '\u{27B0}'
        | '\u{27BF}' | '\u{2B1B}'..='\u{2B1C}' | '\u{2B50}' | '\u{2B55}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Links in brackets.
    fn shown(text: &str) -> String {
        let parts = parts(text);
        let shown = parts.iter().map(|part| match part {
            Part::Words(words) => (*words).to_owned(),
            Part::Link(address) => format!("[{address}]"),
        });
        shown.collect()
    }

    #[test]
    fn links_are_found_whole_and_without_the_marks_of_the_sentence() {
        for (text, expected) in [
            ("see https://a.example/x", "see [https://a.example/x]"),
            ("HTTP://A.example.", "[HTTP://A.example]."),
            ("(https://a.example/x)", "([https://a.example/x])"),
            (
                "https://a.example/wiki/Tea_(drink), yes",
                "[https://a.example/wiki/Tea_(drink)], yes",
            ),
            (
                "https://a.example/?q=1&r=a%20b#top!",
                "[https://a.example/?q=1&r=a%20b#top]!",
            ),
            ("<https://a.example>", "<[https://a.example]>"),
            ("to mailto:ana@a.example?", "to [mailto:ana@a.example]?"),
            (
                "one https://a.example\ntwo https://b.example",
                "one [https://a.example]\ntwo [https://b.example]",
            ),
            (
                "https://münchen.example/straße",
                "[https://münchen.example/straße]",
            ),
            ("“https://a.example”", "“[https://a.example]”"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn nothing_else_is_a_link() {
        for text in [
            "",
            "https://",
            "http://.",
            "mailto:",
            "javascript:alert(1)",
            "data:text/html,x",
            "xhttps://a.example",
            "example.org",
            "🙂http:/a",
        ] {
            assert_eq!(parts(text), [Part::Words(text)], "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_text_are_the_text() {
        for text in [
            "a https://b.c. d",
            "https://b.c",
            "  ",
            "é mailto:x\u{0}y https://é",
        ] {
            let joined: String = parts(text)
                .into_iter()
                .map(|part| match part {
                    Part::Words(text) | Part::Link(text) => text,
                })
                .collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn a_few_emoji_alone_are_large() {
        for text in ["🙂", "👍🏽 🎉", "❤️", "👩‍👩‍👧‍👦", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "✅⭐"]
        {
            assert!(is_emoji_only(text), "{text}");
        }
        for text in [
            "",
            " ",
            "ok 🙂",
            "✓",
            "1",
            "#",
            "©",
            "🙂🙂🙂🙂🙂🙂🙂🙂🙂",
            "\u{200D}",
            "\u{FE0F}",
        ] {
            assert!(!is_emoji_only(text), "{text:?}");
        }
    }
}
