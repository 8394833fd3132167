//! The incident aggregate: two state axes, doctrine guards, classification, flags, SLA.
