//! Sorting by one routine for all kinds of things: every copy of the standard one is downloaded.

use std::cmp::Ordering;

/// The items in order; of equal ones the earlier stays earlier.
pub fn sorted<T>(items: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut places: Vec<usize> = (0..items.len()).collect();
    sort_places(&mut places, &|a, b| compare(&items[a], &items[b]));
    let mut items: Vec<_> = items.into_iter().map(Some).collect();
    let taken = places.into_iter().filter_map(|place| items[place].take());
    taken.collect()
}

fn sort_places(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|a, b| compare(*a, *b));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_stay_in_the_order_they_came_in() {
        let items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        let sorted = sorted(items, |a, b| a.0.cmp(&b.0));
        let letters: String = sorted.iter().map(|(_, letter)| letter).collect();
        assert_eq!(letters, "bdac");
    }
}
