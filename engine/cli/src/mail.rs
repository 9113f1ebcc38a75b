//! Mail over SMTP. Lives here: handing a mail to a server. May not live here: what it says, who gets one.

use draaiboek_web::{Mail, Mailer, NotSent, Sending};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::failure::Failure;

/// A mail server, and in whose name it sends.
pub struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// The server of the settings `mail.server`, `mail.from` and `server.public_url`; none when no server is set.
    ///
    /// # Errors
    /// One of the others is missing, or cannot be used.
    pub fn of(server: Option<&str>, from: Option<&str>, url: Option<&str>) -> Result<Option<Self>, Failure> {
        let Some(server) = server else { return Ok(None) };
        let from = from.ok_or_else(|| {
            Failure::usage("mail needs a name to be sent in; give it with --mail-from or the setting `mail.from`")
        })?;
        if url.is_none() {
            let what = "links in mails need the address that people use; give it with --public-url or the setting `server.public_url`";
            return Err(Failure::usage(what));
        }
        Self::new(server, from).map(Some)
    }

    /// Whether the server can be reached and lets us in.
    pub async fn answers(&self) -> bool {
        self.server.test_connection().await.unwrap_or(false)
    }

    /// A server by its address, such as `smtps://user:password@mail.example:465`, or `smtp://…?tls=required` for STARTTLS.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// An address that cannot be read; what it says holds no password.
    fn new(url: &str, from: &str) -> Result<Self, Failure> {
        let from = from.parse().map_err(|error| {
            Failure::usage(format!(
                "`{from}` is no address to send from ({error}); write it as \"De Wilg <draaiboek@school.be>\""
            ))
        })?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| {
            Failure::usage(format!("the address of the mail server cannot be used ({error}); write it as smtps://user:password@host:465 or smtp://user:password@host:587?tls=required"))
        })?;
        Ok(Self { server: server.build(), from })
    }
}

impl Mailer for Smtp {
    fn send(&self, mail: Mail) -> Sending<'_> {
        Box::pin(async move {
            let to = mail.to.parse().map_err(|_| NotSent::Refused("it is no mail address".into()))?;
            let id = mail.id.unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
            let name = format!("<{id}@{}>", self.from.email.domain());
            let message = Message::builder()
                .from(self.from.clone())
                .to(to)
                .subject(mail.subject)
                .message_id(Some(name))
                .header(ContentType::TEXT_PLAIN)
                .body(mail.body)
                .map_err(|error| NotSent::Refused(error.to_string()))?;
            match self.server.send(message).await {
                Ok(_) => Ok(()),
                // The server's own words may repeat the address: only its number is told.
                Err(error) if error.is_permanent() => Err(NotSent::Refused(
                    error.status().map_or("it will never take it".into(), |code| code.to_string()),
                )),
                Err(error) => Err(NotSent::Away(match error.status() {
                    Some(code) => format!("it answers {code}"),
                    None if error.is_timeout() => "no answer in time".into(),
                    None if error.is_tls() => "no safe connection (TLS)".into(),
                    None => "no connection".into(),
                })),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    /// One conversation of a mail server. It takes a mail, and dies before it says so unless it `says` it; gives the number
    /// of the mail.
    fn take(stream: TcpStream, says: bool) -> String {
        let mut answers = stream.try_clone().expect("both ways");
        let mut say = |line: &str| answers.write_all(format!("{line}\r\n").as_bytes()).expect("heard");
        let (mut id, mut within) = (String::new(), false);
        say("220 here");
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            match line.as_str() {
                "." if within && !says => return id,
                "." if within => {
                    within = false;
                    say("250 taken");
                }
                text if within => {
                    if let Some(found) = text.strip_prefix("Message-ID: ") {
                        found.clone_into(&mut id);
                    }
                }
                "DATA" => {
                    within = true;
                    say("354 go on");
                }
                "QUIT" => say("221 bye"),
                _ => say("250 fine"),
            }
            if says && !within && !id.is_empty() {
                return id;
            }
        }
        id
    }

    #[test]
    fn a_mail_that_is_sent_again_after_a_server_died_with_it_has_the_same_number() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let server = std::thread::spawn(move || {
            let mut taken = Vec::new();
            for says in [false, true, true] {
                taken.push(take(listener.accept().expect("a visitor").0, says));
            }
            taken
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let mail = |id: Option<&str>| Mail {
            id: id.map(str::to_owned),
            to: "lk1@klein.example".into(),
            subject: "Vandaag".into(),
            body: "Dag".into(),
        };
        let send = |id: Option<&str>| {
            // A new connection each time, as by a new process.
            runtime.block_on(async {
                let url = format!("smtp://127.0.0.1:{port}");
                let smtp = Smtp::new(&url, "draaiboek@klein.example").expect("an address");
                smtp.send(mail(id)).await
            })
        };
        assert!(matches!(send(Some("a1")), Err(NotSent::Away(_))), "nobody knows whether it arrived");
        assert_eq!(send(Some("a1")), Ok(()));
        assert_eq!(send(None), Ok(()));
        let taken = server.join().expect("the server");
        assert_eq!(taken[..2], ["<a1@klein.example>", "<a1@klein.example>"]);
        assert!(taken[2].len() > 20 && taken[2] != taken[1], "{taken:?}");
    }
}
