//! Workbooks of Excel (.xlsx, .xlsm), read as their XML streams by.
//!
//! They are read here rather than by calamine, which reads the other formats of Excel, because of what a
//! clerk must be told and calamine does not give: a formula that nothing has calculated, an error value
//! that came with a later Excel, the zeros that a format shows. And one odd item (a dimension of `A0`, an
//! unknown type of cell) makes it refuse the whole file, where people see but one odd cell.

mod book;
mod cells;
mod styles;
mod texts;
mod xml;

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::error::ReadError;
use super::excel::{guarded, read};
use super::note::{Watcher, XmlWatcher};
use super::package::{self, Relation, SheetPart};
use super::row_builder::{Each, Input, SheetInfo};
use book::Workbook;
use cells::Cells;
use texts::Texts;

/// An .xlsx or .xlsm.
pub struct Xlsx<'f> {
    archive: ZipArchive<Input<'f>>,
    book: Workbook,
    /// The part of each sheet.
    paths: Vec<String>,
}

/// What the main part of a workbook says.
#[derive(Default)]
struct Main {
    sheets: Vec<MainSheet>,
    since_1904: bool,
    to_calculate: bool,
    texts: Option<String>,
    styles: Option<String>,
}

struct MainSheet {
    name: String,
    path: String,
    visible: bool,
}

impl<'f> Xlsx<'f> {
    pub fn open(input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut archive = ZipArchive::new(input).map_err(ReadError::damaged)?;
        let main = main_part(&mut archive)?;
        let part = |sheet: &MainSheet| SheetPart {
            name: sheet.name.clone(),
            path: sheet.path.clone(),
        };
        let parts: Vec<_> = main.sheets.iter().map(part).collect();
        let watch = || Watcher::Xml(XmlWatcher::default());
        let mut notes = package::inspect(&mut archive, &parts, watch)?;
        if main.sheets.is_empty() {
            return Err(ReadError::broken("其中没有工作表"));
        }
        let mut book = Workbook {
            since_1904: main.since_1904,
            to_calculate: main.to_calculate,
            ..Workbook::default()
        };
        if let Some(part) = package::open(&mut archive, main.texts.as_deref())? {
            book.texts = Texts::read(part)?;
        }
        if let Some(part) = package::open(&mut archive, main.styles.as_deref())? {
            book.styles = styles::read(part);
        }
        let (mut infos, mut paths) = (Vec::new(), Vec::new());
        for sheet in main.sheets {
            infos.push(SheetInfo {
                notes: notes.remove(&sheet.name).unwrap_or_default(),
                name: sheet.name,
                visible: sheet.visible,
            });
            paths.push(sheet.path);
        }
        let file = Self {
            archive,
            book,
            paths,
        };
        Ok((file, infos))
    }

    /// Gives the rows of a sheet to `each`, until it says that it has enough.
    pub fn rows(
        &mut self,
        index: usize,
        info: &SheetInfo,
        each: Each<'_>,
    ) -> Result<(), ReadError> {
        let path = self.paths.get(index).map(String::as_str);
        let missing = || ReadError::broken(format!("缺少工作表“{}”的内容", info.name));
        let part = package::open(&mut self.archive, path)?.ok_or_else(missing)?;
        let mut cells = guarded(|| Cells::of(part, &self.book))?;
        read(info, each, || cells.next())
    }
}

/// Reads the main part and what it says of the other parts.
fn main_part<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Main, ReadError> {
    const USUAL: &str = "xl/workbook.xml";
    let mut path = USUAL.to_owned();
    if !package::has(archive, USUAL) {
        let of_package = package::list(archive, "_rels/.rels")?.unwrap_or_default();
        let relations = package::relations(&of_package, "");
        let named = relations
            .into_values()
            .find(|part| part.is("officeDocument"));
        path = named.map_or(path, |part| part.path);
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let beside = |name: &str| match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    };
    let relations = package::list(archive, &beside(&format!("_rels/{name}.rels")))?;
    let relations = package::relations(&relations.unwrap_or_default(), folder);
    let of_kind = |kind: &str, usual: &str| {
        let named = relations.values().find(|part| part.is(kind));
        let path = named.map_or_else(|| beside(usual), |part| part.path.clone());
        package::has(archive, &path).then_some(path)
    };
    let mut main = Main {
        texts: of_kind("sharedStrings", "sharedstrings.xml"),
        styles: of_kind("styles", "styles.xml"),
        ..Main::default()
    };
    let book =
        package::list(archive, &path)?.ok_or_else(|| ReadError::broken("缺少工作簿的目录"))?;
    let says_yes = |value: Option<String>| matches!(value.as_deref(), Some("1" | "true" | "on"));
    package::each_tag(&book, "workbookPr", |attribute| {
        main.since_1904 |= says_yes(attribute("date1904"));
    });
    package::each_tag(&book, "calcPr", |attribute| {
        main.to_calculate |= says_yes(attribute("fullCalcOnLoad"));
    });
    package::each_tag(&book, "sheet", |attribute| {
        let Some(part) = attribute("id").and_then(|id| relations.get(&id)) else {
            return;
        };
        // A chart may fill a sheet of its own.
        if part.is("chartsheet") || part.is("dialogsheet") || part.is("xlMacrosheet") {
            return;
        }
        main.sheets.push(MainSheet {
            name: attribute("name").unwrap_or_default(),
            path: part.path.clone(),
            visible: attribute("state")
                .is_none_or(|state| !state.to_lowercase().contains("hidden")),
        });
    });
    Ok(main)
}

impl Relation {
    /// Whether it leads to a part of this kind.
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}
