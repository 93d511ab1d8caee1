//! What is drawn of spans: each test builds some, and reads the picture or the tree.

mod build;
mod fold;
mod forest;
mod picture;
mod size;
mod tree;
