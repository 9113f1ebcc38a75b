//! The command as people and scripts meet it: the built binary, its output, its exit codes.

mod author;
mod database;
mod home;
mod plugin;
mod round_trip;
