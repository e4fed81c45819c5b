//! The shop's orders live in this file of rows.
