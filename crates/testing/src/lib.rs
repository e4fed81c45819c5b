//! The real wallet in-process, for the tests of a PSP: a port, a clock and a database of the test's own.
