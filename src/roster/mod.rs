//! Rosters: from the rows of a workbook to households and staff on the register.
