//! Listening, on both addresses of this machine.

use std::error::Error;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::arguments::Serve;
use crate::page;
use crate::receive::{Intake, grpc, http};
use crate::store::{Bounds, Store};

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) fn run(arguments: &Serve) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Serve) -> Result<(), Failure> {
    let web = listen(arguments.address, arguments.http_port, "--http-port").await?;
    let grpc = listen(arguments.address, arguments.grpc_port, "--grpc-port").await?;
    let store = Arc::new(Store::new(Bounds {
        spans: arguments.keep,
        bytes: arguments.keep_mib << 20,
    }));
    let intake = Intake::new(Arc::clone(&store), arguments.request_mib << 20);
    say(&web, &grpc)?;

    let routes = http::routes(intake.clone(), arguments.cors_origin.clone());
    let routes = page::routes(store, routes, &arguments.host);
    let mut servers = JoinSet::new();
    for listener in web {
        let server = axum::serve(listener, routes.clone());
        servers.spawn(server.into_future());
    }
    for listener in grpc {
        let server = Server::builder()
            .add_service(grpc::Traces(intake.clone()))
            .add_service(grpc::Logs(intake.clone()))
            .add_service(grpc::Metrics(intake.clone()))
            .serve_with_incoming(TcpIncoming::from(listener));
        servers.spawn(async { server.await.map_err(std::io::Error::other) });
    }
    tokio::select! {
        ended = servers.join_next() => match ended {
            Some(ended) => Ok(ended??),
            None => Ok(()),
        },
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

/// Listens on both families without an address, because some clients resolve `localhost` as `::1` only.
async fn listen(
    address: Option<IpAddr>,
    port: u16,
    option: &str,
) -> Result<Vec<TcpListener>, Failure> {
    let first = address.unwrap_or(Ipv4Addr::LOCALHOST.into());
    loop {
        let listener = bind((first, port).into(), option).await?;
        if address.is_some() {
            return Ok(vec![listener]);
        }
        let second = (Ipv6Addr::LOCALHOST, listener.local_addr()?.port());
        match TcpListener::bind(second).await {
            Ok(other) => return Ok(vec![listener, other]),
            Err(error) if error.kind() != ErrorKind::AddrInUse => return Ok(vec![listener]), // no IPv6 here
            Err(_) if port == 0 => {} // any port that is free on both
            Err(_) => return Err(taken(second.into(), option)),
        }
    }
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            taken(address, option)
        } else {
            format!("cannot listen on {address}: {error}").into()
        }
    })
}

fn taken(address: SocketAddr, option: &str) -> Failure {
    format!(
        "use another port with {option}, or stop the other program: {address} is taken; a collector, Jaeger or another \
         flow listens there"
    )
    .into()
}

fn say(web: &[TcpListener], grpc: &[TcpListener]) -> Result<(), Failure> {
    let address =
        |listeners: &[TcpListener]| listeners.first().map(TcpListener::local_addr).transpose();
    if let (Some(web), Some(grpc)) = (address(web)?, address(grpc)?) {
        println!("The page: http://{web}/");
        println!("OTLP over HTTP: http://{web}, over gRPC: http://{grpc}");
        if !web.ip().is_loopback() {
            println!(
                "Other machines can read what is shown here, and send spans: there is no password."
            );
        }
    }
    Ok(())
}
