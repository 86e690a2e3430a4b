mod bodies;
mod description;
mod unknown;
