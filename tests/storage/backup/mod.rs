mod killed;
mod refused;
mod restored;
mod taken;
