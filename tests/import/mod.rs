pub mod commit;
pub mod corpus;
pub mod fuzzed;
pub mod marked_file;
pub mod matching;
pub mod profiles;
pub mod reading;
pub mod values;
