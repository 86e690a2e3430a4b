//! A sheet of ours, written as a part of its own: rows of texts under headings, with links to cells.

use std::io::{self, Write};

use super::styles::Styles;
use super::xml::escaped;
use crate::workbook::table::wrapped_height;
use crate::workbook::{address, column_letters, text};

/// Excel follows no more links than this in a sheet.
const MAX_LINKS: usize = 65_000;

/// A sheet that lists something.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The name that it is wanted to have.
    pub name: String,
    /// Headings and widths of its columns.
    pub columns: Vec<(&'static str, f64)>,
    /// Its rows, below the headings.
    pub rows: Vec<ListRow>,
    /// Says that the marks of sheets have no notes, since these have notes of their own: a row for the top.
    pub without_notes: Option<fn(&[String]) -> ListRow>,
}

/// A row of a list.
#[derive(Clone, Debug, Default)]
pub struct ListRow {
    /// A text for each column.
    pub texts: Vec<String>,
    /// The column with a link, the sheet and the cell that it leads to.
    pub link: Option<(usize, String, String)>,
}

/// Numbers of the formats of a list.
struct Formats {
    heading: u32,
    text: u32,
    /// Of a text that looks like a formula.
    quoted: u32,
    link: u32,
}

impl Formats {
    fn add(styles: &mut Styles) -> Self {
        const LINK_FONT: &str = "<~font><~u/><~sz val=\"10.5\"/><~color rgb=\"FF0563C1\"/><~name val=\"宋体\"/></~font>";
        const HEADING_FILL: &str = "<~fill><~patternFill patternType=\"solid\"><~fgColor rgb=\"FFDDE7F0\"/><~bgColor indexed=\"64\"/></~patternFill></~fill>";
        let side = |side| format!("<~{side} style=\"thin\"><~color rgb=\"FF9AA5B1\"/></~{side}>");
        let sides = ["left", "right", "top", "bottom"].map(side).concat();
        let border = format!("<~border>{sides}<~diagonal/></~border>");
        let format = |font: usize, fill: usize, border: usize, more: &str, across: &str| {
            format!(
                "<~xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"{more}><~alignment {across}vertical=\"center\" wrapText=\"1\"/></~xf>"
            )
        };
        let [heading, text, quoted, link] = styles.add(
            [LINK_FONT, HEADING_FILL, &border],
            [
                &|[_, fill, border]: [usize; 3]| {
                    format(0, fill, border, "", "horizontal=\"center\" ")
                },
                &|[_, _, border]: [usize; 3]| format(0, 0, border, "", ""),
                &|[_, _, border]: [usize; 3]| format(0, 0, border, " quotePrefix=\"1\"", ""),
                &|[font, _, border]: [usize; 3]| format(font, 0, border, "", ""),
            ],
        );
        Self {
            heading,
            text,
            quoted,
            link,
        }
    }
}

/// Writes the list as the part of a sheet.
pub fn write(
    list: &List,
    namespace: &str,
    styles: &mut Styles,
    mut output: impl Write,
) -> io::Result<()> {
    let formats = Formats::add(styles);
    let out = &mut output;
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{namespace}\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>"
    )?;
    for (at, (_, width)) in (1..).zip(&list.columns) {
        write!(
            out,
            "<col min=\"{at}\" max=\"{at}\" width=\"{width}\" customWidth=\"1\"/>"
        )?;
    }
    write!(
        out,
        "</cols><sheetData><row r=\"1\" ht=\"21\" customHeight=\"1\">"
    )?;
    for (column, (heading, _)) in (0..).zip(&list.columns) {
        cell(out, 1, column, heading, formats.heading)?;
    }
    write!(out, "</row>")?;
    let mut links = Vec::new();
    for (number, row) in (2..).zip(&list.rows) {
        let widths = list.columns.iter().map(|(_, width)| *width);
        let texts = row.texts.iter().map(String::as_str);
        let height = wrapped_height(texts.zip(widths));
        write!(
            out,
            "<row r=\"{number}\" ht=\"{height}\" customHeight=\"1\">"
        )?;
        let link = row.link.as_ref().filter(|_| links.len() < MAX_LINKS);
        for (column, said) in (0..).zip(&row.texts) {
            let format = match link {
                Some((at, ..)) if *at == column as usize => formats.link,
                _ if text::begins_formula(said) => formats.quoted,
                _ => formats.text,
            };
            cell(out, number, column, said, format)?;
        }
        write!(out, "</row>")?;
        if let Some((column, sheet, at)) = link {
            let column = u32::try_from(*column).unwrap_or(0);
            links.push((address(number, column), sheet, at));
        }
    }
    let last = column_letters(u32::try_from(list.columns.len()).unwrap_or(1).max(1) - 1);
    let bottom = list.rows.len().max(1) + 1;
    write!(out, "</sheetData><autoFilter ref=\"A1:{last}{bottom}\"/>")?;
    if !links.is_empty() {
        write!(out, "<hyperlinks>")?;
        for (from, sheet, to) in links {
            let target = escaped(&format!("'{}'!{to}", sheet.replace('\'', "''")));
            write!(out, "<hyperlink ref=\"{from}\" location=\"{target}\"/>")?;
        }
        write!(out, "</hyperlinks>")?;
    }
    write!(
        out,
        "<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" fitToHeight=\"0\" orientation=\"landscape\"/></worksheet>"
    )
}

fn cell(out: &mut impl Write, row: u32, column: u32, said: &str, format: u32) -> io::Result<()> {
    let at = address(row, column);
    if said.is_empty() {
        return write!(out, "<c r=\"{at}\" s=\"{format}\"/>");
    }
    let said = of_xml(&text::of_cell(said));
    write!(
        out,
        "<c r=\"{at}\" s=\"{format}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{said}</t></is></c>"
    )
}

/// Text as Excel writes it: what looks like an escaped character is told from one.
fn of_xml(said: &str) -> String {
    escaped(&legal(&text::without_escapes(said, "_x005F_")))
}

/// Text with what XML forbids as Excel escapes it: `_x0001_`.
pub fn legal(said: &str) -> String {
    let is_legal = |one: char| matches!(one, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    let mut legal = String::with_capacity(said.len());
    for one in said.chars() {
        if is_legal(one) {
            legal.push(one);
        } else {
            legal.extend(format!("_x{:04X}_", u32::from(one)).chars());
        }
    }
    legal
}
