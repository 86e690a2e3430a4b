//! Pairs that people have made by hand, from a list that [`roster`](crate::roster::pair_list) has read: the household
//! and the helper of each row are [looked up](lookup), each pair is [checked](check) and [staged](store), and when
//! the import is taken in all are checked once more and [made](service). The life of the import itself is that of
//! any roster: [`import`](crate::import).

mod check;
mod lookup;
pub mod model;
pub mod service;
pub mod store;
mod wrong;
