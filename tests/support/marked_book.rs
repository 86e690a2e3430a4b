//! A marked workbook, looked at as it is written.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use qianshou::roster::RosterProblem;
use qianshou::roster::marked::{self, Told};
use qianshou::workbook::reader::OpenFile;
use qianshou::workbook::source::{Cell, Source};

use super::book::part_of;

/// Problems to be marked, without groups.
pub fn told(problems: &[RosterProblem]) -> Told<'_> {
    Told {
        problems,
        groups: &[],
    }
}

/// The parts of a workbook, unpacked.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        (part.name().unwrap().into_owned(), content)
    };
    (0..count).map(read).collect()
}

/// The format of a cell as the styles have it: its own tag and what is in it.
pub fn format_of(bytes: &[u8], sheet: &str, cell: &str) -> String {
    let xml = part_of(bytes, sheet);
    let at = xml.find(&format!("r=\"{cell}\"")).unwrap();
    let tag = &xml[xml[..at].rfind('<').unwrap()..];
    let tag = &tag[..tag.find('>').unwrap()];
    let number = tag.split(" s=\"").nth(1);
    let number = number.map_or("0", |rest| rest.split('"').next().unwrap());
    let styles = part_of(bytes, "xl/styles.xml");
    let formats = &styles[styles.find("cellXfs").unwrap()..];
    let format = formats
        .split("xf numFmtId")
        .nth(number.parse::<usize>().unwrap() + 1);
    format
        .unwrap_or_else(|| panic!("no format {number}"))
        .to_owned()
}

/// The first attribute of a name in some XML.
pub fn attribute<'x>(xml: &'x str, name: &str) -> &'x str {
    let value = xml.split(&format!("{name}=\"")).nth(1);
    value.map_or("", |value| value.split('"').next().unwrap())
}

/// The fill of a cell.
pub fn fill_of(bytes: &[u8], sheet: &str, cell: &str) -> String {
    let number: usize = attribute(&format_of(bytes, sheet, cell), "fillId")
        .parse()
        .unwrap();
    let styles = part_of(bytes, "xl/styles.xml");
    let fills = styles.split("fills").nth(1).unwrap();
    let fill = fills
        .split("fill>")
        .filter(|fill| fill.contains("patternFill"))
        .nth(number);
    fill.unwrap_or_else(|| panic!("no fill {number}"))
        .to_owned()
}

/// Whether the list says that the file was written anew.
pub fn is_anew(bytes: &[u8]) -> bool {
    let is_said = |row: &String| row.starts_with("说明") && row.contains("另写");
    list(bytes).iter().any(is_said)
}

/// The rows of the list.
pub fn list(bytes: &[u8]) -> Vec<String> {
    let mut file = OpenFile::open(bytes).unwrap();
    let sheets = file.sheets().iter();
    let lists: Vec<_> = (0..)
        .zip(sheets)
        .filter(|(_, sheet)| marked::is_problem_list(sheet))
        .collect();
    assert_eq!(lists.len(), 1);
    let at = lists[0].0;
    let mut rows = Vec::new();
    file.rows(at, &mut |row| {
        let cells = row.cells.iter().map(|(_, cell)| match cell {
            Cell::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        });
        rows.push(cells.collect::<Vec<_>>().join("|"));
        Ok(())
    })
    .unwrap();
    rows
}

/// A workbook with one more part.
pub fn with_part(workbook: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut all = parts(workbook);
    all.insert(name.to_owned(), content.to_vec());
    let all: Vec<_> = all
        .iter()
        .map(|(name, content)| (name.as_str(), &content[..]))
        .collect();
    super::zipped(&all)
}
