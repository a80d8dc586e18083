//! What the tests share: signals, measurements, guards and conformance suites.
