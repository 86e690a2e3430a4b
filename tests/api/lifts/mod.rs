mod list;
mod propose;
mod rejection;
mod relapse;
mod steps;
