//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Shows flows: the traces that span links connect.
///
/// Receives OTLP over HTTP and gRPC, and draws flows in a web page as they happen.
#[derive(Debug, Parser)]
#[command(name = "flow", args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes a picture of the largest flow in a file of OTLP JSON, as SVG.
    Draw {
        /// JSON lines as a collector's file exporter writes them. Without one, standard input.
        file: Option<PathBuf>,
    },
    /// Prints the spans in a file of OTLP JSON as a tree.
    Print {
        /// JSON lines as a collector's file exporter writes them. Without one, standard input.
        file: Option<PathBuf>,
    },
}

/// How spans are received, kept and shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct Serve {
    /// The address to listen on. Without one, this machine only: `127.0.0.1` and `::1`.
    #[arg(long)]
    pub(crate) address: Option<IpAddr>,
    /// The port of the page, and of OTLP over HTTP.
    #[arg(long, default_value_t = 4318)]
    pub(crate) http_port: u16,
    /// The port of OTLP over gRPC.
    #[arg(long, default_value_t = 4317)]
    pub(crate) grpc_port: u16,
    /// How many spans are kept.
    #[arg(long, value_name = "SPANS", default_value_t = 100_000, value_parser = positive)]
    pub(crate) keep: usize,
    /// How much memory the kept spans may take, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = mebibytes)]
    pub(crate) keep_mib: usize,
    /// The largest request, in MiB, before and after decompression.
    #[arg(long, value_name = "MIB", default_value_t = 4, value_parser = mebibytes)]
    pub(crate) request_mib: usize,
    /// Another name under which this machine is called, such as `host.docker.internal`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// An origin whose pages may send spans, such as `http://localhost:3000`. May be repeated.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) cors_origin: Vec<String>,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("use a positive number".to_owned()),
        Ok(number) => Ok(number),
    }
}

fn mebibytes(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=65_536) => Ok(number),
        _ => Err("use a number of MiB from 1 to 65536".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn command_line_without_arguments_serves_on_the_usual_ports() {
        let arguments = Arguments::try_parse_from(["flow"]).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(
            (arguments.serve.http_port, arguments.serve.grpc_port),
            (4318, 4317)
        );
    }

    #[test]
    fn command_line_with_a_zero_bound_is_refused() {
        for wrong in [
            "--keep=0",
            "--keep-mib=0",
            "--request-mib=0",
            "--request-mib=99999999999",
        ] {
            assert!(
                Arguments::try_parse_from(["flow", wrong]).is_err(),
                "{wrong}"
            );
        }
    }
}
