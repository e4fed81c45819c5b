//! Bad input over real HTTP: each case names the status, the shape of the body and the codes that must come back, and
//! leaves no table with a row more or less. One file per endpoint or rule, one server per test.
//!
//! The parsers have tables of their own in crate `psp-v3`; here the whole server is meant, from the socket to the store.

mod access_token;
mod app_api;
mod bodies;
mod control_api;
mod described;
mod details;
mod entries_by_state;
mod force_approve;
mod headers;
mod hints;
mod hints_walked;
mod hostile_texts;
mod init_accepted;
mod init_conflicts;
mod init_fields;
mod init_urls;
mod json_web_tokens;
mod landing_forms;
mod merchants;
mod mobile_intercept;
mod page_headers;
mod paths;
mod pin_tries;
mod rates;
mod raw_sockets;
mod slow_clients;
mod unknown_hosts;
mod update_status;
mod what_answers_owe;
