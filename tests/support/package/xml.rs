//! XML, read strictly.

use quick_xml::events::{BytesStart, Event};

/// An element with all that is in it.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// With their prefixes.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// All text in it, that of its children aside.
    pub text: String,
}

impl Element {
    /// An attribute, empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.has(name).unwrap_or_default()
    }

    pub fn has(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// An attribute that is a number.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).parse().ok()
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.all(name).next()
    }

    pub fn all<'e>(&'e self, name: &str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element and all in it.
    pub fn each(&self, look: &mut dyn FnMut(&Element)) {
        look(self);
        for child in &self.children {
            child.each(look);
        }
    }

    /// All text in it, as Excel reads it.
    pub fn whole_text(&self) -> String {
        let mut text = String::new();
        self.each(&mut |element| text.push_str(&element.text));
        unescaped(&text)
    }
}

/// Text as Excel reads it: `_x000A_` is a line break.
pub fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6);
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        plain.push_str(&rest[..at]);
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()) {
            Some(code) if rest[at + 6..].starts_with('_') => {
                plain.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                rest = &rest[at + 7..];
            }
            _ => {
                plain.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    plain + rest
}

/// Reads a document, or says why it is none.
pub fn parsed(content: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(content).map_err(|error| error.to_string())?;
    legal(text)?;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut root = None;
    let mut open: Vec<Element> = Vec::new();
    loop {
        let at = reader.buffer_position();
        let wrong = |error: &dyn std::fmt::Display| format!("at {at}: {error}");
        match reader.read_event().map_err(|error| wrong(&error))? {
            Event::Start(tag) => {
                let element = started(&tag, &open)?;
                open.push(element);
            }
            Event::Empty(tag) => close(started(&tag, &open)?, &mut open, &mut root)?,
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| wrong(&"nothing is open"))?;
                close(element, &mut open, &mut root)?;
            }
            Event::Text(text) => said(&text.xml10_content(), &mut open)?,
            Event::CData(text) => said(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(name) => {
                let entity = format!("&{};", &*name);
                let meant = quick_xml::escape::unescape(&entity).map_err(|error| wrong(&error))?;
                legal(&meant)?;
                said(&meant, &mut open)?;
            }
            Event::DocType(_) => return Err(wrong(&"a document type")),
            Event::Eof if !open.is_empty() => return Err(wrong(&"it ends too early")),
            Event::Eof => return root.ok_or_else(|| wrong(&"there is nothing")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

/// XML 1.0, 2.2.
fn legal(text: &str) -> Result<(), String> {
    let forbidden = text.chars().find(|character| {
        !matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    });
    forbidden.map_or(Ok(()), |character| {
        Err(format!("{character:?} is not for XML"))
    })
}

fn started(tag: &BytesStart<'_>, open: &[Element]) -> Result<Element, String> {
    let mut element = Element {
        name: tag.local_name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in tag.attributes().with_checks(true) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.value.contains('<') {
            return Err(format!("`<` in an attribute of {}", element.name));
        }
        // As every reader of XML does it (3.3.3).
        let value = attribute.value.replace(['\t', '\n', '\r'], " ");
        let value = quick_xml::escape::unescape(&value).map_err(|error| error.to_string())?;
        legal(&value)?;
        let name = attribute.key.as_ref().to_owned();
        element.attributes.push((name, value.into_owned()));
    }
    let names = element.attributes.iter().map(|(name, _)| name.as_str());
    for name in names.chain([tag.name().as_ref()]) {
        if let Some((prefix, _)) = name.split_once(':')
            && !["xml", "xmlns"].contains(&prefix)
        {
            let wanted = format!("xmlns:{prefix}");
            let declares = |it: &Element| it.has(&wanted).is_some();
            if !declares(&element) && !open.iter().any(declares) {
                return Err(format!("the prefix of {name} means nothing"));
            }
        }
    }
    Ok(element)
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_some() => return Err("two roots".to_owned()),
        None => *root = Some(element),
    }
    Ok(())
}

fn said(text: &str, open: &mut [Element]) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(format!("text outside: {text:?}")),
    }
    Ok(())
}
