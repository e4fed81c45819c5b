//! Who needs what: each service of a wallet, made of the parts and of the services that it names.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use super::{Environment, Parts};
use crate::after_commit::{AfterCommit, AttemptQueue, ChangedRanges, Hub, QueuedAttempt, Schedule};
use crate::approvals::{Approvals, Links, PromptTurns, Prompts};
use crate::attempts::{Attempts, Notices};
use crate::clock::TimeGate;
use crate::directory::{Directory, MerchantsKept};
use crate::idempotency::Idempotency;
use crate::in_flight::InFlight;
use crate::inits::{InitSecrets, Inits};
use crate::operations::{ExpiredRows, Restored, Start, Watch};
use crate::payments::Payments;
use crate::people::People;
use crate::search::{Columns, RANGES_KEPT, Search};
use crate::status_updates::{SerialQueues, StatusUpdates};
use crate::timers::Timers;
use crate::traffic::Traffic;
use crate::writer::{Writer, WriterParts};

/// Attempts that are handed over and not begun, at most. They are begun at once, so that many only wait while the process computes
/// something else.
const ATTEMPTS_HANDED_OVER: usize = 4_096;

/// What the services share; makes those that rest on it.
pub(super) struct Services<'p> {
    parts: &'p Parts,
    pub(super) gate: Arc<TimeGate>,
    pub(super) in_flight: InFlight,
    pub(super) schedule: Arc<Schedule>,
    changed: Arc<ChangedRanges>,
    pub(super) writer: Arc<Writer>,
    pub(super) payments: Arc<Payments>,
    pub(super) people: Arc<People>,
    pub(super) directory: Arc<Directory>,
    pub(super) idempotency: Arc<Idempotency>,
    pub(super) links: Arc<Links>,
    pub(super) secrets: Arc<InitSecrets>,
}

impl<'p> Services<'p> {
    /// With the other end of the queue of attempts.
    pub(super) fn new(parts: &'p Parts) -> (Self, mpsc::Receiver<QueuedAttempt>) {
        let Parts { tenant, clock, store, keys, randomness, tasks, .. } = parts;
        let tenant = *tenant;
        let (in_flight, hints) = (InFlight::default(), Hub::default());
        let (gate, schedule) = (Arc::<TimeGate>::default(), Arc::<Schedule>::default());
        let changed = Arc::<ChangedRanges>::default();
        let (attempts, queue) = AttemptQueue::new(in_flight.clone(), ATTEMPTS_HANDED_OVER);
        let writer = Writer::new(WriterParts {
            tenant,
            store: store.clone(),
            clock: clock.clone(),
            tasks: tasks.clone(),
            schedule: Arc::clone(&schedule),
            randomness,
        });
        let payments = Arc::new(Payments {
            tenant,
            store: store.clone(),
            writer: Arc::clone(&writer),
            clock: clock.clone(),
            gate: Arc::clone(&gate),
            tasks: tasks.clone(),
            after: AfterCommit {
                attempts,
                timers: Arc::clone(&schedule),
                changed: Arc::clone(&changed),
                hints: hints.clone(),
            },
            traffic: Traffic::default(),
        });
        let core = Self {
            people: Arc::new(People {
                tenant,
                store: store.clone(),
                writer: Arc::clone(&writer),
                clock: clock.clone(),
                keys: Arc::clone(keys),
                randomness: randomness.clone(),
                hints,
            }),
            directory: Arc::new(Directory {
                tenant,
                store: store.clone(),
                writer: Arc::clone(&writer),
                clock: clock.clone(),
                tasks: tasks.clone(),
                kept: MerchantsKept::default(),
            }),
            idempotency: Arc::new(Idempotency { tenant, store: store.clone(), keys: Arc::clone(keys) }),
            links: Arc::new(Links { tenant, keys: Arc::clone(keys), clock: clock.clone() }),
            secrets: Arc::new(InitSecrets { tenant, store: store.clone(), keys: Arc::clone(keys) }),
            parts,
            gate,
            in_flight,
            schedule,
            changed,
            writer,
            payments,
        };
        (core, queue)
    }

    pub(super) fn search(&self) -> Search {
        let Parts { tenant, store, settings, .. } = self.parts;
        // Production's searches are few, and its payments many.
        let ranges_kept = if settings.environment == Environment::TEST { RANGES_KEPT } else { 0 };
        Search {
            tenant: *tenant,
            store: store.clone(),
            payments: Arc::clone(&self.payments),
            people: Arc::clone(&self.people),
            directory: Arc::clone(&self.directory),
            secrets: Arc::clone(&self.secrets),
            columns: tokio::sync::Mutex::new(Columns::new(ranges_kept, Arc::clone(&self.changed))),
        }
    }

    pub(super) fn prompts(&self) -> Arc<Prompts> {
        Arc::new(Prompts {
            tenant: self.parts.tenant,
            store: self.parts.store.clone(),
            clock: self.parts.clock.clone(),
            most_of_psp: self.parts.settings.prompts_per_number,
            turns: PromptTurns::default(),
        })
    }

    pub(super) fn inits(&self, prompts: &Arc<Prompts>) -> Inits {
        Inits {
            tenant: self.parts.tenant,
            clock: self.parts.clock.clone(),
            payments: Arc::clone(&self.payments),
            idempotency: Arc::clone(&self.idempotency),
            directory: Arc::clone(&self.directory),
            people: Arc::clone(&self.people),
            prompts: Arc::clone(prompts),
            secrets: Arc::clone(&self.secrets),
            links: Arc::clone(&self.links),
        }
    }

    pub(super) fn approvals(&self, prompts: Arc<Prompts>) -> Approvals {
        Approvals {
            payments: Arc::clone(&self.payments),
            people: Arc::clone(&self.people),
            links: Arc::clone(&self.links),
            prompts,
        }
    }

    pub(super) fn status_updates(&self) -> Arc<StatusUpdates> {
        Arc::new(StatusUpdates {
            tenant: self.parts.tenant,
            store: self.parts.store.clone(),
            payments: Arc::clone(&self.payments),
            clock: self.parts.clock.clone(),
            tasks: self.parts.tasks.clone(),
            schedule: Arc::clone(&self.schedule),
            in_flight: self.in_flight.clone(),
            mode: self.parts.settings.batch_mode,
            queues: SerialQueues::default(),
        })
    }

    fn attempts(&self) -> Arc<Attempts> {
        let settings = &self.parts.settings;
        Arc::new(Attempts {
            payments: Arc::clone(&self.payments),
            people: Arc::clone(&self.people),
            secrets: Arc::clone(&self.secrets),
            clock: self.parts.clock.clone(),
            randomness: self.parts.randomness.clone(),
            tasks: self.parts.tasks.clone(),
            in_flight: self.in_flight.clone(),
            outbound: self.parts.outbound.clone(),
            exchanges: self.parts.exchanges.clone(),
            slots: Arc::clone(&self.parts.slots),
            tokens: self.parts.tokens.clone(),
            public_url: settings.public_url.clone(),
            url_policy: settings.environment.url_policy,
            keeps_late_answers: settings.keeps_late_answers,
            sends_within: settings.sends_within,
            crash_points: settings.crash_points.clone(),
        })
    }

    fn notices(&self) -> Arc<Notices> {
        Arc::new(Notices {
            payments: Arc::clone(&self.payments),
            secrets: Arc::clone(&self.secrets),
            clock: self.parts.clock.clone(),
            tasks: self.parts.tasks.clone(),
            in_flight: self.in_flight.clone(),
            outbound: self.parts.outbound.clone(),
            exchanges: self.parts.exchanges.clone(),
            slots: Arc::clone(&self.parts.slots),
            timers: Arc::clone(&self.schedule),
        })
    }

    pub(super) fn timers(&self, status_updates: &Arc<StatusUpdates>) -> Arc<Timers> {
        Arc::new(Timers {
            tenant: self.parts.tenant,
            store: self.parts.store.clone(),
            clock: self.parts.clock.clone(),
            gate: Arc::clone(&self.gate),
            tasks: self.parts.tasks.clone(),
            schedule: Arc::clone(&self.schedule),
            in_flight: self.in_flight.clone(),
            payments: Arc::clone(&self.payments),
            status_updates: Arc::clone(status_updates),
            notices: self.notices(),
        })
    }

    pub(super) fn watch(&self) -> Arc<Watch> {
        Arc::new(Watch {
            writer: Arc::clone(&self.writer),
            clock: self.parts.clock.clone(),
            gate: Arc::clone(&self.gate),
            tasks: self.parts.tasks.clone(),
        })
    }

    pub(super) fn restored(&self) -> Restored {
        Restored {
            payments: Arc::clone(&self.payments),
            writer: Arc::clone(&self.writer),
            clock: self.parts.clock.clone(),
        }
    }

    pub(super) fn start(
        &self,
        timers: &Arc<Timers>,
        watch: &Arc<Watch>,
        queue: mpsc::Receiver<QueuedAttempt>,
    ) -> Arc<Start> {
        let expired_rows = ExpiredRows {
            tenant: self.parts.tenant,
            store: self.parts.store.clone(),
            writer: Arc::clone(&self.writer),
            clock: self.parts.clock.clone(),
            tasks: self.parts.tasks.clone(),
            batches_kept_days: self.parts.settings.batch_kept_days,
        };
        Arc::new(Start {
            tenant: self.parts.tenant,
            store: self.parts.store.clone(),
            writer: Arc::clone(&self.writer),
            clock: self.parts.clock.clone(),
            tasks: self.parts.tasks.clone(),
            payments: Arc::clone(&self.payments),
            attempts: self.attempts(),
            timers: Arc::clone(timers),
            watch: Arc::clone(watch),
            expired_rows: Arc::new(expired_rows),
            queue: Mutex::new(Some(queue)),
        })
    }
}
