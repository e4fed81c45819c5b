//! The rules of counting as a table: every stage of a record meets everything that can come.
