//! A join in a world where everything goes wrong: two workers, a broker, a store whose replies get lost, and time.
//!
//! What the model leaves out, and why nothing is lost by it:
//! - Moments are relative to a clock that stands still, and what is over is over now, since `transition` compares them
//!   with the clock and with nothing else.
//! - Tokens are compared and nothing else, so that they are numbered in the order in which the world holds them. A token
//!   that nobody holds any more can be given out again.
//! - Which worker is which makes no difference, nor which input is which: `transition` asks whether an input has come, and
//!   whether all have.
//! - Bodies are counted, and the count is compared with how many there may be and with none: a world remembers no more of
//!   them than that, and where there may be any number, whether there was one beside one that may not have begun. Each
//!   step's count is checked.
//! - What was known of a join that has ended or is parked, but for the end and the inputs, makes no difference.
//! - A call that does not reach the store is no step, and a crash loses whatever a worker knew, wherever it stood.

use linked_span::fan_in::state::{
    ClaimMode, Inputs, JoinPolicy, Moment, Reply, Settlement, State, Step, Token, transition,
};

use crate::witness::{NOW, Witness, Work};

/// A token that no canonical world holds.
const FRESH: Token = Token(99);

const NOBODY: Token = Token(0);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) state: Option<State>,
    witness: Witness,
    workers: [Worker; 2],
    /// How many deliveries of each input the broker has to make.
    broker: [u8; 3],
}

/// A delivery that a worker has in its hands: the input.
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
    /// It has heard no reply to its arrival, and may call again.
    Arriving,
    /// It has heard no reply to its visit, and may call again.
    Visiting(ClaimMode),
    /// It has been told to, and believes until the settlement that it holds the join.
    Working(Work),
    /// It has heard no reply to its settlement, and may call again.
    Settling(Settlement),
}

impl Worker {
    const IDLE: Self = Self {
        token: NOBODY,
        delivery: None,
        doing: Doing::Nothing,
    };

    /// All but the token, as a number.
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

/// What can happen next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    /// Time goes on.
    Tick,
    /// A worker dies, and the broker has its delivery again.
    Crash(usize),
    /// A worker calls the store, and hears the reply, or does not.
    Call(usize, Step, bool),
    /// An operator calls the store, and whatever he hears he may call again.
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

    /// Everything that can happen now.
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
                            call(Step::Arrive { input, token });
                        }
                    }
                    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
                        call(Step::ClaimDue { token, mode });
                    }
                    continue;
                }
                Doing::Arriving => {
                    let input = worker.delivery.expect("a delivery arrives");
                    call(Step::Arrive { input, token });
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
                // It works on, whatever it hears.
                moves.push(Move::Call(index, Step::Renew { token }, true));
            }
            moves.push(Move::Crash(index));
        }
    }

    /// The world after it, and the store's reply.
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

    /// The worker has called, and waits.
    fn calls(&mut self, worker: usize, step: Step) {
        let worker = &mut self.workers[worker];
        (worker.token, worker.doing) = match step {
            Step::Arrive { input, token } => {
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
            // These deliveries are to be made again; all others are acknowledged.
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

    /// One world of all that differ in names only.
    fn make_canonical(&mut self, rules: &JoinPolicy) {
        self.order_inputs(rules);
        self.order_workers();
        self.number_tokens();
    }

    /// By what has become of them.
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
        let mut known = [NOBODY; 6];
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

/// Time goes on by one; what is over stays so.
pub(crate) fn tick(state: &mut Option<State>) {
    let moments: [Option<&mut Moment>; 2] = match state {
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
        *moment = NOW.max(*moment - 1);
    }
}

fn came_to(state: &mut Option<State>) -> Option<&mut Inputs> {
    match state {
        Some(
            State::Open { came, .. } | State::Expiring { came, .. } | State::Parked { came, .. },
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
