//! One loop per consumer, which passes the events of a topic to their handler.

use std::sync::Arc;
use std::time::Duration;

use linked_span_examples::Failure;

use crate::topic::{Subscription, Topic};
use crate::{
    FulfillOrder, OrderCreated, OrderProgress, confirm_payment, record_order_analytics,
    reserve_inventory, send_order_confirmation_email, send_tracking_number,
};

pub(crate) async fn notify(mut orders: Subscription) -> Result<(), Failure> {
    while let Some(event) = orders.next().await? {
        send_order_confirmation_email(&event).await;
    }
    Ok(())
}

pub(crate) async fn analyze(mut orders: Subscription) -> Result<(), Failure> {
    while let Some(event) = orders.next().await? {
        record_order_analytics(&event);
    }
    Ok(())
}

pub(crate) async fn charge(mut orders: Subscription, progress: Topic) -> Result<(), Failure> {
    while let Some(event) = orders.next::<OrderCreated>().await? {
        progress.publish(&OrderProgress::Paid(confirm_payment(&event).await))?;
    }
    Ok(())
}

/// Publishes no reservation for an order that is out of stock, so that the join with its payment expires.
pub(crate) async fn reserve(mut orders: Subscription, progress: Topic) -> Result<(), Failure> {
    while let Some(event) = orders.next::<OrderCreated>().await? {
        if let Ok(reserved) = reserve_inventory(&event).await {
            progress.publish(&OrderProgress::Reserved(reserved))?;
        }
    }
    Ok(())
}

/// Reads one topic with both inputs of the join. Each of its methods returns the same type.
///
/// Nothing has to be acknowledged within a process, and the sweep runs again what has failed. `fan_in::disposition` shows
/// the loop of a consumer that acknowledges messages.
pub(crate) async fn join(
    mut progress: Subscription,
    fulfill: Arc<FulfillOrder>,
    shipments: Topic,
) -> Result<(), Failure> {
    while let Some(event) = progress.next().await? {
        let _arrival = match event {
            OrderProgress::Paid(payment) => fulfill.payment(payment, &shipments).await?,
            OrderProgress::Reserved(inventory) => fulfill.inventory(inventory, &shipments).await?,
        };
    }
    Ok(())
}

/// Retries failed joins and delivers expired ones, ten times per second.
pub(crate) async fn sweep(fulfill: Arc<FulfillOrder>, shipments: Topic) -> Result<(), Failure> {
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        fulfill.sweep(&shipments).await?;
    }
}

pub(crate) async fn track(mut shipments: Subscription) -> Result<(), Failure> {
    while let Some(event) = shipments.next().await? {
        send_tracking_number(&event).await;
    }
    Ok(())
}
