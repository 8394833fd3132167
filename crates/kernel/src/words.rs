//! Words that several domain crates speak: how far an incident or an item of evidence is proven.

crate::vocabulary! {
    /// How far something is proven (CONTRACT §4). What leads to each is decided by the evidence crate.
    pub enum EvidenceStatus("evidence status") {
        /// Nothing but a report.
        Gap = "gap",
        /// Media write about it.
        MediaSignal = "media_signal",
        /// Somebody claims it in public.
        PublicClaim = "public_claim",
        /// There is internal evidence, not confirmed yet.
        Internal = "internal",
        /// Confirmed by evidence with a chain of custody.
        Confirmed = "confirmed",
        /// Evidence contradicts evidence, or a chain of custody is broken.
        Disputed = "disputed",
        /// An exercise, not an event.
        Simulation = "simulation",
    }
}
