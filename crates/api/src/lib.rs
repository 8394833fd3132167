//! The HTTP facade: DTOs, extractors, routes, problem+json, OpenAPI.
