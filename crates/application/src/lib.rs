//! Use cases, ports and the authorization matrix.
