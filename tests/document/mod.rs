mod bodies;
mod contract;
mod description;
