//! How the styles of a workbook show numbers.

use std::collections::HashMap;
use std::io::Read;

use quick_xml::escape::unescape;
use quick_xml::events::Event;

use super::super::number_format::{Affixes, Shown};
use super::xml::{Xml, attributes};

/// How each style shows what cells hold, in the order in which cells count them.
#[derive(Default)]
pub struct Styles {
    /// Numbers.
    pub shown: Vec<Shown>,
    /// Texts; empty if all styles show them as they are, as in most workbooks.
    pub affixes: Vec<Option<Affixes>>,
}

/// Reads how styles show what cells hold. What is wrong with the part is passed over: numbers are then shown as
/// numbers, and a date by its day number is told where it is read.
pub fn read(part: impl Read) -> Styles {
    let mut xml = Xml::of(part);
    let mut codes: HashMap<u32, String> = HashMap::new();
    let (mut shown, mut affixes) = (Vec::new(), Vec::new());
    let mut is_of_cells = false;
    while let Ok(event) = xml.next() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let attribute = |wanted: &str| {
                    attributes(tag.attributes_raw())
                        .find(|(name, _)| *name == wanted)
                        .map(|(_, value)| value)
                };
                let id = || attribute("numFmtId").and_then(|id| id.trim().parse::<u32>().ok());
                match tag.local_name().as_ref() {
                    "cellXfs" => is_of_cells = true,
                    "numFmt" => {
                        if let (Some(id), Some(code)) = (id(), attribute("formatCode"))
                            && let Ok(code) = unescape(code)
                        {
                            codes.insert(id, code.into_owned());
                        }
                    }
                    "xf" if is_of_cells => {
                        let id = id().unwrap_or_default();
                        let of_code = codes.get(&id).map(|code| Shown::by_code(code));
                        shown.push(of_code.unwrap_or_else(|| Shown::by_id(id)));
                        affixes.push(codes.get(&id).and_then(|code| Affixes::by_code(code)));
                    }
                    _ => {}
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => is_of_cells = false,
            Event::Eof => break,
            _ => {}
        }
    }
    if affixes.iter().all(Option::is_none) {
        affixes.clear();
    }
    Styles { shown, affixes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_of_cells_count_alone() {
        let xml = r#"<styleSheet><numFmts count="2"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;"/>
            <numFmt formatCode='0000' numFmtId='177'/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
            <cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"><alignment/></xf><xf numFmtId="176"/>
            <xf numFmtId="177"/><xf/></cellXfs><dxfs><dxf><numFmt numFmtId="14" formatCode="0"/></dxf></dxfs>"#;
        let Styles { shown, affixes } = read(xml.as_bytes());
        assert!(affixes.is_empty());
        assert_eq!(shown[..3], [Shown::Number, Shown::Date, Shown::Date]);
        assert!(matches!(shown[3], Shown::Digits(_)));
        assert_eq!((shown.len(), &shown[4]), (5, &Shown::Number));
    }
}
