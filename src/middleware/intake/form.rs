//! Limits of a form as it comes in, part by part.

use std::ops::ControlFlow;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use memchr::memmem::{Finder, find};

use crate::middleware::error::TooLarge;
use crate::middleware::limit::MAX_STRANGER_BYTES;

const HEAD_END: &[u8] = b"\r\n\r\n";
/// Most parts of a form: no operation takes more than a few.
const MAX_PARTS: usize = 100;

/// The boundary that a form's type names.
pub fn boundary(content_type: &str) -> Option<Vec<u8>> {
    let kind: mime::Mime = content_type.parse().ok()?;
    let boundary = kind.get_param(mime::BOUNDARY)?;
    Some([b"--", boundary.as_str().as_bytes()].concat())
}

/// A form whose parts are not too many and have heads of a usual length: the framework looks through
/// all of a head again with each piece that comes in.
///
/// A form without a boundary is passed on, and the framework refuses it.
pub fn with_short_heads<S: Stream<Item = std::io::Result<Bytes>>>(
    body: S,
    boundary: Option<&[u8]>,
) -> impl Stream<Item = std::io::Result<Bytes>> + use<S> {
    let mut heads = boundary.map(Heads::of);
    body.map(move |chunk| {
        let chunk = chunk?;
        if let Some(heads) = &mut heads {
            heads.check(&chunk)?;
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
    head: Option<usize>,
    parts: usize,
}

impl Heads {
    fn of(boundary: &[u8]) -> Self {
        Self {
            boundary: Finder::new(boundary).into_owned(),
            rest: Vec::new(),
            head: Some(0),
            parts: 0,
        }
    }

    fn check(&mut self, chunk: &[u8]) -> Result<(), TooLarge> {
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(chunk);
        let mut looked_at = 0;
        while let ControlFlow::Continue(next) = self.step(&bytes[looked_at..])? {
            looked_at += next;
        }
        let longest = self.boundary.needle().len().max(HEAD_END.len());
        let kept = bytes.len().saturating_sub(longest - 1).max(looked_at);
        if let Some(head) = &mut self.head {
            *head += kept - looked_at;
        }
        bytes.drain(..kept);
        self.rest = bytes;
        Ok(())
    }

    /// Goes on to behind the next head or boundary, if it stands in `bytes`.
    fn step(&mut self, bytes: &[u8]) -> Result<ControlFlow<(), usize>, TooLarge> {
        let Some(head) = self.head else {
            let Some(at) = self.boundary.find(bytes) else {
                return Ok(ControlFlow::Break(()));
            };
            self.parts += 1;
            if self.parts > MAX_PARTS {
                return Err(TooLarge);
            }
            self.head = Some(0);
            return Ok(ControlFlow::Continue(at + self.boundary.needle().len()));
        };
        let end = find(bytes, HEAD_END);
        if head + end.unwrap_or(bytes.len()) > MAX_STRANGER_BYTES {
            return Err(TooLarge);
        }
        let Some(end) = end else {
            return Ok(ControlFlow::Break(()));
        };
        self.head = None;
        Ok(ControlFlow::Continue(end + HEAD_END.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a form is passed on that comes in by pieces of this size.
    fn passes(form: &[u8], piece: usize) -> bool {
        let mut heads = Heads::of(b"--xyz");
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
