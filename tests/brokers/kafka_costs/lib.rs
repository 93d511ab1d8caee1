//! This package only has a bench.
