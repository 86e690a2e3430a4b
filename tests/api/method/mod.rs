mod list;
mod on_a_day;
mod points;
