//! What a file is, by what is in it: its name says nothing.

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::error::ReadError;
use super::kind::Kind;
use super::limit::MAX_FILE_BYTES;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel's workbook, with or without macros.
    Xlsx,
    /// Excel's binary workbook.
    Xlsb,
    /// Excel 97–2003, and 5.0/95.
    Xls,
    /// `OpenDocument`.
    Ods,
    /// Text with commas, semicolons or tabs.
    Csv,
}

/// Bytes at the beginning of a file that tell what it is.
pub const FIRST_BYTES: usize = 64 << 10;
/// A zip archive ends with a list of its parts, and a comment of at most 64 KiB.
const END_OF_ZIP: u64 = (64 << 10) + 22;

/// What the first bytes say.
enum Guess {
    Zip,
    Ole,
    Text,
}

/// Refuses what can never be read, by the first [`FIRST_BYTES`] and the length alone: quick, safe, and
/// without opening the file. What passes may still turn out to be no workbook.
pub fn refuse_at_once(head: &[u8], length: u64) -> Result<(), ReadError> {
    check_length(length)?;
    let is_encrypted = matches!(guess(head)?, Guess::Ole)
        && memchr::memmem::find(head, &utf16("EncryptedPackage")).is_some();
    if is_encrypted {
        return Err(ReadError::NotWorkbook(Kind::Encrypted));
    }
    Ok(())
}

/// What the file is, or why it is none that we read.
pub(super) fn of(input: &mut (impl Read + Seek)) -> Result<Format, ReadError> {
    check_length(input.seek(SeekFrom::End(0)).map_err(ReadError::damaged)?)?;
    let mut head = Vec::new();
    input.rewind().map_err(ReadError::damaged)?;
    input
        .take(FIRST_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(ReadError::damaged)?;
    let guess = guess(&head)?;
    input.rewind().map_err(ReadError::damaged)?;
    match guess {
        Guess::Text => Ok(Format::Csv),
        Guess::Ole => ole(input),
        Guess::Zip => zip(input),
    }
}

fn check_length(length: u64) -> Result<(), ReadError> {
    match length {
        0 => Err(ReadError::EmptyFile),
        length if length > MAX_FILE_BYTES => Err(ReadError::TooLarge(length)),
        _ => Ok(()),
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn guess(head: &[u8]) -> Result<Guess, ReadError> {
    const TELLING: [(&[u8], Kind); 9] = [
        (b"%PDF", Kind::Pdf),
        (b"\x89PNG", Kind::Picture),
        (b"\xFF\xD8\xFF", Kind::Picture),
        (b"GIF8", Kind::Picture),
        (b"Rar!", Kind::OtherArchive),
        (b"7z\xBC\xAF", Kind::OtherArchive),
        (b"PK\x05\x06", Kind::Zip),
        (b"\x09\x08", Kind::AncientXls),
        (b"\x09\x04", Kind::AncientXls),
    ];
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Guess::Zip);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(Guess::Ole);
    }
    if let Some((_, kind)) = TELLING.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(ReadError::NotWorkbook(*kind));
    }
    let is_utf16 = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if !is_utf16 && head.contains(&0) {
        return Err(ReadError::NotWorkbook(Kind::Unknown));
    }
    let head = &head[..head.len().min(4096)];
    let text = match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head).0,
        None => String::from_utf8_lossy(head),
    };
    let lower = text.to_ascii_lowercase();
    match marked_up(lower.trim_start_matches('\u{feff}').trim_start()) {
        Some(kind) => Err(ReadError::NotWorkbook(kind)),
        None => Ok(Guess::Text),
    }
}

/// What a text is that is no table of values, by its beginning in lower case.
fn marked_up(text: &str) -> Option<Kind> {
    /// How the head of a web page in one file begins, as of a mail.
    const OF_A_MAIL: [&str; 6] = [
        "mime-version:",
        "from:",
        "content-",
        "subject:",
        "date:",
        "x-",
    ];
    let is_xml = text.starts_with("<?xml") && text.contains("spreadsheet")
        || text.starts_with('<') && text.contains("urn:schemas-microsoft-com:office:spreadsheet");
    let is_mail = || {
        OF_A_MAIL.iter().any(|field| text.starts_with(field))
            && text.contains("mime-version:")
            && text.contains("content-type:")
    };
    let is_json = || {
        let inner = text.strip_prefix('{').or_else(|| text.strip_prefix("[{"));
        inner.is_some_and(|inner| inner.trim_start().starts_with('"'))
    };
    if is_xml {
        Some(Kind::Xml)
    } else if text.starts_with('<') {
        Some(Kind::Html)
    } else if text.starts_with("{\\rtf") {
        Some(Kind::Rtf)
    } else if is_mail() {
        Some(Kind::Mhtml)
    } else if is_json() {
        Some(Kind::Json)
    } else {
        None
    }
}

fn ole(input: &mut (impl Read + Seek)) -> Result<Format, ReadError> {
    let file = cfb::CompoundFile::open(&mut *input);
    let file = match file {
        Ok(file) => file,
        Err(error) => {
            return Err(if ole_is_cut_off(input) {
                ReadError::CutOff
            } else {
                ReadError::damaged(error)
            });
        }
    };
    let has = |name: &str| {
        file.read_root_storage()
            .any(|entry| entry.name().eq_ignore_ascii_case(name))
    };
    if has("EncryptedPackage") {
        Err(ReadError::NotWorkbook(Kind::Encrypted))
    } else if has("Workbook") || has("Book") {
        Ok(Format::Xls)
    } else {
        Err(ReadError::NotWorkbook(Kind::Ole))
    }
}

/// Whether a sector of the allocation table, or one that it names as in use, lies beyond the end.
fn ole_is_cut_off(input: &mut (impl Read + Seek)) -> bool {
    const FREE: u32 = 0xFFFF_FFFF;
    let mut read = || -> std::io::Result<bool> {
        let length = input.seek(SeekFrom::End(0))?;
        let mut header = [0; 512];
        input.rewind()?;
        if input.read_exact(&mut header).is_err() {
            return Ok(true);
        }
        let sector = if header[30] == 12 { 4096_u64 } else { 512 };
        let end_of = |id: u32| (u64::from(id) + 2) * sector;
        let tables = header[76..]
            .chunks_exact(4)
            .map(number)
            .take_while(|id| *id != FREE);
        for (which, table) in tables.enumerate() {
            if end_of(table) > length {
                return Ok(true);
            }
            let mut entries = vec![0; usize::try_from(sector).unwrap_or_default()];
            input.seek(SeekFrom::Start(end_of(table) - sector))?;
            input.read_exact(&mut entries)?;
            let used = entries
                .chunks_exact(4)
                .rposition(|entry| number(entry) != FREE);
            if let Some(used) = used {
                let id = which * entries.len() / 4 + used;
                // The last sector may lack its unused end.
                if (id as u64 + 1) * sector >= length {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    };
    read().unwrap_or(false)
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn zip(input: &mut (impl Read + Seek)) -> Result<Format, ReadError> {
    let archive = match ZipArchive::new(&mut *input) {
        Ok(archive) => archive,
        Err(error) => {
            return Err(if has_end_of_zip(input) {
                ReadError::damaged(error)
            } else {
                ReadError::CutOff
            });
        }
    };
    let has = |wanted: &str| {
        archive
            .file_names()
            .filter_map(Result::ok)
            .any(|name| name.eq_ignore_ascii_case(wanted))
    };
    let format = if has("xl/workbook.xml") {
        Format::Xlsx
    } else if has("xl/workbook.bin") {
        Format::Xlsb
    } else if has("content.xml") && has("mimetype") {
        return ods(archive);
    } else if has("word/document.xml") || has("ppt/presentation.xml") {
        return Err(ReadError::NotWorkbook(Kind::OtherOffice));
    } else if has("[Content_Types].xml") {
        // A workbook may name its main part otherwise; calamine will say.
        Format::Xlsx
    } else {
        return Err(ReadError::NotWorkbook(Kind::Zip));
    };
    Ok(format)
}

fn has_end_of_zip(input: &mut (impl Read + Seek)) -> bool {
    let mut read = || -> std::io::Result<bool> {
        let length = input.seek(SeekFrom::End(0))?;
        input.seek(SeekFrom::Start(length.saturating_sub(END_OF_ZIP)))?;
        let mut end = Vec::new();
        input.read_to_end(&mut end)?;
        Ok(memchr::memmem::rfind(&end, b"PK\x05\x06").is_some())
    };
    read().unwrap_or(false)
}

/// A table of `OpenDocument` without a password, rather than a text or one behind a password.
fn ods<R: Read + Seek>(mut archive: ZipArchive<R>) -> Result<Format, ReadError> {
    let mut part = |name: &str| {
        let mut content = Vec::new();
        if let Ok(part) = archive.by_name(name) {
            // What is cut off here is not looked for.
            let _ = part.take(1 << 20).read_to_end(&mut content);
        }
        content
    };
    let manifest = part("META-INF/manifest.xml");
    if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
        return Err(ReadError::NotWorkbook(Kind::Encrypted));
    }
    let kind = part("mimetype");
    if kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        Ok(Format::Ods)
    } else {
        Err(ReadError::NotWorkbook(Kind::OtherOffice))
    }
}
