//! Playbooks and response steps: the state machine of an action and what proves it.
