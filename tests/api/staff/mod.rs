mod change;
mod departure;
mod leaves;
mod returning;
mod transfer;
