//! What becomes of each part, decided before anything is written.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read, Seek};

use super::book::{self, Book, NewPart};
use super::error::EditError;
use super::list::List;
use super::notes::{self, Place};
use super::package::Package;
use super::sheet::{Cells, at_first_of_merged};
use super::styles::Styles;
use crate::text::storable;
use crate::workbook::place;

const BOOK: &str = "xl/workbook.xml";
const BOOK_RELATIONS: &str = "xl/_rels/workbook.xml.rels";
const TYPES: &str = "[content_types].xml";
const STYLES: &str = "xl/styles.xml";

/// What is to be done to a workbook.
#[derive(Debug, Default)]
pub struct Marking {
    /// The cells to be marked, by the names of their sheets as a
    /// [`Source`](crate::workbook::source::Source) has them.
    pub cells: HashMap<String, Cells>,
    /// The sheet that is added.
    pub list: List,
    /// The sheet that it replaces: a list of an earlier time.
    pub replaces: Option<String>,
}

/// What a part holds when it is written anew.
pub enum Content {
    Bytes(Vec<u8>),
    /// A sheet with marks, by its number in the plan.
    Sheet(usize),
    /// The texts of its notes.
    NoteTexts(usize),
    /// The shapes of its notes.
    NoteShapes(usize),
    List,
    Styles,
}

/// A sheet that is changed.
pub struct Sheet {
    pub path: String,
    pub cells: Cells,
    /// The tag that points at the shapes of new notes.
    pub tag: Option<String>,
}

/// What becomes of the parts; those that are not named are copied.
pub struct Plan {
    pub changed: HashMap<String, Content>,
    /// New parts, in the order of writing.
    pub added: Vec<(String, Content)>,
    pub sheets: Vec<Sheet>,
    pub list: List,
    pub styles: Styles,
    /// The part with the styles, as the archive has it: written last, when all of them are known.
    pub styles_name: String,
    pub namespace: String,
}

impl Plan {
    pub fn of<R: Read + Seek>(
        package: &mut Package<R>,
        marking: Marking,
    ) -> Result<Self, EditError> {
        let xml = package.whole(BOOK)?;
        let relations = package.whole(BOOK_RELATIONS)?;
        let mut book = Book::read(xml, relations)?;
        let mut types = Vec::new();
        let (styles, styles_path) = styles(package, &mut book, &mut types)?;
        let mut plan = Self {
            changed: HashMap::new(),
            added: Vec::new(),
            sheets: Vec::new(),
            list: List::default(),
            styles,
            styles_name: package.name(&styles_path).unwrap_or(styles_path.clone()),
            namespace: book.namespace.clone(),
        };
        plan.changed.insert(styles_path, Content::Styles);
        let mut without_notes = Vec::new();
        let old_list = marking
            .replaces
            .as_deref()
            .and_then(|name| named(&book, name));
        for at in 0..book.sheets.len() {
            if Some(at) != old_list && package.has(&book.sheets[at].path) {
                let name = storable(Cow::Borrowed(&book.sheets[at].name));
                let cells = marking
                    .cells
                    .get(name.as_ref())
                    .cloned()
                    .unwrap_or_default();
                let has_notes = plan.sheet(
                    package,
                    &book.sheets[at].path,
                    &book.kinds(),
                    cells,
                    &mut types,
                )?;
                if !has_notes {
                    without_notes.push(name.into_owned());
                }
            }
        }
        let mut list = marking.list;
        let say = list.without_notes.filter(|_| !without_notes.is_empty());
        list.rows.splice(..0, say.map(|say| say(&without_notes)));
        plan.list(package, &mut book, list, old_list, &mut types)?;
        let (xml, relations) = book.write()?;
        let new: Vec<_> = types
            .iter()
            .map(|(path, content_type)| NewPart { path, content_type })
            .collect();
        let types = book::types(&package.whole(TYPES)?, &package.name(BOOK)?, &new)?;
        for (path, bytes) in [(BOOK, xml), (BOOK_RELATIONS, relations), (TYPES, types)] {
            plan.changed.insert(path.to_owned(), Content::Bytes(bytes));
        }
        Ok(plan)
    }

    /// Plans what becomes of a sheet. Whether its marks have notes beside them.
    fn sheet<R: Read + Seek>(
        &mut self,
        package: &mut Package<R>,
        path: &str,
        kinds: &str,
        cells: Cells,
        types: &mut Vec<(String, &'static str)>,
    ) -> Result<bool, EditError> {
        let number = self.sheets.len();
        let cells = if cells.is_empty() {
            cells
        } else {
            at_first_of_merged(cells, &package.merged(path)?)
        };
        let is_marked = !cells.is_empty();
        let (mut tag, mut has_notes) = (None, true);
        match notes::place_for(package, path, kinds)? {
            Place::Ours { texts, shapes } => {
                self.changed.insert(texts, Content::NoteTexts(number));
                self.changed.insert(shapes, Content::NoteShapes(number));
            }
            Place::New(new) if is_marked => {
                types.push((new.texts.clone(), notes::TEXTS_TYPE));
                types.push((new.shapes.clone(), notes::SHAPES_TYPE));
                self.added.push((new.texts, Content::NoteTexts(number)));
                self.added.push((new.shapes, Content::NoteShapes(number)));
                let relations = Content::Bytes(new.relations);
                if package.has(&new.list) {
                    self.changed.insert(new.list, relations);
                } else {
                    self.added.push((new.list, relations));
                }
                tag = Some(new.tag);
            }
            Place::Nowhere => has_notes = !is_marked,
            Place::New(_) => {}
        }
        if is_marked || self.styles.has_marks() {
            self.changed.insert(path.to_owned(), Content::Sheet(number));
        }
        self.sheets.push(Sheet {
            path: path.to_owned(),
            cells,
            tag,
        });
        Ok(has_notes)
    }

    fn list<R: Read + Seek>(
        &mut self,
        package: &mut Package<R>,
        book: &mut Book,
        mut list: List,
        old: Option<usize>,
        types: &mut Vec<(String, &'static str)>,
    ) -> Result<(), EditError> {
        for row in &mut list.rows {
            // Links lead to sheets that are there, by their names in the file.
            row.link = row.link.take().and_then(|(column, sheet, cell)| {
                place(&cell)?;
                Some((column, book.sheets[named(book, &sheet)?].name.clone(), cell))
            });
        }
        if let Some(at) = old {
            book.forget_filter(at)?;
            self.changed
                .insert(book.sheets[at].path.clone(), Content::List);
        } else {
            let path = package.free_path("xl/worksheets/qianshou", ".xml");
            let name = book.free_name(&list.name);
            book.add_sheet(&name, &path)?;
            types.push((path.clone(), book::SHEET_TYPE));
            self.added.push((path, Content::List));
        }
        self.list = list;
        Ok(())
    }
}

/// The styles and the path of their part.
fn styles<R: Read + Seek>(
    package: &mut Package<R>,
    book: &mut Book,
    types: &mut Vec<(String, &'static str)>,
) -> Result<(Styles, String), EditError> {
    if let Some(path) = book.styles.clone() {
        return Ok((Styles::read(package.whole(&path)?)?, path));
    }
    if package.has(STYLES) {
        return Err(EditError::Unusual("a part that nothing points at"));
    }
    book.add_styles(STYLES)?;
    types.push((STYLES.to_owned(), book::STYLES_TYPE));
    Ok((Styles::none(&book.namespace)?, STYLES.to_owned()))
}

/// A sheet by its name as a reader has it.
fn named(book: &Book, wanted: &str) -> Option<usize> {
    let is_it = |name: &str| storable(Cow::Borrowed(name)) == wanted;
    book.sheets.iter().position(|sheet| is_it(&sheet.name))
}
