//! The server's side of each connection: record, wait for a whole request, reply, and record what still comes.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Connection, Reply, Request, Shared};

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let mut number = 0;
                shared.log.send_modify(|log| {
                    number = log.connections.len();
                    log.connections.push(Connection::default());
                });
                connections.spawn(attend(stream, number, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Attends to one connection to its end. An error is the caller's hanging up, which is for the log only.
async fn attend(mut stream: TcpStream, number: usize, shared: Arc<Shared>) {
    let _ = converse(&mut stream, number, &shared).await;
    note(&shared, number, |connection| connection.closed = true);
}

async fn converse(stream: &mut TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = Vec::new();
    let (request, taken) = loop {
        if let Some(whole) = Request::parse(number, &bytes) {
            break whole;
        }
        let count = stream.read_buf(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        note(shared, number, |connection| connection.bytes = connection.bytes.saturating_add(count));
    };
    let more = bytes.len().saturating_sub(taken);
    note(shared, number, |connection| connection.bytes_after_request = more);
    let mut reply = shared.reply_to(&request);
    shared.log.send_modify(|log| log.requests.push(request.clone()));
    while let Reply::Held(gate, held) = reply {
        gate.opened().await;
        reply = *held;
    }
    if let Some(answer) = reply.to_bytes(&request) {
        stream.write_all(&answer).await?;
    }
    match reply {
        Reply::Reset => return stream.set_zero_linger(),
        Reply::Never | Reply::RawThenNever(_) | Reply::Held(..) => {}
        Reply::Ok
        | Reply::Fail(_)
        | Reply::SoftDecline(_)
        | Reply::Taken
        | Reply::Json(..)
        | Reply::Raw(_)
        | Reply::Echo(_)
        | Reply::Close => stream.shutdown().await?,
    }
    listen_on(stream, number, shared).await
}

/// Counts what still comes until the caller closes.
async fn listen_on(stream: &mut TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    let mut bytes = [0_u8; 1024];
    loop {
        let count = stream.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        note(shared, number, |connection| {
            connection.bytes = connection.bytes.saturating_add(count);
            connection.bytes_after_request = connection.bytes_after_request.saturating_add(count);
        });
    }
}

fn note(shared: &Shared, number: usize, change: impl FnOnce(&mut Connection)) {
    shared.log.send_modify(|log| {
        if let Some(connection) = log.connections.get_mut(number) {
            change(connection);
        }
    });
}
