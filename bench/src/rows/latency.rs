//! Latencies as the durable rows show them.

use std::fmt;

use hdrhistogram::Histogram;

use crate::{spread::short, stage::to_f64};

/// Percentiles, in ms.
#[derive(Debug, Clone, Copy)]
pub struct Latency {
    pub count: u64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
}

impl Latency {
    /// Of a histogram in µs.
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let ms = |us: u64| to_f64(us) / 1_000.0;
        let at = |quantile| ms(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: ms(histogram.max()),
        }
    }

    /// The heads of a table of them.
    pub fn columns(first: &'static str) -> Vec<&'static str> {
        vec![
            first,
            "how many",
            "p50, ms",
            "p99, ms",
            "p99.9, ms",
            "max, ms",
        ]
    }

    /// A line of that table.
    pub fn line(&self, first: impl Into<String>) -> Vec<String> {
        let figures = [self.p50_ms, self.p99_ms, self.p999_ms, self.max_ms];
        [first.into(), short(to_f64(self.count))]
            .into_iter()
            .chain(figures.map(short))
            .collect()
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, max] = [self.p50_ms, self.p99_ms, self.max_ms].map(short);
        write!(f, "p50 {p50} ms, p99 {p99} ms, max {max} ms")
    }
}
