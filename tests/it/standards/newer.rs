//! What newer documents add, and Loket does not offer: their paths are unknown, their parameters and headers change
//! nothing, and nothing is claimed.

use super::items;
use crate::client::{get, http};
use crate::demo::demo;

/// RFC 9560's paths and parameters.
#[test]
fn se_06_se_07_nx_12_nobody_logs_in() {
    for path in ["login", "refresh", "status", "logout", "device", "devicepoll"] {
        assert_eq!(get(demo().http, &format!("/rdap/farv1_session/{path}")).status, 404, "{path}");
    }
    let help = get(demo().http, "/rdap/help").json();
    assert_eq!(help.get("farv1_openidcConfiguration"), None);
    assert!(!items(&help["rdapConformance"]).iter().any(|id| id == "farv1"));
    let plain = get(demo().http, "/rdap/domain/bedrijf.be");
    for parameter in ["farv1_id=jan", "farv1_iss=x", "farv1_qp=legalActions", "farv1_dnt=true"] {
        let with = get(demo().http, &format!("/rdap/domain/bedrijf.be?{parameter}"));
        assert_eq!((with.status, with.body), (200, plain.body.clone()), "{parameter}");
    }
}

/// Credentials open nothing, whatever they claim, and are written nowhere.
#[test]
fn se_08_se_09_se_10_credentials_open_nothing_and_are_not_written_down() {
    let secret = "c2VjcmV0LXRva2VuLW9mLXNvbWVib2R5";
    let authorization = format!("Bearer {secret}");
    for path in ["domain/persoon.be", "entity/nobody", "domain/vrij.be"] {
        let plain = get(demo().http, &format!("/rdap/{path}"));
        let target = format!("/rdap/{path}?access_token={secret}");
        for (target, headers) in
            [(format!("/rdap/{path}"), &[("authorization", authorization.as_bytes())][..]), (target, &[])]
        {
            let reply = http(demo().http, "GET", &target, headers);
            assert_eq!((reply.status, &reply.body), (plain.status, &plain.body), "{target}");
            assert!(!String::from_utf8_lossy(&reply.raw).contains(secret), "{target}");
        }
    }
    assert!(!demo().log().contains(secret));
}

/// The searches of regional registries, and extensions that are not offered.
#[test]
fn nx_01_nx_02_nx_04_nx_09_nx_10_ot_01_ot_02_what_is_not_offered_is_not_claimed() {
    for path in ["ips?name=x", "autnums?name=x", "ips/rdap-up/192.0.2.0/24", "autnums/rdap-down/64496"] {
        let status = get(demo().http, &format!("/rdap/{path}")).status;
        assert!([400, 404, 501].contains(&status), "{path}: {status}");
    }
    for path in ["help", "domain/bedrijf.be", "entity/c1001", "domain/reg.brussels"] {
        let answer = get(demo().http, &format!("/rdap/{path}")).json();
        for id in ["geofeed1", "ttl0", "ips", "autnums", "rirSearch1", "sc", "simpleRedaction", "rdap_objectTag"] {
            let claimed = items(&answer["rdapConformance"]).iter().filter_map(|claimed| claimed.as_str());
            assert!(!claimed.into_iter().any(|claimed| claimed.starts_with(id)), "{path}: {id}");
        }
        assert_eq!(answer.get("ttl0_data"), None, "{path}");
    }
}
