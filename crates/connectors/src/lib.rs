//! Adapters to the outside: the blob store.
