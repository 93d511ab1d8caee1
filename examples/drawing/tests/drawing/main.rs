//! Drawings of spans. Each test builds spans, and reads the drawing or the tree.

mod build;
mod fold;
mod forest;
mod picture;
mod size;
mod tree;
