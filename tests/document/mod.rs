mod bodies;
mod contract;
mod description;
mod unknown;
