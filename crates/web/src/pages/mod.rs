//! What pages of both servers share. Brands and texts are each server's own.

pub mod assets;
pub mod html;
pub mod lang;
