//! What every database under the store must do. The tests use the public interface only, so that another database can
//! be put under the same ones.

mod commit;
mod crash;
mod open;
mod read;
mod support;
mod verify;
mod writer;
