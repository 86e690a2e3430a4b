mod create;
mod end;
mod list;
