//! One command to a MongoDB server and its answer: `OP_MSG` over TCP, without the driver.
//!
//! Source: <https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/>

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::bson::{Document, Value};

const OP_MSG: i32 = 2013;
/// Header of four numbers, flags of four bytes, and the byte that says "one document follows".
const BEFORE_THE_DOCUMENT: usize = 21;
/// More than a server that has just started has to say; MongoDB's own limit is 48 MB.
const LONGEST_ANSWER: usize = 1 << 20;

/// Sends one command for the `admin` database to a server on loopback.
///
/// `command` is one field and its value, then its further fields. `timeout` holds for each of
/// connecting, writing and reading.
///
/// # Errors
/// When nobody answers in time, and when the server refuses (with its own words).
pub fn command(port: u16, command: Document, timeout: Duration) -> Result<Document> {
    let mut socket = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), timeout)?;
    socket.set_read_timeout(Some(timeout))?;
    socket.set_write_timeout(Some(timeout))?;
    socket.write_all(&request(command)?)?;

    let mut length = [0; 4];
    socket.read_exact(&mut length)?;
    let length = usize::try_from(i32::from_le_bytes(length))?;
    ensure!(
        (BEFORE_THE_DOCUMENT..=LONGEST_ANSWER).contains(&length),
        "an answer of {length} bytes"
    );
    let mut rest = vec![0; length - 4];
    socket.read_exact(&mut rest)?;
    let answer = Document::from_bytes(&rest[BEFORE_THE_DOCUMENT - 4..])
        .context("the answer is no document")?;
    if !answer.is_true("ok") {
        match answer.get("errmsg") {
            Some(Value::Text(words)) => bail!("refused: {words}"),
            _ => bail!("refused: {answer:?}"),
        }
    }
    Ok(answer)
}

fn request(command: Document) -> Result<Vec<u8>> {
    let document = command
        .with("$db", Value::Text("admin".to_owned()))
        .to_bytes()?;
    let length = i32::try_from(BEFORE_THE_DOCUMENT + document.len())?;
    let mut message = Vec::new();
    // Length, number of the request, answer to which, kind; then no flags.
    for number in [length, 1, 0, OP_MSG, 0] {
        message.extend(number.to_le_bytes());
    }
    message.push(0);
    message.extend(document);
    Ok(message)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    /// What [`command`] makes of a server that answers with these bytes.
    fn answered_with(bytes: Vec<u8>) -> Result<Document> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut asked = [0; 64];
            let length = socket.read(&mut asked).unwrap();
            socket.write_all(&bytes).unwrap();
            asked[..length].to_vec()
        });
        let answer = command(port, Document::new().with("ping", Value::Int32(1)), SOON);
        let asked = server.join().unwrap();
        assert_eq!(asked[..4], 51_i32.to_le_bytes(), "{asked:?}");
        assert!(asked.ends_with(b"\x10ping\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0"));
        answer
    }

    fn message(document: &Document) -> Vec<u8> {
        let document = document.to_bytes().unwrap();
        let length = i32::try_from(BEFORE_THE_DOCUMENT + document.len()).unwrap();
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend([0; BEFORE_THE_DOCUMENT - 4]);
        bytes.extend(document);
        bytes
    }

    #[test]
    fn an_answer_is_returned_and_a_refusal_is_an_error_with_its_words() {
        let yes = Document::new().with("ok", Value::Double(1.0));
        assert_eq!(answered_with(message(&yes)).unwrap(), yes);

        let no = Document::new()
            .with("ok", Value::Double(0.0))
            .with("errmsg", Value::Text("already initialized".to_owned()));
        let error = answered_with(message(&no)).unwrap_err();
        assert_eq!(error.to_string(), "refused: already initialized");
    }

    #[test]
    fn a_giant_and_a_torn_answer_are_errors() {
        assert!(answered_with(i32::MAX.to_le_bytes().to_vec()).is_err());
        assert!(answered_with((-1_i32).to_le_bytes().to_vec()).is_err());
        let whole = message(&Document::new().with("ok", Value::Double(1.0)));
        assert!(answered_with(whole[..whole.len() - 3].to_vec()).is_err());
    }
}
