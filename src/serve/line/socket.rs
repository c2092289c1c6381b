//! System calls on sockets that never wait. The runtime knows nothing of these sockets: most conversations on port 43
//! are over before anything would have to be registered.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::net::{RecvFlags, SendFlags, Shutdown, SocketFlags, acceptfrom_with, recv, send, shutdown, sockopt};

/// A connection that waits in the queue of a listening socket, and who made it. The socket never waits.
///
/// # Errors
/// `WouldBlock` where none waits; those of the system.
pub fn accept(listener: impl AsFd) -> io::Result<(OwnedFd, SocketAddr)> {
    let (socket, peer) = acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)?;
    // A connection of TCP has another end.
    let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok()).ok_or(io::ErrorKind::ConnectionAborted)?;
    Ok((socket, peer))
}

/// What has arrived: how many octets, 0 at the client's end.
///
/// # Errors
/// `WouldBlock` where nothing has; those of the system.
pub fn read(socket: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    let (read, _whole) = recv(socket, buffer, RecvFlags::empty())?;
    Ok(read)
}

/// Hands octets over, and says how many were taken.
///
/// # Errors
/// `WouldBlock` where none is taken now; those of the system.
pub fn write(socket: impl AsFd, octets: &[u8]) -> io::Result<usize> {
    Ok(send(socket, octets, SendFlags::NOSIGNAL)?)
}

/// Has the connections of a listening socket keep the last packet of what is said back, for 200 ms at the most, so that it
/// leaves together with the [`end`] that follows at once: one packet less for each answer.
pub fn say_and_end_together(listener: impl AsFd) {
    // Where the option is refused, the end has a packet of its own.
    let _together = sockopt::set_tcp_cork(listener, true);
}

/// Says that nothing more will be said.
///
/// # Errors
/// The client is gone.
pub fn end(socket: impl AsFd) -> io::Result<()> {
    Ok(shutdown(socket, Shutdown::Write)?)
}

/// Makes the close a reset: an orderly one would leave a socket behind for a minute on our side.
pub fn reset_at_close(socket: impl AsFd) {
    // Where the option is refused, the close is an orderly one.
    let _orderly = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}
