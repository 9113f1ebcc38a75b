//! The command as people and scripts meet it: the built binary, its output, its exit codes.

mod archive;
mod author;
mod care;
mod damage;
mod database;
mod disk;
mod erasure;
mod home;
mod lineage;
mod mail;
mod migrate;
mod operate;
mod packaging;
mod people;
mod plugin;
mod repairs;
mod round_trip;
mod served;
mod simulate;
mod words;
mod wreck;
