//! Reading an .xlsx row by row, without trusting it.
//!
//! The rows come from calamine's cell reader and never from a whole range: one stray cell in the last
//! row and column makes a range take tens of gigabytes. What could still exhaust memory is looked at
//! before calamine opens the file: its size, how far its parts unpack, and how many texts it announces.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxCellReader};
use chrono::NaiveDate;
use zip::ZipArchive;

use super::address;
use super::source::{Area, HEAD_ROWS, Sheet, Source};
pub use super::source::{Cell, Row};

/// Largest file.
pub const MAX_FILE_BYTES: usize = 100 << 20;
/// Most that all parts of a file may unpack to.
const MAX_UNPACKED_BYTES: u64 = 1 << 30;
/// A part beyond this size may not be packed tighter than [`MAX_RATIO`]; real rosters reach 30.
const RATIO_MATTERS_BYTES: u64 = 10 << 20;
const MAX_RATIO: u64 = 200;
/// A packed part up to this size cannot unpack to more than 66 MiB, whatever it announces: deflate
/// reaches 1032 to 1. Larger parts are unpacked once to see that they announce the truth.
const BELIEVED_BYTES: u64 = 64 << 10;
/// Parts of a file: a workbook has some dozens.
const MAX_PARTS: usize = 10_000;
/// Different texts in a workbook: 100,000 persons with 40 texts each.
const MAX_TEXTS: u64 = 5_000_000;
/// Columns that may be used: a roster has fewer than 60.
pub const MAX_COLUMNS: u32 = 200;
/// Rows of a sheet, Excel's own limit.
const MAX_ROWS: u32 = 1_048_576;

/// Why a file cannot be read as a workbook. The text says what it is, [`cure`](Self::cure) what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No byte in it.
    #[error("文件是空的（0 字节）")]
    EmptyFile,
    /// Over [`MAX_FILE_BYTES`].
    #[error("文件过大（{} MiB），最大 {} MiB", .0 >> 20, MAX_FILE_BYTES >> 20)]
    TooLarge(usize),
    /// Another kind of file.
    #[error("这不是 .xlsx 工作簿，而是{}", .0.words())]
    NotXlsx(Kind),
    /// A part unpacks to more than a workbook can need.
    #[error("文件解压后过大或压缩比异常（{0}），疑似损坏或恶意文件，已拒绝读取")]
    Bomb(String),
    /// It begins like a workbook, but cannot be read.
    #[error("工作簿已损坏，无法读取：{0}")]
    Damaged(String),
    /// A cell far to the right.
    #[error("工作表“{sheet}”的单元格 {cell} 超出范围：最多使用 {MAX_COLUMNS} 列")]
    TooWide {
        /// Which sheet.
        sheet: String,
        /// Address of the first such cell.
        cell: String,
    },
    /// A row beyond Excel's last.
    #[error("工作表“{0}”的行数超过 Excel 的上限 {MAX_ROWS}")]
    TooLong(String),
}

impl ReadError {
    /// What to do about it.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::EmptyFile => "请确认文件已完整保存或上传，再重新导入",
            Self::TooLarge(_) => "请按镇或按村拆分成几个文件分别导入，并删除图片等多余内容",
            Self::NotXlsx(kind) => kind.cure(),
            Self::Bomb(_) => {
                "请用 Excel 或 WPS 打开，把数据复制到新的工作簿，另存为 .xlsx 后再导入"
            }
            Self::Damaged(_) => {
                "请用 Excel 或 WPS 打开并另存为 .xlsx；如打不开，请重新导出或取得原文件"
            }
            Self::TooWide { .. } => {
                "请删除该单元格及其以右的多余列（选中后按 Ctrl+-），保存后再导入"
            }
            Self::TooLong(_) => "请拆分成几个文件分别导入",
        }
    }

    /// Whether the file is of another type, rather than a bad file of the right one.
    pub fn is_wrong_type(&self) -> bool {
        matches!(self, Self::NotXlsx(_))
    }

    /// The sheet and cell that it is about.
    pub fn place(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::TooWide { sheet, cell } => (Some(sheet), Some(cell)),
            Self::TooLong(sheet) => (Some(sheet), None),
            _ => (None, None),
        }
    }
}

/// What a file is when it is no .xlsx, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Excel 97–2003.
    OldXls,
    /// An .xlsx behind a password.
    Encrypted,
    /// Another OLE document: an old Word file, an e-mail.
    Ole,
    /// A web page that was saved as .xls, as many web systems export.
    Html,
    /// Excel's XML of 2003.
    Xml,
    /// Text with commas or tabs.
    Text,
    /// `OpenDocument`.
    Ods,
    /// Excel's binary workbook.
    Xlsb,
    /// A document of Word or of ``PowerPoint``.
    OtherOffice,
    /// Any other zip archive.
    Zip,
    /// A RAR or 7z archive.
    OtherArchive,
    /// PDF.
    Pdf,
    /// A picture.
    Picture,
    /// Nothing that we know.
    Unknown,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::OldXls => "旧版 Excel 97-2003 的 .xls 文件",
            Self::Encrypted => "设有打开密码的工作簿",
            Self::Ole => "旧版 Office 的其他文档",
            Self::Html => "网页（HTML）文件，只是扩展名像表格",
            Self::Xml => "XML 表格 2003 文件",
            Self::Text => "文本文件（如 .csv）",
            Self::Ods => "OpenDocument 表格（.ods）",
            Self::Xlsb => "Excel 二进制工作簿（.xlsb）",
            Self::OtherOffice => "Word 或 PowerPoint 文档",
            Self::Zip => "压缩包",
            Self::OtherArchive => "RAR 或 7z 压缩包",
            Self::Pdf => "PDF 文件",
            Self::Picture => "图片",
            Self::Unknown => "无法识别的文件",
        }
    }

    fn cure(self) -> &'static str {
        match self {
            Self::OldXls | Self::Html | Self::Xml | Self::Ods | Self::Xlsb => {
                "请用 Excel 或 WPS 打开，选择“另存为”，类型选“Excel 工作簿 (*.xlsx)”，再导入新文件（只改扩展名无效）"
            }
            Self::Encrypted => {
                "请用 Excel 打开，在“文件—信息—保护工作簿”中去掉打开密码，保存后再导入"
            }
            Self::Text => {
                "请用 Excel 的“数据—自文本/CSV”导入（证件号码一列选“文本”），另存为 .xlsx 后再导入"
            }
            Self::Zip | Self::OtherArchive => "请先解压，再导入其中的 .xlsx 文件",
            Self::Ole | Self::OtherOffice | Self::Pdf | Self::Picture | Self::Unknown => {
                "请导入 .xlsx 格式的名册；空白模板可从“下载模板”取得"
            }
        }
    }
}

/// Begins every OLE compound file.
const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Looks at the first bytes. Nothing for a zip archive, in which a workbook may be.
fn kind_by_magic(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    if bytes.starts_with(&OLE) {
        // The names of an OLE file's streams are UTF-16LE.
        let has = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.windows(name.len()).any(|window| window == name)
        };
        return Some(if has("EncryptedPackage") {
            Kind::Encrypted
        } else if has("Workbook") || has("Book") {
            Kind::OldXls
        } else {
            Kind::Ole
        });
    }
    let head = &bytes[..bytes.len().min(4096)];
    let known: [(&[u8], Kind); 8] = [
        (b"%PDF", Kind::Pdf),
        (b"\x89PNG", Kind::Picture),
        (b"\xFF\xD8\xFF", Kind::Picture),
        (b"GIF8", Kind::Picture),
        (b"Rar!", Kind::OtherArchive),
        (b"7z\xBC\xAF", Kind::OtherArchive),
        (b"PK\x05\x06", Kind::Zip),
        (b"\x09\x08", Kind::OldXls),
    ];
    if let Some((_, kind)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*kind);
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower = text.to_ascii_lowercase();
    Some(
        if lower.starts_with("<?xml") && lower.contains("spreadsheet") {
            Kind::Xml
        } else if lower.starts_with('<') {
            Kind::Html
        } else if head.contains(&0)
            && !head.starts_with(b"\xFF\xFE")
            && !head.starts_with(b"\xFE\xFF")
        {
            Kind::Unknown
        } else {
            Kind::Text
        },
    )
}

/// What is in a zip archive, if it is no .xlsx.
fn kind_by_parts(archive: &ZipArchive<Cursor<&[u8]>>) -> Option<Kind> {
    let has = |wanted: &str| {
        archive
            .file_names()
            .filter_map(Result::ok)
            .any(|name| name.eq_ignore_ascii_case(wanted))
    };
    if has("xl/workbook.xml") {
        None
    } else if has("xl/workbook.bin") {
        Some(Kind::Xlsb)
    } else if has("content.xml") && has("mimetype") {
        Some(Kind::Ods)
    } else if has("word/document.xml") || has("ppt/presentation.xml") {
        Some(Kind::OtherOffice)
    } else if has("[Content_Types].xml") {
        // A workbook may name its main part otherwise; calamine will say.
        None
    } else {
        Some(Kind::Zip)
    }
}

/// Refuses a file that would unpack to more than a workbook can need.
fn check_parts(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), ReadError> {
    if archive.len() > MAX_PARTS {
        return Err(ReadError::Bomb(format!("含 {} 个部分", archive.len())));
    }
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let (name, packed, announced) = {
            let part = archive.by_index_raw(index).map_err(damaged)?;
            let name = String::from_utf8_lossy(part.name_raw()).into_owned();
            (name, part.compressed_size(), part.size())
        };
        unpacked = unpacked.saturating_add(announced);
        if unpacked > MAX_UNPACKED_BYTES {
            return Err(ReadError::Bomb(format!(
                "超过 {} MiB",
                MAX_UNPACKED_BYTES >> 20
            )));
        }
        if announced > RATIO_MATTERS_BYTES && announced / packed.max(1) > MAX_RATIO {
            return Err(ReadError::Bomb(format!(
                "{name} 压缩比 {}",
                announced / packed.max(1)
            )));
        }
        if packed > BELIEVED_BYTES {
            let part = archive.by_index(index).map_err(damaged)?;
            let real = std::io::copy(&mut part.take(announced + 1), &mut std::io::sink())
                .map_err(damaged)?;
            if real > announced {
                return Err(ReadError::Bomb(format!("{name} 的实际大小与所述不符")));
            }
        }
        if name.to_ascii_lowercase().ends_with("sharedstrings.xml") {
            check_texts(archive, index, announced)?;
        }
    }
    Ok(())
}

/// calamine sets memory aside for as many texts as the file announces.
fn check_texts(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    bytes: u64,
) -> Result<(), ReadError> {
    let mut head = Vec::new();
    let part = archive.by_index(index).map_err(damaged)?;
    part.take(BELIEVED_BYTES)
        .read_to_end(&mut head)
        .map_err(damaged)?;
    let head = String::from_utf8_lossy(&head);
    let announced = head
        .match_indices("uniqueCount")
        .filter_map(|(at, name)| {
            let value = head[at + name.len()..]
                .trim_start_matches(|character: char| character.is_whitespace() || character == '=')
                .trim_start_matches(['"', '\'']);
            let digits = value
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(value.len());
            // A number too long for 64 bits is beyond any limit.
            Some(value[..digits].parse::<u64>().unwrap_or(u64::MAX)).filter(|_| digits > 0)
        })
        .max()
        .unwrap_or(0);
    // The shortest text is `<si/>`.
    if announced > MAX_TEXTS || announced > bytes / 5 + 1 {
        return Err(ReadError::Bomb(format!("共享文本数 {announced}")));
    }
    Ok(())
}

fn damaged(error: impl std::fmt::Display) -> ReadError {
    ReadError::Damaged(error.to_string())
}

/// Runs a piece of calamine, which on some broken files panics instead of giving an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ReadError::Damaged("文件内部结构异常".to_owned())))
}

/// A workbook that has been opened.
pub struct Book<'f> {
    xlsx: Xlsx<Cursor<&'f [u8]>>,
}

/// A sheet's name and whether it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetName {
    /// Name on its tab.
    pub name: String,
    /// Not hidden.
    pub visible: bool,
}

impl<'f> Book<'f> {
    /// Opens the workbook in `bytes`, after a look at what it is.
    pub fn open(bytes: &'f [u8]) -> Result<Self, ReadError> {
        if bytes.is_empty() {
            return Err(ReadError::EmptyFile);
        }
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge(bytes.len()));
        }
        if let Some(kind) = kind_by_magic(bytes) {
            return Err(ReadError::NotXlsx(kind));
        }
        guarded(|| {
            let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
            if let Some(kind) = kind_by_parts(&archive) {
                return Err(ReadError::NotXlsx(kind));
            }
            check_parts(&mut archive)?;
            let xlsx = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
            Ok(Self { xlsx })
        })
    }

    /// The sheets, in the order of their tabs.
    pub fn sheets(&self) -> Vec<SheetName> {
        self.xlsx
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet)
            .map(|sheet| SheetName {
                name: sheet.name.clone(),
                visible: sheet.visible == SheetVisible::Visible,
            })
            .collect()
    }

    /// The rows of a sheet.
    pub fn rows(&mut self, sheet: &str) -> Result<Rows<'_, 'f>, ReadError> {
        let cells = guarded(|| self.xlsx.worksheet_cells_reader(sheet).map_err(damaged))?;
        Ok(Rows {
            cells,
            sheet: sheet.to_owned(),
            pending: None,
            ended: false,
        })
    }
}

impl<'b> Cell<'b> {
    /// `None` for a cell that holds nothing.
    fn new(data: &DataRef<'b>) -> Option<Self> {
        let text = |text: Cow<'b, str>| (!text.trim().is_empty()).then_some(Self::Text(text));
        match data {
            DataRef::Empty => None,
            // calamine does not give its own string away.
            DataRef::String(owned) => text(Cow::Owned(owned.clone())),
            DataRef::SharedString(shared) => text(Cow::Borrowed(shared)),
            #[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floats")]
            DataRef::Int(number) => Some(Self::Number(*number as f64)),
            DataRef::Float(number) => Some(Self::Number(*number)),
            DataRef::Bool(truth) => Some(Self::Bool(*truth)),
            DataRef::DateTime(time) => {
                let (year, month, day, ..) = time.to_ymd_hms_milli();
                let date =
                    NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
                // A duration, or a time of day alone, is no date.
                Some(match date {
                    Some(date) if time.is_datetime() && time.as_f64() >= 1.0 => Self::Date(date),
                    _ => Self::Number(time.as_f64()),
                })
            }
            DataRef::DateTimeIso(iso) => Some(
                iso.get(..10)
                    .and_then(|date| date.parse().ok())
                    .map_or_else(|| Self::Text(Cow::Owned(iso.clone())), Self::Date),
            ),
            DataRef::DurationIso(iso) => Some(Self::Text(Cow::Owned(iso.clone()))),
            DataRef::Error(error) => Some(Self::Error(error.to_string())),
        }
    }
}

/// The rows of a sheet, one after the other; rows without content are left out.
pub struct Rows<'b, 'f> {
    cells: XlsxCellReader<'b, Cursor<&'f [u8]>>,
    sheet: String,
    pending: Option<(u32, u32, Cell<'b>)>,
    /// The cells have ended; to ask calamine again is an error.
    ended: bool,
}

impl<'b> Rows<'b, '_> {
    /// Reads the next row into `row`, whose memory is used again. False at the end of the sheet.
    pub fn read(&mut self, row: &mut Row<'b>) -> Result<bool, ReadError> {
        row.cells.clear();
        guarded(|| self.read_row(row))
    }

    fn read_row(&mut self, row: &mut Row<'b>) -> Result<bool, ReadError> {
        let first = match self.pending.take() {
            Some(first) => first,
            None => match self.next_cell()? {
                Some(first) => first,
                None => return Ok(false),
            },
        };
        row.number = first.0 + 1;
        row.cells.push((first.1, first.2));
        while let Some((at, column, cell)) = self.next_cell()? {
            if at + 1 == row.number {
                row.cells.push((column, cell));
            } else if at < row.number {
                return Err(ReadError::Damaged(format!(
                    "第 {} 行之后次序颠倒",
                    row.number
                )));
            } else {
                self.pending = Some((at, column, cell));
                break;
            }
        }
        Ok(true)
    }

    /// The next cell that holds something.
    fn next_cell(&mut self) -> Result<Option<(u32, u32, Cell<'b>)>, ReadError> {
        while !self.ended {
            let Some(cell) = self.cells.next_cell().map_err(damaged)? else {
                self.ended = true;
                break;
            };
            let (row, column) = cell.get_position();
            if let Some(content) = Cell::new(cell.get_value()) {
                if row >= MAX_ROWS {
                    return Err(ReadError::TooLong(self.sheet.clone()));
                }
                if column >= MAX_COLUMNS {
                    return Err(ReadError::TooWide {
                        sheet: self.sheet.clone(),
                        cell: address(row + 1, column),
                    });
                }
                return Ok(Some((row, column, content)));
            }
        }
        Ok(None)
    }
}

/// A workbook that is read in this process.
pub struct OpenFile<'f> {
    book: Book<'f>,
    sheets: Vec<Sheet>,
}

impl<'f> OpenFile<'f> {
    /// Opens the workbook in `bytes` and looks at the head of each sheet.
    pub fn open(bytes: &'f [u8]) -> Result<Self, ReadError> {
        let mut book = Book::open(bytes)?;
        let mut sheets = Vec::new();
        for SheetName { name, visible } in book.sheets() {
            let mut head = Vec::new();
            let mut rows = book.rows(&name)?;
            let mut row = Row::default();
            while rows.read(&mut row)? && row.number <= HEAD_ROWS {
                head.push(owned(&row));
            }
            let merged: Vec<Area> = Vec::new();
            sheets.push(Sheet {
                name,
                visible,
                head,
                merged,
                hidden_columns: Vec::new(),
            });
        }
        Ok(Self { book, sheets })
    }
}

fn owned(row: &Row<'_>) -> Row<'static> {
    let cell = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => Cell::Text(Cow::Owned(text.to_string())),
        Cell::Number(number) => Cell::Number(*number),
        Cell::Date(date) => Cell::Date(*date),
        Cell::Bool(truth) => Cell::Bool(*truth),
        Cell::Error(error) => Cell::Error(error.clone()),
    };
    Row {
        number: row.number,
        hidden: row.hidden,
        cells: row
            .cells
            .iter()
            .map(|(at, content)| (*at, cell(content)))
            .collect(),
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
        let mut rows = self.book.rows(&self.sheets[sheet].name)?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            each(&row)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(bytes: &[u8]) -> Option<Kind> {
        match Book::open(bytes) {
            Err(ReadError::NotXlsx(kind)) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for (bytes, wanted) in [
            (&b"\x09\x08\x10\x00"[..], Kind::OldXls),
            (b"Rar!\x1A\x07", Kind::OtherArchive),
            (b"PK\x05\x06", Kind::Zip),
            (b"\xEF\xBB\xBF<HTML>", Kind::Html),
            (b"\xD0\xD5\xC3\xFB,\xD6\xA4\xBC\xFE", Kind::Text),
            (b"\x00\x01\x02", Kind::Unknown),
        ] {
            assert_eq!(kind(bytes), Some(wanted));
        }
        assert_eq!(Book::open(b"").err(), Some(ReadError::EmptyFile));
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
        let mut book = Book::open(&bytes).unwrap();
        let name = book.sheets()[0].name.clone();
        let mut rows = book.rows(&name).unwrap();
        let mut row = Row::default();
        assert!(rows.read(&mut row).unwrap());
        assert_eq!(
            (row.number, &row.cells[..]),
            (2, &[(2, Cell::Text("姓名".into()))][..])
        );
        assert!(rows.read(&mut row).unwrap());
        let cells = [
            (0, Cell::Date(day)),
            (1, Cell::Bool(true)),
            (3, Cell::Number(1.5)),
        ];
        assert_eq!((row.number, &row.cells[..]), (5, &cells[..]));
        assert!(!rows.read(&mut row).unwrap());
        assert!(!rows.read(&mut row).unwrap(), "the end stays the end");
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), zip: bool) {
            let mut file = if zip { b"PK\x03\x04".to_vec() } else { Vec::new() };
            file.extend(bytes);
            prop_assert!(Book::open(&file).is_err());
        }
    }
}
