//! The styles part: for each format of a cell in use that gets a mark, a copy with the colour of the
//! mark. What is there keeps its place and its number.

use std::collections::HashMap;
use std::ops::Range;

use super::error::EditError;
use super::shade::Shade;
use super::xml::{Scanner, Tag, Token};

/// Excel has no more formats of cells than 65,490.
const MOST_FORMATS: usize = 65_000;
/// Lists of the part in the order that they must have, up to the last that we add to.
const LISTS: [&str; 6] = [
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
];
const FONTS: usize = 1;
const FILLS: usize = 2;
const BORDERS: usize = 3;
const FORMATS: usize = 5;
/// What must stand first in the lists that we add to, where they are missing: Excel takes fills 0 and
/// 1 for these whatever the file says.
const FIRST: [&[&str]; 6] = [
    &[],
    &["<~font><~sz val=\"11\"/><~name val=\"宋体\"/></~font>"],
    &[
        "<~fill><~patternFill patternType=\"none\"/></~fill>",
        "<~fill><~patternFill patternType=\"gray125\"/></~fill>",
    ],
    &["<~border><~left/><~right/><~top/><~bottom/><~diagonal/></~border>"],
    &[],
    &["<~xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"],
];

/// A list of the part.
#[derive(Debug, Default)]
struct List {
    /// Its first tag.
    begin: Range<usize>,
    /// Where more can be added: before its last tag.
    end: usize,
    is_there: bool,
    items: Vec<Range<usize>>,
    added: Vec<String>,
}

/// What a fill of the clerk's shows; colours by their attributes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Own {
    /// A colour alone.
    Colour(String),
    /// A pattern over no colour: a mark is the colour behind it.
    Pattern { kind: String, front: Option<String> },
}

/// A fill, as far as marks need it.
#[derive(Clone, Debug, Default)]
struct Fill {
    /// What the cell has of its own: under a mark, what was there before.
    own: Option<Own>,
    /// It is a mark of ours.
    is_mark: bool,
}

/// The styles of a workbook, with those that are added.
pub struct Styles {
    xml: Vec<u8>,
    /// Of the part's own namespace, with its colon.
    prefix: String,
    after_root: usize,
    lists: [List; 6],
    fills: Vec<Fill>,
    /// Which formats are marks of ours.
    marks: Vec<bool>,
    has_marks: bool,
    made: HashMap<(u32, Option<Shade>), u32>,
    made_fills: HashMap<(Option<Shade>, Option<Own>), usize>,
}

impl Styles {
    /// For a part as it is.
    pub fn read(xml: Vec<u8>) -> Result<Self, EditError> {
        let mut styles = Self {
            xml,
            prefix: String::new(),
            after_root: 0,
            lists: Default::default(),
            fills: Vec::new(),
            marks: Vec::new(),
            has_marks: false,
            made: HashMap::new(),
            made_fills: HashMap::new(),
        };
        styles.find_lists()?;
        for (list, first) in styles.lists.iter_mut().zip(FIRST) {
            for item in first.iter().skip(list.items.len()) {
                list.added.push(item.replace('~', &styles.prefix));
            }
        }
        let fills = styles.lists[FILLS].items.iter();
        styles.fills = fills
            .map(|item| Fill::of(&styles.xml[item.clone()]))
            .collect();
        let is_mark = |item: &Range<usize>| {
            let fill = fill_of(&styles.xml[item.clone()]);
            styles.fills.get(fill).is_some_and(|fill| fill.is_mark)
        };
        styles.marks = styles.lists[FORMATS].items.iter().map(is_mark).collect();
        styles.has_marks = styles.marks.contains(&true);
        Ok(styles)
    }

    /// For a workbook without styles.
    pub fn none(namespace: &str) -> Result<Self, EditError> {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet xmlns=\"{namespace}\"><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellStyles count=\"1\"><cellStyle name=\"常规\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
        );
        Self::read(xml.into_bytes())
    }

    fn find_lists(&mut self) -> Result<(), EditError> {
        let mut scanner = Scanner::new(&self.xml[..]);
        let (mut depth, mut begun) = (0_usize, 0);
        let mut list = None;
        while let Some(token) = scanner.token()? {
            let Token::Tag(tag) = token else { continue };
            let length = tag.0.len();
            let (is_end, is_empty) = (tag.is_end(), tag.is_empty());
            if !is_end && depth == 0 {
                if tag.name() != b"styleSheet" || is_empty {
                    return Err(EditError::Unusual("a styles part without styles"));
                }
                self.prefix = String::from_utf8_lossy(tag.prefix()).into_owned();
            }
            let named = (depth == 1 && !is_end)
                .then(|| LISTS.iter().position(|name| name.as_bytes() == tag.name()))
                .flatten();
            let end = scanner.position();
            let begin = end - length;
            if let Some(named) = named {
                self.lists[named] = List {
                    begin: begin..end,
                    end,
                    is_there: true,
                    ..List::default()
                };
                list = (!is_empty).then_some(named);
            }
            if !is_end && depth == 0 {
                self.after_root = end;
            }
            if is_end {
                depth = depth.saturating_sub(1);
            } else if depth == 2 {
                begun = begin;
            }
            let Some(open) = list else {
                depth += usize::from(!is_end && !is_empty);
                continue;
            };
            match depth {
                2 if is_end || is_empty => {
                    self.lists[open].items.push(begun..end);
                }
                1 if is_end => {
                    self.lists[open].end = begin;
                    list = None;
                }
                _ => {}
            }
            depth += usize::from(!is_end && !is_empty);
        }
        if depth > 0 {
            return Err(EditError::Unusual("a styles part that breaks off"));
        }
        Ok(())
    }

    /// Whether cells may bear marks of an earlier time.
    pub fn has_marks(&self) -> bool {
        self.has_marks
    }

    /// The format like `base` that is marked; the same where there is no room for another.
    pub fn marked(&mut self, base: u32, shade: Shade) -> u32 {
        self.like(base, Some(shade))
    }

    /// The format like `base` without a mark of an earlier time.
    pub fn unmarked(&mut self, base: u32) -> u32 {
        if self.marks.get(base as usize) == Some(&true) {
            self.like(base, None)
        } else {
            base
        }
    }

    fn like(&mut self, base: u32, shade: Option<Shade>) -> u32 {
        if let Some(made) = self.made.get(&(base, shade)) {
            return *made;
        }
        if self.lists[FORMATS].count() >= MOST_FORMATS {
            return base;
        }
        let item = self.lists[FORMATS].items.get(base as usize).cloned();
        // A cell of a format that is not there looks like one of the first.
        let item = item.or_else(|| self.lists[FORMATS].items.first().cloned());
        let plain = FIRST[FORMATS][0].replace('~', &self.prefix).into_bytes();
        let xml = item.map_or(plain, |item| self.xml[item].to_vec());
        let fill = self.fills.get(fill_of(&xml)).cloned().unwrap_or_default();
        let fill = self.fill(shade, fill.own);
        let end = memchr::memchr(b'>', &xml).map_or(xml.len(), |end| end + 1);
        let number = fill.to_string();
        let mut copy =
            Tag(&xml[..end]).with(&[("fillId", Some(&number)), ("applyFill", Some("1"))]);
        copy.extend_from_slice(&xml[end..]);
        let made = self.lists[FORMATS].add(String::from_utf8_lossy(&copy).into_owned());
        let made = u32::try_from(made).unwrap_or(base);
        self.made.insert((base, shade), made);
        made
    }

    /// A fill: the colour of a mark over another or behind a pattern, or what is the clerk's alone.
    fn fill(&mut self, shade: Option<Shade>, under: Option<Own>) -> usize {
        let known = (shade, under);
        if let Some(made) = self.made_fills.get(&known) {
            return *made;
        }
        let none = " indexed=\"64\"".to_owned();
        let mark = |shade: Shade, over| format!(" rgb=\"{}\"", shade.written(over));
        let (kind, front, back) = match &known {
            (None, None) => return 0,
            (None, Some(Own::Colour(colour))) => ("solid", Some(colour.clone()), none),
            (Some(shade), None) => ("solid", Some(mark(*shade, false)), none),
            (Some(shade), Some(Own::Colour(colour))) => {
                ("solid", Some(mark(*shade, true)), colour.clone())
            }
            (shade, Some(Own::Pattern { kind, front })) => (
                kind.as_str(),
                front.clone(),
                shade.map_or(none, |shade| mark(shade, false)),
            ),
        };
        let front = front.map_or_else(String::new, |front| format!("<~fgColor{front}/>"));
        let fill = format!(
            "<~fill><~patternFill patternType=\"{kind}\">{front}<~bgColor{back}/></~patternFill></~fill>"
        );
        let made = self.lists[FILLS].add(fill.replace('~', &self.prefix));
        self.made_fills.insert(known, made);
        made
    }

    /// Adds what a sheet of ours needs; elements have `~` for the prefix. Numbers of the formats, each
    /// made of the number of font, fill and border.
    pub fn add<const N: usize>(
        &mut self,
        [font, fill, border]: [&str; 3],
        formats: [&dyn Fn([usize; 3]) -> String; N],
    ) -> [u32; N] {
        let prefix = self.prefix.clone();
        let mut add = |list: usize, item: &str| self.lists[list].add(item.replace('~', &prefix));
        let numbers = [add(FONTS, font), add(FILLS, fill), add(BORDERS, border)];
        formats.map(|format| u32::try_from(add(FORMATS, &format(numbers))).unwrap_or(0))
    }

    /// The part with what was added.
    pub fn write(&self) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.xml.len() + 4096);
        let mut copied = 0;
        let mut place = self.after_root;
        for (name, list) in LISTS.iter().zip(&self.lists) {
            let tag = format!("{}{name}", self.prefix);
            let added = list.added.concat();
            if !list.is_there {
                if !list.added.is_empty() {
                    written.extend_from_slice(&self.xml[copied..place]);
                    copied = place;
                    let count = list.count();
                    let whole = format!("<{tag} count=\"{count}\">{added}</{tag}>");
                    written.extend_from_slice(whole.as_bytes());
                }
                continue;
            }
            let begin = Tag(&self.xml[list.begin.clone()]);
            let is_empty = begin.is_empty();
            if !list.added.is_empty() {
                let count = list.count().to_string();
                written.extend_from_slice(&self.xml[copied..list.begin.start]);
                let begin = begin.with(&[("count", Some(&count))]);
                written.extend_from_slice(&Tag(&begin).opened());
                written.extend_from_slice(&self.xml[list.begin.end..list.end]);
                written.extend_from_slice(added.as_bytes());
                if is_empty {
                    written.extend_from_slice(format!("</{tag}>").as_bytes());
                }
                copied = list.end;
            }
            // Behind its last tag.
            let behind = memchr::memchr(b'>', &self.xml[list.end..]);
            place = match behind {
                Some(at) if !is_empty => list.end + at + 1,
                _ => list.end,
            };
        }
        written.extend_from_slice(&self.xml[copied..]);
        written
    }
}

impl List {
    fn count(&self) -> usize {
        self.items.len() + self.added.len()
    }

    /// Adds an item; its number.
    fn add(&mut self, item: String) -> usize {
        self.added.push(item);
        self.count() - 1
    }
}

/// The number of a format's fill.
fn fill_of(format: &[u8]) -> usize {
    let end = memchr::memchr(b'>', format).map_or(format.len(), |end| end + 1);
    Tag(&format[..end]).number("fillId").unwrap_or(0) as usize
}

impl Fill {
    fn of(xml: &[u8]) -> Self {
        let mut fill = Self::default();
        let mut scanner = Scanner::new(xml);
        let (mut is_full, mut mark) = (false, None);
        let (mut pattern, mut front) = (None, None);
        while let Ok(Some(token)) = scanner.token() {
            let Token::Tag(tag) = token else { continue };
            let colour = || -> String {
                let whole = tag.attributes().map(|attribute| attribute.whole);
                String::from_utf8_lossy(&whole.collect::<Vec<_>>().concat()).into_owned()
            };
            match tag.name() {
                b"patternFill" if !tag.is_end() => {
                    let kind = tag.attribute("patternType").unwrap_or(b"none");
                    is_full = kind == b"solid";
                    let has_pattern = !is_full && kind != b"none";
                    pattern = has_pattern.then(|| String::from_utf8_lossy(kind).into_owned());
                }
                b"fgColor" if pattern.is_some() && !tag.is_end() => front = Some(colour()),
                // A pattern over a colour gives way to a mark: there is no room for both.
                b"bgColor" if pattern.is_some() && !tag.is_end() => {
                    let is_mark = tag.attribute("rgb").and_then(Shade::is_over_colour);
                    fill.is_mark = is_mark.is_some();
                    let is_automatic =
                        tag.attribute("indexed") == Some(b"64") || tag.attribute("auto").is_some();
                    if !fill.is_mark && !is_automatic {
                        pattern = None;
                    }
                }
                b"fgColor" if is_full && !tag.is_end() => {
                    mark = tag.attribute("rgb").and_then(Shade::is_over_colour);
                    fill.is_mark = mark.is_some();
                    fill.own = mark.is_none().then(|| Own::Colour(colour()));
                }
                // LibreOffice puts a colour near the first one there, which may be a mark's.
                b"bgColor" if mark == Some(true) => {
                    let is_mark = tag
                        .attribute("rgb")
                        .and_then(Shade::is_over_colour)
                        .is_some();
                    fill.own = (!is_mark).then(|| Own::Colour(colour()));
                }
                _ => {}
            }
        }
        if let Some(kind) = pattern {
            fill.own = Some(Own::Pattern { kind, front });
        }
        fill
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET_STYLES: &str = "<x:styleSheet xmlns:x='m'><x:numFmts count='0'/><x:fills count='2'><x:fill><x:patternFill patternType='none'/></x:fill><x:fill><x:patternFill patternType='solid'><x:fgColor theme='4'/></x:patternFill></x:fill></x:fills><x:borders count='1'><x:border/></x:borders><x:cellXfs count='2'><x:xf numFmtId='0' fillId='0'/><x:xf numFmtId='49' fontId='7' fillId='1' xfId='3'><x:alignment wrapText='1'/></x:xf></x:cellXfs><x:dxfs count='1'><x:dxf><x:fill/></x:dxf></x:dxfs></x:styleSheet>";

    fn read(xml: &str) -> Styles {
        Styles::read(xml.as_bytes().to_vec()).unwrap()
    }

    fn written(styles: &Styles) -> String {
        String::from_utf8(styles.write()).unwrap()
    }

    #[test]
    fn a_mark_is_a_copy_of_the_format_with_another_fill() {
        let mut styles = read(SHEET_STYLES);
        assert_eq!(styles.marked(1, Shade::Error), 2);
        assert_eq!(styles.marked(0, Shade::Error), 3);
        assert_eq!(styles.marked(1, Shade::Error), 2, "made once");
        assert_eq!(styles.unmarked(1), 1);
        let xml = written(&styles);
        assert!(xml.contains("<x:xf numFmtId='49' fontId='7' fillId=\"2\" xfId='3' applyFill=\"1\"><x:alignment wrapText='1'/></x:xf>"), "{xml}");
        assert!(
            xml.contains("<x:fgColor rgb=\"FFFFC7D0\"/><x:bgColor theme='4'/>"),
            "{xml}"
        );
        assert!(xml.contains("<x:cellXfs count=\"4\">"), "{xml}");
        assert!(xml.ends_with(
            "</x:cellXfs><x:dxfs count='1'><x:dxf><x:fill/></x:dxf></x:dxfs></x:styleSheet>"
        ));
        // What was there has its place.
        assert!(
            xml.contains("<x:numFmts count='0'/><x:fonts count=\"1\">"),
            "{xml}"
        );
    }

    #[test]
    fn a_mark_goes_away_and_leaves_the_colour_that_was_there() {
        let mut styles = read(SHEET_STYLES);
        let marks = [
            styles.marked(1, Shade::Warning),
            styles.marked(0, Shade::Repair),
        ];
        let mut again = read(&written(&styles));
        assert!(again.has_marks());
        let plain = marks.map(|mark| again.unmarked(mark));
        let more = again.marked(marks[0], Shade::Error);
        let xml = written(&again);
        assert!(
            xml.contains("<x:fgColor theme='4'/><x:bgColor indexed=\"64\"/>"),
            "{xml}"
        );
        assert!(
            xml.contains("<x:fgColor rgb=\"FFFFC7D0\"/><x:bgColor theme='4'/>"),
            "{xml}"
        );
        let last = read(&xml);
        let is_mark = |format: u32| last.marks[format as usize];
        assert_eq!((plain.map(is_mark), is_mark(more)), ([false, false], true));
    }

    #[test]
    fn a_pattern_stays_before_a_mark_and_without_it() {
        for (fill, before, after) in [
            (
                "<patternFill patternType='darkUp'/>",
                "<patternFill patternType=\"darkUp\"><bgColor rgb=\"FFFFC7CF\"/>",
                "<patternFill patternType=\"darkUp\"><bgColor indexed=\"64\"/>",
            ),
            (
                "<patternFill patternType='gray125'><fgColor theme='4'/><bgColor indexed='64'/></patternFill>",
                "<patternFill patternType=\"gray125\"><fgColor theme='4'/><bgColor rgb=\"FFFFC7CF\"/>",
                "<patternFill patternType=\"gray125\"><fgColor theme='4'/><bgColor indexed=\"64\"/>",
            ),
        ] {
            let xml = format!(
                "<styleSheet xmlns='m'><fills count='3'><fill/><fill/><fill>{fill}</fill></fills><cellXfs><xf fillId='2'/></cellXfs></styleSheet>"
            );
            let mut styles = read(&xml);
            let mark = styles.marked(0, Shade::Error);
            let xml = written(&styles);
            assert!(xml.contains(before), "{xml}");
            let mut again = read(&xml);
            assert!(again.has_marks());
            let plain = again.unmarked(mark);
            let xml = written(&again);
            assert!(xml.contains(after), "{xml}");
            assert!(!read(&xml).marks[plain as usize], "{xml}");
        }
        // Over a colour of its own there is no room for a mark beside the pattern.
        let mut styles = read(
            "<styleSheet xmlns='m'><fills count='3'><fill/><fill/><fill><patternFill patternType='darkUp'><bgColor rgb='FF00FF00'/></patternFill></fill></fills><cellXfs><xf fillId='2'/></cellXfs></styleSheet>",
        );
        styles.marked(0, Shade::Error);
        let xml = written(&styles);
        assert!(
            xml.contains("patternType=\"solid\"><fgColor rgb=\"FFFFC7CF\"/>"),
            "{xml}"
        );
    }

    #[test]
    fn lists_that_are_not_there_are_added_in_their_order() {
        for xml in [
            "<styleSheet xmlns='m'></styleSheet>",
            "<styleSheet xmlns='m'><fonts/><cellXfs count=\"0\"/></styleSheet>",
            "<styleSheet xmlns='m'><borders count=\"0\"></borders><dxfs/></styleSheet>",
        ] {
            let mut styles = read(xml);
            assert_eq!(styles.marked(0, Shade::Error), 1);
            let xml = written(&styles);
            let at = |tag: &str| xml.find(tag).unwrap_or_else(|| panic!("{tag} in {xml}"));
            let places = [
                "<fonts",
                "<fills count=\"3\"",
                "<borders",
                "<cellXfs count=\"2\"",
            ]
            .map(at);
            assert!(places.is_sorted(), "{xml}");
            assert!(!read(&xml).marks[0] && read(&xml).marks[1], "{xml}");
        }
        assert!(Styles::read(b"<html/>".to_vec()).is_err());
    }
}
