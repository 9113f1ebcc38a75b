//! People and their habits.
