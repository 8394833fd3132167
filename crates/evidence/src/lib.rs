//! Evidence kinds, custody chains, item status, inheritance and the Merkle log.
