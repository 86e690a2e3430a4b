//! A form as it comes in, part by part: its limits, and the names of its parts.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use memchr::memmem::{Finder, find};

use crate::middleware::error::TooLarge;
use crate::middleware::limit::MAX_STRANGER_BYTES;
use crate::openapi::{Form, faulty_request};
use crate::problem::Problem;

const HEAD_END: &[u8] = b"\r\n\r\n";
/// Most parts of a form: no operation takes more than a few.
const MAX_PARTS: usize = 100;

/// The boundary that a form's type names.
pub fn boundary(content_type: &str) -> Option<Vec<u8>> {
    let kind: mime::Mime = content_type.parse().ok()?;
    let boundary = kind.get_param(mime::BOUNDARY)?;
    Some([b"--", boundary.as_str().as_bytes()].concat())
}

/// The names of a form's parts, noted as they come in: the framework passes over those that it does not
/// know, and keeps only a text of what is wrong.
#[derive(Clone, Debug, Default)]
pub struct FormParts {
    known: Arc<[String]>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl FormParts {
    /// Of a form that the document describes.
    pub fn of(form: Form<'_>) -> Self {
        let fields = form.fields().into_iter();
        Self {
            known: fields.map(ToOwned::to_owned).collect(),
            seen: Arc::default(),
        }
    }

    /// What is wrong with the parts that have come in, when the form was refused, at its end or before;
    /// nothing if it is not they.
    pub fn problem(&self, form: Form<'_>, at_end: bool) -> Option<Problem> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Behind a part that nobody knows nothing was read.
        let is_whole = at_end && seen.iter().all(|name| self.known.contains(name));
        let faults = form.faults(&seen, is_whole);
        (!faults.is_empty()).then(|| faulty_request(faults))
    }

    /// Notes the part that begins with this head.
    fn note(&self, head: &[u8]) -> Result<(), Refused> {
        let Some(name) = name_of_part(head) else {
            return Ok(());
        };
        let is_known = self.known.contains(&name);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(name);
        if is_known {
            Ok(())
        } else {
            Err(Refused::Unknown)
        }
    }
}

/// The name that the head of a part gives it (RFC 7578, 4.2).
fn name_of_part(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let disposition = head.lines().find_map(|line| {
        let (header, value) = line.split_once(':')?;
        let is_it = header.trim().eq_ignore_ascii_case("content-disposition");
        is_it.then_some(value)
    })?;
    let mut is_quoted = false;
    let mut parameters = disposition.split(|sign| {
        is_quoted ^= sign == '"';
        sign == ';' && !is_quoted
    });
    let name = parameters.find_map(|it| it.trim().strip_prefix("name="))?;
    Some(name.trim().trim_matches('"').to_owned())
}

/// Why a form is read no further.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// A part has a name that the operation does not know: [`FormParts::problem`] says it.
    #[error("a part of the form is not known")]
    Unknown,
}

/// A form whose parts are not too many, are known and have heads of a usual length: the framework looks
/// through all of a head again with each piece that comes in.
///
/// A form without a boundary is passed on, and the framework refuses it.
pub fn checked<S: Stream<Item = std::io::Result<Bytes>>>(
    body: S,
    boundary: Option<&[u8]>,
    parts: FormParts,
) -> impl Stream<Item = std::io::Result<Bytes>> + use<S> {
    let mut heads = boundary.map(|boundary| Heads::of(boundary, parts));
    body.map(move |chunk| {
        let chunk = chunk?;
        if let Some(heads) = &mut heads {
            heads.check(&chunk).map_err(std::io::Error::other)?;
        }
        Ok(chunk)
    })
}

/// Follows the heads of a form's parts through its pieces.
struct Heads {
    boundary: Finder<'static>,
    /// The end of what was looked at, in which what is looked for may have begun.
    rest: Vec<u8>,
    /// How much of a head has gone by; nothing inside a part.
    head: Option<Vec<u8>>,
    count: usize,
    parts: FormParts,
}

impl Heads {
    fn of(boundary: &[u8], parts: FormParts) -> Self {
        Self {
            boundary: Finder::new(boundary).into_owned(),
            rest: Vec::new(),
            head: Some(Vec::new()),
            count: 0,
            parts,
        }
    }

    fn check(&mut self, chunk: &[u8]) -> Result<(), Refused> {
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(chunk);
        let mut looked_at = 0;
        while let ControlFlow::Continue(next) = self.step(&bytes[looked_at..])? {
            looked_at += next;
        }
        let longest = self.boundary.needle().len().max(HEAD_END.len());
        let kept = bytes.len().saturating_sub(longest - 1).max(looked_at);
        if let Some(head) = &mut self.head {
            head.extend_from_slice(&bytes[looked_at..kept]);
        }
        bytes.drain(..kept);
        self.rest = bytes;
        Ok(())
    }

    /// Goes on to behind the next head or boundary, if it stands in `bytes`.
    fn step(&mut self, bytes: &[u8]) -> Result<ControlFlow<(), usize>, Refused> {
        let Some(head) = &mut self.head else {
            let Some(at) = self.boundary.find(bytes) else {
                return Ok(ControlFlow::Break(()));
            };
            self.count += 1;
            if self.count > MAX_PARTS {
                return Err(TooLarge.into());
            }
            self.head = Some(Vec::new());
            return Ok(ControlFlow::Continue(at + self.boundary.needle().len()));
        };
        let end = find(bytes, HEAD_END);
        if head.len() + end.unwrap_or(bytes.len()) > MAX_STRANGER_BYTES {
            return Err(TooLarge.into());
        }
        let Some(end) = end else {
            return Ok(ControlFlow::Break(()));
        };
        head.extend_from_slice(&bytes[..end]);
        self.parts.note(head)?;
        self.head = None;
        Ok(ControlFlow::Continue(end + HEAD_END.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(known: &[&str]) -> FormParts {
        FormParts {
            known: known.iter().map(|name| (*name).to_owned()).collect(),
            seen: Arc::default(),
        }
    }

    /// Whether a form is passed on that comes in by pieces of this size.
    fn passes(form: &[u8], piece: usize) -> bool {
        let parts = parts(&["kind", "file"]);
        let mut heads = Heads::of(b"--xyz", parts);
        form.chunks(piece).all(|chunk| heads.check(chunk).is_ok())
    }

    fn part(head: &str, content: &str) -> String {
        format!("--xyz\r\n{head}\r\n\r\n{content}\r\n")
    }

    #[test]
    fn heads_of_all_parts_have_a_limit() {
        let usual = part("Content-Disposition: form-data; name=\"kind\"", "household");
        let large = part(
            "Content-Disposition: form-data; name=\"file\"",
            &"x".repeat(100_000),
        );
        let endless = part(&"X-A: 1\r\n".repeat(3_000), "");
        for piece in [1, 7, 1_000, 8_192, 1 << 20] {
            assert!(passes(
                format!("{usual}{large}{usual}--xyz--\r\n").as_bytes(),
                piece
            ));
            assert!(
                !passes(format!("{endless}{usual}").as_bytes(), piece),
                "{piece}"
            );
            assert!(
                !passes(format!("{usual}{endless}").as_bytes(), piece),
                "{piece}"
            );
            assert!(!passes(
                format!("{usual}{large}{endless}").as_bytes(),
                piece
            ));
            assert!(
                !passes(part("", "").repeat(200).as_bytes(), piece),
                "{piece}"
            );
        }
    }

    #[test]
    fn parts_are_noted_by_their_names() {
        let form = [
            part(
                "content-disposition: form-data; filename=\"name=x;y.xlsx\"; name=\"file\"",
                "x",
            ),
            part(
                "Content-Type: text/plain\r\nContent-Disposition:form-data;name=kind",
                "\r\n\r\nx",
            ),
            part("Content-Disposition: form-data; name=\"种类\"", "x"),
        ]
        .concat();
        for piece in [1, 7, 1_000] {
            let parts = parts(&["kind", "file"]);
            let mut heads = Heads::of(b"--xyz", parts.clone());
            let refused = form
                .as_bytes()
                .chunks(piece)
                .find_map(|chunk| heads.check(chunk).err());
            assert!(matches!(refused, Some(Refused::Unknown)), "{piece}");
            assert_eq!(
                *parts.seen.lock().unwrap(),
                ["file", "kind", "种类"],
                "{piece}"
            );
        }
    }

    #[test]
    fn the_boundary_is_read_as_forms_name_it() {
        let of = |kind| boundary(kind).map(|it| String::from_utf8(it).unwrap());
        assert_eq!(
            of("multipart/form-data; boundary=xyz"),
            Some("--xyz".to_owned())
        );
        assert_eq!(
            of("multipart/form-data; boundary=\"x y\""),
            Some("--x y".to_owned())
        );
        assert_eq!(of("multipart/form-data"), None);
    }
}
