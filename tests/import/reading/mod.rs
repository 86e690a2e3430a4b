mod formats;
mod harm;
mod limits;
