//! The pages in a real Chromium, over real HTTP, as a person uses them: the landing page, the phone, the start page, the dashboard.
//!
//! `LOMMEBOK_NO_BROWSER=1` leaves these tests out; `LOMMEBOK_SCREENSHOTS=folder` keeps a picture of every page in every look.

mod clock;
mod dashboard;
mod landing_back;
mod landing_flow;
mod landing_links;
mod landing_number;
mod landing_on_a_phone;
mod landing_without_script;
mod old_browsers;
mod phone_links;
mod phone_payment;
mod phone_receipts;
mod phone_refused;
mod phone_sign_in;
mod phone_step_up;
mod phone_tabs;
mod readme;
mod stage;
mod start_page;
mod streams;
mod visual_checks;
