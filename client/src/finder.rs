//! Finding a room or a person by a few letters of the name.

use crate::order::sorted;

/// How well `words` fit `name`, higher is better; none where they do not. The letters must come in
/// order, anywhere in the name; they count more at the beginnings of words and in a row.
///
/// Nothing fits everything alike.
pub fn score(name: &str, words: &str) -> Option<u32> {
    let mut wanted = words.chars().filter(|c| !c.is_whitespace()).peekable();
    let (mut score, mut run, mut is_start) = (0, 0, true);
    for char in name.chars().flat_map(char::to_lowercase) {
        let Some(next) = wanted.peek() else {
            break;
        };
        if next.to_lowercase().eq([char]) {
            wanted.next();
            run += 1;
            score += run + if is_start { 4 } else { 0 };
        } else {
            run = 0;
        }
        is_start = !char.is_alphanumeric();
    }
    wanted.peek().is_none().then_some(score)
}

/// The items that fit, best first; of two that fit alike the earlier one.
pub fn find<T>(items: Vec<T>, words: &str, name: impl Fn(&T) -> Vec<&str>) -> Vec<T> {
    let fitting: Vec<_> = items
        .into_iter()
        .filter_map(|item| {
            let best = name(&item)
                .into_iter()
                .filter_map(|name| score(name, words));
            Some((best.max()?, item))
        })
        .collect();
    let fitting = sorted(fitting, |a, b| b.0.cmp(&a.0));
    fitting.into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> Vec<&'static str> {
        let names = vec!["Lobby", "Garden", "Great Garden Party", "Ágnes", "bob"];
        find(names, words, |name| vec![name])
    }

    #[test]
    fn letters_are_found_in_order_wherever_they_stand() {
        assert_eq!(found("ggp"), ["Great Garden Party"]);
        assert_eq!(found("lby"), ["Lobby"]);
        assert_eq!(found("GREAT gar"), ["Great Garden Party"]);
        assert_eq!(found("á"), ["Ágnes"]);
        assert!(found("nedrag").is_empty());
    }

    #[test]
    fn a_beginning_fits_better_than_a_middle_and_a_row_better_than_pieces() {
        assert_eq!(found("gard"), ["Garden", "Great Garden Party"]);
        assert_eq!(found("b"), ["bob", "Lobby"]);
    }

    #[test]
    fn without_words_everything_stands_as_it_came() {
        assert_eq!(found("").len(), 5);
        assert_eq!(found("")[0], "Lobby");
    }
}
