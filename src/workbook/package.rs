//! The zip archive of a workbook, measured before it is read: each part that will be read is unpacked
//! once, and notes are taken of the sheets as they pass by.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};

use memchr::memmem;
use zip::ZipArchive;

use super::error::ReadError;
use super::limit::{
    MAX_PARTS, MAX_RATIO, MAX_TEXT_BYTES, MAX_TEXTS, MAX_UNPACKED_BYTES, RATIO_MATTERS_BYTES,
};
use super::note::{Notes, Watcher};

/// Parts are unpacked in pieces of this size.
const CHUNK: usize = 64 << 10;
/// A part that lists the parts, or the sheets, is read whole.
const MAX_LIST_BYTES: u64 = 16 << 20;
/// What begins a document type declaration; entities can be defined in no other place.
const DTD: &[u8] = b"<!DOCTYPE";

/// A sheet's name and the part that it is in.
pub struct SheetPart {
    pub name: String,
    pub path: String,
}

/// Refuses a file that would unpack to more than a workbook can need, and notes what there is to note
/// of its sheets, each with a watcher made by `watch`.
pub fn inspect<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    sheets: &[SheetPart],
    watch: impl Fn() -> Watcher,
) -> Result<HashMap<String, Notes>, ReadError> {
    let mut notes = HashMap::new();
    let mut unpacked = 0_u64;
    for index in 0..check_count(archive)? {
        let part = Part::look(archive, index)?;
        unpacked = unpacked.saturating_add(part.announced);
        if unpacked > MAX_UNPACKED_BYTES {
            let words = format!("超过 {} MiB", MAX_UNPACKED_BYTES >> 20);
            return Err(ReadError::Bomb(words));
        }
        part.check_ratio()?;
        let sheet = sheets.iter().find(|sheet| part.path == sheet.path);
        let mut watcher = sheet.map(|_| watch());
        if sheet.is_some() || part.is_read() {
            part.unpack(archive, index, watcher.as_mut())?;
        }
        if let (Some(sheet), Some(watcher)) = (sheet, watcher) {
            notes.insert(sheet.name.clone(), watcher.into_notes());
        }
    }
    Ok(notes)
}

fn check_count<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<usize, ReadError> {
    match archive.len() {
        count if count > MAX_PARTS => Err(ReadError::TooManyParts(count)),
        count => Ok(count),
    }
}

/// The part that lists something, whole.
pub fn list<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    wanted: &str,
) -> Result<Option<Vec<u8>>, ReadError> {
    for index in 0..check_count(archive)? {
        let part = Part::look(archive, index)?;
        if part.path == wanted {
            part.check_ratio()?;
            let mut content = Vec::new();
            let part = archive.by_index(index).map_err(ReadError::damaged)?;
            part.take(MAX_LIST_BYTES)
                .read_to_end(&mut content)
                .map_err(ReadError::damaged)?;
            return Ok(Some(content));
        }
    }
    Ok(None)
}

/// A part that another part points at.
pub struct Relation {
    /// The path of the part.
    pub path: String,
    /// What the part is: an address that ends with its kind.
    pub kind: String,
}

/// The parts that a part in a folder points at, by the names that it gives them.
pub fn relations(xml: &[u8], folder: &str) -> HashMap<String, Relation> {
    let mut parts = HashMap::new();
    each_tag(xml, "Relationship", |attribute| {
        if let (Some(id), Some(target)) = (attribute("Id"), attribute("Target")) {
            let kind = attribute("Type").unwrap_or_default();
            let path = path_of(&target, folder);
            parts.insert(id, Relation { path, kind });
        }
    });
    parts
}

/// The path of a part that one in a folder points at, as we write paths.
pub fn path_of(target: &str, folder: &str) -> String {
    let target = normal(target);
    let whole = match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        // Some programs leave the slash out.
        None if folder.is_empty() || target.starts_with(&format!("{folder}/")) => target,
        None => format!("{folder}/{target}"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The number in the archive of the part with a path.
fn index_of<R: Read + Seek>(archive: &ZipArchive<R>, path: &str) -> Option<usize> {
    let named = |raw: &&[u8]| normal(&String::from_utf8_lossy(raw)) == path;
    let name = archive.file_names_raw().find(named)?;
    archive.index_for_name_raw(name)
}

/// Whether there is a part with this path.
pub fn has<R: Read + Seek>(archive: &ZipArchive<R>, path: &str) -> bool {
    index_of(archive, path).is_some()
}

/// A part to be read, if it is there. It must have been [inspected](inspect).
pub fn open<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<R>,
    path: Option<&str>,
) -> Result<Option<impl Read + use<'a, R>>, ReadError> {
    let Some(index) = path.and_then(|path| index_of(archive, path)) else {
        return Ok(None);
    };
    let part = archive.by_index(index).map_err(ReadError::damaged)?;
    Ok(Some(part))
}

/// Programs write paths in either case and with either slash.
pub fn normal(path: &str) -> String {
    path.replace('\\', "/").to_ascii_lowercase()
}

/// Gives each tag of this name to `each`, as a way to ask for its attributes by their local names.
/// What is wrong with the XML is for the one who reads it whole to say.
pub fn each_tag(xml: &[u8], name: &str, mut each: impl FnMut(&dyn Fn(&str) -> Option<String>)) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(xml));
    let mut buffer = Vec::new();
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == name => {
                each(&|wanted| {
                    let attribute = tag
                        .attributes()
                        .flatten()
                        .find(|attribute| attribute.key.local_name().as_ref() == wanted)?;
                    quick_xml::escape::unescape(&attribute.value)
                        .ok()
                        .map(std::borrow::Cow::into_owned)
                });
            }
            Event::Eof => return,
            _ => {}
        }
        buffer.clear();
    }
}

struct Part {
    path: String,
    packed: u64,
    announced: u64,
}

impl Part {
    fn look<R: Read + Seek>(archive: &mut ZipArchive<R>, index: usize) -> Result<Self, ReadError> {
        let part = archive.by_index_raw(index).map_err(ReadError::damaged)?;
        Ok(Self {
            path: normal(&String::from_utf8_lossy(part.name_raw())),
            packed: part.compressed_size(),
            announced: part.size(),
        })
    }

    fn check_ratio(&self) -> Result<(), ReadError> {
        let ratio = self.announced / self.packed.max(1);
        if self.announced > RATIO_MATTERS_BYTES && ratio > MAX_RATIO {
            return Err(ReadError::Bomb(format!("{} 压缩比 {ratio}", self.path)));
        }
        if self.is_texts() && self.announced > MAX_TEXT_BYTES {
            return Err(ReadError::Bomb(format!("{} 过大", self.path)));
        }
        Ok(())
    }

    fn is_texts(&self) -> bool {
        self.path.contains("sharedstrings.")
    }

    fn is_xml(&self) -> bool {
        let is_list = std::path::Path::new(&self.path).extension();
        is_list.is_some_and(|extension| extension == "xml" || extension == "rels")
    }

    /// Pictures and macros are not read.
    fn is_read(&self) -> bool {
        self.is_xml()
            || std::path::Path::new(&self.path)
                .extension()
                .is_some_and(|extension| extension == "bin")
                && !self.path.ends_with("vbaproject.bin")
    }

    /// Unpacks the part to see that it defines no entities, and that it is no larger than announced:
    /// the archive's reader refuses one that is.
    fn unpack<R: Read + Seek>(
        &self,
        archive: &mut ZipArchive<R>,
        index: usize,
        mut watcher: Option<&mut Watcher>,
    ) -> Result<(), ReadError> {
        let mut part = archive.by_index(index).map_err(ReadError::damaged)?;
        let dtd = memmem::Finder::new(DTD);
        let mut chunk = vec![0; CHUNK + DTD.len()];
        let mut kept = 0;
        let mut is_first = true;
        loop {
            let read = fill(&mut part, &mut chunk[kept..])?;
            if read == 0 {
                return Ok(());
            }
            let block = &chunk[..kept + read];
            if std::mem::take(&mut is_first) && self.is_texts() {
                self.check_texts(block)?;
            }
            if self.is_xml() && dtd.find(block).is_some() {
                return Err(ReadError::Entities(self.path.clone()));
            }
            if let Some(watcher) = &mut watcher {
                watcher.feed(&block[kept..])?;
            }
            // What is looked for may be cut by the end of the piece.
            let end = block.len();
            kept = end.min(DTD.len() - 1);
            chunk.copy_within(end - kept..end, 0);
        }
    }

    /// calamine sets memory aside for as many texts as the file announces.
    fn check_texts(&self, head: &[u8]) -> Result<(), ReadError> {
        let announced = if self.is_xml() {
            announced_texts(&String::from_utf8_lossy(head))
        } else {
            0
        };
        // The shortest text is `<si/>`.
        if announced > MAX_TEXTS || announced > self.announced / 5 + 1 {
            return Err(ReadError::TooManyTexts(announced));
        }
        Ok(())
    }
}

/// Reads until the buffer is full or the part ends.
fn fill(part: &mut impl Read, buffer: &mut [u8]) -> Result<usize, ReadError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match part
            .read(&mut buffer[filled..])
            .map_err(ReadError::damaged)?
        {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

fn announced_texts(xml: &str) -> u64 {
    xml.match_indices("uniqueCount")
        .filter_map(|(at, name)| {
            let value = xml[at + name.len()..]
                .trim_start_matches(|character: char| character.is_whitespace() || character == '=')
                .trim_start_matches(['"', '\'']);
            let digits = value
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(value.len());
            // A number too long for 64 bits is beyond any limit.
            Some(value[..digits].parse::<u64>().unwrap_or(u64::MAX)).filter(|_| digits > 0)
        })
        .max()
        .unwrap_or(0)
}
