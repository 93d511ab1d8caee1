//! Checks which releases may use a function's joins.
//!
//! A function's declaration in the server contains the version of its joins, the lowest version of a release that may use
//! them, and the inputs. So two releases can share joins during a rolling deploy, and after a rollback.
//!
//! Lists and optional inputs did not change the version. The declared inputs of a function mark them, so a release without
//! lists cannot have the declaration. Joins of single inputs are stored as before.

use super::failure::unknown;
use crate::fan_in::durable::BackendError;

/// The version that this release writes.
pub(super) const VERSION: u32 = 1;

/// The lowest version of a release that may use joins of this version.
pub(super) const LOWEST: u32 = 1;

/// Returns the declaration of this release.
pub(super) fn declaration(inputs: &str) -> String {
    format!("{VERSION} {LOWEST} {inputs}")
}

/// Returns the inputs of a declaration, if this release may use the joins.
pub(super) fn inputs(declaration: &str) -> Result<String, BackendError> {
    let mut columns = declaration.splitn(3, ' ');
    let mut number = || columns.next()?.parse::<u32>().ok();
    let (Some(version), Some(lowest)) = (number(), number()) else {
        return Err(unknown());
    };
    let inputs = columns.next().ok_or_else(unknown)?;
    let refused = if version < VERSION {
        format!(
            "run `Redis::migrate()`: the joins are of version {version}, and this release has version {VERSION}"
        )
    } else if lowest > VERSION {
        format!(
            "deploy a newer release: this one has version {VERSION}, and the joins need version {lowest} or later"
        )
    } else {
        return Ok(inputs.to_owned());
    };
    Err(BackendError::Misconfigured(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declaration_is_read_as_it_is_written() {
        assert_eq!(inputs(&declaration("a: A, b: B")).unwrap(), "a: A, b: B");
    }

    #[test]
    fn text_that_is_no_declaration_is_refused() {
        for text in ["", "1", "1 1", "one 1 a", "1 -1 a"] {
            assert!(
                matches!(inputs(text), Err(BackendError::Permanent(_))),
                "{text}"
            );
        }
    }
}
