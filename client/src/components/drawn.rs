//! Which of the loaded rows are drawn: the last ones, and more of them when the reader comes near.
//!
//! All that is loaded takes a slow machine longer to draw than a reader waits for a room.

use std::rc::Rc;

use crate::{state::Spot, timeline::Row};

/// So many rows fill most screens twice.
const FEW: usize = 60;
/// So many rows above a place that the reader is sent to.
const ABOVE: usize = 30;
/// So many more come at a time.
const MORE: usize = 60;
/// Where more are drawn, and the reader is at the end, some go.
const MANY: usize = 120;
/// So many rows go at a time.
const FEWER: usize = 40;

/// From which row on a log is drawn. It never ends before the last one.
#[derive(Debug, Default)]
pub struct Drawn {
    rows: Rc<Vec<Row>>,
    opening: Option<u32>,
    /// The number of the spot that was made room for.
    visited: u32,
    /// The `seq` of the first message that is drawn.
    from: u64,
    /// How many rows stand above what is drawn.
    above: usize,
}

fn seq(row: &Row) -> Option<u64> {
    match row {
        Row::Message { message, .. } => Some(message.seq),
        Row::Day(_) | Row::New | Row::Notice(_) | Row::Pending { .. } => None,
    }
}

impl Drawn {
    /// Takes in the log as it is now, and says how many of its rows are not drawn. An opening
    /// begins with few rows; where it lands, and where the reader is sent, there are some above.
    pub fn update(&mut self, rows: &Rc<Vec<Row>>, opening: u32, spot: Option<Spot>) -> usize {
        self.rows = Rc::clone(rows);
        if self.opening != Some(opening) {
            self.opening = Some(opening);
            let landing = rows.iter().position(|row| *row == Row::New);
            self.begin_at(landing.map_or(usize::MAX, |landing| landing.saturating_sub(ABOVE)));
        }
        if let Some(spot) = spot.filter(|spot| spot.number != self.visited) {
            self.visited = spot.number;
            let place = self.place(spot.seq).unwrap_or(usize::MAX);
            self.begin_at(self.above.min(place.saturating_sub(ABOVE)));
        }
        self.find();
        self.above
    }

    /// Draws more rows; false where all are.
    pub fn more(&mut self) -> bool {
        let has_more = self.above > 0;
        self.begin_at(self.above.saturating_sub(MORE));
        has_more
    }

    /// Lets rows go that are far above the reader; false where that is not worth it.
    pub fn fewer(&mut self) -> bool {
        let are_many = self.rows.len() - self.above > MANY;
        if are_many {
            self.begin_at(self.above + FEWER);
        }
        are_many
    }

    fn place(&self, from: u64) -> Option<usize> {
        let is_there = |row: &Row| seq(row).is_some_and(|seq| seq >= from);
        self.rows.iter().position(is_there)
    }

    /// Draws from that row on, or more.
    fn begin_at(&mut self, row: usize) {
        let row = row.min(self.rows.len().saturating_sub(FEW));
        self.from = self.rows[row..].iter().find_map(seq).unwrap_or(u64::MAX);
        self.find();
    }

    /// Finds the first row again: the lines right above a message are drawn with it.
    fn find(&mut self) {
        let most = self.rows.len().saturating_sub(FEW);
        let place = self.place(self.from).unwrap_or(most).min(most);
        let lines = self.rows[..place].iter().rev();
        self.above = place - lines.take_while(|row| seq(row).is_none()).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::{BOB, message};

    /// Messages of those numbers below a day line.
    fn rows(seqs: impl Iterator<Item = u64>) -> Rc<Vec<Row>> {
        let messages = seqs.map(|seq| Row::Message {
            message: Rc::new(message(seq, BOB)),
            quote: None,
            is_mine: false,
            is_first: false,
        });
        Rc::new([Row::Day(0)].into_iter().chain(messages).collect())
    }

    #[test]
    fn an_opening_draws_few_rows_and_more_when_they_are_wanted() {
        let (mut drawn, rows) = (Drawn::default(), rows(1..=150));
        assert_eq!(drawn.update(&rows, 1, None), 151 - FEW);
        assert!(drawn.more());
        assert_eq!(drawn.update(&rows, 1, None), 151 - FEW - MORE);
        assert!(drawn.more());
        assert_eq!(drawn.update(&rows, 1, None), 0);
        assert!(!drawn.more(), "there are no more");
        assert_eq!(drawn.update(&rows, 2, None), 151 - FEW, "opened again");
    }

    #[test]
    fn a_short_log_is_drawn_with_its_day_line() {
        let (mut drawn, rows) = (Drawn::default(), rows(1..=FEW as u64));
        assert_eq!(drawn.update(&rows, 1, None), 0);
    }

    #[test]
    fn what_comes_is_drawn_below_and_nothing_moves_above() {
        let mut drawn = Drawn::default();
        let above = drawn.update(&rows(1..=100), 1, None);
        assert_eq!(drawn.update(&rows(1..=110), 1, None), above);
        assert_eq!(drawn.update(&rows(11..=110), 1, None), above - 10);
        assert_eq!(drawn.update(&rows(90..=110), 1, None), 0);
    }

    #[test]
    fn older_ones_that_were_loaded_wait_until_they_are_wanted() {
        let mut drawn = Drawn::default();
        drawn.update(&rows(101..=150), 1, None);
        assert_eq!(drawn.update(&rows(1..=150), 1, None), 151 - FEW);
    }

    #[test]
    fn rows_go_only_where_many_are_drawn() {
        let (mut drawn, rows) = (Drawn::default(), rows(1..=200));
        drawn.update(&rows, 1, None);
        assert!(!drawn.fewer());
        while drawn.more() {}
        assert!(drawn.fewer());
        assert_eq!(drawn.update(&rows, 1, None), FEWER);
    }

    #[test]
    fn the_place_that_one_is_sent_to_is_drawn_with_rows_above_it() {
        let (mut drawn, rows) = (Drawn::default(), rows(1..=200));
        let sent = |number| {
            Some(Spot {
                seq: 80,
                number,
                is_awaited: false,
            })
        };
        drawn.update(&rows, 1, None);
        assert_eq!(drawn.update(&rows, 1, sent(1)), 80 - ABOVE);
        assert_eq!(drawn.update(&rows, 1, sent(1)), 80 - ABOVE);
        assert!(drawn.fewer());
        assert!(drawn.update(&rows, 1, sent(1)) > 80, "let go meanwhile");
        assert_eq!(drawn.update(&rows, 1, sent(2)), 80 - ABOVE, "sent again");
    }

    #[test]
    fn an_opening_lands_on_the_new_line_with_rows_above_it() {
        let mut unread = (*rows(1..=200)).clone();
        unread.insert(100, Row::New);
        let unread = Rc::new(unread);
        assert_eq!(Drawn::default().update(&unread, 1, None), 100 - ABOVE);
    }
}
