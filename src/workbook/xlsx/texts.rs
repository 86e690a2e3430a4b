//! The texts of a workbook: each stands once, and cells name it by its number.

use std::borrow::Cow;
use std::io::Read;

use quick_xml::events::Event;

use super::super::error::ReadError;
use super::super::escape;
use super::xml::{Xml, ended};

/// All texts, one behind the other: a roster has millions, and each by itself takes more than its letters.
#[derive(Default)]
pub struct Texts {
    all: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    pub fn read(part: impl Read) -> Result<Self, ReadError> {
        let mut xml = Xml::of(part);
        let mut texts = Self::default();
        loop {
            match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    let from = texts.all.len();
                    xml.rich_text("si", &mut texts.all)?;
                    texts.end(from)?;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                    texts.end(texts.all.len())?;
                }
                Event::End(tag) if tag.local_name().as_ref() == "sst" => return Ok(texts),
                Event::Empty(tag) if tag.local_name().as_ref() == "sst" => return Ok(texts),
                Event::Eof => return Err(ended()),
                _ => {}
            }
        }
    }

    /// Ends a text that has begun at a place.
    fn end(&mut self, from: usize) -> Result<(), ReadError> {
        if let Cow::Owned(decoded) = escape::decoded(Cow::Borrowed(&self.all[from..])) {
            self.all.truncate(from);
            self.all.push_str(&decoded);
        }
        let end =
            u32::try_from(self.all.len()).map_err(|_| ReadError::Bomb("文本过多".to_owned()))?;
        self.ends.push(end);
        Ok(())
    }

    /// The text with a number.
    pub fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let from = match number {
            0 => 0,
            _ => self.ends[number - 1],
        };
        self.all.get(from as usize..end as usize)
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(xml: &str) -> Vec<String> {
        let texts = Texts::read(xml.as_bytes()).unwrap();
        (0..)
            .map_while(|number| texts.get(number).map(str::to_owned))
            .collect()
    }

    #[test]
    fn texts_come_with_all_their_pieces() {
        let xml = r#"<x:sst uniqueCount="9"><x:si><x:t>王大山</x:t></x:si><si/><si><t xml:space="preserve"> a </t></si>
            <si><r><rPr><b/></rPr><t>李</t></r><r><t>秀英</t></r><rPh sb="0" eb="1"><t>LI</t></rPh></si>
            <si><t> 甲&amp;乙&#x4E19;&nbsp;&#xDE4A; R&D </t></si><si><t><![CDATA[<无>]]></t></si>
            <si><t>李_xDE4A_花_x000D_</t></si></x:sst>"#;
        let wanted = [
            "王大山",
            "",
            " a ",
            "李秀英",
            "甲&乙丙 \u{fffd} R&D",
            "<无>",
            "李\u{fffd}花\r",
        ];
        assert_eq!(texts(xml), wanted);
        assert!(Texts::read(&b"<sst><si><t>x</t></si>"[..]).is_err());
    }
}
