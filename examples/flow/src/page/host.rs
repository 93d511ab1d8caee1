//! The host name of a request.
//!
//! A web page can point its own name at the address of this machine, and then read this page. Its requests
//! carry that name, so they are refused. A literal address cannot be redirected like that.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The names of this machine.
#[derive(Clone, Debug)]
pub(super) struct Hosts(Arc<Vec<String>>);

impl Hosts {
    /// `localhost` is always one.
    pub(super) fn new(names: &[String]) -> Self {
        let names = names.iter().map(|name| name.to_ascii_lowercase());
        Self(Arc::new(names.chain(["localhost".to_owned()]).collect()))
    }

    fn accept(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        // A user before the name is no part of a host.
        if host.contains('@') {
            return false;
        }
        let name = authority.host();
        let address = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(name);
        address.parse::<IpAddr>().is_ok()
            || self.0.iter().any(|known| name.eq_ignore_ascii_case(known))
    }
}

/// Refuses a request for another host name, with the status 421.
pub(super) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let mut values = request.headers().get_all(HOST).iter();
    let host = values.next().and_then(|host| host.to_str().ok());
    let is_accepted = host.is_some_and(|host| hosts.accept(host))
        && values.next().is_none()
        && is_accepted(&hosts, request.uri());
    if is_accepted {
        return next.run(request).await;
    }
    let why =
        "start flow with --host NAME to be called by another name than localhost or an address\n";
    (StatusCode::MISDIRECTED_REQUEST, why).into_response()
}

/// A request line may name a host too.
fn is_accepted(hosts: &Hosts, uri: &Uri) -> bool {
    uri.authority()
        .is_none_or(|authority| hosts.accept(authority.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_that_is_an_address_or_a_known_name_is_accepted() {
        let hosts = Hosts::new(&["host.docker.internal".to_owned()]);
        for known in [
            "localhost:4318",
            "LOCALHOST",
            "127.0.0.1:4318",
            "[::1]:4318",
            "192.0.2.7",
            "Host.Docker.Internal:4318",
        ] {
            assert!(hosts.accept(known), "{known}");
        }
    }

    #[test]
    fn host_of_another_name_is_refused() {
        let hosts = Hosts::new(&[]);
        for unknown in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost@evil.example",
            "evil.example@localhost",
            "host.docker.internal",
            "local host",
        ] {
            assert!(!hosts.accept(unknown), "{unknown}");
        }
    }
}
