//! A model of one join with two workers, a broker, a store whose replies get lost, and time.
//!
//! The model leaves out the following, because `transition` cannot observe it:
//! - The clock never moves. A tick shortens every remaining duration instead, because `transition` only compares times
//!   with the clock.
//! - `transition` only compares tokens for equality. The model therefore numbers them in the order in which the world
//!   holds them. It reuses a token that no worker or state holds any more.
//! - Workers are interchangeable. So are single inputs, and the elements of a list: `transition` only asks whether an
//!   input was received, how many elements were, and whether all were.
//! - The store keeps what it was told to keep. So the witness also tells whether an element is known.
//! - The count of bodies is capped. `transition` compares it with zero and with `max_attempts`. Without a limit of
//!   attempts the cap is two. Each step's count is checked before it is capped.
//! - After a join has ended or was parked, only the end and the inputs are kept.
//! - A call that does not reach the store is no step. A crash loses everything that a worker knew.

use linked_span::fan_in::state::{
    ClaimMode, Inputs, JoinPolicy, Reply, Settlement, State, Step, Timestamp, Token, transition,
};
use linked_span_tests::ms;

use crate::scene::{ITEMS, Scene};
use crate::witness::{NOW, Witness, Work};

/// A token that no canonical world holds.
const FRESH: Token = Token(99);

const NO_TOKEN: Token = Token(0);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) state: Option<State>,
    witness: Witness,
    workers: [Worker; 2],
    /// How many deliveries of each item the broker still has to make.
    broker: [u8; ITEMS],
}

/// The item of the delivery that a worker is handling.
type Delivery = Option<u8>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Worker {
    token: Token,
    delivery: Delivery,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Doing {
    Nothing,
    /// The worker has received no reply to its arrival, and may repeat the call.
    Arriving,
    /// The worker has received no reply to its `ClaimDue`, and may repeat the call.
    Visiting(ClaimMode),
    /// The worker received a claim, and treats the join as its own until it settles.
    Working(Work),
    /// The worker has received no reply to its settlement, and may repeat the call.
    Settling(Settlement),
}

impl Worker {
    const IDLE: Self = Self {
        token: NO_TOKEN,
        delivery: None,
        doing: Doing::Nothing,
    };

    /// Orders workers by everything except their tokens.
    fn rank(self) -> [u8; 3] {
        let [doing, what] = self.doing_rank();
        [doing, what, self.delivery.map_or(0, |item| item + 1)]
    }

    fn doing_rank(self) -> [u8; 2] {
        let (doing, what) = match self.doing {
            Doing::Nothing => (0, 0),
            Doing::Arriving => (1, 0),
            Doing::Visiting(mode) => (2, mode as u8),
            Doing::Working(work) => (3, work as u8),
            Doing::Settling(settlement) => (4, settlement as u8),
        };
        [doing, what]
    }
}

/// A possible next event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    /// Time advances by one.
    Tick,
    /// A worker dies, and the broker takes its delivery back.
    Crash(usize),
    /// A worker delivers an item. The flag is `true` if the worker receives the reply.
    Deliver(usize, u8, Token, bool),
    /// A worker makes another call. The flag is `true` if the worker receives the reply.
    Call(usize, Step, bool),
    /// An operator calls the store, and may repeat the call after any reply.
    Operate(Step),
}

impl World {
    pub(crate) fn new(scene: &Scene) -> Self {
        let mut broker = [0; ITEMS];
        for (deliveries, item) in broker.iter_mut().zip(&scene.items) {
            *deliveries = item.deliveries;
        }
        Self {
            state: None,
            witness: Witness::default(),
            workers: [Worker::IDLE; 2],
            broker,
        }
    }

    /// Adds every move that is possible now.
    pub(crate) fn moves(&self, moves: &mut Vec<Move>) {
        moves.push(Move::Tick);
        moves.extend([Step::Retry, Step::Forget].map(Move::Operate));
        for (index, worker) in self.workers.iter().enumerate() {
            let token = worker.token;
            let heard = [true, false];
            let deliver = |item| heard.map(|heard| Move::Deliver(index, item, token, heard));
            let call = |step| heard.map(|heard| Move::Call(index, step, heard));
            match worker.doing {
                Doing::Nothing => {
                    let token = FRESH;
                    for (item, &deliveries) in (0..).zip(&self.broker) {
                        if deliveries > 0 {
                            moves.extend(
                                heard.map(|heard| Move::Deliver(index, item, token, heard)),
                            );
                        }
                    }
                    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
                        moves.extend(call(Step::ClaimDue { token, mode }));
                    }
                    continue;
                }
                Doing::Arriving => {
                    moves.extend(deliver(worker.delivery.expect("a delivery arrives")));
                }
                Doing::Visiting(mode) => moves.extend(call(Step::ClaimDue { token, mode })),
                Doing::Working(work) => {
                    for settlement in work.endings() {
                        moves.extend(call(Step::Settle { token, settlement }));
                    }
                }
                Doing::Settling(settlement) => {
                    moves.extend(call(Step::Settle { token, settlement }));
                }
            }
            if let Doing::Working(_) = worker.doing {
                // The worker continues after any reply to a renewal, so a lost reply is the same move.
                moves.push(Move::Call(index, Step::Renew { token }, true));
            }
            moves.push(Move::Crash(index));
        }
    }

    /// Returns the world after a move, and the store's reply.
    pub(crate) fn after(
        &self,
        next: Move,
        scene: &Scene,
    ) -> Result<(Self, Option<Reply>), &'static str> {
        let policy = &scene.policy;
        let mut world = self.clone();
        let mut reply = None;
        match next {
            Move::Tick => {
                world.witness.tick();
                tick(&mut world.state, policy);
            }
            Move::Crash(worker) => world.drop_work(worker, true),
            Move::Deliver(worker, item, token, heard) => {
                let delivered = scene.item(item);
                let known = world.witness.knows(delivered, policy);
                let step = delivered.arrives(known, token);
                let given = world.call(step, delivered.element, policy)?;
                world.delivers(worker, item, token);
                if heard {
                    world.hears(worker, given);
                }
                reply = Some(given);
            }
            Move::Call(worker, step, heard) => {
                let given = world.call(step, 0, policy)?;
                world.calls(worker, step);
                if heard {
                    world.hears(worker, given);
                }
                reply = Some(given);
            }
            Move::Operate(step) => reply = Some(world.call(step, 0, policy)?),
        }
        world.make_canonical(scene);
        Ok((world, reply))
    }

    fn call(
        &mut self,
        step: Step,
        element: u8,
        policy: &JoinPolicy,
    ) -> Result<Reply, &'static str> {
        let (mut after, reply) = transition(self.state, step, NOW, policy);
        self.witness.see(step, element, reply, policy)?;
        self.witness.agrees_with(after, policy)?;
        let most = match policy.max_attempts {
            u32::MAX => 2,
            most => most,
        };
        self.witness.count_up_to(most);
        if let Some(attempts) = after.as_mut().and_then(attempts) {
            *attempts = most.min(*attempts);
        }
        self.state = after;
        Ok(reply)
    }

    /// Records that the worker has delivered the item and waits for the reply.
    fn delivers(&mut self, worker: usize, item: u8, token: Token) {
        let worker = &mut self.workers[worker];
        if worker.delivery.is_none() {
            self.broker[usize::from(item)] -= 1;
            worker.delivery = Some(item);
        }
        (worker.token, worker.doing) = (token, Doing::Arriving);
    }

    /// Records that the worker has called and waits for the reply.
    fn calls(&mut self, worker: usize, step: Step) {
        let worker = &mut self.workers[worker];
        (worker.token, worker.doing) = match step {
            Step::ClaimDue { token, mode } => (token, Doing::Visiting(mode)),
            Step::Settle { token, settlement } => (token, Doing::Settling(settlement)),
            Step::Renew { token } => (token, worker.doing),
            Step::Retry | Step::Forget => return,
            _ => unreachable!("the model does not know it"),
        };
    }

    fn hears(&mut self, index: usize, reply: Reply) {
        let worker = &mut self.workers[index];
        match (worker.doing, reply) {
            (Doing::Working(_), _) => {}
            (_, Reply::Run { .. }) => worker.doing = Doing::Working(Work::Body),
            (_, Reply::DeliverExpired { .. }) => {
                worker.doing = Doing::Working(Work::DeliverExpired);
            }
            // The broker delivers these again; all other deliveries are acknowledged.
            (_, Reply::Busy(_))
            | (Doing::Settling(Settlement::Failed | Settlement::Released), _)
            | (Doing::Settling(Settlement::Completed), Reply::Refused) => {
                self.drop_work(index, true);
            }
            _ => self.drop_work(index, false),
        }
    }

    fn drop_work(&mut self, worker: usize, again: bool) {
        let worker = std::mem::replace(&mut self.workers[worker], Worker::IDLE);
        if let Some(item) = worker.delivery {
            self.broker[usize::from(item)] += u8::from(again);
        }
    }

    /// Maps worlds that differ only in names to one world.
    fn make_canonical(&mut self, scene: &Scene) {
        for alike in &scene.alike {
            self.order_items(alike, scene);
        }
        self.order_workers();
        self.number_tokens();
    }

    /// Renames items that are alike so that they are ordered by their state.
    fn order_items(&mut self, alike: &[u8], scene: &Scene) {
        let rank = |item: &u8| {
            let [first, second] = self.workers.map(|worker| {
                let has_it = worker.delivery == Some(*item);
                has_it.then(|| worker.doing_rank())
            });
            let workers = [first.min(second), first.max(second)];
            let has_come = self.witness.has(scene.item(*item), &scene.policy);
            (has_come, self.broker[usize::from(*item)], workers)
        };
        let mut order = alike.to_vec();
        order.sort_by_key(rank);
        if order == alike {
            return;
        }
        let broker = self.broker;
        for (new, old) in alike.iter().zip(&order) {
            self.broker[usize::from(*new)] = broker[usize::from(*old)];
        }
        let place = |item: u8| order.iter().position(|other| *other == item);
        let renamed = |item: u8| place(item).map_or(item, |place| alike[place]);
        for worker in &mut self.workers {
            worker.delivery = worker.delivery.map(renamed);
        }
        let pairs = order.iter().zip(alike);
        let pairs = pairs.map(|(old, new)| (scene.item(*old), scene.item(*new)));
        if scene.policy.lists.contains(scene.item(alike[0]).input) {
            self.witness.rename_elements(pairs);
            return;
        }
        let pairs: Vec<_> = pairs.map(|(old, new)| (old.input, new.input)).collect();
        let renamed = |input: u8| {
            let pair = pairs.iter().find(|(old, _)| *old == input);
            pair.map_or(input, |(_, new)| *new)
        };
        for inputs in came_to(&mut self.state)
            .into_iter()
            .chain([self.witness.accepted()])
        {
            let with = |set: Inputs, input| set.with(renamed(input));
            *inputs = inputs.iter().fold(Inputs::default(), with);
        }
    }

    fn order_workers(&mut self) {
        let holder = holder(self.state);
        let [first, second] = self
            .workers
            .map(|worker| (worker.rank(), Some(worker.token) == holder));
        if second < first {
            self.workers.swap(0, 1);
        }
    }

    fn number_tokens(&mut self) {
        let mut known = [NO_TOKEN; 6];
        let mut count = 1;
        let tokens = self.workers.iter_mut().map(|worker| &mut worker.token);
        let tokens = tokens.chain(token(&mut self.state));
        for token in tokens.chain(self.witness.tokens()) {
            let number = (0..count).find(|&number| known[number] == *token);
            let number = number.unwrap_or_else(|| {
                known[count] = *token;
                count += 1;
                count - 1
            });
            *token = Token(number as u128);
        }
    }
}

/// Advances time by one. Times that have passed stay in the past.
pub(crate) fn tick(state: &mut Option<State>, policy: &JoinPolicy) {
    if let Some(State::Open { came, deadline, .. }) = state
        && policy.is_complete(*came)
    {
        // This join is due another time, a timeout after its deadline.
        let longest_ago = NOW.saturating_sub(policy.timeout);
        *deadline = longest_ago.max(deadline.saturating_sub(ms(1)));
        return;
    }
    let moments: [Option<&mut Timestamp>; 2] = match state {
        None | Some(State::Parked { .. }) => [None, None],
        Some(State::Open { deadline, .. }) => [Some(deadline), None],
        Some(State::Running {
            lease, deadline, ..
        }) => [Some(lease), Some(deadline)],
        Some(State::Ready {
            retry_at, deadline, ..
        }) => [Some(retry_at), Some(deadline)],
        Some(State::Expiring { lease, .. }) => [Some(lease), None],
        Some(State::Completed { forget_at, .. } | State::Expired { forget_at, .. }) => {
            [Some(forget_at), None]
        }
        _ => unreachable!("the model does not know it"),
    };
    for moment in moments.into_iter().flatten() {
        *moment = NOW.max(moment.saturating_sub(ms(1)));
    }
}

fn came_to(state: &mut Option<State>) -> Option<&mut Inputs> {
    match state {
        Some(
            State::Open { came, .. }
            | State::Running { came, .. }
            | State::Ready { came, .. }
            | State::Expiring { came, .. }
            | State::Parked { came, .. },
        ) => Some(came),
        _ => None,
    }
}

fn token(state: &mut Option<State>) -> Option<&mut Token> {
    match state {
        None | Some(State::Open { .. } | State::Ready { .. } | State::Parked { .. }) => None,
        Some(State::Expiring { holder, .. }) => holder.as_mut(),
        Some(
            State::Running { holder, .. }
            | State::Completed { holder, .. }
            | State::Expired { holder, .. },
        ) => Some(holder),
        _ => unreachable!("the model does not know it"),
    }
}

fn holder(mut state: Option<State>) -> Option<Token> {
    token(&mut state).copied()
}

fn attempts(state: &mut State) -> Option<&mut u32> {
    match state {
        State::Running { attempts, .. }
        | State::Ready { attempts, .. }
        | State::Parked { attempts, .. }
        | State::Expiring { attempts, .. } => Some(attempts),
        _ => None,
    }
}
