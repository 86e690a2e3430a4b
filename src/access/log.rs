//! The log without private numbers.

use std::io::{self, Write};

use super::sight::Sight;

/// Writes events of the log with private numbers masked: errors may quote what was sent, and the
/// administrators of the machine need not see it.
pub struct Masked<W>(pub W);

/// Each call is one whole event, as `tracing_subscriber` writes it.
impl<W: Write> Write for Masked<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all(Sight::NOTHING.text(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_masked_and_its_time_stays() {
        let mut log = Masked(Vec::new());
        let event =
            "2026-11-29T10:00:00.123456Z ERROR cannot read 320999194912310022 tel=13800138000\n";
        log.write_all(event.as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8(log.0).unwrap(),
            "2026-11-29T10:00:00.123456Z ERROR cannot read 320*************22 tel=138******00\n"
        );
    }
}
