//! Triage verdicts: explainable, versioned, and unable to act.
