//! Where a server listens.

use std::net::SocketAddr;

use super::StartFault;
use crate::config::Listen;
use crate::observe::Entrance;
use crate::serve::accept::Gate;

/// Where a server listens, after ports of 0 were given out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// RDAP without TLS.
    pub http: Vec<SocketAddr>,
    /// RDAP with TLS.
    pub https: Vec<SocketAddr>,
    /// Port 43.
    pub whois: Vec<SocketAddr>,
    /// The availability protocol.
    pub das: Vec<SocketAddr>,
    /// Health, readiness and metrics.
    pub admin: Vec<SocketAddr>,
}

impl Addresses {
    /// The addresses of an entrance.
    pub fn of(&self, entrance: Entrance) -> &[SocketAddr] {
        match entrance {
            Entrance::Http => &self.http,
            Entrance::Https => &self.https,
            Entrance::Whois => &self.whois,
            Entrance::Das => &self.das,
            Entrance::Admin => &self.admin,
        }
    }

    fn of_mut(&mut self, entrance: Entrance) -> &mut Vec<SocketAddr> {
        match entrance {
            Entrance::Http => &mut self.http,
            Entrance::Https => &mut self.https,
            Entrance::Whois => &mut self.whois,
            Entrance::Das => &mut self.das,
            Entrance::Admin => &mut self.admin,
        }
    }

    /// Binds every address of the settings, all or none.
    ///
    /// # Errors
    /// The first address that cannot be bound.
    pub(super) async fn bind(listen: &Listen) -> Result<(Vec<Gate>, Addresses), StartFault> {
        let doors = [
            (Entrance::Http, &listen.http),
            (Entrance::Https, &listen.https),
            (Entrance::Whois, &listen.whois),
            (Entrance::Das, &listen.das),
            (Entrance::Admin, &listen.admin),
        ];
        let (mut gates, mut addresses) = (Vec::new(), Addresses::default());
        for (entrance, wanted) in doors {
            for address in wanted {
                let fault = |error| StartFault::Bind(entrance, *address, error);
                let gate = Gate::bind(entrance, *address).await.map_err(fault)?;
                addresses.of_mut(entrance).push(gate.listener.local_addr().map_err(fault)?);
                gates.push(gate);
            }
        }
        Ok((gates, addresses))
    }

    /// Logs each of them.
    pub(super) fn announce(&self) {
        for entrance in Entrance::ALL {
            for address in self.of(*entrance) {
                tracing::info!(entrance = entrance.word(), %address, "listening");
            }
        }
    }
}
