//! Prometheus's text format (version 0.0.4).

use std::fmt::{Display, Write as _};

use crate::counter::{BOUNDS, SIZE_BOUNDS, Sizes, Times};

/// The page, as far as it is written.
#[derive(Default)]
pub(super) struct Exposition(String);

impl Exposition {
    pub fn into_text(self) -> String {
        self.0
    }

    pub fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help, [(String::new(), value)]);
    }

    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help, [(String::new(), value)]);
    }

    /// How long things took, in seconds.
    pub fn times(&mut self, name: &str, help: &str, times: Times) {
        let ends = BOUNDS.map(|bound| bound.as_secs_f64());
        self.histogram(name, help, &ends, &times.at_most, times.total.as_secs_f64());
    }

    /// How many things there were at a time.
    pub fn sizes(&mut self, name: &str, help: &str, sizes: Sizes) {
        self.histogram(name, help, &SIZE_BOUNDS, &sizes.at_most, sizes.total);
    }

    /// `_bucket`, `_sum` and `_count`.
    fn histogram<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        ends: &[impl Display; N],
        at_most: &[u64],
        sum: impl Display,
    ) {
        self.head(name, "histogram", help);
        let ends = ends.iter().map(ToString::to_string);
        let ends = ends.chain(["+Inf".to_owned()]);
        for (end, count) in ends.zip(at_most) {
            self.line(&format!("{name}_bucket{{le=\"{end}\"}}"), count);
        }
        self.line(&format!("{name}_sum"), sum);
        self.line(
            &format!("{name}_count"),
            at_most.last().copied().unwrap_or_default(),
        );
    }

    /// Several values under one name, told apart by a label.
    pub fn labelled(
        &mut self,
        (name, kind, help): (&str, &str, &str),
        label: &str,
        values: impl IntoIterator<Item = (impl Display, impl Display)>,
    ) {
        let values = values.into_iter();
        let values = values.map(|(of, value)| (format!("{{{label}=\"{of}\"}}"), value));
        self.family(name, kind, help, values);
    }

    fn family(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        values: impl IntoIterator<Item = (String, impl Display)>,
    ) {
        self.head(name, kind, help);
        for (labels, value) in values {
            self.line(&format!("{name}{labels}"), value);
        }
    }

    // Writing to a string cannot fail.
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, series: &str, value: impl Display) {
        let _ = writeln!(self.0, "{series} {value}");
    }
}
