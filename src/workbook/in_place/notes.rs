//! Notes of cells: a part with their texts, and one with the shapes that show them.
//!
//! A sheet that has notes of its own, or other shapes of that kind, keeps them as they are and gets none
//! of ours: two programs' shapes in one part are nothing to put together safely, and the list says all.

use std::io::{self, Read, Seek, Write};

use super::book::before_end;
use super::error::EditError;
use super::list::legal;
use super::package::{Package, relations_of, resolved};
use super::sheet::Cells;
use super::xml::{Scanner, Token, escaped};
use crate::workbook::limit::MAX_ROWS;
use crate::workbook::package::each_tag;
use crate::workbook::{address, text};

/// Who wrote our notes, by which they are known again.
const AUTHOR: &str = "牵手标注";
const NO_RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>";
pub const TEXTS_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
pub const SHAPES_TYPE: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";
/// Shapes whose numbers lie in one block.
const BLOCK: usize = 1024;
/// The last column that a sheet can have, from 0.
const LAST_COLUMN: u32 = 16_383;
/// The notes of a sheet that Excel shows without pain; the list has all.
const MOST_NOTES: usize = 20_000;

/// Where the notes of a sheet go.
pub enum Place {
    /// Nowhere: it has others.
    Nowhere,
    /// Where ours of an earlier time are.
    Ours { texts: String, shapes: String },
    /// Into new parts.
    New(NewPlace),
}

/// New parts with notes.
pub struct NewPlace {
    pub texts: String,
    pub shapes: String,
    /// The part with the sheet's relations, and what it says now.
    pub list: String,
    pub relations: Vec<u8>,
    /// What the sheet has to say to point at the shapes: a tag without its prefix.
    pub tag: String,
}

/// Where the notes of a sheet can go. `kinds` is what the types of relations begin with.
pub fn place_for<R: Read + Seek>(
    package: &mut Package<R>,
    sheet: &str,
    kinds: &str,
) -> Result<Place, EditError> {
    let list = relations_of(sheet);
    let relations = if package.has(&list) {
        package.whole(&list)?
    } else {
        NO_RELATIONS.as_bytes().to_vec()
    };
    let mut related = Vec::new();
    each_tag(&relations, "Relationship", |attribute| {
        let given = ["Id", "Type", "Target"].map(|name| attribute(name).unwrap_or_default());
        related.push(given);
    });
    let of_kind = |kind: &str| -> Vec<String> {
        let related = related.iter().filter(|[_, given, _]| given.ends_with(kind));
        related
            .map(|[.., target]| resolved(sheet, target))
            .collect()
    };
    let has_threads = related
        .iter()
        .any(|[_, kind, _]| kind.ends_with("/threadedComment"));
    match (
        of_kind("/comments").as_slice(),
        of_kind("/vmlDrawing").as_slice(),
    ) {
        ([], []) => {}
        ([texts], [shapes]) if !has_threads && package.has(texts) && package.has(shapes) => {
            let is_ours =
                is_ours(&package.whole(texts)?) && has_notes_only(&package.whole(shapes)?);
            let (texts, shapes) = (texts.clone(), shapes.clone());
            return Ok(if is_ours {
                Place::Ours { texts, shapes }
            } else {
                Place::Nowhere
            });
        }
        _ => return Ok(Place::Nowhere),
    }
    let texts = package.free_path("xl/comments_qianshou", ".xml");
    let shapes = package.free_path("xl/drawings/qianshou", ".vml");
    let mut relations = relations;
    let mut id = String::new();
    for (kind, path) in [("/comments", &texts), ("/vmlDrawing", &shapes)] {
        let mut number = 1;
        "rIdQianshou1".clone_into(&mut id);
        while related.iter().any(|[known, ..]| *known == id) {
            number += 1;
            id = format!("rIdQianshou{number}");
        }
        let child = format!("Relationship Id=\"{id}\" Type=\"{kinds}{kind}\" Target=\"/{path}\"/>");
        relations = before_end(&relations, "Relationships", &child)?;
        related.push([id.clone(), kind.to_owned(), path.clone()]);
    }
    Ok(Place::New(NewPlace {
        texts,
        shapes,
        list,
        relations,
        // The prefix may mean something else in the sheet, or nothing.
        tag: format!("legacyDrawing xmlns:r=\"{kinds}\" r:id=\"{id}\""),
    }))
}

/// Whether nobody else wrote notes here. Each of ours begins with our name, as Excel begins a note with its
/// author's: other programs forget the authors when they save a file, but not what is written.
fn is_ours(texts: &[u8]) -> bool {
    let mut scanner = Scanner::new(texts);
    let (mut is_text, mut said) = (false, String::new());
    let mut count = 0;
    while let Ok(Some(token)) = scanner.token() {
        match token {
            Token::Tag(tag) if tag.name() == b"comment" && tag.is_end() => {
                if !said.trim_start().starts_with(AUTHOR) {
                    return false;
                }
                count += 1;
                said.clear();
            }
            Token::Tag(tag) => is_text = tag.name() == b"t" && !tag.is_end(),
            Token::Other(words) if is_text => said.push_str(&String::from_utf8_lossy(words)),
            Token::Other(_) => {}
        }
    }
    count > 0
}

/// Whether all shapes are notes, rather than buttons and pictures. Programs write them with prefixes of
/// their own: `v:shape` of Excel is `ns1:shape` of Python's openpyxl.
fn has_notes_only(shapes: &[u8]) -> bool {
    let mut scanner = Scanner::new(shapes);
    let (mut all, mut notes) = (0, 0);
    while let Ok(Some(token)) = scanner.token() {
        let Token::Tag(tag) = token else { continue };
        match tag.name() {
            _ if tag.is_end() => {}
            b"shape" => all += 1,
            b"ClientData" if tag.attribute("ObjectType") == Some(b"Note") => notes += 1,
            b"image" | b"imagedata" => return false,
            _ => {}
        }
    }
    all == notes
}

/// The notes with their places, as many as a sheet gets.
fn notes(cells: &Cells) -> impl Iterator<Item = (u32, u32, &str)> {
    let marks = cells.iter().flat_map(|(row, marks)| {
        marks
            .iter()
            .map(|(column, mark)| (*row, *column, mark.note.as_str()))
    });
    marks.filter(|(.., note)| !note.is_empty()).take(MOST_NOTES)
}

/// Writes the part with the texts.
pub fn write_texts(cells: &Cells, namespace: &str, mut out: impl Write) -> io::Result<()> {
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{namespace}\"><authors><author>{AUTHOR}</author></authors><commentList>"
    )?;
    for (row, column, note) in notes(cells) {
        let at = address(row, column);
        let said = escaped(&legal(&text::of_note(&format!("{AUTHOR}：\n{note}"))));
        write!(
            out,
            "<comment ref=\"{at}\" authorId=\"0\"><text><t xml:space=\"preserve\">{said}</t></text></comment>"
        )?;
    }
    write!(out, "</commentList></comments>")
}

/// Writes the part with the shapes: a box beside each cell, shown when the mouse is over the cell.
pub fn write_shapes(cells: &Cells, mut out: impl Write) -> io::Result<()> {
    let count = notes(cells).count();
    let blocks: Vec<_> = (1..=count / BLOCK + 1)
        .map(|block| block.to_string())
        .collect();
    write!(
        out,
        "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{}\"/></o:shapelayout><v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>",
        blocks.join(",")
    )?;
    for (number, (row, column, note)) in (BLOCK + 1..).zip(notes(cells)) {
        let top = row.saturating_sub(2);
        let high = 4 + note.chars().count() / 20 + note.matches('\n').count();
        let bottom = top + u32::try_from(high.min(20)).unwrap_or(4);
        let bottom = bottom.min(MAX_ROWS - 1);
        let (left, right) = (
            column.min(LAST_COLUMN - 1) + 1,
            (column + 5).min(LAST_COLUMN),
        );
        let row = row - 1;
        write!(
            out,
            "<v:shape id=\"_x0000_s{number}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:220pt;height:80pt;z-index:1;visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {top}, 4, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )?;
    }
    write!(out, "</xml>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_others_are_told_from_ours() {
        let by = |texts: &[&str]| {
            let comments = texts
                .iter()
                .map(|text| format!("<comment ref=\"A1\"><text>{text}</text></comment>"));
            format!("<comments>{}</comments>", comments.collect::<String>())
        };
        let ours = "<t>牵手标注：\n错误</t>";
        // As LibreOffice writes it: in pieces, and by nobody.
        let pieces = "<r><rPr/><t xml:space=\"preserve\">牵手标</t></r><r><t>注：</t></r>";
        assert!(is_ours(by(&[ours, pieces]).as_bytes()));
        for texts in [
            &[][..],
            &["<t>张三：牵手标注</t>"],
            &[ours, "<t>请核对</t>"],
        ] {
            assert!(!is_ours(by(texts).as_bytes()), "{texts:?}");
        }
        let mut shapes = Vec::new();
        write_shapes(&Cells::new(), &mut shapes).unwrap();
        assert!(has_notes_only(&shapes));
        let with_other_prefixes = |kind: &str| {
            format!(
                "<xml xmlns:ns0='urn:schemas-microsoft-com:office:office'><ns0:shapelayout/><ns1:shapetype id='t'/><ns1:shape id='1'><ns2:ClientData ObjectType='{kind}'/></ns1:shape></xml>"
            )
        };
        assert!(has_notes_only(with_other_prefixes("Note").as_bytes()));
        assert!(!has_notes_only(with_other_prefixes("Button").as_bytes()));
        assert!(!has_notes_only(
            b"<xml><v:shape id='1'><x:ClientData ObjectType=\"Button\"/>"
        ));
    }
}
