//! What a handler is called in metrics: names that are known when the program is compiled.

/// A handler's constants, as its metrics need them.
#[cfg(feature = "metrics")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandlerLabels {
    /// The span's name, unless that is computed; then the function's.
    pub(crate) name: &'static str,
    /// Only of a handler of messages.
    pub(crate) messaging: Option<&'static MessagingLabels>,
}

/// What is constant for all messages of a handler. A message's own topic, subject or key is none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagingLabels {
    /// `kafka`
    pub system: &'static str,
    /// A literal `destination = …`, or one that the adapter knows to be constant.
    pub destination: Option<&'static str>,
    /// `template = …`; it wins over the destination.
    pub template: Option<&'static str>,
    /// `group = …`
    pub group: Option<&'static str>,
}
