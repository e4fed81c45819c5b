//! `lommebok-bench`: measures the server from outside, against a bare echo of the same stack as the yardstick.
//!
//! Started by `cargo xtask bench`. Nothing here reaches into the server: it is a child process, spoken to over HTTP,
//! and judged by what the kernel says that it used. Quote ratios within one run, never figures of two runs.
#![expect(clippy::print_stdout, reason = "the terminal is this program's only interface")]
#![expect(clippy::float_arithmetic, reason = "rates and ratios are for people's eyes; no money is reckoned here")]

mod attack;
mod connection;
mod echo;
mod figures;
mod identifiers;
mod load;
mod measured;
mod process;
mod psp;
mod receiver;
mod report;
mod requests;
mod scenarios;
mod wallet;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures Lommebok against a bare echo of the same stack.
#[derive(Parser)]
#[command(name = "lommebok-bench")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Serve the yardstick: JSON in, JSON out, nothing kept.
    Echo {
        /// Where to listen; port 0 takes a free one. The first line on stdout says which.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// Serve a PSP's makePayment endpoint.
    Receiver {
        /// How it is built.
        form: receiver::Form,
        /// Where to listen; port 0 takes a free one. The first line on stdout says which.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// Send the requests from stdin until killed.
    Attack,
    /// Measure and print the table.
    Run(scenarios::Options),
    /// Send a counted number of requests to a server under a profiler.
    Profile(scenarios::profile::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Echo { listen } => echo::serve(listen),
        Task::Receiver { form, listen } => receiver::serve(form, listen),
        Task::Attack => attack::attack(),
        Task::Run(options) => scenarios::run(&options),
        Task::Profile(options) => scenarios::profile::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("lommebok-bench: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
