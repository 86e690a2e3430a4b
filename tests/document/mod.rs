mod bodies;
mod contract;
mod description;
mod examples;
mod unknown;
