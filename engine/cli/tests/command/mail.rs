//! Mail through a server: what leaves, and what is said when it cannot.
#![expect(clippy::expect_used, reason = "helpers of tests: a failure here is a failed test")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};

use crate::home::Home;

/// A mail server that takes everything; gives its port, and the mails as they came.
fn postman() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (sender, mails) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut answers = stream.try_clone().expect("both ways");
            let mut say = |line: &str| answers.write_all(format!("{line}\r\n").as_bytes());
            let (mut mail, mut within) = (String::new(), false);
            let _ = say("220 here");
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let told = match line.as_str() {
                    "." if within => {
                        within = false;
                        sender.send(std::mem::take(&mut mail)).ok();
                        say("250 taken")
                    }
                    text if within => {
                        mail.push_str(text);
                        mail.push('\n');
                        Ok(())
                    }
                    "DATA" => {
                        within = true;
                        say("354 go on")
                    }
                    "QUIT" => say("221 bye"),
                    _ => say("250 fine"),
                };
                if told.is_err() {
                    break;
                }
            }
        }
    });
    (port, mails)
}

#[test]
fn a_sign_in_link_arrives_by_mail() {
    let home = Home::furnished();
    let (smtp, mails) = postman();
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port").port();
    let (listen, server) = (format!("127.0.0.1:{port}"), format!("smtp://127.0.0.1:{smtp}"));
    let mut serve =
        home.command(["serve", "--listen", &listen, "--public-url", "https://klein.example", "--sign-in", "dir"]);
    serve.args(["--mail-from", "Klein <draaiboek@klein.example>"]).env("DRAAIBOEK_MAIL_SERVER", server);
    let mut serve = serve.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(serve.stdout.take().expect("its output")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("/link/")), "the account is made");
    let mut stream = TcpStream::connect(&listen).expect("it listens");
    let form = "login=dir%40proef";
    let request = format!(
        "POST /sign-in/link HTTP/1.1\r\nHost: klein.example\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let mail = mails.recv_timeout(std::time::Duration::from_secs(30)).expect("a mail");
    serve.kill().expect("it ends");
    serve.wait().expect("it ended");
    for part in [
        "To: dir@proef",
        "From: Klein <draaiboek@klein.example>",
        "Subject: Je aanmeldlink",
        "https://klein.example/link/",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
}

#[test]
fn settings_of_mail_that_cannot_work_are_refused_at_the_start_without_telling_the_password() {
    let home = Home::furnished();
    let serve = |more: &[&str]| home.run(["serve", "--listen", "127.0.0.1:0"].into_iter().chain(more.iter().copied()));
    serve(&["--mail-server", "smtp://x"]).ends(2).complains("--mail-from");
    serve(&["--mail-server", "smtp://x", "--mail-from", "a@b.be"]).ends(2).complains("--public-url");
    let public = ["--public-url", "https://a.be"];
    serve(&[&["--mail-server", "smtp://x", "--mail-from", "nobody"], &public[..]].concat())
        .ends(2)
        .complains("no address to send from");
    let ran = serve(&[&["--mail-server", "post://u:geheim@x", "--mail-from", "a@b.be"], &public[..]].concat()).ends(2);
    assert!(ran.complains("smtps://").err.find("geheim").is_none());
}
