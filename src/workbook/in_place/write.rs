//! The workbook is written: parts that are changed, new ones, and all others as they lie in the archive.

use std::io::{Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::book::is_macro;
use super::error::EditError;
use super::package::Package;
use super::plan::{Content, Marking, Plan, Sheet};
use super::{list, notes, sheet};
use crate::workbook::format::{self, Format};

/// A part that may become larger than the 4 GiB that a plain archive holds.
const LARGE_BYTES: u64 = 3 << 30;
/// Quick rather than small: the file is downloaded once.
const COMPRESSION: i64 = 3;

/// Whether a file is a workbook that [`mark`] can change.
pub fn is_xlsx(input: &mut (impl Read + Seek)) -> bool {
    matches!(format::of(input), Ok(Format::Xlsx))
}

/// Whether a workbook has macros, which [`mark`] leaves behind.
pub fn has_macros(input: impl Read + Seek) -> bool {
    Package::open(input).is_ok_and(|package| package.paths().iter().any(|path| is_macro(path)))
}

/// Writes the workbook with its marks, as an .xlsx.
pub fn mark<R: Read + Seek, W: Write + Seek>(
    input: R,
    marking: Marking,
    output: W,
) -> Result<(), EditError> {
    let mut package = Package::open(input)?;
    let mut plan = Plan::of(&mut package, marking)?;
    let mut output = ZipWriter::new(output);
    for (index, path) in (0..).zip(package.paths()) {
        match plan.changed.remove(&path) {
            Some(Content::Styles) => {}
            Some(content) => {
                let name = package.name(&path)?;
                write(&mut output, &name, content, &mut package, &mut plan)?;
            }
            None if is_macro(&path) => {}
            None => output.raw_copy_file(package.archive.by_index_raw(index)?)?,
        }
    }
    for (path, content) in std::mem::take(&mut plan.added) {
        write(&mut output, &path, content, &mut package, &mut plan)?;
    }
    output.start_file(&plan.styles_name, options(0))?;
    output.write_all(&plan.styles.write())?;
    output.finish()?;
    Ok(())
}

fn options(announced: u64) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(COMPRESSION))
        .large_file(announced > LARGE_BYTES)
}

/// Writes a part anew.
fn write<R: Read + Seek, W: Write + Seek>(
    output: &mut ZipWriter<W>,
    name: &str,
    content: Content,
    package: &mut Package<R>,
    plan: &mut Plan,
) -> Result<(), EditError> {
    if let Content::Sheet(number) = content {
        let Plan { sheets, styles, .. } = plan;
        let Sheet { path, cells, tag } = &sheets[number];
        output.start_file(name, options(package.size(path)?))?;
        let input = package.stream(path)?;
        return sheet::copy(input, output, cells, styles, tag.clone());
    }
    output.start_file(name, options(0))?;
    match content {
        Content::Bytes(bytes) => output.write_all(&bytes)?,
        Content::NoteTexts(number) => {
            notes::write_texts(&plan.sheets[number].cells, &plan.namespace, output)?;
        }
        Content::NoteShapes(number) => notes::write_shapes(&plan.sheets[number].cells, output)?,
        Content::List => list::write(&plan.list, &plan.namespace, &mut plan.styles, output)?,
        Content::Sheet(_) | Content::Styles => {}
    }
    Ok(())
}
