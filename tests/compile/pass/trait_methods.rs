//! Trait methods: default bodies, implementations, native `async fn`.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

trait Handle {
    type Done;

    const SCOPE: &'static str = "handlers";

    fn done(&self) -> Self::Done;

    #[linked_span(event)]
    fn handle(&self, event: &Origin) -> Self::Done {
        here();
        let _ = event;
        self.done()
    }

    #[linked_span(event, attributes(scope = Self::SCOPE))]
    fn twice(&self, event: &Origin) -> (Self::Done, Self::Done) {
        here_and((self.handle(event), self.handle(event)))
    }

    #[linked_span(event)]
    fn without_self(event: &Origin)
    where
        Self: Sized,
    {
        here();
        let _ = event;
    }
}

#[allow(async_fn_in_trait)]
trait HandleLater {
    #[linked_span(event)]
    async fn handle(&self, event: &Origin) -> usize {
        here_and(self.other(event.clone()).await)
    }

    async fn other(&self, event: Origin) -> usize;
}

trait HandleElsewhere {
    fn handle<'e>(&'e self, event: &'e Origin) -> impl Future<Output = usize> + Send + 'e;
}

struct Shop(usize);

impl Handle for Shop {
    type Done = usize;

    fn done(&self) -> usize {
        self.0
    }

    #[linked_span(event)]
    fn without_self(event: &Origin) {
        here();
        let _ = event;
    }
}

impl HandleLater for Shop {
    #[linked_span(event)]
    async fn other(&self, event: Origin) -> usize {
        here();
        let _ = event;
        self.0
    }
}

impl HandleElsewhere for Shop {
    #[linked_span(event)]
    async fn handle<'e>(&'e self, event: &'e Origin) -> usize {
        here();
        let _ = event;
        self.0
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Origin::default();
    let shop = Shop(1);
    Handle::twice(&shop, event);
    Shop::without_self(event);
    HandleLater::handle(&shop, event).await;
    HandleElsewhere::handle(&shop, event).await;
    sdk.assert_each_body_ran_inside(7);
}
