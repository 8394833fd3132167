//! How the outbound client hooks into its HTTP library: names are resolved and judged here, connections go to exactly
//! the addresses judged, and it is known whether anything of a request was sent.

use super::address::{Reach, reach};
use super::policy::host_of;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Addresses tried of one name.
const MAX_ADDRESSES: usize = 8;

/// Who says which addresses a name has.
pub(super) trait Names: std::fmt::Debug + Send + Sync {
    /// All addresses of a host, with this port.
    fn lookup(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>>;
}

/// The operating system.
#[derive(Debug)]
pub(super) struct SystemNames;

impl Names for SystemNames {
    fn lookup(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok((host, port).to_socket_addrs()?.collect())
    }
}

/// An address nobody may connect to; carried through the HTTP library as its "other" error.
#[derive(Debug, thiserror::Error)]
#[error("{host} leads to {address}, which {why}")]
pub(super) struct Refused {
    host: String,
    address: IpAddr,
    why: &'static str,
}

/// Resolves a name once per request and judges every address of it. The connection is made to what is returned here:
/// there is no second look-up that could answer differently.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) names: Arc<dyn Names>,
    pub(super) allow_private: bool,
}

impl Guard {
    /// The addresses, if each may be connected to. One that may not refuses them all: a name that leads to both sides of
    /// the wall is no mistake to work around.
    fn judge(&self, host: &str, addresses: &[SocketAddr]) -> Result<(), Refused> {
        for address in addresses {
            let why = match reach(address.ip()) {
                Reach::Public => continue,
                Reach::Private if self.allow_private => continue,
                Reach::Private => "is not on the public internet; allow_private = true would allow it",
                Reach::Never => "is never called",
            };
            return Err(Refused { host: host.to_owned(), address: address.ip(), why });
        }
        Ok(())
    }

    /// Looks a name up on a thread of its own, because the operating system's look-up knows no time-out.
    fn lookup(&self, host: String, port: u16, timeout: NextTimeout) -> Result<Vec<SocketAddr>, Error> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let names = Arc::clone(&self.names);
        let ask = move || {
            // Nobody listens any more after the time-out; there is nothing left to do then.
            let _ = sender.send(names.lookup(&host, port));
        };
        std::thread::Builder::new().name("lookup".to_owned()).spawn(ask)?;
        match receiver.recv_timeout(*timeout.after) {
            Ok(found) => Ok(found?),
            Err(_) => Err(Error::Timeout(timeout.reason)),
        }
    }
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, _: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host = host_of(uri).ok_or(Error::HostNotFound)?;
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        let found = self.lookup(host.clone(), port, timeout)?;
        self.judge(&host, &found).map_err(|refused| Error::Other(Box::new(refused)))?;
        let mut addresses = self.empty();
        for address in found.into_iter().take(MAX_ADDRESSES) {
            addresses.push(address);
        }
        if addresses.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// Wraps every connection, on the inside of TLS, to note whether anything of a request went out.
#[derive(Debug)]
pub(super) struct Watch(pub(super) Arc<AtomicBool>);

impl<In: Transport> Connector<In> for Watch {
    type Out = Watched<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Watched { inner, sent: Arc::clone(&self.0) }))
    }
}

/// A connection that notes when a request begins to leave.
#[derive(Debug)]
pub(super) struct Watched<T> {
    inner: T,
    sent: Arc<AtomicBool>,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.sent.store(true, Ordering::SeqCst);
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
