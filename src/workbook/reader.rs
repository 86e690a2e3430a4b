//! Reading a workbook row by row, without trusting it: its format is told by its content, and what
//! could exhaust memory is looked at before it is read.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

use super::delimited::Delimited;
pub use super::error::ReadError;
use super::excel::{Binary, guarded};
use super::format::{self, Format};
pub use super::limit::MAX_COLUMNS;
use super::limit::{MAX_HEAD_BYTES, MAX_SHEETS};
use super::merge::{Filler, owned_row};
use super::ods::Ods;
use super::old::Old;
use super::row_builder::{Each, Input, SheetInfo};
pub use super::source::{Cell, Row};
use super::source::{HEAD_ROWS, Sheet, Source};
use super::xlsx::Xlsx;
use crate::text::storable;

/// A workbook that is read in this process.
pub struct OpenFile<'f> {
    book: Book<'f>,
    infos: Vec<SheetInfo>,
    sheets: Vec<Sheet>,
}

enum Book<'f> {
    Xlsx(Xlsx<'f>),
    Binary(Binary<'f>),
    Old(Old<'f>),
    Ods(Ods<'f>),
    Delimited(Delimited<'f>),
}

impl<'f> OpenFile<'f> {
    /// Opens the workbook in `bytes` and looks at the head of each sheet.
    pub fn open(bytes: &'f [u8]) -> Result<Self, ReadError> {
        Self::open_input(Box::new(Cursor::new(bytes)))
    }

    /// Opens the workbook in a file.
    pub fn open_path(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(ReadError::damaged)?;
        Self::open_input(Box::new(BufReader::with_capacity(64 << 10, file)))
    }

    fn open_input(mut input: Input<'f>) -> Result<Self, ReadError> {
        let (book, mut infos) = guarded(|| match format::of(&mut input)? {
            Format::Xlsx => Xlsx::open(input).map(|(book, infos)| (Book::Xlsx(book), infos)),
            Format::Xlsb => Binary::open(input).map(|(book, infos)| (Book::Binary(book), infos)),
            Format::Xls => Old::open(input).map(|(book, infos)| (Book::Old(book), infos)),
            Format::Ods => Ods::open(input).map(|(book, infos)| (Book::Ods(book), infos)),
            Format::Csv => {
                Delimited::open(input).map(|(book, info)| (Book::Delimited(book), vec![info]))
            }
        })?;
        for info in &mut infos {
            info.name = storable(Cow::Borrowed(&info.name)).into_owned();
        }
        if infos.len() > MAX_SHEETS {
            return Err(ReadError::Bomb(format!("含 {} 个工作表", infos.len())));
        }
        let mut file = Self {
            book,
            infos,
            sheets: Vec::new(),
        };
        file.look()?;
        Ok(file)
    }

    /// Looks at the heads. A sheet that cannot be read says so when it is read, unless no sheet can.
    fn look(&mut self) -> Result<(), ReadError> {
        let mut fault = None;
        for (index, info) in self.infos.iter().enumerate() {
            let mut head: Vec<Row<'static>> = Vec::new();
            let mut bytes = 0;
            let read = self.book.rows(index, info, &mut |row| {
                bytes += text_bytes(row);
                if row.number > HEAD_ROWS || bytes > MAX_HEAD_BYTES {
                    return Ok(false);
                }
                head.push(owned_row(row));
                Ok(true)
            });
            if let Err(error) = read {
                fault.get_or_insert(error);
            }
            self.sheets.push(Sheet {
                name: info.name.clone(),
                visible: info.visible,
                head,
                merged: info
                    .notes
                    .merged
                    .iter()
                    .filter(|area| area.top <= HEAD_ROWS)
                    .take((HEAD_ROWS * MAX_COLUMNS) as usize)
                    .copied()
                    .collect(),
                hidden_columns: info.notes.hidden_columns.clone(),
            });
        }
        match fault {
            Some(error) if self.sheets.iter().all(|sheet| sheet.head.is_empty()) => Err(error),
            _ => Ok(()),
        }
    }
}

fn text_bytes(row: &Row<'_>) -> usize {
    let of = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => text.len(),
        _ => 0,
    };
    row.cells.iter().map(|(_, cell)| of(cell)).sum()
}

impl Book<'_> {
    fn rows(&mut self, index: usize, info: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        match self {
            Self::Xlsx(book) => book.rows(index, info, each),
            Self::Binary(book) => book.rows(info, each),
            Self::Old(book) => book.rows(info, each),
            Self::Ods(book) => book.rows(index, info, each),
            Self::Delimited(book) => book.rows(info, each),
        }
    }
}

impl Source for OpenFile<'_> {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn rows(
        &mut self,
        sheet: usize,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let Some(info) = self.infos.get(sheet) else {
            return Err(ReadError::Internal);
        };
        let mut filler = Filler::new(&info.notes.merged);
        self.book.rows(sheet, info, &mut |row| {
            filler.fill(row);
            each(row).map(|()| true)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::super::limit::MAX_CELL_CHARS;
    use super::*;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn kind(bytes: &[u8]) -> Option<Kind> {
        match OpenFile::open(bytes).err() {
            Some(ReadError::NotWorkbook(kind)) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for (bytes, wanted) in [
            (&b"\x09\x08\x10\x00"[..], Kind::AncientXls),
            (b"Rar!\x1A\x07", Kind::OtherArchive),
            (b"PK\x05\x06", Kind::Zip),
            (b"\xEF\xBB\xBF<HTML>", Kind::Html),
            (b"\x00\x01\x02", Kind::Unknown),
        ] {
            assert_eq!(kind(bytes), Some(wanted));
            let at_once = format::refuse_at_once(bytes, bytes.len() as u64);
            assert_eq!(at_once, Err(ReadError::NotWorkbook(wanted)));
        }
        assert_eq!(OpenFile::open(b"").err(), Some(ReadError::EmptyFile));
        assert_eq!(format::refuse_at_once(b"PK\x03\x04", 9), Ok(()));
        let too_large = format::refuse_at_once(b"PK\x03\x04", 300 << 20);
        assert_eq!(too_large, Err(ReadError::TooLarge(300 << 20)));
    }

    fn rows(bytes: &[u8]) -> Vec<Row<'static>> {
        let mut rows = Vec::new();
        let mut file = OpenFile::open(bytes).unwrap();
        file.rows(0, &mut |row| {
            rows.push(owned_row(row));
            Ok(())
        })
        .unwrap();
        rows
    }

    #[test]
    fn rows_come_with_their_numbers_and_dates_as_dates() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        let day = NaiveDate::from_ymd_opt(2020, 2, 29).unwrap_or_default();
        sheet.write_string(1, 2, "姓名").unwrap();
        sheet.write_string(1, 5, "  ").unwrap();
        sheet.write_date_with_format(4, 0, day, &date).unwrap();
        sheet.write_boolean(4, 1, true).unwrap();
        sheet.write_number(4, 3, 1.5).unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let row = |number, cells: &[(u32, Cell<'static>)]| Row {
            number,
            hidden: false,
            cells: cells.to_vec(),
            cleaned: Vec::new(),
        };
        let wanted = [
            row(2, &[(2, Cell::Text("姓名".into()))]),
            row(
                5,
                &[
                    (0, Cell::Date(day)),
                    (1, Cell::Bool(true)),
                    (3, Cell::Number(1.5)),
                ],
            ),
        ];
        assert_eq!(rows(&bytes), wanted);
        assert_eq!(OpenFile::open(&bytes).unwrap().sheets()[0].head, wanted);
    }

    /// Each row of a text as `number: value|value`.
    fn text_rows(bytes: &[u8]) -> Vec<String> {
        let words = |row: &Row<'_>| {
            let cells = row.cells.iter().map(|(at, cell)| match cell {
                Cell::Text(text) => format!("{at}{text}"),
                other => format!("{other:?}"),
            });
            format!("{}: {}", row.number, cells.collect::<Vec<_>>().join("|"))
        };
        rows(bytes).iter().map(words).collect()
    }

    #[test]
    fn a_text_is_read_in_every_encoding_with_every_separator() {
        let text = "姓名,证件号码,备注\r\n张三,=\"320999\",\"一,二\n三\"\r\n\r\n李四,,\"他说\"\"好\"\"\"\r\n";
        let wanted = [
            "1: 0姓名|1证件号码|2备注",
            "2: 0张三|1320999|2一,二\n三",
            "4: 0李四|2他说\"好\"",
        ];
        let with_mark = format!("\u{feff}{text}");
        let utf16 = with_mark.encode_utf16().flat_map(u16::to_le_bytes);
        let gb18030 = encoding_rs::GB18030.encode(text).0.into_owned();
        for bytes in [
            text.as_bytes().to_vec(),
            with_mark.clone().into_bytes(),
            gb18030,
            utf16.collect(),
            text.replace("\r\n", "\n").into_bytes(),
            text.trim_end().as_bytes().to_vec(),
        ] {
            assert_eq!(text_rows(&bytes), wanted);
        }
        for separator in [";", "\t"] {
            let bytes = text.replace("一,二", "一二").replace(',', separator);
            let wanted: Vec<_> = wanted
                .iter()
                .map(|row| row.replace("一,二", "一二"))
                .collect();
            assert_eq!(text_rows(bytes.as_bytes()), wanted);
        }
    }

    #[test]
    fn a_text_that_is_cut_off_or_in_no_encoding_is_refused() {
        let text = "姓名,证件号码\n张三,1".as_bytes();
        let error = OpenFile::open(&text[..text.len() - 4]).err();
        assert_eq!(error, Some(ReadError::CutOff));
        let error = OpenFile::open(b"a,b\n\xFF\xFF\xFF,c\n").err();
        assert_eq!(error, Some(ReadError::UnknownEncoding));
    }

    #[test]
    fn a_quote_that_nothing_ends_is_named_by_its_cell() {
        let read = |text: &str| {
            let mut file = OpenFile::open(text.as_bytes())?;
            file.rows(0, &mut |_| Ok(()))
        };
        let open = Err(ReadError::OpenQuote {
            sheet: "CSV".to_owned(),
            cell: "B2".to_owned(),
        });
        let many = "李四,好\n".repeat(1000);
        assert_eq!(read("姓名,备注\n张三,\"好\n李四,好\n"), open);
        assert_eq!(read("姓名,备注\n张三,\"好"), open);
        assert_eq!(read(&format!("姓名,备注\n张三,\"好\n{many}")), open);
        assert_eq!(read(&format!("姓名,备注\n张三,5\"\n{many}")), Ok(()));
        assert_eq!(read("姓名,备注\n张三,\"好\n\"\n"), Ok(()));
    }

    #[test]
    fn a_value_that_is_too_long_is_named_by_its_cell() {
        let text = format!("a,b\nc,{}\n", "长".repeat(MAX_CELL_CHARS));
        assert_eq!(rows(text.as_bytes()).len(), 2);
        let text = text.replace("c,", "c,长");
        let mut file = OpenFile::open(text.as_bytes()).unwrap();
        let error = file.rows(0, &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.place(), (Some("CSV"), Some("B2")));
        let wide = ",".repeat(300) + "x\n";
        let error = OpenFile::open(wide.as_bytes()).err().unwrap();
        assert_eq!(error.place(), (Some("CSV"), Some("KO1")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), zip: bool) {
            let begin: &[u8] = if zip { b"PK\x03\x04" } else { b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" };
            let file = [begin, &bytes].concat();
            prop_assert!(OpenFile::open(&file).is_err());
        }
    }
}
