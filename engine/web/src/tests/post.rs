//! The mail of the day: one a school day, in the hours for messages, nothing of it lost when a mail server is away.

use tokio::sync::mpsc::UnboundedReceiver;

use super::entry::{Letterbox, with_mail};
use super::world::{RUNTIME, World};
use crate::gate::{Mail, Mailer, NotSent, Sending};
use crate::post::round;

const HOUR: i64 = 3600;

/// Lets the mails of this moment leave; gives how many did.
async fn deliver(world: &World) -> usize {
    let mailer = world.app.config.mailer.clone().expect("a mailer");
    round(&world.app, mailer.as_ref()).await.expect("sent")
}

fn drained(mails: &mut UnboundedReceiver<(String, String)>) -> Vec<(String, String)> {
    std::iter::from_fn(|| mails.try_recv().ok()).collect()
}

#[test]
fn everybody_gets_one_mail_a_school_day_in_the_hours_for_messages() {
    RUNTIME.block_on(async {
        let (world, mut mails) = with_mail().await;
        // Monday 5 October 2026, ten o'clock in Brussels.
        assert_eq!(deliver(&world).await, 2);
        let sent = drained(&mut mails);
        let (_, body) = sent.iter().find(|(to, _)| to == "tch@berk").expect("for the teacher");
        assert!(body.starts_with("Dag Tine,") && body.contains("Dit vraagt nu iets van je:"), "{body}");
        assert!(body.contains("http://berk.example/privacy"), "{body}");
        world.later(HOUR);
        world.fresh().await;
        assert_eq!(deliver(&world).await, 0, "a second mail waits for tomorrow");
        world.later(12 * HOUR);
        assert_eq!(deliver(&world).await, 0, "not at eleven in the evening");
        world.later(11 * HOUR);
        assert_eq!(deliver(&world).await, 2, "Tuesday at ten: what is new since");
        world.later(24 * HOUR);
        assert_eq!(deliver(&world).await, 0, "nothing is new and nothing is due");
        world.later(72 * HOUR);
        world.fresh().await;
        assert_eq!(deliver(&world).await, 0, "not on a Saturday");
    });
}

#[test]
fn after_days_of_downtime_there_is_one_mail_each() {
    RUNTIME.block_on(async {
        let (world, mut mails) = with_mail().await;
        for _ in 0..5 {
            world.fresh().await;
        }
        world.later(3 * 24 * HOUR);
        assert_eq!(deliver(&world).await, 2);
        assert_eq!(drained(&mut mails).len(), 2);
    });
}

#[test]
fn a_mail_server_that_is_away_costs_nobody_his_mail() {
    RUNTIME.block_on(async {
        let (world, mut mails) = with_mail().await;
        let (sender, gone) = tokio::sync::mpsc::unbounded_channel();
        drop(gone);
        assert!(round(&world.app, &Letterbox(sender)).await.is_err());
        assert_eq!(deliver(&world).await, 2);
        assert_eq!(drained(&mut mails).len(), 2);
    });
}

/// Takes a mail, tells its number, and never says what became of it.
struct Silent(tokio::sync::mpsc::UnboundedSender<Option<String>>);

impl Mailer for Silent {
    fn send(&self, mail: Mail) -> Sending<'_> {
        self.0.send(mail.id).expect("the test listens");
        Box::pin(std::future::pending())
    }
}

/// Takes every mail and tells its number.
struct Counting(tokio::sync::mpsc::UnboundedSender<Option<String>>);

impl Mailer for Counting {
    fn send(&self, mail: Mail) -> Sending<'_> {
        self.0.send(mail.id).expect("the test listens");
        Box::pin(std::future::ready(Ok(())))
    }
}

#[test]
fn a_mail_that_was_lost_with_its_process_is_sent_again_under_the_same_number() {
    const MINUTE: i64 = 60;
    RUNTIME.block_on(async {
        let (world, _mails) = with_mail().await;
        let (sender, mut numbers) = tokio::sync::mpsc::unbounded_channel();
        let silent = Silent(sender.clone());
        // The process dies with the first mail in hand.
        let first = tokio::select! {
            _ = round(&world.app, &silent) => None,
            number = numbers.recv() => number.flatten(),
        };
        let first = first.expect("a mail of the day has a number");
        assert_eq!(deliver(&world).await, 1, "the other one leaves, that one may be on its way still");
        world.later(9 * MINUTE);
        assert_eq!(deliver(&world).await, 0);
        world.fresh().await;
        world.later(2 * MINUTE);
        assert_eq!(
            round(&world.app, &Counting(sender.clone())).await.expect("sent"),
            1,
            "after ten minutes it is sent"
        );
        assert_eq!(numbers.recv().await.flatten().as_ref(), Some(&first));
        assert_eq!(deliver(&world).await, 0, "once it is known that it left, it stays there");
        world.later(24 * HOUR);
        assert_eq!(round(&world.app, &Counting(sender)).await.expect("sent"), 2);
        let next: Vec<_> = std::iter::from_fn(|| numbers.try_recv().ok()).collect();
        assert!(next.len() == 2 && next.iter().all(|number| number.as_ref() != Some(&first)), "{next:?} {first}");
    });
}

/// Refuses everybody for good.
struct Refusing;

impl Mailer for Refusing {
    fn send(&self, _: Mail) -> Sending<'_> {
        Box::pin(std::future::ready(Err(NotSent::Refused("550".into()))))
    }
}

#[test]
fn an_address_that_is_refused_is_not_tried_again_today_and_holds_nobody_up() {
    RUNTIME.block_on(async {
        let (world, mut mails) = with_mail().await;
        assert_eq!(round(&world.app, &Refusing).await.expect("all were tried"), 0);
        assert_eq!(deliver(&world).await, 0);
        world.later(24 * HOUR);
        assert_eq!(deliver(&world).await, 2, "what was new yesterday is new still");
        assert_eq!(drained(&mut mails).len(), 2);
    });
}

#[test]
fn who_does_not_want_it_gets_none() {
    RUNTIME.block_on(async {
        let (world, mut mails) = with_mail().await;
        let cookie = world.cookie("berk", "tch").await;
        assert!(world.get("/privacy", &cookie).await.text.contains("Stuur geen mail meer"));
        world.post("/privacy/mail", &cookie, "wanted=no").await;
        assert!(world.get("/privacy", &cookie).await.text.contains("Stuur weer mail"));
        assert_eq!(deliver(&world).await, 1);
        assert_eq!(drained(&mut mails).first().map(|(to, _)| to.as_str()), Some("coach@berk"));
        world.post("/api/v1/own/mail", &cookie, r#"{"wanted": true}"#).await;
        assert_eq!(deliver(&world).await, 1);
    });
}
