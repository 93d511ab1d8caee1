//! Implements the traits of a store for a database.

/// Implements [`Store`](crate::fan_in::Store) for a [`Backend`].
macro_rules! store {
    ($database:ty) => {
        impl<P> $crate::fan_in::Store<P> for $database
        where
            P: serde::Serialize + serde::de::DeserializeOwned + Send + Sync,
        {
            fn declare(&self, identity: $crate::fan_in::FanInIdentity) {
                $crate::fan_in::durable::declare(self, identity);
            }

            async fn arrive(
                &self,
                key: &str,
                policy: &$crate::fan_in::JoinPolicy,
                input: $crate::fan_in::ArrivingInput<'_>,
                payload: P,
                token: $crate::fan_in::Token,
            ) -> Result<$crate::fan_in::ArriveResponse<P>, $crate::fan_in::Rejected<P>> {
                $crate::fan_in::durable::arrive(self, policy, key, input, payload, token).await
            }

            async fn apply(
                &self,
                key: &str,
                policy: &$crate::fan_in::JoinPolicy,
                change: $crate::fan_in::Change,
            ) -> Result<bool, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::apply(self, policy, key, change).await
            }

            async fn claim_due(
                &self,
                policy: &$crate::fan_in::JoinPolicy,
                token: $crate::fan_in::Token,
                max: usize,
            ) -> Result<$crate::fan_in::DueClaims<P>, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::claim_due(self, policy, token, max).await
            }

            fn release(
                &self,
                key: &str,
                policy: &$crate::fan_in::JoinPolicy,
                token: $crate::fan_in::Token,
                settlement: $crate::fan_in::Settlement,
            ) {
                $crate::fan_in::durable::release(self, policy, key, token, settlement);
            }
        }

        impl $crate::fan_in::Operator for $database {
            async fn len(&self) -> Result<usize, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::len(self).await
            }

            async fn list(
                &self,
                policy: &$crate::fan_in::JoinPolicy,
                query: $crate::fan_in::JoinQuery<'_>,
            ) -> Result<Vec<$crate::fan_in::JoinSummary>, $crate::fan_in::StoreError> {
                $crate::fan_in::durable::list(self, policy, query).await
            }
        }
    };
}
pub(in crate::fan_in) use store;
