//! Reading a roster of households, row by row.

use super::group::Grouping;
use super::model::{Context, HouseholdRoster};
use crate::roster::choices::Choices;
use crate::roster::household::COLUMNS;
use crate::roster::profile::Profile;
use crate::roster::question::Answers;
use crate::roster::report::Problems;
use crate::roster::sheet;
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

/// Reads a roster of households. What is wrong with it goes to `problems`; where there is no roster at
/// all, no household is given. `progress` is told the rows read and ends the reading with an error.
pub fn read(
    source: &mut dyn Source,
    choices: &Choices,
    profiles: &[Profile],
    context: &Context,
    problems: &mut Problems,
    progress: &mut dyn FnMut(i64) -> Result<(), ReadError>,
) -> Result<HouseholdRoster, ReadError> {
    let mut grouping = Grouping::new(context.today);
    let mut count = 0;
    let read = sheet::read(
        source,
        COLUMNS,
        (choices, profiles),
        problems,
        |layouts, row, problems| {
            count += 1;
            if count % 1_000 == 0 {
                progress(count)?;
            }
            grouping.add(layouts, row, problems).map_err(unpackable)
        },
    )?;
    let answers = Answers::of(choices);
    let (households, areas, questions) = grouping
        .finish(&read.layouts, (context, answers), problems)
        .map_err(unpackable)?;
    Ok(HouseholdRoster {
        sheets: read.reports,
        spoken: read.layouts.spoken(),
        rows: read.rows,
        households,
        areas,
        questions,
    })
}

/// Records that this program has packed itself.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
pub fn unpackable(error: postcard::Error) -> ReadError {
    tracing::error!(%error, "a record that this program has packed cannot be unpacked");
    ReadError::Internal
}
