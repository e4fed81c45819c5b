//! Killed at any moment, twenty times, by whatever the seed says.

use std::time::Duration;

use lommebok_testkit::server_process::ServerProcess;

use super::after_the_kill::{ask_again, let_time_pass, look, look_back, settle};
use super::load::{Load, Psp};
use super::world::World;

/// Kills, unless `LOMMEBOK_KILLS` says otherwise.
const KILLS: usize = 20;
/// The load runs at least and at most so long before the kill, in ms.
const LOAD_MS: (u64, u64) = (100, 2_000);
/// A start that is killed as well is so at most so long before, in ms.
const START_MS: u64 = 150;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_no_token_is_sent_twice_when_it_is_killed_at_random() {
    let kills = std::env::var("LOMMEBOK_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut world = World::new().await;
    let (mut server, mut client) = world.start().await;
    for _ in 0..kills {
        world.next_kill();
        let mut workers = Load::new(&world, &server, &client, Psp::IsMixed).await.start();
        let moment = Duration::from_millis(world.random.between(LOAD_MS.0, LOAD_MS.1));
        let ended = tokio::time::timeout(moment, workers.join_next()).await;
        assert!(ended.is_err(), "a worker ended before the kill: {}", server.complained());
        server.kill().await;
        world.gate.open();
        while workers.join_next().await.is_some() {}
        if world.kill % 4 == 0 {
            world.expect_sound_database();
        }
        if world.kill % 3 == 0 {
            // Once more, while it does what came due and goes on with what was queued.
            let moment = Duration::from_millis(world.random.below(START_MS));
            ServerProcess::kill_while_starting(&world.launch, moment).await;
        }
        (server, client) = world.start().await;
        ask_again(&world, &client).await;
        let lost = let_time_pass(&world, &client).await;
        look(&mut world, &client, &lost).await;
        settle(&mut world, &client).await;
    }
    look_back(&world, &client).await;
    server.stop().await;
    world.expect_sound_database();
    world.print_figures("random moments");
}
