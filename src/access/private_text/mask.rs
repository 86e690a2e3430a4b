//! Which characters of a text are hidden.

use std::borrow::Cow;

use super::signs::Signs;

/// Which of the visible characters are hidden.
pub(super) struct Mask {
    hidden: Vec<bool>,
    hides: bool,
}

impl Mask {
    pub(super) fn over(signs: &Signs) -> Self {
        Self {
            hidden: vec![false; signs.0.len()],
            hides: false,
        }
    }

    pub(super) fn hide(&mut self, at: usize) {
        if let Some(hidden) = self.hidden.get_mut(at) {
            (*hidden, self.hides) = (true, true);
        }
    }

    /// Puts stars in place of what is hidden.
    pub(super) fn cover(&self, signs: &mut Signs) {
        if !self.hides {
            return;
        }
        let hidden = signs
            .0
            .iter_mut()
            .zip(&self.hidden)
            .filter(|(_, hidden)| **hidden);
        for (sign, _) in hidden {
            (sign.word, sign.read, sign.script) = ('*', '*', None);
        }
    }

    pub(super) fn applied<'a>(&self, text: &'a str, signs: &Signs) -> Cow<'a, str> {
        if !self.hides {
            return Cow::Borrowed(text);
        }
        let hidden = signs
            .0
            .iter()
            .zip(&self.hidden)
            .filter(|(_, hidden)| **hidden);
        let mut places = hidden.map(|(sign, _)| sign.place).peekable();
        let shown = text.char_indices().map(|(at, character)| {
            if places.next_if_eq(&at).is_some() {
                '*'
            } else {
                character
            }
        });
        Cow::Owned(shown.collect())
    }
}
