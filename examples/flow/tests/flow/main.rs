//! The program as its users run it: exporters, files, the page, and refused requests.

mod exporters;
mod files;
mod page;
mod refusals;
mod server;
