//! Logging of changes of state, by defmt where the feature is on and nothing at all where it is not.

/// One line in the log. Arguments are integers.
macro_rules! log {
    ($text:literal $(, $argument:expr)* $(,)?) => {{
        #[cfg(feature = "defmt")]
        defmt::info!($text $(, $argument)*);
        #[cfg(not(feature = "defmt"))]
        { $(_ = &$argument;)* }
    }};
}
pub(crate) use log;
