//! A loop for each consumer, which gives the events of a topic to their handler.

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

/// An order that is out of stock goes no further: its payment waits until its time is over.
pub(crate) async fn reserve(mut orders: Subscription, reservations: Topic) -> Result<(), Failure> {
    while let Some(event) = orders.next::<OrderCreated>().await? {
        if let Ok(reserved) = reserve_inventory(&event).await {
            reservations.publish(&reserved)?;
        }
    }
    Ok(())
}

// Nothing has to be acknowledged within a process: what has come is in memory, and what has failed is run again by the
// sweep. `fan_in::ack` says what to tell a broker.

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

/// Every now and then, runs again what has failed, and hands over what has expired.
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
