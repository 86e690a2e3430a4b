//! XML as a stream of tokens, each with its bytes: what is not changed is written just as it was read,
//! with its prefixes, quotes, spaces and unknown attributes.

use std::io::BufRead;

use memchr::memchr2;

use super::error::EditError;

/// A tag, comment or declaration longer than this stands in no workbook.
const LONGEST_TOKEN: usize = 1 << 20;

/// Reads tokens, one after the other.
pub struct Scanner<R> {
    input: R,
    token: Vec<u8>,
    /// Bytes read, those of the present token with them.
    position: usize,
}

/// A piece of XML.
#[derive(Clone, Copy, Debug)]
pub enum Token<'t> {
    Tag(Tag<'t>),
    /// Text (perhaps not all of it), a comment, a declaration.
    Other(&'t [u8]),
}

impl<'t> Token<'t> {
    pub fn bytes(self) -> &'t [u8] {
        match self {
            Self::Tag(tag) => tag.0,
            Self::Other(bytes) => bytes,
        }
    }
}

impl<R: BufRead> Scanner<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            token: Vec::new(),
            position: 0,
        }
    }

    /// Where the present token ends.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The next token; `None` at the end.
    pub fn token(&mut self) -> Result<Option<Token<'_>>, EditError> {
        self.token.clear();
        let buffer = self.input.fill_buf()?;
        let Some(first) = buffer.first() else {
            return Ok(None);
        };
        if *first != b'<' {
            let end = memchr::memchr(b'<', buffer).unwrap_or(buffer.len());
            self.token.extend_from_slice(&buffer[..end]);
            self.input.consume(end);
            self.position += end;
            return Ok(Some(Token::Other(&self.token)));
        }
        while !is_whole(&self.token) {
            if self.input.read_until(b'>', &mut self.token)? == 0 {
                return Err(EditError::Unusual("a part that ends within a tag"));
            }
            if self.token.len() > LONGEST_TOKEN {
                return Err(EditError::Unusual("a very long tag"));
            }
        }
        self.position += self.token.len();
        Ok(Some(match self.token.get(1) {
            Some(b'!' | b'?') => Token::Other(&self.token),
            _ => Token::Tag(Tag(&self.token)),
        }))
    }
}

/// Whether what begins with `<` has come to its end. In quotes `>` is a character like any other.
fn is_whole(token: &[u8]) -> bool {
    if token.last() != Some(&b'>') {
        return false;
    }
    if token.starts_with(b"<!--") {
        return token.len() >= 7 && token.ends_with(b"-->");
    }
    if token.starts_with(b"<![CDATA[") {
        return token.ends_with(b"]]>");
    }
    if token.starts_with(b"<?") {
        return token.ends_with(b"?>");
    }
    let mut rest = token;
    while let Some(at) = memchr2(b'"', b'\'', rest) {
        let after = &rest[at + 1..];
        match memchr::memchr(rest[at], after) {
            Some(end) => rest = &after[end + 1..],
            None => return false,
        }
    }
    true
}

/// A tag with its `<` and `>`.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'t>(pub &'t [u8]);

impl<'t> Tag<'t> {
    /// `</…>`.
    pub fn is_end(self) -> bool {
        self.0.get(1) == Some(&b'/')
    }

    /// `<…/>`.
    pub fn is_empty(self) -> bool {
        self.0.ends_with(b"/>")
    }

    /// Its name with the prefix of its namespace.
    fn whole_name(self) -> &'t [u8] {
        let begin = if self.is_end() { 2 } else { 1 };
        let inside = &self.0[begin.min(self.0.len())..];
        let is_name = |byte: &u8| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>');
        let end = inside.iter().position(|byte| !is_name(byte));
        &inside[..end.unwrap_or(inside.len())]
    }

    /// Its name.
    pub fn name(self) -> &'t [u8] {
        let name = self.whole_name();
        memchr::memchr(b':', name).map_or(name, |at| &name[at + 1..])
    }

    /// The prefix of its namespace with the colon, or nothing: what the names of its children begin with.
    pub fn prefix(self) -> &'t [u8] {
        let name = self.whole_name();
        &name[..name.len() - self.name().len()]
    }

    /// Its attributes: the name, the value as it is written, and where both stand, the white space
    /// before them included.
    pub fn attributes(self) -> Attributes<'t> {
        Attributes {
            tag: self.0,
            at: 1 + self.whole_name().len(),
        }
    }

    /// An attribute by its whole name.
    pub fn attribute(self, name: &str) -> Option<&'t [u8]> {
        self.attributes()
            .find(|attribute| attribute.name == name.as_bytes())
            .map(|attribute| attribute.value)
    }

    /// An attribute that is a number.
    pub fn number(self, name: &str) -> Option<u32> {
        let value = self.attribute(name)?;
        std::str::from_utf8(value).ok()?.trim().parse().ok()
    }

    /// An attribute that is true.
    pub fn says_yes(self, name: &str) -> bool {
        matches!(self.attribute(name), Some(b"1" | b"true" | b"on"))
    }

    /// The tag with other values of attributes, each in its place; one without a value is taken out.
    pub fn with(self, changes: &[(&str, Option<&str>)]) -> Vec<u8> {
        let mut changed = Vec::with_capacity(self.0.len() + 32);
        changed.extend_from_slice(&self.0[..=self.whole_name().len()]);
        let write = |changed: &mut Vec<u8>, name: &str, value: Option<&str>| {
            if let Some(value) = value {
                changed.extend_from_slice(format!(" {name}=\"{value}\"").as_bytes());
            }
        };
        let mut found = vec![false; changes.len()];
        for attribute in self.attributes() {
            let is_it = |(name, _): &(&str, Option<&str>)| name.as_bytes() == attribute.name;
            if let Some(at) = changes.iter().position(is_it) {
                found[at] = true;
                write(&mut changed, changes[at].0, changes[at].1);
            } else {
                changed.extend_from_slice(attribute.whole);
            }
        }
        for ((name, value), found) in changes.iter().zip(found) {
            if !found {
                write(&mut changed, name, *value);
            }
        }
        changed.extend_from_slice(if self.is_empty() { b"/>" } else { b">" });
        changed
    }

    /// `<…/>` as `<…>`.
    pub fn opened(self) -> Vec<u8> {
        let inside = self.0.strip_suffix(b"/>").unwrap_or(self.0);
        let mut opened = inside.trim_ascii_end().to_vec();
        if self.is_empty() {
            opened.push(b'>');
        }
        opened
    }
}

/// An attribute of a tag.
pub struct Attribute<'t> {
    pub name: &'t [u8],
    pub value: &'t [u8],
    /// With the white space before it.
    pub whole: &'t [u8],
}

/// The attributes of a tag, in their order.
pub struct Attributes<'t> {
    tag: &'t [u8],
    at: usize,
}

impl<'t> Iterator for Attributes<'t> {
    type Item = Attribute<'t>;

    fn next(&mut self) -> Option<Attribute<'t>> {
        let rest = &self.tag[self.at.min(self.tag.len())..];
        let equals = memchr::memchr(b'=', rest)?;
        let name = rest[..equals].trim_ascii();
        let after = &rest[equals + 1..];
        let quote = after.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let value = &after[quote + 1..];
        let value = &value[..memchr::memchr(after[quote], value)?];
        let end = equals + 1 + quote + 1 + value.len() + 1;
        self.at += end;
        Some(Attribute {
            name,
            value,
            whole: &rest[..end],
        })
    }
}

/// Text as it stands between tags and in attributes; white space in attributes stays.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' => safe.push_str("&#9;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn what_is_read_is_written_wherever_the_stream_is_cut() {
        let xml = r#"<?xml version="1.0"?><!-- <a>> --><x:a b = 'c>"d' e=""><![CDATA[<row>]]]></x:a>text<b/>"#;
        for size in 1..xml.len() {
            let mut scanner = Scanner::new(BufReader::with_capacity(size, xml.as_bytes()));
            let (mut copied, mut tags) = (Vec::new(), Vec::new());
            while let Some(token) = scanner.token().unwrap() {
                copied.extend_from_slice(token.bytes());
                if let Token::Tag(tag) = token {
                    tags.push(String::from_utf8_lossy(tag.name()).into_owned());
                }
            }
            assert_eq!(copied, xml.as_bytes());
            assert_eq!(scanner.position(), xml.len());
            assert_eq!(tags, ["a", "a", "b"]);
        }
    }

    #[test]
    fn only_what_is_named_is_changed_in_a_tag() {
        let tag = Tag(br#"<x:c r="B2" x:s='9' s = "4"  t="s"/>"#);
        assert_eq!((tag.name(), tag.prefix()), (&b"c"[..], &b"x:"[..]));
        assert_eq!(
            (tag.number("s"), tag.attribute("r")),
            (Some(4), Some(&b"B2"[..]))
        );
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let changed = tag.with(&[("s", Some("7")), ("t", None)]);
        assert_eq!(text(changed), r#"<x:c r="B2" x:s='9' s="7"/>"#);
        assert_eq!(text(Tag(b"<row r='1' />").opened()), "<row r='1'>");
        assert_eq!(text(Tag(b"<row>").with(&[("spans", None)])), "<row>");
    }

    #[test]
    fn a_part_that_breaks_off_is_refused() {
        for xml in ["<a", "<a b='>", "<!-- >", "<![CDATA[>"] {
            assert!(Scanner::new(xml.as_bytes()).token().is_err(), "{xml}");
        }
    }
}
