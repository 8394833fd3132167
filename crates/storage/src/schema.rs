//! The tables as Diesel sees them, one description for both databases; `cargo xtask schema --check` compares it.

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    incidents (id) {
        id -> Id,
        public_year -> Integer,
        public_number -> BigInt,
        title -> Text,
        summary -> Nullable<Text>,
        source_type -> Text,
        source -> Nullable<Text>,
        level -> Text,
        category -> Text,
        severity -> Integer,
        band -> Text,
        priority_rank -> Integer,
        evidence_status -> Text,
        status_rank -> Integer,
        lifecycle -> Text,
        disposition -> Nullable<Text>,
        resolution -> Nullable<Text>,
        flags -> Integer,
        lowered_flags -> Integer,
        agent_id -> Nullable<Text>,
        asset -> Nullable<Text>,
        country -> Nullable<Text>,
        lat -> Nullable<Double>,
        lon -> Nullable<Double>,
        sector -> Nullable<Text>,
        impact_confidentiality -> Integer,
        impact_integrity -> Integer,
        impact_availability -> Integer,
        occurred_at -> Nullable<Ts>,
        detected_at -> Nullable<Ts>,
        aware_at -> Nullable<Ts>,
        sla_due_at -> Nullable<Ts>,
        verdict -> Nullable<Text>,
        recommended_actions -> Text,
        raw_data -> Nullable<Text>,
        tags -> Text,
        created_at -> Ts,
        updated_at -> Ts,
        triaged_at -> Nullable<Ts>,
        contained_at -> Nullable<Ts>,
        resolved_at -> Nullable<Ts>,
        closed_at -> Nullable<Ts>,
        reopened_at -> Nullable<Ts>,
        created_by -> Text,
        legal_hold -> Bool,
        version -> BigInt,
        facets -> BigInt,
        search_text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    facet_counts (facet, value) {
        facet -> Text,
        value -> Text,
        n -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    incident_numbers (year) {
        year -> Integer,
        last -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    evidence (id) {
        id -> Id,
        incident_id -> Id,
        kind -> Text,
        source -> Text,
        content_ref -> Nullable<Text>,
        hash_sha256 -> Nullable<Text>,
        confidence -> Integer,
        visibility -> Text,
        description -> Nullable<Text>,
        contradicts -> Nullable<Id>,
        tlp -> Nullable<Text>,
        status -> Text,
        stored_size -> Nullable<BigInt>,
        stored_media_type -> Nullable<Text>,
        stored_file_name -> Nullable<Text>,
        stored_key -> Nullable<Text>,
        broken -> Bool,
        custody_entries -> Integer,
        created_at -> Ts,
        created_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    custody (evidence_id, seq) {
        evidence_id -> Id,
        seq -> Integer,
        ts -> Ts,
        actor -> Text,
        action -> Text,
        hash_after -> Nullable<Text>,
        intact -> Nullable<Bool>,
        note -> Nullable<Text>,
        prev_hash -> Text,
        entry_hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    actions (id) {
        id -> Id,
        incident_id -> Id,
        title -> Text,
        action_type -> Text,
        owner -> Nullable<Text>,
        due_at -> Nullable<Ts>,
        status -> Text,
        validation_ref -> Nullable<Id>,
        comment -> Nullable<Text>,
        requested_by -> Text,
        requested_at -> Ts,
        executed_by -> Nullable<Text>,
        executed_at -> Nullable<Ts>,
        updated_at -> Ts,
        version -> BigInt,
        approval_level -> Nullable<Text>,
        order_data -> Nullable<Text>,
        step_data -> Nullable<Text>,
        wake_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    agents (id) {
        id -> Text,
        name -> Nullable<Text>,
        owner -> Nullable<Text>,
        tier -> Nullable<Text>,
        baseline_score -> Integer,
        current_score -> Integer,
        quarantined -> Bool,
        unverified -> Bool,
        allowed_tools -> Text,
        created_at -> Ts,
        updated_at -> Ts,
        version -> BigInt,
        registered -> Bool,
        status -> Text,
        quarantined_at -> Nullable<Ts>,
        quarantined_by -> Nullable<Text>,
        quarantined_by_principal -> Nullable<Text>,
        quarantine_approved_by -> Nullable<Text>,
        quarantine_reason -> Nullable<Text>,
        quarantine_incident -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    agent_history (agent_id, seq) {
        agent_id -> Text,
        seq -> BigInt,
        at -> Ts,
        what -> Text,
        event -> Nullable<Text>,
        score_before -> Nullable<Integer>,
        score_after -> Integer,
        status_after -> Text,
        by_actor -> Text,
        approved_by -> Nullable<Text>,
        incident_id -> Nullable<Id>,
        evidence_id -> Nullable<Id>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    triage_runs (id) {
        id -> Id,
        incident_id -> Id,
        seq -> BigInt,
        status -> Text,
        engine -> Text,
        model -> Nullable<Text>,
        playbook -> Text,
        verdict -> Nullable<Text>,
        recommended_actions -> Text,
        fallback -> Nullable<Text>,
        failure -> Nullable<Text>,
        requested_by -> Text,
        started_at -> Ts,
        lease_until -> Ts,
        finished_at -> Nullable<Ts>,
        duration_ms -> Nullable<BigInt>,
        prompt -> Nullable<Text>,
        answer -> Nullable<Text>,
        prompt_tokens -> Nullable<BigInt>,
        completion_tokens -> Nullable<BigInt>,
        cost -> Nullable<Double>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    facts (incident_id, version) {
        incident_id -> Id,
        version -> BigInt,
        sheet -> Text,
        circumstances -> Text,
        at -> Ts,
        actor -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    waivers (incident_id, number) {
        incident_id -> Id,
        number -> BigInt,
        regime -> Text,
        step -> Nullable<Text>,
        reason -> Text,
        decided_by -> Text,
        decided_at -> Ts,
        withdrawn_by -> Nullable<Text>,
        withdrawn_at -> Nullable<Ts>,
        withdrawn_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    clocks (incident_id, regime, step) {
        incident_id -> Id,
        regime -> Text,
        step -> Text,
        state -> Text,
        due_at -> Nullable<Ts>,
        place -> BigInt,
        pending -> Nullable<BigInt>,
        wake_at -> Nullable<Ts>,
        snapshot -> Text,
        updated_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    clock_changes (incident_id, number) {
        incident_id -> Id,
        number -> BigInt,
        at -> Ts,
        regime -> Text,
        step -> Text,
        kind -> Text,
        snapshot_before -> Nullable<Text>,
        snapshot_after -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    deadline_rules (name) {
        name -> Text,
        digest -> Text,
        version -> Text,
        since -> Ts,
        swept_to -> Nullable<Id>,
        done -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    reports (id) {
        id -> Text,
        incident_id -> Id,
        seq -> Integer,
        regime -> Text,
        phase -> Text,
        target -> Text,
        state -> Text,
        requested_by -> Text,
        created_at -> Ts,
        incident_version -> BigInt,
        facts_version -> Nullable<Integer>,
        rule_version -> Text,
        missing -> Text,
        bundle -> Nullable<Text>,
        submitted_at -> Nullable<Ts>,
        reference -> Nullable<Text>,
        received_at -> Nullable<Ts>,
        receipts -> Text,
        failure -> Nullable<Text>,
        tries -> Integer,
        claim -> BigInt,
        wake_at -> Nullable<Ts>,
        version -> BigInt,
        frozen -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    audit (seq) {
        seq -> BigInt,
        at -> Ts,
        actor -> Text,
        action -> Text,
        subject -> Text,
        incident_id -> Nullable<Id>,
        detail -> Text,
        request_id -> Text,
        prev_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    audit_nodes (level, place) {
        level -> Integer,
        place -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    rollups (ledger, span, hour, scope) {
        ledger -> Integer,
        span -> Integer,
        hour -> BigInt,
        scope -> Text,
        sums -> Binary,
        levels -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    rollup_version (id) {
        id -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    search_version (id) {
        id -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    audit_head (id) {
        id -> Integer,
        seq -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    outbox (seq) {
        seq -> BigInt,
        at -> Ts,
        topic -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    webhooks (id) {
        id -> Id,
        url -> Text,
        types -> Text,
        audience -> Text,
        description -> Nullable<Text>,
        secret -> Text,
        created_at -> Ts,
        created_by -> Text,
        position -> BigInt,
        next_at -> Nullable<Ts>,
        lease_until -> Nullable<Ts>,
        claims -> BigInt,
        repeating -> Bool,
        missed -> BigInt,
        failing_since -> Nullable<Ts>,
        last_error -> Nullable<Text>,
        delivered_at -> Nullable<Ts>,
        disabled_at -> Nullable<Ts>,
        disabled_reason -> Nullable<Text>,
        previous_secret -> Nullable<Text>,
        previous_until -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    webhook_deliveries (webhook_id, seq) {
        webhook_id -> Id,
        seq -> BigInt,
        topic -> Text,
        state -> Text,
        attempts -> Integer,
        status -> Nullable<Integer>,
        error -> Nullable<Text>,
        tried_at -> Ts,
        next_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    jobs (name) {
        name -> Text,
        run_at -> Ts,
        lease_until -> Nullable<Ts>,
        attempts -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    idempotency (principal, request_key) {
        principal -> Text,
        request_key -> Text,
        fingerprint -> Text,
        status -> Integer,
        headers -> Text,
        body -> Binary,
        created_at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    api_keys (id) {
        id -> Text,
        name -> Text,
        roles -> Text,
        secret_hash -> Text,
        created_at -> Ts,
        expires_at -> Nullable<Ts>,
        revoked_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    discarded_blobs (storage_key) {
        storage_key -> Text,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    intake (id) {
        id -> Id,
        kind -> Text,
        state -> Text,
        sender -> Text,
        received_by -> Text,
        request_id -> Text,
        received_at -> Ts,
        finished_at -> Nullable<Ts>,
        media_type -> Nullable<Text>,
        sha256 -> Text,
        size -> BigInt,
        storage_key -> Nullable<Text>,
        command -> Nullable<Text>,
        event_count -> Integer,
        accepted -> Integer,
        rejected -> Integer,
        faults -> Text,
        reason -> Nullable<Text>,
        duplicate_of -> Nullable<Id>,
        steps -> Integer,
        incident_count -> Integer,
        attempts -> Integer,
        wake_at -> Nullable<Ts>,
        forgiven -> Integer,
        retried_at -> Nullable<Ts>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    intake_incidents (intake_id, incident_id) {
        intake_id -> Id,
        incident_id -> Id,
        event_count -> Integer,
        opened -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    correlations (incident_id) {
        incident_id -> Id,
        correlation_key -> Text,
        event_count -> BigInt,
        first_seen -> Ts,
        last_seen -> Ts,
        batches -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    feed_keys (kind, hash) {
        kind -> Text,
        hash -> Text,
        incident_id -> Id,
        at -> Ts,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    feed_texts (band, at, near, incident_id) {
        band -> Integer,
        at -> Ts,
        near -> BigInt,
        incident_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    feed_originals (incident_id, hash) {
        incident_id -> Id,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Id, Ts};

    indicators (incident_id, seq) {
        incident_id -> Id,
        seq -> Integer,
        kind -> Text,
        value -> Text,
        sources -> Integer,
    }
}

diesel::allow_tables_to_appear_in_same_query!(intake_incidents, incidents);
diesel::allow_tables_to_appear_in_same_query!(correlations, incidents);
diesel::allow_tables_to_appear_in_same_query!(feed_texts, incidents);
diesel::allow_tables_to_appear_in_same_query!(incidents, evidence, custody);
diesel::allow_tables_to_appear_in_same_query!(outbox, audit);
