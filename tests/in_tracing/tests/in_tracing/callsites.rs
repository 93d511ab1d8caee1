//! callsites
