//! The real program over a register, on a core of its own.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::data::{Configured, Data, LOKET, Ports, Wish, configure};
use crate::pins::Pins;

/// A server that does not get ready within this time will not.
const READY_SECONDS: u32 = 300;

/// A running server. Dropping it ends it.
pub struct Program {
    child: Child,
    pub ports: Ports,
}

impl Program {
    /// Serves the register and waits until it is ready. `name` tells its settings and its log from those of others.
    pub fn start(data: &Data, name: &str, state: &Path, wish: Wish, pins: &Pins) -> Program {
        let configured = settings(data, name, state, wish);
        let program = Program::spawn(pins.command(LOKET), &configured, wish);
        program.wait_until_ready();
        program
    }

    /// Starts it and does not wait. Lines about questions go where they take no room.
    pub fn spawn(mut command: Command, configured: &Configured, wish: Wish) -> Program {
        let log = configured.file.with_extension("log");
        let log = if wish.logs_questions { Stdio::null() } else { File::create(log).unwrap().into() };
        let command = command.args(["serve", "--config"]).arg(&configured.file);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        Program { child, ports: configured.ports }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where a door is.
    pub fn at(&self, port: impl Fn(&Ports) -> u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port(&self.ports)))
    }

    /// Waits until the data was read.
    pub fn wait_until_ready(&self) {
        let url = format!("http://127.0.0.1:{}/health/ready", self.ports.admin);
        for _ in 0..READY_SECONDS * 10 {
            if Command::new(LOKET).args(["health", "--url", &url]).output().unwrap().status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("not ready");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The child may have ended already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Settings in a folder that shares the register's certificate.
pub fn settings(data: &Data, name: &str, state: &Path, wish: Wish) -> Configured {
    configure(data.certificate().parent().unwrap(), name, state, wish)
}
