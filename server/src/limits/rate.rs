//! A rate as the operator writes it: `60/2s` is 60 at once, then one more each 2 s.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// As often as anybody likes.
    Off,
    /// So many at once, one more each so often.
    Limited {
        /// At once.
        burst: NonZeroU32,
        /// One more, in whole milliseconds, at least one.
        every: Duration,
    },
}

/// A text that is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be like 60/2s (60 at once, then one more each 2 s; ms, s, m or h), or off")]
pub struct NoRate;

/// What a time is counted in, longest first, in ms.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1_000)];

impl FromStr for Rate {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let (burst, time) = text.split_once('/').ok_or(NoRate)?;
        let burst: NonZeroU32 = burst.parse().map_err(|_| NoRate)?;
        let (count, unit) = UNITS
            .iter()
            .find_map(|(name, unit)| Some((time.strip_suffix(name)?, unit)))
            .ok_or(NoRate)?;
        let count: NonZeroU32 = count.parse().map_err(|_| NoRate)?;
        Ok(Self::Limited {
            burst,
            every: Duration::from_millis(u64::from(count.get()) * unit),
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Limited { burst, every } => write!(f, "{burst}/{}ms", every.as_millis()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_it_is_written() {
        for (text, burst, millis) in [
            ("60/2s", 60, 2_000),
            ("1/500ms", 1, 500),
            ("30/10m", 30, 600_000),
            ("5/1h", 5, 3_600_000),
        ] {
            let rate = Rate::Limited {
                burst: NonZeroU32::new(burst).unwrap(),
                every: Duration::from_millis(millis),
            };
            assert_eq!(text.parse(), Ok(rate), "{text}");
            assert_eq!(rate.to_string().parse(), Ok(rate), "{text}");
        }
        assert_eq!("off".parse(), Ok(Rate::Off));
        for text in [
            "", "60", "/2s", "60/", "0/2s", "60/0s", "60/2", "-1/2s", "60/2d", "60/2s/",
        ] {
            assert_eq!(text.parse::<Rate>(), Err(NoRate), "{text}");
        }
    }
}
