//! Scripts of clients over streams in memory, under paused time: what is sent when, what is heard, when it ends.

use std::sync::Mutex;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;

use super::*;

/// Octets that wait in the stream in each direction, as in a socket.
pub const ROOM: usize = 4096;

/// What a client does, one after the other.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends octets, as fast as they are taken.
    Send(Vec<u8>),
    /// Sends octets so many times, and waits so many milliseconds after each.
    Repeat(usize, u64, Vec<u8>),
    /// Waits so many milliseconds.
    Wait(u64),
    /// Says that it will send nothing more.
    HalfClose,
    /// Is gone.
    Leave,
    /// Nothing by the client: the server is asked to stop.
    Stop,
}

/// How a client hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// Everything at once; it closes when the server does.
    Fair,
    /// Everything at once; it never closes.
    Stays,
    /// Nothing.
    Deaf,
    /// An octet a second.
    Crawls,
}

/// What came of it.
#[derive(Debug)]
pub struct Record {
    /// What the client heard.
    pub said: Vec<u8>,
    /// When the server was done with the connection, in milliseconds after its begin.
    pub ended_ms: u64,
    /// How the server says that it ended.
    pub parting: Parting,
    /// Octets of the client that the server took, or that wait in the stream.
    pub taken: usize,
}

impl Record {
    /// What was heard, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }
}

/// Octets to send.
pub fn send(octets: impl AsRef<[u8]>) -> Step {
    Step::Send(octets.as_ref().to_vec())
}

/// Plays a script against a conversation.
pub async fn play<C, F>(steps: Vec<Step>, hearing: Hearing, converse: C) -> Record
where
    C: FnOnce(DuplexStream, watch::Receiver<bool>) -> F,
    F: Future<Output = Parting> + Send + 'static,
{
    let (client, server) = duplex(ROOM);
    play_over(client, steps, hearing, |stop| converse(server, stop)).await
}

/// The same over the client's end of any stream.
pub async fn play_over<S, C, F>(client: S, steps: Vec<Step>, hearing: Hearing, converse: C) -> Record
where
    S: AsyncRead + AsyncWrite + Send + 'static,
    C: FnOnce(watch::Receiver<bool>) -> F,
    F: Future<Output = Parting> + Send + 'static,
{
    let start = Instant::now();
    let (stop, stopped) = watch::channel(false);
    let conversation = converse(stopped);
    let server = tokio::spawn(async move {
        let parting = conversation.await;
        (parting, u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX))
    });
    let (ear, mut mouth) = tokio::io::split(client);
    let (said, taken) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
    let ended = Arc::new(Notify::new());
    let listener = tokio::spawn(listen(ear, hearing, Arc::clone(&said), Arc::clone(&ended)));
    let (counted, ear) = (Arc::clone(&taken), listener.abort_handle());
    let speaker = tokio::spawn(async move {
        let speak = async {
            for step in steps {
                if perform(step, &mut mouth, &stop, &counted, &ear).await.is_err() {
                    return;
                }
            }
            std::future::pending().await
        };
        tokio::select! { () = speak => {}, () = ended.notified() => {} }
        // The stop's sender stays until the end of the script.
        drop(stop);
    });
    let (parting, ended_ms) = server.await.expect("no panic");
    if matches!(hearing, Hearing::Fair | Hearing::Stays) {
        // An error says that the script ended it.
        let _left = listener.await;
    } else {
        listener.abort();
    }
    speaker.abort();
    let said = std::mem::take(&mut *said.lock().expect("whole"));
    let taken = *taken.lock().expect("whole");
    Record { said, ended_ms, parting, taken }
}

async fn perform(
    step: Step,
    mouth: &mut (impl AsyncWrite + Unpin),
    stop: &watch::Sender<bool>,
    taken: &Mutex<usize>,
    ear: &tokio::task::AbortHandle,
) -> Result<(), ()> {
    let mut write = async |octets: &[u8]| -> Result<(), ()> {
        let mut rest = octets;
        while !rest.is_empty() {
            let written = mouth.write(rest).await.map_err(|_| ())?;
            *taken.lock().expect("whole") += written;
            rest = &rest[written..];
        }
        mouth.flush().await.map_err(|_| ())
    };
    match step {
        Step::Send(octets) => write(&octets).await?,
        Step::Repeat(times, pause, octets) => {
            for _ in 0..times {
                write(&octets).await?;
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
        Step::Wait(pause) => tokio::time::sleep(Duration::from_millis(pause)).await,
        Step::HalfClose => mouth.shutdown().await.map_err(|_| ())?,
        Step::Leave => {
            ear.abort();
            return Err(());
        }
        Step::Stop => drop(stop.send(true)),
    }
    Ok(())
}

async fn listen(mut ear: impl AsyncRead + Unpin, hearing: Hearing, said: Arc<Mutex<Vec<u8>>>, ended: Arc<Notify>) {
    let mut octets = vec![0; if hearing == Hearing::Crawls { 1 } else { 4096 }];
    if hearing == Hearing::Deaf {
        std::future::pending::<()>().await;
    }
    // An error is an end like any other.
    while let Ok(read @ 1..) = ear.read(&mut octets).await {
        said.lock().expect("whole").extend_from_slice(&octets[..read]);
        if hearing == Hearing::Crawls {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    if hearing == Hearing::Fair {
        ended.notify_one();
    }
}
