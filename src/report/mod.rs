//! The workbooks that leaders hand up.
