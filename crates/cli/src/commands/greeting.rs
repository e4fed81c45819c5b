//! What `lommebok dev` says once it is ready: where everything is, and a payment to paste. Read by newcomers and by programs
//! alike, so the first line stays as it is, and nothing depends on a terminal.

use std::fmt::Write as _;

use lommebok_server::http::sandbox_pages::Invocation;

use crate::shell::quoted;

/// One thing that runs: what it is called, where it is, and what to know about it.
pub(super) type Place = (&'static str, String, String);

/// The whole greeting. `notes` are what a newcomer would not expect.
pub(super) fn text(
    url: &str,
    places: &[Place],
    notes: &[String],
    variables: &[(&'static str, String)],
    invocation: &Invocation,
) -> String {
    let mut text = format!("Lommebok is ready: {url}\n\n");
    let widths = places.iter().map(|(_, place, _)| place.chars().count());
    let widest = widths.filter(|width| *width <= WIDEST_PLACE).max().unwrap_or(0);
    for (name, place, note) in places {
        writeln!(text, "  {name:<14}{place:<widest$}   {note}").expect(WRITES);
    }
    for note in notes {
        writeln!(text, "\n{note}").expect(WRITES);
    }
    text.push_str("\nTo start a payment, paste this into another terminal, as often as you like:\n\n");
    for (name, value) in variables.iter().filter(|(name, _)| PASTE.contains(&format!("${name}"))) {
        writeln!(text, "{name}={}", quoted(value)).expect(WRITES);
    }
    text.push_str(PASTE);
    text.push_str("\nOpen the vippsRedirectUrl of the answer in a browser, press Next, and approve on the phone.\n\n");
    push_commands(&mut text, invocation);
    text
}

/// The commands, each with its note on its line, or below it where the line would be too long.
fn push_commands(text: &mut String, invocation: &Invocation) {
    let lines = COMMANDS.map(|(command, note)| (invocation.line(command), note));
    let help = (format!("{} --help", invocation.program), "time, batches, settings");
    let stop = ("Ctrl-C".to_owned(), "stops; data and credentials stay");
    let lines: Vec<(String, &str)> = lines.into_iter().chain([help, stop]).collect();
    let widest = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    for (line, note) in lines {
        if widest <= WIDEST_COMMAND {
            writeln!(text, "  {line:<widest$}   {note}").expect(WRITES);
        } else {
            writeln!(text, "  {line}\n      {note}").expect(WRITES);
        }
    }
}

/// A longer place (a data directory far down) pushes only its own note aside.
const WIDEST_PLACE: usize = 50;
/// Longer commands have their note below.
const WIDEST_COMMAND: usize = 45;

const WRITES: &str = "writing to a String cannot fail";

const COMMANDS: [(&str, &str); 2] =
    [("env", "these values for a shell, --json for a program"), ("payments list", "what became of them")];

/// A token and an init that succeed each time they are pasted: the shell makes a fresh id.
const PASTE: &str = r#"ID="demo-$(date +%s)-$RANDOM"
TOKEN=$(curl -sS -X POST "$LOMMEBOK_URL/accesstoken/get" -H "client_id: $CLIENT_ID" \
  -H "client_secret: $CLIENT_SECRET" -H "Ocp-Apim-Subscription-Key: $SUBSCRIPTION_KEY" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -sS "$LOMMEBOK_URL/psp/v3/psppayments/init" -H "Authorization: Bearer $TOKEN" \
  -H "Ocp-Apim-Subscription-Key: $SUBSCRIPTION_KEY" -H "PSP-ID: $PSP_ID" \
  -H "Merchant-Serial-Number: $MSN" -H "Content-Type: application/json" -d @- <<END && echo
{"pspTransactionId": "$ID", "merchantOrderId": "$ID", "customerMobileNumber": "$MOBILE_NUMBER",
 "amount": 49900, "currency": "NOK", "paymentText": "A demo order",
 "pspRedirectUrl": "https://example.com/thanks", "makePaymentUrl": "$MAKE_PAYMENT_URL?amount=49900"}
END
"#;

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal of the usual size shows a hundred columns without breaking a line.
    const COLUMNS: usize = 100;

    fn greeting(notes: &[String], invocation: &Invocation) -> String {
        let places = [("Start page", "http://127.0.0.1:8480/".to_owned(), "everything, explained".to_owned())];
        let variables = [("CLIENT_ID", "it's".to_owned()), ("PIN", "1236".to_owned())];
        text("http://127.0.0.1:8480", &places, notes, &variables, invocation)
    }

    #[test]
    fn the_greeting_fits_a_terminal_and_begins_with_the_address() {
        let text = greeting(&[], &Invocation::default());
        assert!(text.starts_with("Lommebok is ready: http://127.0.0.1:8480\n"), "{text}");
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > COLUMNS).collect();
        assert_eq!(wide, Vec::<&str>::new());
        assert!(text.contains("\nCLIENT_ID='it'\\''s'\n"), "{text}");
        assert!(!text.contains("PIN="), "only what the block uses is in it: {text}");
        assert!(text.contains("  lommebok env             these values"), "{text}");
    }

    #[test]
    fn commands_are_printed_as_they_work_with_their_notes_below_when_they_are_long() {
        let program = "/opt/checkouts/lommebok/target/release/lommebok".to_owned();
        let invocation = Invocation { program, options: "--data-dir '/tmp/a b'".to_owned() };
        let text = greeting(&["Business time stands.".to_owned()], &invocation);
        let line = "  /opt/checkouts/lommebok/target/release/lommebok env --data-dir '/tmp/a b'\n      these values";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("\n\nBusiness time stands.\n\nTo start"), "{text}");
    }
}
