//! The same function with and without the attribute.

/// Declares the modules `NAME::with` and `NAME::without`, whose functions differ by the attribute alone.
macro_rules! twice {
    ($(#[$lint:meta])* $name:ident $attribute:tt { $($item:tt)* }) => {
        $(#[$lint])*
        mod $name {
            #[allow(unused_imports)]
            pub(crate) mod without {
                use super::super::*;
                $($item)*
            }
            #[allow(unused_imports)]
            pub(crate) mod with {
                use super::super::*;
                #[linked_span::linked_span $attribute]
                $($item)*
            }
        }
    };
}

/// Declares the same two modules for a method of a `Service`.
macro_rules! method_twice {
    ($name:ident $attribute:tt { $($item:tt)* }) => {
        mod $name {
            #[allow(unused_imports, dead_code)]
            pub(crate) mod without {
                use super::super::*;
                #[derive(Debug)]
                pub(crate) struct Service(pub(crate) Note);
                impl Service {
                    $($item)*
                }
            }
            #[allow(unused_imports, dead_code)]
            pub(crate) mod with {
                use super::super::*;
                #[derive(Debug)]
                pub(crate) struct Service(pub(crate) Note);
                impl Service {
                    #[linked_span::linked_span $attribute]
                    $($item)*
                }
            }
        }
    };
}

/// Asserts that both log the same, except that a span ends after all drops.
macro_rules! assert_same_log {
    ($name:ident, $call:expr) => {{
        let without = {
            #[allow(unused_imports)]
            use $name::without::*;
            crate::drops::logged_without(|| $call)
        };
        let with = {
            #[allow(unused_imports)]
            use $name::with::*;
            linked_span_tests_edition::logged(|| $call)
        };
        crate::drops::assert_same(stringify!($name), without, with);
    }};
}
