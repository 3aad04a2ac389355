//! As much BSON as a replica set's start needs. Not a library for documents: the driver has one.
//!
//! Source: <https://bsonspec.org/spec.html>

use anyhow::{Context, Result, bail};

/// A field's value; kinds that nobody here asks about are read as [`Value::Other`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Double(f64),
    Text(String),
    Document(Document),
    Array(Vec<Value>),
    Bool(bool),
    Int32(i32),
    Other,
}

/// Fields in the order in which they are sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document(Vec<(String, Value)>);

impl Document {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.push((name.to_owned(), value));
        self
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find_map(|(field, value)| (field == name).then_some(value))
    }

    /// Whether that field is there and true, as a boolean or as the number 1.
    pub fn is_true(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Int32(number)) => *number == 1,
            Some(Value::Double(number)) => (*number - 1.0).abs() < f64::EPSILON,
            _ => false,
        }
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut fields = Vec::new();
        for (name, value) in &self.0 {
            write_field(&mut fields, name, value)?;
        }
        // The length counts itself and the closing zero.
        let length = i32::try_from(fields.len() + 5).context("a document above 2 GiB")?;
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.append(&mut fields);
        bytes.push(0);
        Ok(bytes)
    }

    /// # Errors
    /// When the bytes end early or name a kind that BSON does not have.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Reader(bytes).document()
    }
}

fn write_field(out: &mut Vec<u8>, name: &str, value: &Value) -> Result<()> {
    let (kind, bytes) = match value {
        Value::Double(number) => (0x01, number.to_le_bytes().to_vec()),
        Value::Text(text) => {
            let length = i32::try_from(text.len() + 1).context("a text above 2 GiB")?;
            let mut bytes = length.to_le_bytes().to_vec();
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(0);
            (0x02, bytes)
        }
        Value::Document(document) => (0x03, document.to_bytes()?),
        // An array is a document whose names are the positions.
        Value::Array(values) => {
            let named = values.iter().enumerate();
            let document = Document(named.map(|(i, v)| (i.to_string(), v.clone())).collect());
            (0x04, document.to_bytes()?)
        }
        Value::Bool(yes) => (0x08, vec![u8::from(*yes)]),
        Value::Int32(number) => (0x10, number.to_le_bytes().to_vec()),
        Value::Other => bail!("{name}: a value that was not kept cannot be sent"),
    };
    out.push(kind);
    out.extend_from_slice(name.as_bytes());
    out.push(0);
    out.extend(bytes);
    Ok(())
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn document(&mut self) -> Result<Document> {
        // The length is not needed to find the end; a wrong one shows as a field that is not there.
        self.array::<4>()?;
        let mut document = Document::new();
        loop {
            let [kind] = self.array()?;
            if kind == 0 {
                return Ok(document);
            }
            let name = self.name()?;
            let value = self.value(kind).with_context(|| name.clone())?;
            document.0.push((name, value));
        }
    }

    fn value(&mut self, kind: u8) -> Result<Value> {
        Ok(match kind {
            0x01 => Value::Double(f64::from_le_bytes(self.array()?)),
            0x02 => {
                let length = usize::try_from(i32::from_le_bytes(self.array()?))?;
                let bytes = self.take(length)?;
                let text = bytes.strip_suffix(&[0]).context("a text without its end")?;
                Value::Text(String::from_utf8(text.to_vec())?)
            }
            0x03 => Value::Document(self.document()?),
            0x04 => Value::Array(self.document()?.0.into_iter().map(|(_, v)| v).collect()),
            0x08 => Value::Bool(self.array::<1>()? != [0]),
            0x10 => Value::Int32(i32::from_le_bytes(self.array()?)),
            0x05 => {
                let length = usize::try_from(i32::from_le_bytes(self.array()?))?;
                self.take(length + 1)?; // and the sub-type
                Value::Other
            }
            0x0A => Value::Other, // null
            // An object id; a time, a timestamp, a long; a decimal.
            0x07 => self.skip(12)?,
            0x09 | 0x11 | 0x12 => self.skip(8)?,
            0x13 => self.skip(16)?,
            other => bail!("kind {other:#04x} is not read here"),
        })
    }

    fn skip(&mut self, length: usize) -> Result<Value> {
        self.take(length)?;
        Ok(Value::Other)
    }

    fn name(&mut self) -> Result<String> {
        let end = self.0.iter().position(|byte| *byte == 0);
        let name = self.take(end.context("a name without its end")?)?.to_vec();
        self.take(1)?;
        Ok(String::from_utf8(name)?)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    fn take(&mut self, length: usize) -> Result<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("it ends early")?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's examples, with one more field.
    const AWESOME: &[u8] =
        b"\x31\0\0\0\x04BSON\0\x26\0\0\0\x020\0\x08\0\0\0awesome\0\x011\0\x33\x33\x33\x33\x33\x33\x14\x40\x102\0\xc2\x07\0\0\0\0";

    #[test]
    fn the_specifications_example_is_written_and_read() {
        let values = vec![
            Value::Text("awesome".to_owned()),
            Value::Double(5.05),
            Value::Int32(1986),
        ];
        let document = Document::new().with("BSON", Value::Array(values));
        assert_eq!(document.to_bytes().unwrap(), AWESOME);
        assert_eq!(Document::from_bytes(AWESOME).unwrap(), document);
    }

    #[test]
    fn what_is_not_asked_for_is_skipped_and_what_follows_is_read() {
        let bytes = b"\x40\0\0\0\x07id\0............\x09at\0........\x05bin\0\x02\0\0\0\0..\x0anone\0\x12n\0........\x08ok\0\x01\0";
        let document = Document::from_bytes(bytes).unwrap();
        assert!(document.is_true("ok"), "{document:?}");
        assert!(!document.is_true("none"));
    }

    #[test]
    fn bytes_that_end_early_are_an_error_wherever_they_end() {
        for end in 0..AWESOME.len() {
            assert!(Document::from_bytes(&AWESOME[..end]).is_err(), "{end}");
        }
    }
}
