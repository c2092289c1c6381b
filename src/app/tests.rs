//! The life of a server, in one process, over real sockets on port 0.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;
use crate::config::Listen;
use crate::observe::Entrance;

/// The demonstration's settings, in a state folder of its own, on free ports.
fn demo(state: &Path) -> Config {
    let mut config = Config::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml")).unwrap();
    let any = || vec!["127.0.0.1:0".parse().unwrap()];
    config.state = state.to_owned();
    config.import.watch = None;
    config.listen =
        Listen { http: any(), https: any(), whois: any(), das: any(), admin: any(), admin_from_outside: false };
    config
}

struct Server {
    addresses: Addresses,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), StartFault>>,
}

async fn start(config: Config) -> Server {
    let ((ready, addresses), (stop, stopped)) = (oneshot::channel(), oneshot::channel());
    let task = tokio::spawn(run(config, Clock::system(), ready, stopped));
    match addresses.await {
        Ok(addresses) => Server { addresses, stop, task },
        Err(_gone) => panic!("{:?}", task.await),
    }
}

impl Server {
    async fn say(&self, entrance: Entrance, text: &str) -> String {
        let address = self.addresses.of(entrance).first().unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn get(&self, entrance: Entrance, path: &str) -> String {
        self.say(entrance, &format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\n\r\n")).await
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(20), self.task).await.unwrap().unwrap().unwrap();
    }

    /// No door says that a name is free, registered or unknown; readiness gives the reason.
    async fn is_unavailable(&self, state: State) {
        let whois = self.say(Entrance::Whois, "vrij.be\r\n").await;
        assert!(!whois.contains("Status:") && !whois.contains("AVAILABLE"), "{whois}");
        let das = self.say(Entrance::Das, "vrij.be\r\n").await;
        assert!(!das.contains("AVAILABLE"), "{das}");
        let rdap = self.get(Entrance::Http, "/rdap/domain/vrij.be").await;
        assert!(rdap.starts_with("HTTP/1.1 503 "), "{rdap}");
        let ready = self.get(Entrance::Admin, "/health/ready").await;
        assert!(ready.starts_with("HTTP/1.1 503 ") && ready.ends_with(&format!("{state}\n")), "{ready}");
    }
}

#[tokio::test]
async fn without_anything_published_every_door_says_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = demo(folder.path());
    config.import.initial.clear();
    let server = start(config).await;
    server.is_unavailable(State::NothingPublished).await;
    server.stop().await;
}

#[tokio::test]
async fn an_address_that_is_taken_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = demo(folder.path());
    config.import.initial.clear();
    config.listen.whois = vec![taken.local_addr().unwrap()];
    let ((ready, _addresses), (_stop, stopped)) = (oneshot::channel(), oneshot::channel());
    let outcome = run(config, Clock::system(), ready, stopped).await;
    assert!(matches!(outcome, Err(StartFault::Bind(Entrance::Whois, ..))), "{outcome:?}");
}

#[cfg(feature = "publisher")]
mod with_data {
    use super::*;

    #[tokio::test]
    async fn the_first_start_imports_serves_and_drains() {
        let folder = tempfile::tempdir().unwrap();
        let server = start(demo(folder.path())).await;
        assert!(server.get(Entrance::Admin, "/health/ready").await.ends_with("ready\n"));
        assert!(server.say(Entrance::Whois, "bedrijf.be\r\n").await.contains("Bedrijf"));
        assert!(server.say(Entrance::Whois, "vrij.be\r\n").await.contains("Status:\tAVAILABLE"));
        assert!(server.get(Entrance::Http, "/rdap/domain/persoon.be").await.starts_with("HTTP/1.1 200 "));
        server.stop().await;
    }

    /// Imports beside the running server, as another process would.
    async fn import(config: &Config, deposit: &str) -> crate::publish::Applied {
        let settings = publish_settings(config, false, Clock::system());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(deposit);
        let work = move || crate::publish::import(&[path], &settings, &mut crate::publish::Silent).unwrap();
        tokio::task::spawn_blocking(work).await.unwrap().deposits.remove(0)
    }

    /// True as soon as the server says this, within patience.
    async fn says(server: &Server, name: &str, words: &str) -> bool {
        for _ in 0..500 {
            if server.say(Entrance::Whois, &format!("{name}\r\n")).await.contains(words) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    #[tokio::test]
    async fn imports_beside_a_running_server_are_served_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = demo(folder.path());
        config.import.initial.clear();
        let server = start(config.clone()).await;
        server.is_unavailable(State::NothingPublished).await;
        let applied = import(&config, "data/sample/full.xml").await;
        assert_eq!((applied.audience.ready, applied.audience.servers()), (1, 1));
        assert!(says(&server, "verdwijnt.be", "Status:\tNOT AVAILABLE").await);
        assert!(server.get(Entrance::Admin, "/health/ready").await.ends_with("ready\n"));
        let applied = import(&config, "data/sample/diff.xml").await;
        assert_eq!((applied.audience.ready, applied.audience.servers()), (1, 1));
        assert!(says(&server, "verdwijnt.be", "Status:\tAVAILABLE").await);
        server.stop().await;
    }

    #[tokio::test]
    async fn newer_data_of_another_policy_leaves_the_old_in_service_until_it_is_decided_again() {
        let folder = tempfile::tempdir().unwrap();
        let config = demo(folder.path());
        let server = start(config.clone()).await;
        let mut other = config.clone();
        let zones = config.site.zones.iter().cloned().map(|mut zone| {
            zone.policy = "icann-gtld".into();
            zone
        });
        other.site.zones = crate::model::zone::Zones::new(zones.collect());
        let applied = import(&other, "data/sample/diff.xml").await;
        assert_eq!((applied.audience.cannot, applied.audience.servers()), (1, 1));
        let refused = "loket_publication_refused 1\n";
        for _ in 0..500 {
            if server.get(Entrance::Admin, "/metrics").await.contains(refused) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(server.get(Entrance::Admin, "/metrics").await.contains(refused));
        assert!(says(&server, "verdwijnt.be", "Status:\tNOT AVAILABLE").await, "the old data");
        assert!(server.get(Entrance::Admin, "/health/ready").await.ends_with("ready\n"));
        let settings = publish_settings(&config, false, Clock::system());
        let work = move || crate::publish::rebuild(&settings, &mut crate::publish::Silent).unwrap();
        assert_eq!(tokio::task::spawn_blocking(work).await.unwrap().audience.ready, 1);
        assert!(says(&server, "verdwijnt.be", "Status:\tAVAILABLE").await);
        assert!(server.get(Entrance::Admin, "/metrics").await.contains("loket_publication_refused 0\n"));
        server.stop().await;
    }

    #[tokio::test]
    async fn a_damaged_store_is_never_served() {
        let folder = tempfile::tempdir().unwrap();
        start(demo(folder.path())).await.stop().await;
        // The manifest's counts no longer fit.
        for entry in std::fs::read_dir(folder.path().join("public")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::write(&path, text.replacen('1', "2", 1)).unwrap();
            }
        }
        let server = start(demo(folder.path())).await;
        server.is_unavailable(State::StoreDamaged).await;
        server.stop().await;
    }

    #[tokio::test]
    async fn data_of_another_policy_is_never_served() {
        let folder = tempfile::tempdir().unwrap();
        start(demo(folder.path())).await.stop().await;
        let mut config = demo(folder.path());
        let zones = config.site.zones.iter().cloned().map(|mut zone| {
            zone.policy = "icann-gtld".into();
            zone
        });
        config.site.zones = crate::model::zone::Zones::new(zones.collect());
        let server = start(config).await;
        server.is_unavailable(State::PolicyChanged).await;
        server.stop().await;
    }
}
