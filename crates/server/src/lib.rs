//! The program probatum: configuration, TLS, wiring, loops, graceful stop.
