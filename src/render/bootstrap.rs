//! The bootstrap file of this service (RFC 9224): its zones and where they are answered for. IANA's has the zones of all
//! registries; this one is for clients that are pointed at a service which is not listed there, or not yet.

use serde::Serialize;

use super::rdap::Rendered;
use super::site::Site;

/// The media type of bootstrap files (RFC 9224 §12).
pub const MEDIA_TYPE: &str = "application/json";

/// The one version there is (RFC 9224 §3).
const VERSION: &str = "1.0";

#[derive(Serialize)]
struct File<'a> {
    version: &'static str,
    publication: String,
    description: String,
    services: Vec<[Vec<&'a str>; 2]>,
}

/// The file for RDAP's `dns` registry (RFC 9224 §4). It names bases of https alone (BS-01); without one it has no services.
pub fn document(site: &Site) -> Rendered {
    let mut zones: Vec<&str> = site.zones.iter().map(|zone| zone.name.as_str()).collect();
    zones.sort_unstable();
    let bases: Vec<&str> =
        site.rdap_bases.iter().map(String::as_str).filter(|base| base.starts_with("https://")).collect();
    let services = if bases.is_empty() || zones.is_empty() { Vec::new() } else { vec![[zones, bases]] };
    let file = File {
        version: VERSION,
        publication: site.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        description: format!("The RDAP service of {}", site.operator),
        services,
    };
    // Strings and lists always become JSON; an empty body would be a fault of the library.
    Rendered { status: 200, body: serde_json::to_vec(&file).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::rdap::tests::records;
    use serde_json::{Value, json};

    #[test]
    fn bs_01_the_zones_and_their_https_bases() {
        let site = records::site();
        let file: Value = serde_json::from_slice(&document(&site).body).unwrap();
        assert_eq!(
            file,
            json!({
                "version": "1.0",
                "publication": "1970-01-01T00:00:00Z",
                "description": "The RDAP service of Registry",
                "services": [[["be", "brussels"], ["https://rdap.registry.example/rdap/"]]],
            })
        );
        let plain = Site { rdap_bases: vec!["http://127.0.0.1/".to_owned()], ..site };
        let file: Value = serde_json::from_slice(&document(&plain).body).unwrap();
        assert_eq!(file["services"], json!([]));
    }
}
