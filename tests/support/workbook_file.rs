//! Workbooks in formats that no library writes, and workbooks that are made to do harm.

use std::io::{Cursor, Read, Write};

use super::Value;

/// A zip archive of these parts.
pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook with one part changed.
pub fn rezipped(workbook: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name == part {
            content = change(String::from_utf8(content).unwrap()).into_bytes();
        }
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// An OLE file with one stream.
pub fn ole(stream: &str, content: &[u8]) -> Vec<u8> {
    let mut file =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    let mut writer = file.create_stream(format!("/{stream}")).unwrap();
    writer.write_all(content).unwrap();
    drop(writer);
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// An .xls whose workbook and whose sheets hold these records besides those that each must.
pub fn xls(globals: &[(u16, Vec<u8>)], sheets: &[&[(u16, Vec<u8>)]]) -> Vec<u8> {
    let record = |stream: &mut Vec<u8>, kind: u16, body: &[u8]| {
        stream.extend(kind.to_le_bytes());
        stream.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        stream.extend(body);
    };
    let begin = |stream: &mut Vec<u8>, what: u8| {
        record(
            stream,
            0x0809,
            &[0, 6, what, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        );
    };
    let mut bodies = Vec::new();
    let mut ends = Vec::new();
    for records in sheets {
        begin(&mut bodies, 0x10);
        for (kind, body) in *records {
            record(&mut bodies, *kind, body);
        }
        record(&mut bodies, 0x000A, &[]);
        ends.push(bodies.len());
    }
    let mut book = Vec::new();
    begin(&mut book, 5);
    for (kind, body) in globals {
        record(&mut book, *kind, body);
    }
    // A sheet's place, that it is shown and has rows, and its name of one character.
    let first = book.len() + sheets.len() * 14 + 4;
    for (index, _) in sheets.iter().enumerate() {
        let at = first + index.checked_sub(1).map_or(0, |before| ends[before]);
        let mut body = u32::try_from(at).unwrap().to_le_bytes().to_vec();
        body.extend([0, 0, 1, 0, b'A' + u8::try_from(index).unwrap() % 26]);
        body.push(0);
        record(&mut book, 0x0085, &body);
    }
    record(&mut book, 0x000A, &[]);
    book.extend(bodies);
    // Below 4 KiB a stream is kept in another way.
    book.resize(book.len().max(4096), 0);
    ole("Workbook", &book)
}

/// A number's record of an .xls.
pub fn xls_number(row: u16, column: u16, number: f64) -> (u16, Vec<u8>) {
    let mut body = Vec::new();
    for part in [row, column, 0] {
        body.extend(part.to_le_bytes());
    }
    body.extend(number.to_le_bytes());
    (0x0203, body)
}

/// An .xlsb with one sheet, whose rows begin at the first; records that are to stand before the rows
/// and after them.
pub struct XlsbFile<'r> {
    pub name: &'r str,
    pub rows: &'r [Vec<Value>],
    /// Rows that are hidden, from 0.
    pub hidden_rows: &'r [u32],
    pub before: &'r [(u16, Vec<u8>)],
    pub after: &'r [(u16, Vec<u8>)],
}

/// Numbers as the fields of a record.
pub fn fields(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = u32::try_from(units.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

fn record(stream: &mut Vec<u8>, kind: u16, body: &[u8]) {
    let mut groups = |mut number: usize| {
        while number > 0x7F {
            stream.push(u8::try_from(number & 0x7F).unwrap() | 0x80);
            number >>= 7;
        }
        stream.push(u8::try_from(number).unwrap());
    };
    groups(usize::from(kind));
    groups(body.len());
    stream.extend(body);
}

impl XlsbFile<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let mut book = Vec::new();
        let sheet_entry = [fields(&[0, 1]), wide("rId1"), wide(self.name)].concat();
        for (kind, body) in [
            (0x0083, Vec::new()),
            (0x0099, fields(&[0, 0, 0])),
            (0x008F, Vec::new()),
            (0x009C, sheet_entry),
            (0x0090, Vec::new()),
            (0x0084, Vec::new()),
        ] {
            record(&mut book, kind, &body);
        }
        // Two formats: none, and a date.
        let mut styles = Vec::new();
        record(&mut styles, 0x0269, &fields(&[2]));
        record(&mut styles, 0x002F, &fields(&[0, 0, 0, 0]));
        record(&mut styles, 0x002F, &fields(&[14 << 16, 0, 0, 0]));
        let mut sheet = Vec::new();
        record(&mut sheet, 0x0081, &[]);
        record(&mut sheet, 0x0094, &fields(&[0, 0, 0, 0]));
        for (kind, body) in self.before {
            record(&mut sheet, *kind, body);
        }
        record(&mut sheet, 0x0091, &[]);
        for (at, row) in (0_u32..).zip(self.rows) {
            let mut header = fields(&[at, 0]);
            let hidden = self.hidden_rows.contains(&at);
            header.extend([0, 0, 0, if hidden { 0x10 } else { 0 }, 0]);
            header.extend(fields(&[0]));
            record(&mut sheet, 0x0000, &header);
            for (column, value) in (0_u32..).zip(row) {
                let (kind, style, content) = match value {
                    Value::Nothing => continue,
                    // Of a formula, and one that a later Excel has brought.
                    Value::Text(text) if text == "#REF!" => (11, 0, vec![0x17]),
                    Value::Text(text) if text == "#SPILL!" => (3, 0, vec![0x30]),
                    Value::Text(text) => (6, 0, wide(text)),
                    Value::Number(number) => (5, 0, number.to_le_bytes().to_vec()),
                    Value::Date(day) => {
                        let zero = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
                        let serial = i32::try_from((*day - zero).num_days()).unwrap();
                        (5, 1, f64::from(serial).to_le_bytes().to_vec())
                    }
                };
                record(
                    &mut sheet,
                    kind,
                    &[fields(&[column, style]), content].concat(),
                );
            }
        }
        record(&mut sheet, 0x0092, &[]);
        for (kind, body) in self.after {
            record(&mut sheet, *kind, body);
        }
        record(&mut sheet, 0x0082, &[]);
        let relations = br#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
        zipped(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/workbook.bin", &book),
            ("xl/_rels/workbook.bin.rels", relations),
            ("xl/styles.bin", &styles),
            ("xl/worksheets/sheet1.bin", &sheet),
        ])
    }
}
