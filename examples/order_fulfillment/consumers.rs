//! One loop per consumer, which passes the events of a topic to their handler.

use std::sync::Arc;
use std::time::Duration;

use linked_span_examples::Failure;

use crate::topic::{Subscription, Topic};
use crate::{
    FulfillOrder, OrderCreated, confirm_payment, record_order_analytics, reserve_inventory,
    send_order_confirmation_email, send_tracking_number,
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

pub(crate) async fn charge(mut orders: Subscription, payments: Topic) -> Result<(), Failure> {
    while let Some(event) = orders.next::<OrderCreated>().await? {
        payments.publish(&confirm_payment(&event).await)?;
    }
    Ok(())
}

/// Publishes no reservation for an order that is out of stock, so that the join with its payment expires.
pub(crate) async fn reserve(mut orders: Subscription, reservations: Topic) -> Result<(), Failure> {
    while let Some(event) = orders.next::<OrderCreated>().await? {
        if let Ok(reserved) = reserve_inventory(&event).await {
            reservations.publish(&reserved)?;
        }
    }
    Ok(())
}

// These topics need no acknowledgement: inputs are in memory, and the sweep retries failed joins. With a broker, use
// `fan_in::disposition` to decide what to do with the message.

pub(crate) async fn take_payments(
    mut payments: Subscription,
    fulfill: Arc<FulfillOrder>,
    shipments: Topic,
) -> Result<(), Failure> {
    while let Some(payment) = payments.next().await? {
        let _arrival = fulfill.payment(payment, &shipments).await?;
    }
    Ok(())
}

pub(crate) async fn take_reservations(
    mut reservations: Subscription,
    fulfill: Arc<FulfillOrder>,
    shipments: Topic,
) -> Result<(), Failure> {
    while let Some(inventory) = reservations.next().await? {
        let _arrival = fulfill.inventory(inventory, &shipments).await?;
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
