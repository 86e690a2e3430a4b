//! The parts of the archive that is changed.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::EditError;
use crate::workbook::note::{Watcher, XmlWatcher};
use crate::workbook::package::normal;
use crate::workbook::source::Area;

/// Parts that are read whole: lists, the styles, notes.
const MAX_WHOLE_BYTES: u64 = 64 << 20;
/// Sheets are unpacked in pieces of this size.
const CHUNK: usize = 64 << 10;

/// The archive, with the paths of its parts as we write paths.
pub struct Package<R> {
    pub archive: ZipArchive<R>,
    paths: Vec<String>,
    /// Paths that were given to new parts.
    given: Vec<String>,
}

impl<R: Read + Seek> Package<R> {
    pub fn open(input: R) -> Result<Self, EditError> {
        let mut archive = ZipArchive::new(input)?;
        let paths = (0..archive.len()).map(|index| {
            let part = archive.by_index_raw(index)?;
            Ok(normal(&String::from_utf8_lossy(part.name_raw())))
        });
        let paths = paths.collect::<Result<_, ZipError>>()?;
        Ok(Self {
            archive,
            paths,
            given: Vec::new(),
        })
    }

    pub fn paths(&self) -> Vec<String> {
        self.paths.clone()
    }

    pub fn has(&self, path: &str) -> bool {
        self.paths.iter().any(|known| known == path)
    }

    /// A path for a new part.
    pub fn free_path(&mut self, begin: &str, end: &str) -> String {
        let mut path = format!("{begin}{end}");
        let mut number = 1;
        while self.has(&path) || self.given.contains(&path) {
            number += 1;
            path = format!("{begin}{number}{end}");
        }
        self.given.push(path.clone());
        path
    }

    fn index(&self, path: &str) -> Result<usize, EditError> {
        let found = self.paths.iter().position(|known| known == path);
        found.ok_or(EditError::Unusual("a part that is not there"))
    }

    /// The path of a part as the archive has it.
    pub fn name(&mut self, path: &str) -> Result<String, EditError> {
        let index = self.index(path)?;
        Ok(self.archive.by_index_raw(index)?.name()?.into_owned())
    }

    /// How large a part says that it is.
    pub fn size(&mut self, path: &str) -> Result<u64, EditError> {
        let index = self.index(path)?;
        Ok(self.archive.by_index_raw(index)?.size())
    }

    /// A part, as a stream.
    pub fn stream(&mut self, path: &str) -> Result<BufReader<impl Read>, EditError> {
        let index = self.index(path)?;
        let part = self.archive.by_index(index)?;
        Ok(BufReader::with_capacity(CHUNK, part))
    }

    /// A part, whole.
    pub fn whole(&mut self, path: &str) -> Result<Vec<u8>, EditError> {
        let mut content = Vec::new();
        let stream = self.stream(path)?;
        stream.take(MAX_WHOLE_BYTES + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MAX_WHOLE_BYTES {
            return Err(EditError::Unusual("a very large list"));
        }
        if content.starts_with(b"\xFF\xFE") || content.starts_with(b"\xFE\xFF") {
            return Err(EditError::Unusual("XML in UTF-16"));
        }
        Ok(content)
    }

    /// The merged areas of a sheet, which stand behind its cells.
    pub fn merged(&mut self, path: &str) -> Result<Vec<Area>, EditError> {
        let mut stream = self.stream(path)?;
        let mut watcher = Watcher::Xml(XmlWatcher::default());
        let mut chunk = vec![0; CHUNK];
        loop {
            match stream.read(&mut chunk)? {
                0 => return Ok(watcher.into_notes().merged),
                read => watcher.feed(&chunk[..read])?,
            }
        }
    }
}

/// The path of the relations of a part.
pub fn relations_of(path: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let list = format!("{folder}/_rels/{file}.rels");
    list.trim_start_matches('/').to_owned()
}

/// The path of a part as another one points at it.
pub fn resolved(from: &str, target: &str) -> String {
    let target = normal(target);
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut steps: Vec<&str> = from.split('/').collect();
    steps.pop();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_point_at_each_other_from_where_they_lie() {
        let sheet = "xl/worksheets/sheet1.xml";
        assert_eq!(relations_of(sheet), "xl/worksheets/_rels/sheet1.xml.rels");
        assert_eq!(relations_of("a.xml"), "_rels/a.xml.rels");
        for (target, path) in [
            ("../Comments1.xml", "xl/comments1.xml"),
            ("/xl/comments1.xml", "xl/comments1.xml"),
            ("./a.vml", "xl/worksheets/a.vml"),
            ("..\\drawings\\a.vml", "xl/drawings/a.vml"),
            ("../../../../a", "a"),
        ] {
            assert_eq!(resolved(sheet, target), path);
        }
    }
}
