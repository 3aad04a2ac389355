//! What is read from a client's socket: frames heard, pings answered, deliveries counted.

use std::{collections::VecDeque, time::Instant};

use anyhow::{Result, bail};

use super::{
    Client,
    ear::{Dialect, Fault, Heard, Room},
    micros,
    tally::Tally,
};
use crate::ws;

/// What is needed to hear, while the events are walked.
pub struct Reading<'a> {
    pub buffer: &'a mut [u8],
    pub rooms: &'a [Room],
    pub tally: &'a mut Tally,
    pub dialect: Dialect,
    pub resume_also: &'a str,
    pub began: Instant,
}

impl Reading<'_> {
    /// Reads all there is, and answers what must be answered.
    ///
    /// # Errors
    /// The first fault, and a connection that ended.
    pub fn attend(&mut self, client: &mut Client) -> Result<()> {
        let Client {
            connection,
            ear,
            sent,
            request: _,
        } = client;
        connection.flush()?;
        let mut answers = Vec::new();
        while let Some(count) = connection.read(self.buffer)? {
            self.tally.bytes += count as u64;
            let was_open = connection.is_open();
            let (room, tally) = (&self.rooms[ear.room], &mut *self.tally);
            let (dialect, began, resume_also) = (self.dialect, self.began, self.resume_also);
            connection.take_in(&self.buffer[..count], |frame| match frame.opcode {
                ws::TEXT => {
                    let heard = ear.hear(dialect, room, frame.payload)?;
                    if heard == Heard::Joined && ear.resumes {
                        let (also, id, cursor) = (resume_also, &room.id, ear.seq);
                        let text =
                            format!(r#"{{"type":"resume","rooms":{{{also}"{id}":{cursor}}}}}"#);
                        ws::put_masked(ws::TEXT, text.as_bytes(), &mut answers);
                    }
                    note(heard, tally, sent, &mut answers, began);
                    Ok(())
                }
                ws::PING => {
                    tally.pings += 1;
                    ws::put_masked(ws::PONG, frame.payload, &mut answers);
                    Ok(())
                }
                ws::PONG => Ok(()),
                ws::CLOSE => bail!("the server closed: {}", close_reason(frame.payload)),
                other => bail!(Fault::Text(format!("opcode {other}"))),
            })?;
            // Where nothing is said on coming in, the upgrade is all.
            if dialect == Dialect::Plain && connection.is_open() && !was_open {
                self.tally.joined += 1;
            }
            // Less than there was room for: the kernel has no more.
            if count < self.buffer.len() {
                break;
            }
        }
        if !answers.is_empty() {
            connection.send(&answers)?;
        }
        Ok(())
    }
}

fn note(
    heard: Heard,
    tally: &mut Tally,
    sent: &mut VecDeque<u64>,
    answers: &mut Vec<u8>,
    began: Instant,
) {
    match heard {
        Heard::Delivery { intended_us } => {
            tally.deliveries += 1;
            if let Some(latency) = &mut tally.latency {
                latency.saturating_record(micros(began.elapsed()).saturating_sub(intended_us));
            }
        }
        Heard::Joined => tally.joined += 1,
        Heard::Accepted => {
            tally.accepted += 1;
            // One socket's messages are accepted in the order in which they were sent.
            if let (Some(sent_us), Some(latency)) = (sent.pop_front(), &mut tally.ack_latency) {
                latency.saturating_record(micros(began.elapsed()).saturating_sub(sent_us));
            }
        }
        Heard::CaughtUp => {
            tally.caught_up += 1;
            if let Some(times) = &mut tally.caught_up_at {
                times.saturating_record(micros(began.elapsed()));
            }
        }
        Heard::Ask(text) => ws::put_masked(ws::TEXT, text, answers),
        Heard::Other => tally.others += 1,
    }
}

fn close_reason(payload: &[u8]) -> String {
    match payload {
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            format!("{code} {}", String::from_utf8_lossy(reason))
        }
        _ => "without a reason".to_owned(),
    }
}
