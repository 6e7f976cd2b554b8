use proptest::prelude::*;

use super::client::Attempt;
use super::*;
use crate::random::SeededRandom;

// Vectors reproduced by two independent clients.
const POOL: &str = "aBcD3fGhI";
const USER: &str = "34c84488-e0e1-70ae-d2ee-991ad1a898c8";
const PASSWORD: &str = "Correct-Horse 7!\u{e9}";
const SALT: &str = "8f63479ad69a090b258277ec8fba6f99";
const A_PRIVATE: &str = "fd2d1ea935c94c70391bd6682ddcb765f487cdb804c2599fbc187ac6e81b484a389a90f0ac16b36e66a43dcd151e40a3c292eb9900a913a5fab126e3f9fbf3473362a6b1f8176817b55cbd3a77ee3196ec70738d471c35549806fc7b369f0f5ae8c1fff9a4733b4825928db257ac5b8b3802acbcd5fbbd6fbc18db526b9f7552";
const A_PUBLIC: &str = "8a174f25f5d129a08222fa92c862c0ec58c2775c1feea673573ee1bb55224037bea1df6178e7a39d5034a45f5c024517e262df86d5d01979e520d4f7e9c3c6df1ce82388a5f742ad0cb4ea03b1d89c40701d24780e3daa5de315f5234aad80ed84b14664c2504080639fa0ccb554e9141afaece0ed08515887706d873a87bdf5add43d1eabf79b99041cbacba7cc1e27fcf96747755cc426c39a23e2e35e2f81238e9645e1e8178710d50944616c546e610e585c0668b31950baaa4c24d796be16c7c3c8f99d3f102aa273deffc97de50e53312fb2cf6eb96ac367a1f624bf93c8a850f89431da98857730ca3cc9c7e8c0d85f99547c8425803bf2e1439faf7baf815667fca94d9c658062ef93b9fbea8438632d93d145207e7cdfd2acf5a09fd132f0aeb8044e8c2c532d7c1e263e986dcec0242620d32f8d4d2175c35ea893b38c42b6d266ce76465e59d05f6b2ef531f0b953c8edaadce6d44a3df0605bceb2cc9b1c0e93cf729edf6a325f497c8e44b1c27463e58b3a8e6b4c56fb4be3c8";
const B_PRIVATE: &str = "1efeb956571d01afee66ddb83ed9170aa260b6b258639e6b8533e60ce9cc2806";
const V: &str = "79176b6657daf1f3ce508c31bdb6f3ade7fe51074512af669042e2cd668df5a0b626a77adfd4ea227cbab8b49fab030be7032575994f7385577f6acb172e42338c5e743e827d0719d9a97f03c8f636c140826ec61ebe10bfbf325e8ab8f6752e92d7d605a320731d1197c87d724a3ef34ff45323ca78b7cf3b62bfbafcb97f64d0709c445f4bfd595a64aaf42ee48043d1b945a066b38598098c7be3ff9d8062b1c6f77cf67107fc837b97f02a9de4d385a17171ab274e4bff09c5fba33382d91b668f35932da8a3e82e403a15385b02010e076fd71a0a4fb1bfd28441869d588e5bb28ae52f374d46138e13363f85cf8b6054120715fb87a17bc13fec982aba26ebd3233ab6f14458e7ad8076f14bbbff64c691803470e8d3bdafad49c3bdd1679fb943edb98f672a9b8cd8e3b22c37bc448e4ebdc81152b26aa6eafa9e42b8eb520a26c7738f5d4de3b2075deed932169835ac789f60f034b51a7e7ad1c7cb513584eb90d17c0f4b361374625999690d8ca2fada8f41c4f6c3710b780bcbb0";
const B_PUBLIC: &str = "c5faf4a5c8b56309dde52b3e7d88dc9adf138aa8d2e407637bfc5e449d863e65ad27805ca82aabda85460c5838d4b0442347dfdecaad8910b8541c2a231ae0db31be13f826faefe3d23504e3c4c497f1d492bd9a4dcf9ea79e7540ac3d6606b06a15d38854084d26259238b140ba2589514def198f4887ca9a7f5c41392c6e3aff743ac0b5b0a051481158f841f4ee98dd0f81de4a86a93ab40550d05fb05b9430ba75a5c3e5ce559833f0f1f10b378f1ced979a86c14a9c6c2774cf03d3fde1163cb19d5e6fdd0af41e93665b5551aba5da23eb59553074b794b5ef764deeda6d36bf51d72280e61d978c3acc62401473adb082a01ef38550ae7dcce75886efad3d50598ab6cb030435e09e6288e5fcde02a63fc95b3da85f4fc3108c5f37a4b57d16e9d4b547f389265be9d1779ffa137ec1fe66caa1ab356f0269ec3eed7b36c34b2c392df6ab5a66f4089f446592543d67dc2b7c3d2e3763314411dd6c2a91f8968fc15ca5ac0f9511b3c33ffab4190ce29fc4888db5d8ffeed790f0335e";
const SECRET_BLOCK: &[u8] = b"secret-block-0123456789";
const TIMESTAMP: &str = "Sat Mar 7 09:05:03 UTC 2026";
const SIGNATURE: &str = "9PgWGnLbImAGDx/naIDUHDa7UIl8Kbkqq/+TOz1xacI=";

const GROUP_KEY: &str = "-aBcDeFgH";
const DEVICE_KEY: &str = "eu-west-1_11111111-2222-3333-4444-555555555555";
const DEVICE_PASSWORD: &str = "APYrZdgQCrptm9BeKJKllBjehy6BPxDwA6jPrPmMMaMlWrqEXBBi9Q==";
const DEVICE_SALT: &str = "83d558be477f090d80fbec1275d1a0aa";
const DEVICE_VERIFIER: &str = "AL0MwFexcjVwFseeQlFGhMS30D+ZxUtIzHq0+oiSHz6GhL6d4KWKZz8dCJL78OdddLO9MnpPY+jZCytLSJEp/pwcbvcHBJjCggLrHffx7hTQhPbTbUkMzNxJQeGkFWIvK5pNwS1vr51lJDWerPhaZMC2GoQ3dwm6Ch9XF6tcnUGytC7eNOAVXxxSSDUZU1NR42XNC8ey0m7uXZ0yKKDYaVXbpb7gi2bSkfezd8xO1MtEqUP5gUPX9Y5/cN+q3iFLQaQarBumcP/UfsGO0QU+L4HT6sFIj2qE1iRaLiCiUZfAm30/+7N4YL1wUsRSIvfdSJZxUNlEound5tw5n4vrMBVcIBHtAAZwFOTpvCqHGUu5Lu3VypkW0CIN596iMwkjgXvJ8xYaeQZxjsfsQ11CtAo0GAbuVNHg9YzIFl69K0xPyUPqqP6u3TmaZ/5xy0fZ1ftaDy8yFn1HlVESGbG4sRrsuA3vL0hgVKNlsf3lvL8x99sbX2z1mzH0ghKMLNz8pw==";
const DEVICE_SALT_AS_SENT: &str = "AIPVWL5HfwkNgPvsEnXRoKo=";
const DEVICE_B: &str = "862b5f73be0112987dd5650a626ff8ae12c2dcbcfadea94c0b4c3d54d6065e106d26e2cadb514b8d37cd96672134e9517269d6e4f48a4ca0f912f025ec25bddcfac0ba46f677f5729b27d8f32a80387fe3fce13f818b41c234f8214061a106ac08a0f82735c4e1c4054acdad902e81fa071a7ceb714d030702a86d0d24208d4f2691eb517c9ecacd9369b055310622fd696a7df067340a1a33cd762390bc24f8a52ad4679c0c73859ca701c7571bc2424af0bf78fef0fffea4d3ff54fc553b886cf1beec0e0b48940f8dfb3b3fd7ac2c79d99098c18d4cc145c07b2e9da7d406d13771701e04809568c614bde9c682e446a340c88c4789a9dbcb46a6e82f65504b786cd07ed7e6b1a4ba640b1b150bfda31921f6fb4610735ee16277c44fbed949d0bcec2555cdd34752a0d8213b92a2cca5bb1b02efe2bfdd883e950b86b733c8088e0b1f24b607c9ade7d2e0117f5ea60c30d1e3663d64d3bb742342250b92c2050165f38141c59bc947489278bdd8a2af98eac47c4ed799dc8321b4018ff1";
const DEVICE_SIGNATURE: &str = "ahi7wuS35P37HUygn1sxZDJ4onIILIWLvl12Bf3tyDc=";

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn ephemeral(verifier: &[u8]) -> Ephemeral {
    let mut private = Zeroizing::new([0; 32]);
    private.copy_from_slice(&hex(B_PRIVATE));
    Ephemeral::with_private(verifier, private).unwrap()
}

fn attempt() -> Attempt {
    Attempt::with_private(&hex(A_PRIVATE)).unwrap()
}

fn check(signature: &str, secret_block: &[u8], timestamp: &str, identity: &str) -> Result<()> {
    let verifier = hex(V);
    Proof {
        realm: POOL,
        identity,
        verifier: &verifier,
        a: &PublicA::parse(A_PUBLIC).unwrap(),
        ephemeral: &ephemeral(&verifier),
        secret_block,
        timestamp,
        signature,
    }
    .check()
}

#[test]
fn constants() {
    assert_eq!(sha256(&[&pad(&PRIME), &pad(&[2])]), K);
}

#[test]
fn intermediate_values_of_the_user_vectors() {
    let x = "3c5dd39aad28e690857927913d7cd2c0a36a4e1fc078469922785e512a0c2c66";
    assert_eq!(private_x_bytes(POOL, USER, PASSWORD, SALT).unwrap()[..], hex(x));
    let u = "e7215df34644d1c80b42ec4a99695ce16ac3017ec9606a7bf9b29b3c27181e49";
    assert_eq!(scramble(&hex(A_PUBLIC), &hex(B_PUBLIC))[..], hex(u));
    let key = server_key(&hex(V), &PublicA::parse(A_PUBLIC).unwrap(), &ephemeral(&hex(V))).unwrap();
    assert_eq!(key[..], hex("2c47befc3213bc8cf49bbc45334f82a0"));
}

#[test]
fn user_vectors() {
    assert_eq!(plain_hex(&verifier_with_salt(POOL, USER, PASSWORD, SALT).unwrap()), V);
    assert_eq!(attempt().public_hex(), A_PUBLIC);
    assert_eq!(ephemeral(&hex(V)).public_hex(), B_PUBLIC);
    let signature =
        attempt().signature(POOL, USER, PASSWORD, SALT, B_PUBLIC, SECRET_BLOCK, TIMESTAMP).unwrap();
    assert_eq!(signature, SIGNATURE);
    assert_eq!(check(SIGNATURE, SECRET_BLOCK, TIMESTAMP, USER), Ok(()));
}

#[test]
fn a_clients_own_verifier_is_read_as_unsigned_numbers() {
    let read = Verifier::from_client(DEVICE_SALT_AS_SENT, DEVICE_VERIFIER).unwrap();
    assert_eq!(read.salt, DEVICE_SALT);
    assert_eq!(pad(&read.verifier), BASE64.decode(DEVICE_VERIFIER.as_bytes()).unwrap());
    let largest = {
        let mut below = PRIME;
        below[383] -= 2;
        below.to_vec()
    };
    let with =
        |salt: &[u8], verifier: &[u8]| Verifier::from_client(&BASE64.encode(salt), &BASE64.encode(verifier));
    assert_eq!(with(&[0, 0, 5], &[0, 0, 2]).unwrap(), Verifier { salt: "5".into(), verifier: vec![2] });
    assert_eq!(with(&[0xff; 64], &[&[0; 9][..], &largest].concat()).unwrap().verifier, largest);
}

#[test]
fn a_clients_own_verifier_that_is_no_secret_is_refused() {
    let minus_one = {
        let mut below = PRIME;
        below[383] -= 1;
        below
    };
    let with =
        |salt: &[u8], verifier: &[u8]| Verifier::from_client(&BASE64.encode(salt), &BASE64.encode(verifier));
    let longer = [&[1][..], &[0; 384]].concat();
    for bad in
        [&[][..], &[0], &[0; 384], &[1], &[0, 1], &minus_one, &PRIME, &[&[0][..], &PRIME].concat(), &longer]
    {
        assert_eq!(with(&[5], bad), Err(SrpError::BadValue));
    }
    for bad in [&[][..], &[0], &[0; 16], &[1; 65]] {
        assert_eq!(with(bad, &[2]), Err(SrpError::BadValue));
    }
    for bad in ["", "!", "AL0", "AL0M=", "al0mwfexcjvw\n", "AIPV WL5H"] {
        assert_eq!(Verifier::from_client(bad, DEVICE_VERIFIER), Err(SrpError::BadValue), "{bad}");
        assert_eq!(Verifier::from_client(DEVICE_SALT_AS_SENT, bad), Err(SrpError::BadValue), "{bad}");
    }
}

#[test]
fn device_vectors() {
    let verifier = BASE64.decode(DEVICE_VERIFIER.as_bytes()).unwrap();
    let computed = verifier_with_salt(GROUP_KEY, DEVICE_KEY, DEVICE_PASSWORD, DEVICE_SALT).unwrap();
    assert_eq!(pad(&computed), verifier);
    assert_eq!(plain_hex(&BASE64.decode(DEVICE_SALT_AS_SENT.as_bytes()).unwrap()), DEVICE_SALT);
    let ephemeral = ephemeral(&verifier);
    assert_eq!(ephemeral.public_hex(), DEVICE_B);
    let u = "afad87e6c1c3f1dbec794c21b150214c78148ccedc30acc39a92f48391d8efe8";
    assert_eq!(scramble(&hex(A_PUBLIC), &ephemeral.public)[..], hex(u));
    let key = server_key(&verifier, &PublicA::parse(A_PUBLIC).unwrap(), &ephemeral).unwrap();
    assert_eq!(key[..], hex("e7b17ca08b3f097d0f58549b533a9457"));
    let proof = Proof {
        realm: GROUP_KEY,
        identity: DEVICE_KEY,
        verifier: &verifier,
        a: &PublicA::parse(A_PUBLIC).unwrap(),
        ephemeral: &ephemeral,
        secret_block: SECRET_BLOCK,
        timestamp: TIMESTAMP,
        signature: DEVICE_SIGNATURE,
    };
    assert_eq!(proof.check(), Ok(()));
}

#[test]
fn any_other_signature_block_time_or_name_is_refused() {
    let refused = Err(SrpError::WrongProof);
    let mut flipped = BASE64.decode(SIGNATURE.as_bytes()).unwrap();
    flipped[31] ^= 1;
    for signature in ["", "!", &SIGNATURE[..43], &BASE64.encode(&flipped), &BASE64.encode(&[0; 32])] {
        assert_eq!(check(signature, SECRET_BLOCK, TIMESTAMP, USER), refused, "{signature}");
    }
    assert_eq!(check(SIGNATURE, b"another", TIMESTAMP, USER), refused);
    assert_eq!(check(SIGNATURE, SECRET_BLOCK, "Sat Mar 7 09:05:04 UTC 2026", USER), refused);
    assert_eq!(check(SIGNATURE, SECRET_BLOCK, TIMESTAMP, "someone else"), refused);
}

/// A proof of one challenge is none of another: another `b`, another `A`, one cut short, another verifier.
#[test]
fn a_replayed_proof_is_refused() {
    let (verifier, random) = (hex(V), SeededRandom::new(3));
    let truncated = PublicA::parse(&A_PUBLIC[..A_PUBLIC.len() - 2]).unwrap();
    let other = verifier_with_salt(POOL, USER, "Another 7!", SALT).unwrap();
    let a = PublicA::parse(A_PUBLIC).unwrap();
    let check = |verifier: &[u8], a: &PublicA, ephemeral: &Ephemeral| {
        Proof {
            realm: POOL,
            identity: USER,
            verifier,
            a,
            ephemeral,
            secret_block: SECRET_BLOCK,
            timestamp: TIMESTAMP,
            signature: SIGNATURE,
        }
        .check()
    };
    let challenged = ephemeral(&verifier);
    assert_eq!(check(&verifier, &a, &challenged), Ok(()));
    let refused = Err(SrpError::WrongProof);
    assert_eq!(check(&verifier, &a, &Ephemeral::new(&verifier, &random).unwrap()), refused);
    assert_eq!(check(&verifier, &truncated, &challenged), refused);
    assert_eq!(check(&other, &a, &challenged), refused);
}

#[test]
fn a_verifier_of_zero_is_refused() {
    let random = SeededRandom::new(1);
    let ephemeral = ephemeral(&hex(V));
    for zero in [&[][..], &[0; 384], &PRIME] {
        assert_eq!(Ephemeral::new(zero, &random).err(), Some(SrpError::BadValue));
        let key = server_key(zero, &PublicA::parse(A_PUBLIC).unwrap(), &ephemeral);
        assert_eq!(key.err(), Some(SrpError::BadValue));
    }
}

#[test]
fn nothing_secret_is_shown() {
    let verifier = Verifier { salt: "5a17".into(), verifier: hex(V) };
    let shown = format!("{verifier:?} {:?} {:?}", ephemeral(&verifier.verifier), attempt());
    assert_eq!(shown, "Verifier(<redacted>) Ephemeral(<redacted>) Attempt(<redacted>)");
}

/// Salts of real and simulated users have one form: minimal hex of 128 uniform bits.
#[test]
fn salts_are_minimal_hex() {
    let random = SeededRandom::new(4);
    let real = (0..3).map(|_| verifier(POOL, USER, PASSWORD, &random).unwrap().salt);
    let simulated = (0..600).map(|i| simulated_verifier(&[7; 32], &i.to_string()).salt);
    let salts: Vec<String> = real.chain(simulated).collect();
    assert!(salts.iter().all(|s| s.len() <= 32 && !s.starts_with('0')));
    assert!(salts.iter().any(|s| s.len() < 32));
}

#[test]
fn public_values_that_would_give_the_game_away_are_refused() {
    let prime = plain_hex(&PRIME);
    let longer = format!("{A_PUBLIC}00");
    for bad in [
        "",
        "0",
        "0000",
        &prime,
        &format!("000{prime}"),
        &prime.to_uppercase(),
        "xyz",
        "-1",
        "12 34",
        &longer,
    ] {
        assert_eq!(PublicA::parse(bad), Err(SrpError::BadValue), "{bad}");
    }
    assert!(PublicA::parse("2").is_ok());
    assert!(PublicA::parse(&A_PUBLIC.to_uppercase()).is_ok());
}

#[test]
fn simulated_verifiers_are_stable_and_differ_by_name() {
    let key = [7; 32];
    let first = simulated_verifier(&key, "nobody");
    assert_eq!(first, simulated_verifier(&key, "nobody"));
    assert_ne!(first, simulated_verifier(&key, "noone"));
    assert_ne!(first, simulated_verifier(&[8; 32], "nobody"));
    assert_eq!(first.verifier.len(), 384);
}

#[test]
fn padding_is_twos_complement() {
    assert_eq!(pad(&[0x7f]), [0x7f]);
    assert_eq!(pad(&[0x80]), [0, 0x80]);
    assert_eq!(pad(&[0, 0, 1]), [1]);
    assert_eq!(pad(&[]), [0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Clients agree with the server for any password and salt, odd-length and short ones too.
    #[test]
    fn client_and_server_agree(seed: u64, password in "\\PC{1,20}", salt in "[1-9a-f][0-9a-f]{0,31}") {
        let random = SeededRandom::new(seed);
        let verifier = verifier_with_salt(POOL, USER, &password, &salt).unwrap();
        let attempt = Attempt::new(&random).unwrap();
        let a = PublicA::parse(&attempt.public_hex()).unwrap();
        let ephemeral = Ephemeral::new(&verifier, &random).unwrap();
        let sign = |password: &str| {
            attempt.signature(POOL, USER, password, &salt, &ephemeral.public_hex(), SECRET_BLOCK, TIMESTAMP).unwrap()
        };
        let check = |signature: &str| Proof {
            realm: POOL, identity: USER, verifier: &verifier, a: &a, ephemeral: &ephemeral,
            secret_block: SECRET_BLOCK, timestamp: TIMESTAMP, signature,
        }.check();
        prop_assert_eq!(check(&sign(&password)), Ok(()));
        prop_assert_eq!(check(&sign(&format!("{password}x"))), Err(SrpError::WrongProof));
    }
}
