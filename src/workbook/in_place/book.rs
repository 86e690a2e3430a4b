//! The parts that say which sheets a workbook has: its own part, its relations, and the types of all
//! parts.

use std::collections::HashSet;

use super::error::EditError;
use super::xml::{Scanner, Tag, Token, escaped};
use crate::workbook::package::{each_tag, path_of};
use crate::workbook::sheet_name::SheetNames;

/// Type of the workbook's part in an .xlsx.
const BOOK_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
pub const SHEET_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
pub const STYLES_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml";

/// A sheet of the workbook.
#[derive(Clone, Debug)]
pub struct BookSheet {
    pub name: String,
    /// Its part, if it has cells.
    pub path: String,
}

/// What a workbook says of its sheets.
pub struct Book {
    xml: Vec<u8>,
    relations: Vec<u8>,
    pub sheets: Vec<BookSheet>,
    /// The part with the styles.
    pub styles: Option<String>,
    /// Namespace of all parts about sheets.
    pub namespace: String,
    /// Type of the relation to a sheet.
    sheet_relation: String,
    /// A prefix for the ids of relations that is not the one of the elements.
    id_prefix: &'static str,
    next_sheet: u32,
    ids: HashSet<String>,
}

/// A part that the workbook did not have.
pub struct NewPart<'p> {
    /// Path in the package, such as `xl/styles.xml`.
    pub path: &'p str,
    pub content_type: &'p str,
}

impl Book {
    pub fn read(xml: Vec<u8>, relations: Vec<u8>) -> Result<Self, EditError> {
        let mut related = Vec::new();
        each_tag(&relations, "Relationship", |attribute| {
            let mut given =
                ["Id", "Type", "Target"].map(|name| attribute(name).unwrap_or_default());
            given[2] = path_of(&given[2], "xl");
            related.push(given);
        });
        let of_kind = |kind: &str| related.iter().find(|[_, given, _]| given.ends_with(kind));
        let mut sheets = Vec::new();
        let mut next_sheet = 1;
        each_tag(&xml, "sheet", |attribute| {
            let id = attribute("id").unwrap_or_default();
            // A sheet that is a chart has no cells.
            let is_it =
                |[known, kind, _]: &&[String; 3]| *known == id && kind.ends_with("/worksheet");
            let path = related.iter().find(is_it);
            sheets.push(BookSheet {
                name: attribute("name").unwrap_or_default(),
                path: path.map_or_else(String::new, |[_, _, path]| path.clone()),
            });
            let number = attribute("sheetId").and_then(|number| number.parse::<u32>().ok());
            next_sheet = next_sheet.max(number.unwrap_or(0).saturating_add(1));
        });
        let sheet_relation = of_kind("/worksheet").map(|[_, kind, _]| kind.clone());
        let styles = of_kind("/styles").map(|[_, _, path]| path.clone());
        let (Some(sheet_relation), false) = (sheet_relation, sheets.is_empty()) else {
            return Err(EditError::Unusual("a workbook without sheets"));
        };
        let (namespace, id_prefix) = names(&xml)?;
        Ok(Self {
            sheets,
            styles,
            namespace,
            sheet_relation,
            id_prefix,
            next_sheet,
            ids: related.into_iter().map(|[id, ..]| id).collect(),
            xml,
            relations,
        })
    }

    /// What the types of relations begin with, which is also their namespace.
    pub fn kinds(&self) -> String {
        let kinds = self.sheet_relation.strip_suffix("/worksheet");
        kinds.unwrap_or(&self.sheet_relation).to_owned()
    }

    /// A name near the wanted one that no sheet has.
    pub fn free_name(&self, wanted: &str) -> String {
        let mut names = SheetNames::default();
        for sheet in &self.sheets {
            names.give(&sheet.name);
        }
        names.give(wanted)
    }

    /// Adds a sheet behind all others.
    pub fn add_sheet(&mut self, name: &str, path: &str) -> Result<(), EditError> {
        let kind = self.sheet_relation.clone();
        let id = self.relate(&kind, path)?;
        let (number, name) = (self.next_sheet, escaped(name));
        self.next_sheet += 1;
        // The prefix may be declared at each sheet alone, so it is declared here, too.
        let (prefix, kinds) = (self.id_prefix, self.kinds());
        let sheet = format!(
            "sheet name=\"{name}\" sheetId=\"{number}\" xmlns:{prefix}=\"{kinds}\" {prefix}:id=\"{id}\"/>"
        );
        self.xml = before_end(&self.xml, "sheets", &sheet)?;
        Ok(())
    }

    /// Adds the styles.
    pub fn add_styles(&mut self, path: &str) -> Result<(), EditError> {
        let kind = format!("{}/styles", self.kinds());
        self.relate(&kind, path).map(drop)
    }

    /// Points at a part of the folder `xl`; its new id.
    fn relate(&mut self, kind: &str, path: &str) -> Result<String, EditError> {
        let mut number = 1;
        let mut id = "rIdQianshou".to_owned();
        while !self.ids.insert(id.clone()) {
            number += 1;
            id = format!("rIdQianshou{number}");
        }
        let target = path.strip_prefix("xl/").unwrap_or(path);
        let relation = format!("Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>");
        self.relations = before_end(&self.relations, "Relationships", &relation)?;
        Ok(id)
    }

    /// Takes out what the workbook says of the filter of a sheet, whose rows are no longer the same.
    pub fn forget_filter(&mut self, sheet: usize) -> Result<(), EditError> {
        let place = sheet.to_string();
        self.xml = without(&self.xml, "definedName", |tag| {
            tag.attribute("name") == Some(b"_xlnm._FilterDatabase")
                && tag.attribute("localSheetId") == Some(place.as_bytes())
        })?;
        Ok(())
    }

    /// The workbook's part and its relations. Macros stay behind: an .xlsx has none.
    pub fn write(&self) -> Result<(Vec<u8>, Vec<u8>), EditError> {
        let relations = without(&self.relations, "Relationship", |tag| {
            tag.attribute("Type")
                .is_some_and(|kind| kind.ends_with(b"/vbaProject"))
        })?;
        Ok((self.xml.clone(), relations))
    }
}

/// Whether a part holds macros.
pub fn is_macro(path: &str) -> bool {
    path.to_ascii_lowercase().contains("vbaproject")
}

/// The types of all parts, with those that are new. Whatever the workbook was (with macros, a
/// template), it becomes an .xlsx.
pub fn types(xml: &[u8], book: &str, new: &[NewPart<'_>]) -> Result<Vec<u8>, EditError> {
    let is_named = |tag: Tag<'_>, path: &str| {
        let name = tag.attribute("PartName").unwrap_or_default();
        let name = String::from_utf8_lossy(name.strip_prefix(b"/").unwrap_or(name)).into_owned();
        name.eq_ignore_ascii_case(path)
    };
    let mut written = without(xml, "Override", |tag| {
        let name = tag.attribute("PartName").unwrap_or_default();
        is_named(tag, book) || is_macro(&String::from_utf8_lossy(name))
    })?;
    let main = NewPart {
        path: book,
        content_type: BOOK_TYPE,
    };
    for NewPart { path, content_type } in new.iter().chain([&main]) {
        let part = format!("Override PartName=\"/{path}\" ContentType=\"{content_type}\"/>");
        written = before_end(&written, "Types", &part)?;
    }
    Ok(written)
}

/// With another child at the end of an element; the prefix and the `<` are put before it.
pub fn before_end(xml: &[u8], element: &str, child: &str) -> Result<Vec<u8>, EditError> {
    let mut written = Vec::with_capacity(xml.len() + child.len() + 16);
    let mut scanner = Scanner::new(xml);
    let mut is_done = false;
    while let Some(token) = scanner.token()? {
        let Token::Tag(tag) = token else {
            written.extend_from_slice(token.bytes());
            continue;
        };
        let is_here = !is_done && tag.name() == element.as_bytes();
        if !is_here || !tag.is_end() && !tag.is_empty() {
            written.extend_from_slice(tag.0);
            continue;
        }
        is_done = true;
        if tag.is_empty() {
            written.extend_from_slice(&tag.opened());
        }
        written.push(b'<');
        written.extend_from_slice(tag.prefix());
        written.extend_from_slice(child.as_bytes());
        if tag.is_empty() {
            written.extend_from_slice(b"</");
            written.extend_from_slice(tag.prefix());
            written.extend_from_slice(element.as_bytes());
            written.push(b'>');
        } else {
            written.extend_from_slice(tag.0);
        }
    }
    if is_done {
        Ok(written)
    } else {
        Err(EditError::Unusual("a list of parts that is not there"))
    }
}

/// Without the elements of a name that `is_out` picks, and what is in them.
fn without(
    xml: &[u8],
    element: &str,
    is_out: impl Fn(Tag<'_>) -> bool,
) -> Result<Vec<u8>, EditError> {
    let mut written = Vec::with_capacity(xml.len());
    let mut scanner = Scanner::new(xml);
    let mut is_inside = false;
    while let Some(token) = scanner.token()? {
        if let Token::Tag(tag) = token
            && tag.name() == element.as_bytes()
        {
            if tag.is_end() && std::mem::take(&mut is_inside) {
                continue;
            }
            if !tag.is_end() && is_out(tag) {
                is_inside = !tag.is_empty();
                continue;
            }
        }
        if !is_inside {
            written.extend_from_slice(token.bytes());
        }
    }
    Ok(written)
}

/// The namespace of the workbook's root, and a prefix for the ids of relations: the usual one, which some
/// programs take for granted, unless the elements have it.
fn names(xml: &[u8]) -> Result<(String, &'static str), EditError> {
    const UNUSUAL: EditError = EditError::Unusual("a workbook in a form that no program writes");
    let mut scanner = Scanner::new(xml);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut namespace = None;
    while let Some(token) = scanner.token()? {
        let Token::Tag(tag) = token else { continue };
        if tag.name() == b"workbook" && namespace.is_none() {
            let prefix = text(tag.prefix());
            let wanted = match prefix.strip_suffix(':') {
                Some(prefix) => format!("xmlns:{prefix}"),
                None => "xmlns".to_owned(),
            };
            namespace = tag.attribute(&wanted).map(text);
        }
        if tag.name() == b"sheet" {
            let has_id = tag.attributes().any(|one| one.name.ends_with(b":id"));
            let prefix = if tag.prefix() == b"r:" { "rel" } else { "r" };
            let namespace = namespace.filter(|_| has_id);
            return namespace.map(|it| (it, prefix)).ok_or(UNUSUAL);
        }
    }
    Err(UNUSUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<x:workbook xmlns:x='http://purl.oclc.org/main' xmlns:q='r'><x:sheets><x:sheet name=\"图\" sheetId=\"7\" q:id=\"a\"/><x:sheet name=\"名册\" sheetId=\"3\" q:id=\"b\"/></x:sheets><x:definedNames><x:definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"1\">A1</x:definedName><x:definedName name=\"甲\">B1</x:definedName></x:definedNames></x:workbook>";
    const RELATIONS: &str = "<Relationships><Relationship Id=\"a\" Type=\"k/chartsheet\" Target=\"chartsheets/sheet1.xml\"/><Relationship Id=\"b\" Type=\"k/worksheet\" Target=\"/xl/worksheets/Sheet1.xml\"/><Relationship Id=\"v\" Type=\"m/vbaProject\" Target=\"vbaProject.bin\"/></Relationships>";

    fn book() -> Book {
        Book::read(XML.as_bytes().to_vec(), RELATIONS.as_bytes().to_vec()).unwrap()
    }

    fn written(book: &Book) -> (String, String) {
        let (xml, relations) = book.write().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(xml), text(relations))
    }

    #[test]
    fn a_sheet_is_added_in_the_words_of_the_workbook() {
        let mut book = book();
        let paths: Vec<_> = book
            .sheets
            .iter()
            .map(|sheet| sheet.path.as_str())
            .collect();
        assert_eq!(paths, ["", "xl/worksheets/sheet1.xml"]);
        assert_eq!(
            (book.namespace.as_str(), book.kinds().as_str()),
            ("http://purl.oclc.org/main", "k")
        );
        assert_eq!(book.free_name("名册"), "名册(2)");
        book.add_sheet("甲&乙", "xl/worksheets/new.xml").unwrap();
        let (xml, relations) = written(&book);
        let sheet = "<x:sheet name=\"甲&amp;乙\" sheetId=\"8\" xmlns:r=\"k\" r:id=\"rIdQianshou\"/></x:sheets>";
        assert!(xml.contains(sheet), "{xml}");
        let relation = "<Relationship Id=\"rIdQianshou\" Type=\"k/worksheet\" Target=\"worksheets/new.xml\"/></Relationships>";
        assert!(relations.ends_with(relation), "{relations}");
        assert!(!relations.contains("vba"), "{relations}");
    }

    #[test]
    fn only_the_filter_of_the_old_list_is_forgotten() {
        let mut book = book();
        book.forget_filter(0).unwrap();
        assert_eq!(written(&book).0, XML);
        book.forget_filter(1).unwrap();
        let xml = written(&book).0;
        assert!(
            xml.contains("<x:definedNames><x:definedName name=\"甲\">B1</x:definedName>"),
            "{xml}"
        );
    }

    #[test]
    fn the_types_are_those_of_an_xlsx() {
        let xml = "<Types><Default Extension=\"bin\" ContentType=\"b\"/><Override PartName=\"/xl/Workbook.xml\" ContentType=\"macro\"/><Override PartName=\"/xl/vbaProject.bin\" ContentType=\"v\"/></Types>";
        let new = [NewPart {
            path: "xl/a.xml",
            content_type: SHEET_TYPE,
        }];
        let types =
            String::from_utf8(types(xml.as_bytes(), "xl/Workbook.xml", &new).unwrap()).unwrap();
        assert_eq!(
            types,
            format!(
                "<Types><Default Extension=\"bin\" ContentType=\"b\"/><Override PartName=\"/xl/a.xml\" ContentType=\"{SHEET_TYPE}\"/><Override PartName=\"/xl/Workbook.xml\" ContentType=\"{BOOK_TYPE}\"/></Types>"
            )
        );
        assert_eq!(
            before_end(b"<a><b/></a>", "b", "c/>").unwrap(),
            b"<a><b><c/></b></a>"
        );
        assert!(before_end(b"<a/>", "b", "c/>").is_err());
    }
}
