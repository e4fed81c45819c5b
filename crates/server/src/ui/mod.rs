//! Everything that a person sees: the pages' data, their words in two languages, their looks and the headers they leave with.
//!
//! Templates are in `templates/` (compiled in by askama), styles and ES modules in `assets/` (embedded, served by [`page::file`]).
//! No rule of a payment is decided here and nothing is loaded: a page is made from plain values that a handler passes in.
//! A newcomer would get wrong: every HTML answer must go through [`Html`], which sets the Content-Security-Policy and forbids
//! framing; and no page may hold an inline style or script, because that policy stops them.
//!
//! [`Html`]: lommebok_web::pages::html::Html

pub mod brand;
pub mod dashboard;
pub mod error_page;
pub mod intercept;
pub mod landing;
pub mod page;
pub mod qr;
pub mod sandbox;
pub mod shown;
pub mod typed_number;
