//! Text with commas, semicolons or tabs: .csv in the encodings that offices have, and what Excel
//! calls Unicode text.

use std::borrow::Cow;
use std::io::{self, Read, Seek};

use csv::{ReaderBuilder, StringRecord, Terminator};
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

use super::address;
use super::error::ReadError;
use super::escape;
use super::format::FIRST_BYTES;
use super::row_builder::{Each, Input, RowBuilder, SheetInfo};
use super::source::Cell;

/// The name of the only sheet, for a text has no sheets.
const SHEET: &str = "CSV";
/// What may stand between two values; the first of those that come equally often.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];
/// Separators are counted in so many lines.
const LINES_TO_COUNT: usize = 50;

/// What is put at the end of a text, on a line of its own: no character, and so in no text. A value that
/// holds it has swallowed it, for its quote is open.
const END: &str = "\u{FFFF}";
/// How it stands there.
const END_LINES: &str = "\n\u{FFFF}\n";

/// A text that has been looked at.
pub struct Delimited<'f> {
    input: Input<'f>,
    encoding: &'static Encoding,
    separator: u8,
    /// Lines end with \r alone, as Excel writes them for an old Mac.
    ends_with_cr: bool,
}

impl<'f> Delimited<'f> {
    pub fn open(mut input: Input<'f>) -> Result<(Self, SheetInfo), ReadError> {
        let encoding = encoding(&mut input)?;
        input.rewind().map_err(ReadError::damaged)?;
        let mut head = Vec::new();
        Decoded::new(&mut input, encoding, false)
            .take(FIRST_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(ReadError::damaged)?;
        let book = Self {
            input,
            encoding,
            separator: separator(&head),
            ends_with_cr: ends_with_cr(&head),
        };
        let info = SheetInfo {
            name: SHEET.to_owned(),
            visible: true,
            ..SheetInfo::default()
        };
        Ok((book, info))
    }

    /// Gives the rows to `each`, until it says that it has enough. A row is numbered as Excel does that
    /// opens the text: empty lines count, and lines within a value do not.
    pub fn rows(&mut self, info: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        self.input.rewind().map_err(ReadError::damaged)?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            // What ends with \r\n too: the \r is then the last value's, and taken off it.
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Decoded::new(
                &mut self.input,
                self.encoding,
                self.ends_with_cr,
            ));
        let mut record = StringRecord::new();
        let mut within_values = 0;
        while reader
            .read_record(&mut record)
            .map_err(ReadError::damaged)?
        {
            within_values += record
                .iter()
                .map(|value| value.matches('\n').count() as u64)
                .sum::<u64>();
            let number = reader.position().line() - 1 - within_values;
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if record.len() == 1 && &record[0] == END {
                return Ok(());
            }
            if let Some(column) = open_quote(&record) {
                return Err(ReadError::OpenQuote {
                    sheet: info.name.clone(),
                    // Its line's end is within it.
                    cell: address(number + 1, column),
                });
            }
            let mut rows = RowBuilder::new(info);
            for (column, value) in (0..).zip(&record) {
                let value = unwrapped(value.trim_end_matches('\r'));
                let value = escape::decoded(Cow::Borrowed(value));
                rows.push(number, column, Some(Cell::Text(value)))?;
            }
            if let Some(mut row) = rows.finish()
                && !each(&mut row)?
            {
                break;
            }
        }
        Ok(())
    }
}

/// The last column of a record, if a quote has begun there within which the text has ended.
fn open_quote(record: &StringRecord) -> Option<u32> {
    let last = record.iter().next_back()?;
    let is_open = last
        .strip_suffix('\n')
        .is_some_and(|last| last.ends_with(END));
    is_open.then(|| u32::try_from(record.len() - 1).unwrap_or(u32::MAX))
}

/// `="320999…"` is how some programs keep Excel from making a number of a text.
fn unwrapped(value: &str) -> &str {
    value
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value)
}

/// Whether lines end with \r alone; there may be other line ends within quotes, and a program that came after
/// may have added a few, as editors do at the end of a text.
fn ends_with_cr(head: &[u8]) -> bool {
    let head = head.strip_suffix(END_LINES.as_bytes()).unwrap_or(head);
    let mut quoted = false;
    let (mut alone, mut others) = (0_usize, 0_usize);
    for (at, byte) in head.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => others += 1,
            b'\r' if !quoted && head.get(at + 1) != Some(&b'\n') => alone += 1,
            _ => {}
        }
    }
    alone > others
}

/// The separator that comes most often outside of quotes.
fn separator(head: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    let mut lines = 0;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            byte if !quoted => {
                if let Some(which) = SEPARATORS.iter().position(|separator| separator == byte) {
                    counts[which] += 1;
                }
            }
            _ => {}
        }
        if lines == LINES_TO_COUNT {
            break;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let which = counts.iter().position(|count| *count == most);
    SEPARATORS[which.unwrap_or_default()]
}

/// The encoding in which the whole text makes sense.
fn encoding(input: &mut (impl Read + Seek)) -> Result<&'static Encoding, ReadError> {
    let mut head = [0; 4];
    input.rewind().map_err(ReadError::damaged)?;
    let read = input.read(&mut head).map_err(ReadError::damaged)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head[..read]) {
        return Ok(encoding);
    }
    for encoding in [UTF_8, GB18030] {
        match sense(input, encoding).map_err(ReadError::damaged)? {
            Sense::Whole => return Ok(encoding),
            Sense::CutOff => return Err(ReadError::CutOff),
            Sense::None => {}
        }
    }
    Err(ReadError::UnknownEncoding)
}

/// Whether a text makes sense in an encoding.
enum Sense {
    Whole,
    /// Up to the last character, which is not whole.
    CutOff,
    None,
}

fn sense(input: &mut (impl Read + Seek), encoding: &'static Encoding) -> io::Result<Sense> {
    input.rewind()?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut raw = vec![0; FIRST_BYTES];
    let mut text = vec![0; FIRST_BYTES];
    loop {
        let read = input.read(&mut raw)?;
        let mut rest = &raw[..read];
        loop {
            let (result, used, _) =
                decoder.decode_to_utf8_without_replacement(rest, &mut text, read == 0);
            rest = &rest[used..];
            match result {
                DecoderResult::InputEmpty if read == 0 => return Ok(Sense::Whole),
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) if read == 0 => return Ok(Sense::CutOff),
                DecoderResult::Malformed(..) => return Ok(Sense::None),
            }
        }
    }
}

/// A text as UTF-8, with [`END`] on a line of its own at its end.
struct Decoded<'i, R> {
    input: &'i mut R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// Of `text`, what has not been read.
    left: std::ops::Range<usize>,
    ended: bool,
    /// Each \r is to be the end of a line.
    ends_with_cr: bool,
    /// The last character was one.
    after_cr: bool,
}

impl<'i, R: Read> Decoded<'i, R> {
    fn new(input: &'i mut R, encoding: &'static Encoding, ends_with_cr: bool) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; FIRST_BYTES],
            text: Vec::new(),
            left: 0..0,
            ended: false,
            ends_with_cr,
            after_cr: false,
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.raw)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(read);
        self.text.resize(room, 0);
        let (_, _, written, _) =
            self.decoder
                .decode_to_utf8(&self.raw[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        if self.ends_with_cr {
            let after_cr = &mut self.after_cr;
            self.text.retain_mut(|byte| {
                let is_second = *byte == b'\n' && *after_cr;
                *after_cr = *byte == b'\r';
                if *after_cr {
                    *byte = b'\n';
                }
                !is_second
            });
        }
        if self.ended {
            self.text.extend(END_LINES.bytes());
        }
        self.left = 0..self.text.len();
        Ok(())
    }
}

impl<R: Read> Read for Decoded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() && !self.ended {
            self.decode()?;
        }
        let count = self.left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.text[self.left.start..self.left.start + count]);
        self.left.start += count;
        Ok(count)
    }
}
