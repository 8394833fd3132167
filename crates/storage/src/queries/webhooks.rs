//! Webhook subscriptions and their deliveries.

use super::agents::cut;
use super::list::{CAP, Counted};
use super::{Db, Session, own};
use crate::error::OrApp;
use crate::rows::{DeliveryRow, WebhookRow};
use crate::schema::{webhook_deliveries as deliveries, webhooks};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{
    Delivery, DeliveryList, DeliveryRows, DeliveryState, Webhook, WebhookList, WebhookRows,
};
use probatum_kernel::{Cursor, MAX_DEPTH, Page, Position, Sort, Timestamp, Total, WebhookId};

impl WebhookRows for Session<'_> {
    fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), AppError> {
        diesel::insert_into(webhooks::table).values(WebhookRow::of(webhook)?).execute(self.conn).app()?;
        Ok(())
    }

    fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, AppError> {
        if self.writing {
            own::lock_webhook(self.conn, id).app()?;
        }
        let row: Option<WebhookRow> = webhooks::table
            .filter(webhooks::id.eq(DbId(id.uuid())))
            .select(WebhookRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(WebhookRow::webhook).transpose()
    }

    fn save_webhook(&mut self, webhook: &Webhook) -> Result<(), AppError> {
        let row = webhooks::table.filter(webhooks::id.eq(DbId(webhook.id.uuid())));
        let set = (
            (
                webhooks::position.eq(webhook.position),
                webhooks::next_at.eq(webhook.next_at.map(DbTime)),
                webhooks::lease_until.eq(webhook.lease_until.map(DbTime)),
                webhooks::claims.eq(webhook.claims),
                webhooks::repeating.eq(webhook.repeating),
                webhooks::missed.eq(webhook.missed),
            ),
            (
                webhooks::failing_since.eq(webhook.failing_since.map(DbTime)),
                webhooks::last_error.eq(&webhook.last_error),
                webhooks::delivered_at.eq(webhook.delivered_at.map(DbTime)),
                webhooks::disabled_at.eq(webhook.disabled_at.map(DbTime)),
                webhooks::disabled_reason.eq(&webhook.disabled_reason),
            ),
            (
                webhooks::secret.eq(&webhook.secret),
                webhooks::previous_secret.eq(webhook.previous.as_ref().map(|p| &p.secret)),
                webhooks::previous_until.eq(webhook.previous.as_ref().map(|p| DbTime(p.until))),
            ),
        );
        Self::swapped(diesel::update(row).set(set).execute(self.conn).app()?)
    }

    fn delete_webhook(&mut self, id: WebhookId) -> Result<bool, AppError> {
        let row = webhooks::table.filter(webhooks::id.eq(DbId(id.uuid())));
        Ok(diesel::delete(row).execute(self.conn).app()? == 1)
    }

    fn list_webhooks(&mut self, page: &Page) -> Result<WebhookList, AppError> {
        let total = self.count_webhooks()?;
        let mut found = webhooks::table.into_boxed::<Db>().order(webhooks::id.desc());
        if let Position::After(cursor) = &page.position {
            found = found.filter(webhooks::id.lt(DbId(cursor.id)));
        }
        let offset = page.offset().min(MAX_DEPTH);
        if offset > 0 {
            found = found.offset(offset.into());
        }
        let rows: Vec<WebhookRow> = found
            .limit(i64::from(page.per_page) + 1)
            .select(WebhookRow::as_select())
            .load(self.conn)
            .app()?;
        let rows = rows.into_iter().map(WebhookRow::webhook).collect::<Result<Vec<_>, _>>()?;
        let (rows, more) = cut(rows, page);
        let last = rows.last().filter(|_| more);
        let next = last.map(|w| Cursor { sort: Sort::default(), value: 0, id: w.id.uuid() });
        Ok(WebhookList { rows, total: Total::from_capped(total), next })
    }

    fn count_webhooks(&mut self) -> Result<i64, AppError> {
        Counted(webhooks::table.select(webhooks::id).limit(CAP)).get_result(self.conn).app()
    }

    fn lock_webhooks(&mut self) -> Result<(), AppError> {
        own::lock_words(self.conn, &["webhooks"]).app()
    }

    fn active_webhooks(&mut self, limit: u32) -> Result<Vec<Webhook>, AppError> {
        let rows: Vec<WebhookRow> = webhooks::table
            .filter(webhooks::next_at.is_not_null())
            .order(webhooks::next_at)
            .limit(limit.into())
            .select(WebhookRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(WebhookRow::webhook).collect()
    }
}

type Deliveries<'a> = deliveries::BoxedQuery<'a, Db>;

/// The deliveries of a subscription, of one state or of all.
fn of(webhook: WebhookId, state: Option<DeliveryState>) -> Deliveries<'static> {
    let mut found = deliveries::table.filter(deliveries::webhook_id.eq(DbId(webhook.uuid()))).into_boxed();
    if let Some(state) = state {
        found = found.filter(deliveries::state.eq(state.as_str()));
    }
    found
}

impl DeliveryRows for Session<'_> {
    fn save_delivery(&mut self, delivery: &Delivery) -> Result<(), AppError> {
        let row = DeliveryRow::of(delivery);
        diesel::insert_into(deliveries::table)
            .values(row.clone())
            .on_conflict((deliveries::webhook_id, deliveries::seq))
            .do_update()
            .set(row)
            .execute(self.conn)
            .app()?;
        Ok(())
    }

    fn delivery(&mut self, webhook: WebhookId, seq: i64) -> Result<Option<Delivery>, AppError> {
        let found = of(webhook, None).filter(deliveries::seq.eq(seq));
        let row: Option<DeliveryRow> =
            found.select(DeliveryRow::as_select()).get_result(self.conn).optional().app()?;
        row.map(DeliveryRow::delivery).transpose()
    }

    fn list_deliveries(
        &mut self,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        page: &Page,
    ) -> Result<DeliveryList, AppError> {
        let total =
            Counted(of(webhook, state).select(deliveries::seq).limit(CAP)).get_result(self.conn).app()?;
        let mut found = of(webhook, state).order(deliveries::seq.desc()).limit(i64::from(page.per_page) + 1);
        if let Position::After(cursor) = &page.position {
            found = found.filter(deliveries::seq.lt(cursor.value));
        }
        let offset = page.offset().min(MAX_DEPTH);
        if offset > 0 {
            found = found.offset(offset.into());
        }
        let rows: Vec<DeliveryRow> = found.select(DeliveryRow::as_select()).load(self.conn).app()?;
        let rows = rows.into_iter().map(DeliveryRow::delivery).collect::<Result<Vec<_>, _>>()?;
        let (rows, more) = cut(rows, page);
        let last = rows.last().filter(|_| more);
        let next = last.map(|d| Cursor { sort: Sort::default(), value: d.seq, id: d.webhook.uuid() });
        Ok(DeliveryList { rows, total: Total::from_capped(total), next })
    }

    fn queued_delivery(&mut self, webhook: WebhookId) -> Result<Option<Delivery>, AppError> {
        let found = of(webhook, Some(DeliveryState::Queued)).order(deliveries::seq).limit(1);
        let row: Option<DeliveryRow> =
            found.select(DeliveryRow::as_select()).get_result(self.conn).optional().app()?;
        row.map(DeliveryRow::delivery).transpose()
    }

    fn queue_dead(&mut self, webhook: WebhookId, seq: Option<i64>, limit: u32) -> Result<usize, AppError> {
        let mut found = of(webhook, Some(DeliveryState::Dead)).order(deliveries::seq).limit(limit.into());
        if let Some(seq) = seq {
            found = found.filter(deliveries::seq.eq(seq));
        }
        let numbers: Vec<i64> = found.select(deliveries::seq).load(self.conn).app()?;
        let Some(last) = numbers.last() else { return Ok(0) };
        // The oldest dead ones are all those up to the last of them.
        let dead = deliveries::table
            .filter(deliveries::webhook_id.eq(DbId(webhook.uuid())))
            .filter(deliveries::state.eq(DeliveryState::Dead.as_str()))
            .filter(deliveries::seq.ge(seq.unwrap_or(0)))
            .filter(deliveries::seq.le(*last));
        diesel::update(dead)
            .set(deliveries::state.eq(DeliveryState::Queued.as_str()))
            .execute(self.conn)
            .app()
    }

    fn forget_deliveries(
        &mut self,
        webhook: WebhookId,
        state: DeliveryState,
        before: Timestamp,
        limit: u32,
    ) -> Result<usize, AppError> {
        // Delivered in order, so the oldest events were tried first; the first young one ends the look.
        let first: Vec<(i64, DbTime)> = of(webhook, Some(state))
            .order(deliveries::seq)
            .limit(limit.into())
            .select((deliveries::seq, deliveries::tried_at))
            .load(self.conn)
            .app()?;
        let old = first.into_iter().take_while(|(_, at)| at.0 < before).last().map(|(seq, _)| seq);
        let Some(old) = old else { return Ok(0) };
        let rows = deliveries::table
            .filter(deliveries::webhook_id.eq(DbId(webhook.uuid())))
            .filter(deliveries::state.eq(state.as_str()))
            .filter(deliveries::seq.le(old));
        diesel::delete(rows).execute(self.conn).app()
    }
}
