//! One server over the sample register, shared by the modules that change nothing in it.

use std::sync::LazyLock;
use std::sync::mpsc::sync_channel;

use crate::server::Server;

/// The server. It is started by a thread that lasts as long as the tests, because it ends with that thread.
pub fn demo() -> &'static Server {
    static DEMO: LazyLock<&'static Server> = LazyLock::new(|| {
        let (started, server) = sync_channel(1);
        std::thread::spawn(move || {
            started.send(&*Box::leak(Box::new(Server::start()))).unwrap();
            loop {
                std::thread::park();
            }
        });
        server.recv().unwrap()
    });
    &DEMO
}
