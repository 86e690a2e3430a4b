//! The colours of marks.

/// How a cell is marked; the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shade {
    /// Blue.
    Repair,
    /// Yellow.
    Warning,
    /// Red.
    Error,
}

impl Shade {
    /// Each a step beside a colour that Excel offers itself («好», «差», «适中»): so a mark of an
    /// earlier time is told from the clerk's own colour, and taken away when the file comes back.
    const COLOURS: [(Self, u32); 3] = [
        (Self::Repair, 0x00DD_EBF8),
        (Self::Warning, 0x00FF_EB9D),
        (Self::Error, 0x00FF_C7CF),
    ];
    /// Added where the cell had a colour of its own, which is kept in the mark: the second colour of a
    /// full fill, which no program shows.
    const OVER_COLOUR: u32 = 1;

    /// Its colour, red, green and blue.
    pub fn colour(self) -> u32 {
        match self {
            Self::Repair => Self::COLOURS[0].1,
            Self::Warning => Self::COLOURS[1].1,
            Self::Error => Self::COLOURS[2].1,
        }
    }

    /// Its colour as a fill writes it, for a cell with a colour of its own or without.
    pub(super) fn written(self, over_colour: bool) -> String {
        let step = if over_colour { Self::OVER_COLOUR } else { 0 };
        format!("FF{:06X}", self.colour() + step)
    }

    /// Whether a colour that a fill has is a mark of ours, and if so, whether the cell had a colour of
    /// its own. Some programs change the opacity, which no cell has.
    pub(super) fn is_over_colour(written: &[u8]) -> Option<bool> {
        let written = std::str::from_utf8(written).ok()?;
        let colour = u32::from_str_radix(written.get(2..)?, 16).ok()?;
        Self::COLOURS.iter().find_map(|(_, known)| {
            let step = colour.checked_sub(*known)?;
            (step <= Self::OVER_COLOUR).then_some(step == Self::OVER_COLOUR)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_marks_are_told_from_colours_of_excel() {
        for (_, colour) in Shade::COLOURS {
            assert_eq!(
                Shade::is_over_colour(format!("ff{colour:06x}").as_bytes()),
                Some(false)
            );
        }
        let over = Shade::Error.written(true);
        assert_eq!(Shade::is_over_colour(over.as_bytes()), Some(true));
        for own in [
            "FFFFC7CE", "FFFFEB9C", "FFFFFF00", "FFDDEBF7", "", "字", "FF",
        ] {
            assert_eq!(Shade::is_over_colour(own.as_bytes()), None, "{own}");
        }
    }
}
