//! Who is calling: the only way to a `Ctx`. The permission a handler needs is part of its signature, and is checked
//! before anything of the body is read.

use crate::middleware::request_id;
use crate::problem::Problem;
use crate::state::Api;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use probatum_application::ports::Executor;
use probatum_application::use_cases::keys;
use probatum_application::{AppError, Ctx, Permission, Principal};
use probatum_kernel::{Code, Role};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

/// A permission as a type.
pub trait Needs: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// The permissions as types: `Caller<may::CreateIncident>`.
pub mod may {
    use super::{Needs, Permission};

    macro_rules! markers {
        ($($name:ident),+ $(,)?) => {$(
            #[doc = concat!("Needs `Permission::", stringify!($name), "`.")]
            pub struct $name;
            impl Needs for $name { const PERMISSION: Permission = Permission::$name; }
        )+};
    }
    markers!(
        ReadIncidents,
        ReadEvidence,
        CreateIncident,
        ChangeIncident,
        DeleteIncident,
        HoldIncidents,
        ReadFacts,
        StateFacts,
        DecideDuties,
        AttachEvidence,
        ManageActions,
        DecideActions,
        ReadAgents,
        AuthorizeTools,
        RecordTrustEvents,
        ManageAgents,
        ReadPlaybooks,
        ReadStatistics,
        ReadAudit,
        RunTriage,
        ReadTriage,
        ReadEvents,
        ManageWebhooks,
        SubmitLogs,
        SubmitFeeds,
        ReadIntake,
        RetryIntake,
        ReadReports,
        ExportReports,
        ReadMetrics
    );
}

/// Somebody who may do `P`.
pub struct Caller<P> {
    /// The circumstances for use cases.
    pub ctx: Ctx,
    needs: PhantomData<P>,
}

impl<P: Needs> Caller<P> {
    /// The same caller for another use case, which checks the permission again.
    pub fn of(ctx: Ctx) -> Self {
        Self { ctx, needs: PhantomData }
    }

    /// Whether no credentials were sent.
    pub fn is_anonymous(&self) -> bool {
        self.ctx.principal.name == ANONYMOUS
    }
}

/// The name of callers without credentials; no key can have it.
pub(crate) const ANONYMOUS: &str = "(anonymous)";

impl<P: Needs> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let presented = presented(req);
        let api = req.app_data::<web::Data<Api>>().cloned();
        let request_id = request_id(req);
        Box::pin(async move {
            let api = api.ok_or_else(|| AppError::internal("no application state"))?;
            let now = api.clock.now();
            let principal = match presented? {
                Some(key) => {
                    let store: &dyn Executor = api.store.as_ref();
                    store.reading(move |tx| keys::authenticate(tx, &key, now)).await?
                }
                None if api.settings.public_viewer => anonymous()?,
                None => return Err(nobody("Send an API key as Authorization: Bearer tw_….").into()),
            };
            let ctx = Ctx { principal, now, request_id };
            ctx.require(P::PERMISSION).map_err(|e| {
                // Who has not said who they are may be somebody who may.
                let anonymous = ctx.principal.name == ANONYMOUS;
                if anonymous { AppError { code: Code::Unauthenticated, ..e } } else { e }
            })?;
            Ok(Self { ctx, needs: PhantomData })
        })
    }
}

fn anonymous() -> Result<Principal, AppError> {
    Principal::new(ANONYMOUS, ANONYMOUS, &[Role::Viewer])
        .ok_or_else(|| AppError::internal("no anonymous principal"))
}

fn nobody(detail: &str) -> AppError {
    AppError::new(Code::Unauthenticated, detail)
}

/// The key sent along, as a bearer token or a service key; `None` if there are no credentials at all.
fn presented(req: &HttpRequest) -> Result<Option<String>, AppError> {
    if let Some(value) = req.headers().get(AUTHORIZATION) {
        let text = value.to_str().map_err(|_| nobody("Authorization is not readable."))?;
        let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| nobody("Authorization must be: Bearer tw_<id>_<secret>."))?;
        return Ok(Some(token.trim().to_owned()));
    }
    match req.headers().get("x-konsult-secret") {
        Some(value) => match value.to_str() {
            Ok(key) => Ok(Some(key.trim().to_owned())),
            Err(_) => Err(nobody("x-konsult-secret is not readable.")),
        },
        None => Ok(None),
    }
}
