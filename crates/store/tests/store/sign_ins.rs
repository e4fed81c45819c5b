//! Tries to sign in: judged one after another, kept, gone when their time is over; sessions and known browsers up to a limit.

use lommebok_domain::{Timestamp, UserId};
use lommebok_store::{
    ClockResetWrite, CommitFault, Committed, Expiring, KeyedHash, Seed, Session, SessionWrite, SignIn, TriedFrom,
    TriedPin, Write,
};
use pollster::block_on;
use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::world::{NOW, TENANT, World, change};

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

fn hash(byte: u8) -> KeyedHash {
    KeyedHash::new([byte; 32])
}

/// An address whose number is `of`; all addresses of that number share a count.
fn address(here: u8, of: u8) -> TriedFrom {
    TriedFrom::Address { here: hash(here), anywhere: hash(of) }
}

fn wrong(from: TriedFrom, at: Timestamp) -> Write {
    Write::Session(SessionWrite::SignIn(Box::new(SignIn { from, at, pin: TriedPin::Wrong })))
}

/// A right PIN from there: begins the session `token` of a user, and makes `browser` known.
pub(crate) fn right(from: TriedFrom, (token, browser): (u8, u8), created_at: Timestamp) -> Write {
    let expires_at = created_at.plus_millis(1_000_000_000);
    let session = Session { token: hash(token), tenant: TENANT, user: UserId::new(1), created_at, expires_at };
    let pin = TriedPin::Right { session, browser: hash(browser) };
    Write::Session(SessionWrite::SignIn(Box::new(SignIn { from, at: created_at, pin })))
}

/// A session, begun from an address that nobody counts.
pub(crate) fn opened(token: u8, created_at: Timestamp) -> Write {
    right(address(200, 201), (token, token), created_at)
}

async fn commit(world: &World, write: Write) -> Result<Committed, CommitFault> {
    world.store.commit(change(write)).await
}

async fn counted(world: &World, from: TriedFrom, at: Timestamp) {
    assert_eq!(commit(world, wrong(from, at)).await, Ok(Committed::PinTried { sessions_ended: 0 }));
}

fn locked(minutes: i64) -> Result<Committed, CommitFault> {
    Err(CommitFault::PinLocked { until: NOW.plus_millis(minutes * MINUTE_MS) })
}

#[tokio::test]
async fn of_tries_in_one_commit_five_count_and_a_locked_one_changes_nothing_also_after_a_restart() {
    let gate = Gate::default();
    let hook = gate.hook();
    let mut world = World::with(|options| options.commit_hook = Some(hook));
    gate.hold();
    let mut tries = JoinSet::new();
    for _ in 0..50 {
        let store = world.store.clone();
        tries.spawn(async move { store.commit(change(wrong(address(1, 2), NOW))).await });
    }
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    gate.open();
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 5);
    assert_eq!(answers.iter().filter(|answer| **answer == locked(1)).count(), 45);
    world.reopen();
    let rows = world.store.row_counts().unwrap();
    assert_eq!(rows["pin_tries"], 2, "of the address, and of all addresses");
    assert_eq!(commit(&world, right(address(1, 2), (9, 9), NOW)).await, locked(1), "also the right PIN");
    assert_eq!(world.store.row_counts().unwrap(), rows);
    assert_eq!(block_on(world.store.pin_locked_until(&address(1, 2), NOW)).unwrap(), Some(NOW.plus_millis(MINUTE_MS)));
    assert_eq!(
        block_on(world.store.pin_locked_until(&address(3, 2), NOW)).unwrap(),
        None,
        "another address of the number"
    );
}

#[tokio::test]
async fn fifty_wrong_pins_of_all_addresses_stop_each_of_them_for_the_day_and_no_known_browser() {
    let world = World::new();
    let browser = TriedFrom::KnownBrowser(hash(100));
    for here in 0..50 {
        counted(&world, address(here, 99), NOW.plus_millis(i64::from(here))).await;
    }
    let late = NOW.plus_millis(DAY_MS - 1);
    for _ in 0..4 {
        counted(&world, browser, late).await;
    }
    let day = Err(CommitFault::PinLocked { until: NOW.plus_millis(DAY_MS) });
    assert_eq!(commit(&world, right(address(60, 99), (1, 1), late)).await, day);
    assert!(commit(&world, right(browser, (1, 100), late)).await.is_ok());
    assert!(commit(&world, right(address(60, 99), (2, 2), NOW.plus_millis(DAY_MS))).await.is_ok());
}

#[tokio::test]
async fn a_right_pin_sets_its_own_source_back_and_not_the_day() {
    let world = World::new();
    for round in 0..10 {
        for _ in 0..4 {
            counted(&world, address(1, 2), NOW).await;
        }
        assert!(commit(&world, right(address(1, 2), (round, 50), NOW)).await.is_ok());
    }
    for _ in 0..4 {
        counted(&world, address(1, 2), NOW).await;
    }
    for _ in 0..5 {
        counted(&world, address(3, 2), NOW).await;
    }
    counted(&world, address(4, 2), NOW).await;
    assert_eq!(commit(&world, wrong(address(4, 2), NOW)).await, locked(24 * 60));
}

#[tokio::test]
async fn of_twenty_one_sessions_the_oldest_ends_also_where_time_stands() {
    let world = World::new();
    let lives = |token: u8| block_on(world.store.session(&hash(token), NOW)).unwrap().is_some();
    for token in 0..20 {
        assert_eq!(commit(&world, opened(token, NOW)).await, Ok(Committed::PinTried { sessions_ended: 0 }));
    }
    assert!(commit(&world, Write::Session(SessionWrite::Close(hash(7)))).await.is_ok());
    assert_eq!(commit(&world, opened(20, NOW)).await, Ok(Committed::PinTried { sessions_ended: 0 }));
    assert_eq!(commit(&world, opened(21, NOW)).await, Ok(Committed::PinTried { sessions_ended: 1 }));
    assert_eq!((0..22).filter(|token| !lives(*token)).collect::<Vec<_>>(), [0, 7]);
    let known = |browser: u8| block_on(world.store.is_known_browser(&hash(browser), NOW)).unwrap();
    assert_eq!((0..22).filter(|browser| !known(*browser)).collect::<Vec<_>>(), [0, 1]);
    let rows = world.store.row_counts().unwrap();
    assert_eq!((rows["session"], rows["known_browser"]), (20, 20));
}

#[tokio::test]
async fn a_browser_is_known_for_ninety_days_and_each_sign_in_begins_them_again() {
    let world = World::new();
    let known = |days: i64| block_on(world.store.is_known_browser(&hash(3), NOW.plus_millis(days * DAY_MS))).unwrap();
    assert!(commit(&world, right(address(1, 2), (1, 3), NOW)).await.is_ok());
    assert_eq!([known(89), known(90)], [true, false]);
    let later = NOW.plus_millis(50 * DAY_MS);
    assert!(commit(&world, right(TriedFrom::KnownBrowser(hash(3)), (2, 3), later)).await.is_ok());
    assert_eq!([known(139), known(140)], [true, false]);
    assert_eq!(world.store.row_counts().unwrap()["known_browser"], 1);
}

#[tokio::test]
async fn what_has_ended_is_purged_and_nothing_else() {
    let world = World::new();
    counted(&world, address(1, 2), NOW).await;
    counted(&world, address(3, 2), NOW.plus_millis(1)).await;
    assert!(commit(&world, right(address(4, 2), (1, 3), NOW)).await.is_ok());
    for (rows, life_ms, gone) in [(Expiring::WrongPins, DAY_MS, 2), (Expiring::KnownBrowsers, 90 * DAY_MS, 1)] {
        let end = NOW.plus_millis(life_ms);
        assert!(!block_on(world.store.has_expired(TENANT, rows, end)).unwrap());
        let after = end.plus_millis(1);
        assert!(block_on(world.store.has_expired(TENANT, rows, after)).unwrap());
        let purge = || change(Write::Purge { rows, before: after, limit: 10 });
        assert_eq!(world.store.commit(purge()).await, Ok(Committed::Purged(gone)));
        assert_eq!(world.store.commit(purge()).await, Ok(Committed::Purged(0)));
    }
    assert_eq!(world.store.row_counts().unwrap()["pin_tries"], 1);
}

#[tokio::test]
async fn a_reset_ends_what_is_dated_later_and_leaves_earlier_locks() {
    let world = World::new();
    let seed = Seed { tenant_name: "default".to_owned(), at: NOW, psps: Vec::new(), users: Vec::new() };
    assert!(commit(&world, Write::Seed(Box::new(seed))).await.is_ok());
    let later = NOW.plus_millis(1);
    let [early, late] = [TriedFrom::KnownBrowser(hash(1)), TriedFrom::KnownBrowser(hash(2))];
    for _ in 0..5 {
        counted(&world, early, NOW).await;
        counted(&world, late, later).await;
    }
    assert!(commit(&world, right(address(3, 4), (1, 5), NOW)).await.is_ok());
    assert!(commit(&world, right(address(3, 4), (2, 6), later)).await.is_ok());
    let reset = ClockResetWrite { from: NOW.plus_millis(DAY_MS), to: NOW, moved: Vec::new() };
    assert!(commit(&world, Write::ResetClock(Box::new(reset))).await.is_ok());
    let locked = |from| block_on(world.store.pin_locked_until(&from, NOW)).unwrap().is_some();
    assert_eq!([locked(early), locked(late)], [true, false]);
    let known = |browser| block_on(world.store.is_known_browser(&hash(browser), NOW)).unwrap();
    assert_eq!([known(5), known(6)], [true, false]);
}

#[tokio::test]
async fn strangers_who_sign_in_have_few_places_before_the_writer_and_take_none_of_others() {
    let gate = Gate::default();
    let hook = gate.hook();
    let world = World::with(|options| {
        options.commit_hook = Some(hook);
        options.max_requests_waiting = 64;
    });
    gate.hold();
    let mut tasks = JoinSet::new();
    let mut queue = |who: &'static str, write: Write| {
        let store = world.store.clone();
        tasks.spawn(async move { (who, store.commit(change(write)).await) });
    };
    queue("held", Write::Session(SessionWrite::Close(hash(1))));
    tokio::task::yield_now().await;
    gate.wait_until_reached();
    for number in 0..10 {
        queue("stranger", wrong(address(number, 100 + number), NOW));
        queue("browser", right(TriedFrom::KnownBrowser(hash(50 + number)), (number, number), NOW));
    }
    for _ in 0..48 {
        queue("init", crate::world::new(crate::world::terms(&crate::world::name())));
    }
    tokio::task::yield_now().await;
    gate.open();
    let answers = tasks.join_all().await;
    let taken = |of: &str| answers.iter().filter(|(who, answer)| *who == of && answer.is_ok()).count();
    assert_eq!([taken("stranger"), taken("browser"), taken("init")], [4, 4, 48]);
    assert!(commit(&world, wrong(address(1, 101), NOW)).await.is_ok(), "places come back");
}
