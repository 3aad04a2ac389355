//! Tokens that nobody of ours made: eighty and more ways, none let in.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    Tokens,
    tests::{NOW, SESSION, USER},
};

fn text(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Signed by somebody who has that key, with that algorithm of HMAC.
fn signed(algorithm: hmac::Algorithm, key: &[u8], header: &Value, claims: &str) -> String {
    let signing = format!("{}.{}", text(header), URL_SAFE_NO_PAD.encode(claims));
    let tag = hmac::sign(&hmac::Key::new(algorithm, key), signing.as_bytes());
    format!("{signing}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn good_claims() -> Value {
    json!({ "iss": "parlor", "aud": "parlor", "sub": USER, "sid": SESSION,
        "iat": NOW.as_millis() / 1_000, "exp": NOW.as_millis() / 1_000 + 3_600 })
}

/// The server's own key for tokens, as only it can derive it.
fn own_key() -> Vec<u8> {
    let root = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
    hmac::sign(&root, b"parlor access token").as_ref().to_vec()
}

fn with_header(header: &Value) -> String {
    signed(
        hmac::HMAC_SHA256,
        b"mallory's key",
        header,
        &good_claims().to_string(),
    )
}

/// Signed by the server's own key: what must be refused for what it says.
fn with_claims(claims: &str) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    signed(hmac::HMAC_SHA256, &own_key(), &header, claims)
}

fn without_or_with(claim: &str, values: &[Value]) -> Vec<String> {
    let mut without = good_claims();
    without.as_object_mut().unwrap().remove(claim);
    let mut all = vec![with_claims(&without.to_string())];
    for value in values {
        let mut claims = good_claims();
        claims[claim] = value.clone();
        all.push(with_claims(&claims.to_string()));
    }
    all
}

/// No signature, a foreign one, part of the real one; headers that name other keys and algorithms.
fn by_header(genuine: &str) -> Vec<String> {
    let (head, signature) = genuine.rsplit_once('.').unwrap();
    let (_, claims) = head.split_once('.').unwrap();
    let mut all = Vec::new();
    for algorithm in [
        "none", "None", "NONE", "nOnE", "", "HS257", "hs256", "HS384", "HS512", "RS256", "RS512",
        "PS256", "ES256", "EdDSA", "A256GCM", "dir",
    ] {
        let header = text(&json!({ "alg": algorithm, "typ": "JWT" }));
        for signature in ["", signature] {
            all.push(format!("{header}.{claims}.{signature}"));
        }
    }
    for (name, value) in [
        ("kid", json!("../../dev/null")),
        ("kid", json!("' UNION SELECT 'key")),
        ("jku", json!("https://evil.example/keys.json")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("jwk", json!({ "kty": "oct", "k": "bWFsbG9yeSdzIGtleQ" })),
        ("crit", json!(["exp"])),
    ] {
        let mut header = json!({ "alg": "HS256", "typ": "JWT" });
        header[name] = value;
        all.push(with_header(&header));
    }
    all.push(with_header(&json!({ "alg": "HS256" })));
    let own = own_key();
    for (algorithm, name) in [(hmac::HMAC_SHA384, "HS384"), (hmac::HMAC_SHA512, "HS512")] {
        let header = json!({ "alg": name, "typ": "JWT" });
        all.push(signed(algorithm, &own, &header, &good_claims().to_string()));
    }
    let hs256 = json!({ "alg": "HS256", "typ": "JWT" });
    for key in [&b""[..], b"secret", b"parlor", &[7; 32], &[0; 32]] {
        all.push(signed(
            hmac::HMAC_SHA256,
            key,
            &hs256,
            &good_claims().to_string(),
        ));
    }
    for cut in [1, signature.len() / 2, signature.len() - 1] {
        all.push(format!("{head}.{}", &signature[..cut]));
    }
    all.extend([
        format!("{head}."),
        head.to_owned(),
        format!("{head}.{signature}."),
        format!("{head}.{signature}{signature}"),
        format!("{head}.{signature}=="),
        format!(" {genuine}"),
        format!("{genuine}\n"),
        format!("{}.{signature}", head.to_uppercase()),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
    ]);
    all
}

/// Rightly signed, and saying what no token of ours says.
fn by_claims() -> Vec<String> {
    let mut all = Vec::new();
    all.extend(without_or_with(
        "iss",
        &[json!("other"), json!(""), json!(null), json!(["x"])],
    ));
    all.extend(without_or_with(
        "aud",
        &[json!("other"), json!(""), json!(null), json!([])],
    ));
    all.extend(without_or_with(
        "sub",
        &[json!("me"), json!(""), json!(7), json!(null)],
    ));
    all.extend(without_or_with(
        "sid",
        &[json!("x"), json!(null), json!({})],
    ));
    all.extend(without_or_with(
        "exp",
        &[json!("soon"), json!(null), json!(1e300)],
    ));
    all.extend(without_or_with("iat", &[json!("then"), json!(null)]));
    // Each claim said twice: whoever reads the other one would read another token.
    for claim in ["iss", "aud", "sub", "sid", "exp"] {
        let good = good_claims().to_string();
        let again = good_claims()[claim].to_string();
        all.push(with_claims(&good.replacen(
            '{',
            &format!("{{\"{claim}\":{again},"),
            1,
        )));
    }
    all.extend(["", "null", "[]", "{}", "\"parlor\"", "{\"sub\":"].map(with_claims));
    all
}

#[test]
fn no_forged_token_is_taken_for_genuine() {
    let tokens = Tokens::new(&[7; 32]);
    let (genuine, _) = tokens
        .issue(USER, SESSION, NOW, NOW.plus_millis(90_000_000))
        .unwrap();
    assert!(tokens.verify(&genuine).is_ok());
    // The premise: with the right key and the right claims it is let in.
    assert!(
        tokens
            .verify(&with_claims(&good_claims().to_string()))
            .is_ok()
    );
    let forged: Vec<String> = by_header(&genuine).into_iter().chain(by_claims()).collect();
    assert!(forged.len() >= 80, "{}", forged.len());
    for token in &forged {
        assert!(tokens.verify(token).is_err(), "{token}");
    }
}
