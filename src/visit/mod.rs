//! Visits: what a helper did, heard and delivered at a household, and when.
