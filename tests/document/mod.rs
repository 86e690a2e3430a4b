mod bodies;
mod description;
