//! The XML of a workbook's parts, as forgiving as Excel is: what is odd in one place spoils no other.

use std::io::{BufReader, Read};

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::{Error as XmlError, Reader};

use super::super::error::ReadError;

/// XML that is read from a part.
pub struct Xml<P> {
    reader: Reader<BufReader<P>>,
    buffer: Vec<u8>,
}

impl<P: Read> Xml<P> {
    pub fn of(part: P) -> Self {
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, part));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        Self {
            reader,
            buffer: Vec::with_capacity(1 << 10),
        }
    }

    /// The next piece. It is handed on as it comes: made into another result, each of the tens of millions
    /// of pieces would be copied.
    #[inline]
    pub fn next(&mut self) -> Result<Event<'_>, XmlError> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer)
    }

    /// Adds the text of the element that has begun to `text`, up to its end.
    pub fn text(&mut self, element: &str, text: &mut String) -> Result<(), ReadError> {
        loop {
            match self.next()? {
                Event::Text(piece) => text.push_str(&piece.xml10_content()),
                Event::CData(piece) => text.push_str(&piece.xml10_content()),
                Event::GeneralRef(entity) => push_entity(&entity, text),
                Event::End(tag) if tag.local_name().as_ref() == element => return Ok(()),
                Event::Eof => return Err(ended()),
                _ => {}
            }
        }
    }

    /// Goes to the end of an element that has begun and has none of its own name within.
    pub fn skip(&mut self, element: &str) -> Result<(), ReadError> {
        loop {
            match self.next()? {
                Event::End(tag) if tag.local_name().as_ref() == element => return Ok(()),
                Event::Eof => return Err(ended()),
                _ => {}
            }
        }
    }

    /// Adds the text of an `si` or `is` that has begun to `text`, up to its end: all its pieces, but
    /// none of the signs above them that say how a name is spoken.
    pub fn rich_text(&mut self, element: &str, text: &mut String) -> Result<(), ReadError> {
        loop {
            let keeps_space = match self.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "rPh" => None,
                    "t" => Some(
                        attributes(tag.attributes_raw())
                            .any(|pair| pair == ("xml:space", "preserve")),
                    ),
                    _ => continue,
                },
                Event::End(tag) if tag.local_name().as_ref() == element => return Ok(()),
                Event::Eof => return Err(ended()),
                _ => continue,
            };
            let before = text.len();
            match keeps_space {
                None => self.skip("rPh")?,
                Some(true) => self.text("t", text)?,
                Some(false) => {
                    self.text("t", text)?;
                    trim(text, before);
                }
            }
        }
    }
}

impl From<XmlError> for ReadError {
    fn from(error: XmlError) -> Self {
        Self::damaged_by("内部的表格文字有误", error)
    }
}

/// The part ends in the midst of something.
pub fn ended() -> ReadError {
    ReadError::broken("内部的表格文字不完整")
}

/// Takes ASCII white space off both ends of what stands in `text` from a place on.
fn trim(text: &mut String, from: usize) {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let kept = text[from..].trim_end_matches(SPACE).len();
    text.truncate(from + kept);
    let leading = kept - text[from..].trim_start_matches(SPACE).len();
    text.drain(from..from + leading);
}

/// An entity as what it means. One of a web page or of half a character is not: U+FFFD says that
/// something was there.
fn push_entity(entity: &BytesRef<'_>, text: &mut String) {
    match (resolve_predefined_entity(entity), &**entity) {
        (Some(known), _) => text.push_str(known),
        (None, "nbsp") => text.push(' '),
        (None, _) => {
            let character = entity.resolve_char_ref().ok().flatten();
            text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
}

/// The attributes of a tag, as they stand, without looking for entities: those that matter here are
/// plain ASCII. They are asked for each cell of millions, and so byte by byte rather than by searches.
pub fn attributes(raw: &str) -> Attributes<'_> {
    Attributes { raw, at: 0 }
}

/// See [`attributes`].
pub struct Attributes<'x> {
    raw: &'x str,
    at: usize,
}

impl<'x> Iterator for Attributes<'x> {
    type Item = (&'x str, &'x str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.raw.as_bytes();
        let mut at = self.at;
        // The end, once and for all, unless an attribute is whole.
        self.at = bytes.len();
        while bytes.get(at)?.is_ascii_whitespace() {
            at += 1;
        }
        let name = at;
        while *bytes.get(at)? != b'=' {
            at += 1;
        }
        let name = &self.raw[name..at];
        at += 1;
        while bytes.get(at)?.is_ascii_whitespace() {
            at += 1;
        }
        let quote = *bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
        at += 1;
        let value = at;
        while *bytes.get(at)? != quote {
            at += 1;
        }
        self.at = at + 1;
        Some((name.trim_ascii_end(), &self.raw[value..at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_however_they_are_written() {
        let found = |raw| attributes(raw).collect::<Vec<_>>();
        let wanted = [("r", "A1"), ("xml:s", "1 = 2"), ("t", "")];
        assert_eq!(found(" r=\"A1\" xml:s = '1 = 2'\n t=\"\" "), wanted);
        for broken in ["", " ", "r", "r=", "r=A1 s=\"1\"", "r=\"A1"] {
            assert_eq!(found(broken), [], "{broken}");
        }
    }
}
