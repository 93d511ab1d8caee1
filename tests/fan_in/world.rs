//! A model of one join with two workers, a broker, a store whose replies get lost, and time.
//!
//! The model leaves out the following, because `transition` cannot observe it:
//! - The clock never moves. A tick shortens every remaining duration instead, because `transition` only compares times
//!   with the clock.
//! - `transition` only compares tokens for equality. The model therefore numbers them in the order in which the world
//!   holds them. It reuses a token that no worker or state holds any more.
//! - Workers are interchangeable, and so are inputs. `transition` only asks whether an input was received, and whether
//!   all were.
//! - The count of bodies is capped. `transition` compares it with zero and with `max_attempts`. Without a limit of
//!   attempts the cap is two. Each step's count is checked before it is capped.
//! - After a join has ended or was parked, only the end and the inputs are kept.
//! - A call that does not reach the store is no step. A crash loses everything that a worker knew.

use linked_span::fan_in::state::{
    ClaimMode, Inputs, JoinPolicy, Reply, Settlement, State, Step, Timestamp, Token, transition,
};
use linked_span_tests::ms;

use crate::witness::{NOW, Witness, Work};

/// A token that no canonical world holds.
const FRESH: Token = Token(99);

const NO_TOKEN: Token = Token(0);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) state: Option<State>,
    witness: Witness,
    workers: [Worker; 2],
    /// How many deliveries of each input the broker still has to make.
    broker: [u8; 3],
}

/// The input of the delivery that a worker is handling.
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
        [doing, what, self.delivery.map_or(0, |input| input + 1)]
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
    /// A worker calls the store. The flag is `true` if the worker receives the reply.
    Call(usize, Step, bool),
    /// An operator calls the store, and may repeat the call after any reply.
    Operate(Step),
}

impl World {
    pub(crate) fn new(rules: &JoinPolicy, deliveries: u8) -> Self {
        let mut broker = [0; 3];
        broker[..usize::from(rules.inputs)].fill(deliveries);
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
            let mut call = |step| {
                moves.extend([true, false].map(|heard| Move::Call(index, step, heard)));
            };
            match worker.doing {
                Doing::Nothing => {
                    let token = FRESH;
                    for (input, &deliveries) in (0..).zip(&self.broker) {
                        if deliveries > 0 {
                            call(Step::arrive(input, token));
                        }
                    }
                    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
                        call(Step::ClaimDue { token, mode });
                    }
                    continue;
                }
                Doing::Arriving => {
                    let input = worker.delivery.expect("a delivery arrives");
                    call(Step::arrive(input, token));
                }
                Doing::Visiting(mode) => call(Step::ClaimDue { token, mode }),
                Doing::Working(work) => {
                    for settlement in work.endings() {
                        call(Step::Settle { token, settlement });
                    }
                }
                Doing::Settling(settlement) => call(Step::Settle { token, settlement }),
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
        rules: &JoinPolicy,
    ) -> Result<(Self, Option<Reply>), &'static str> {
        let mut world = self.clone();
        let mut reply = None;
        match next {
            Move::Tick => {
                world.witness.tick();
                tick(&mut world.state);
            }
            Move::Crash(worker) => world.drop_work(worker, true),
            Move::Call(worker, step, heard) => {
                let given = world.call(step, rules)?;
                world.calls(worker, step);
                if heard {
                    world.hears(worker, given);
                }
                reply = Some(given);
            }
            Move::Operate(step) => reply = Some(world.call(step, rules)?),
        }
        world.make_canonical(rules);
        Ok((world, reply))
    }

    fn call(&mut self, step: Step, rules: &JoinPolicy) -> Result<Reply, &'static str> {
        let (mut after, reply) = transition(self.state, step, NOW, rules);
        self.witness.see(step, reply, rules)?;
        self.witness.agrees_with(after, rules)?;
        let most = match rules.max_attempts {
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

    /// Records that the worker has called and waits for the reply.
    fn calls(&mut self, worker: usize, step: Step) {
        let worker = &mut self.workers[worker];
        (worker.token, worker.doing) = match step {
            Step::Arrive { input, token, .. } => {
                if worker.delivery.is_none() {
                    self.broker[usize::from(input)] -= 1;
                    worker.delivery = Some(input);
                }
                (token, Doing::Arriving)
            }
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
        if let Some(input) = worker.delivery {
            self.broker[usize::from(input)] += u8::from(again);
        }
    }

    /// Maps worlds that differ only in names to one world.
    fn make_canonical(&mut self, rules: &JoinPolicy) {
        self.order_inputs(rules);
        self.order_workers();
        self.number_tokens();
    }

    /// Renames inputs so that they are ordered by their state.
    fn order_inputs(&mut self, rules: &JoinPolicy) {
        let came = *self.witness.accepted();
        let rank = |input: &u8| {
            let [first, second] = self.workers.map(|worker| {
                let has_it = worker.delivery == Some(*input);
                has_it.then(|| worker.doing_rank())
            });
            let workers = [first.min(second), first.max(second)];
            (
                came.contains(*input),
                self.broker[usize::from(*input)],
                workers,
            )
        };
        let mut order = [0, 1, 2];
        order[..usize::from(rules.inputs)].sort_by_key(rank);
        if order.is_sorted() {
            return;
        }
        self.broker = order.map(|input| self.broker[usize::from(input)]);
        let place = |input: u8| (0..).zip(order).find(|(_, other)| *other == input);
        let renamed = |input: u8| place(input).map_or(input, |(place, _)| place);
        let all = |inputs: Inputs| {
            let with = |set: Inputs, input| set.with(renamed(input));
            inputs.iter().fold(Inputs::default(), with)
        };
        for worker in &mut self.workers {
            worker.delivery = worker.delivery.map(renamed);
        }
        for inputs in came_to(&mut self.state)
            .into_iter()
            .chain([self.witness.accepted()])
        {
            *inputs = all(*inputs);
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
pub(crate) fn tick(state: &mut Option<State>) {
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
