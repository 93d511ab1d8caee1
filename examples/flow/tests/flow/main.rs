//! The program as its users meet it: exporters, files, the page, and what is refused.

mod exporters;
mod files;
mod page;
mod refusals;
mod server;
