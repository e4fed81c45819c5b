//! What is committed is read back, by every key, also after a restart.

use lommebok_domain::{Binding, Command, UserId};

use crate::world::{NOW, PSP, TENANT, World};

#[tokio::test]
async fn a_committed_payment_is_read_back_by_each_of_its_keys() {
    let mut world = World::new();
    let payment = world.payment().await;
    let bound = world.command(&payment, Command::ConfirmNumber { to: Binding::User(UserId::new(5)) }).await;
    for _restart in 0..2 {
        assert_eq!(world.read(payment.id), bound);
        let by_name = world.store.payment_of_psp(TENANT, PSP, &payment.terms.psp_transaction_id).unwrap();
        assert_eq!(by_name, Some(bound.clone()));
        let (details, events) =
            world.store.details_of_psp(TENANT, PSP, &payment.terms.psp_transaction_id).unwrap().unwrap();
        assert_eq!((details, events.len()), (bound.clone(), 1));
        let token = world.store.sealed_make_payment_token(TENANT, payment.id).unwrap().unwrap();
        assert_eq!(token.as_bytes(), [1, 2, 3]);
        let due = world.store.due(TENANT, NOW.plus_millis(300_000), 0, 10).unwrap();
        assert_eq!(due.len(), 1);
        world.assert_sound();
        world.reopen();
    }
}
