//! AI agents, their trust score and the tools they may effectively use.
