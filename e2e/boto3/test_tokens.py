"""What tokens say, how they verify against the issuer's keys, and which forgeries are refused."""

import base64
import hashlib
import hmac
import json

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from kit import claims, refused, segment

INVALID = "NotAuthorizedException"


def encode(part) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def tokens(pool):
    return pool.sign_in(pool.create_user(email="anna@example.com", email_verified="true", name="Anna"))


def issuer(pool):
    return f"{pool.server.url}/{pool.id}"


def keys(pool):
    return requests.get(f"{issuer(pool)}/.well-known/jwks.json", timeout=10).json()["keys"]


def verify(pool, token, **options):
    key = next(k for k in keys(pool) if k["kid"] == jwt.get_unverified_header(token)["kid"])
    return jwt.decode(token, RSAAlgorithm.from_jwk(key), algorithms=["RS256"], issuer=issuer(pool), **options)


def test_two_keys_are_published(pool):
    found = keys(pool)
    assert len(found) == 2
    for key in found:
        assert set(key) == {"alg", "e", "kid", "kty", "n", "use"}
        assert (key["alg"], key["kty"], key["use"], key["e"]) == ("RS256", "RSA", "sig", "AQAB")
        modulus = base64.urlsafe_b64decode(key["n"] + "==")
        assert len(modulus) == 256


def test_the_issuer_describes_itself(pool):
    document = requests.get(f"{issuer(pool)}/.well-known/openid-configuration", timeout=10).json()
    assert document["issuer"] == issuer(pool)
    assert document["jwks_uri"] == f"{issuer(pool)}/.well-known/jwks.json"
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]


@pytest.mark.parametrize("document", ["jwks.json", "openid-configuration"])
def test_an_unknown_pool_has_no_documents(server, document):
    url = f"{server.url}/us-east-1_000000000/.well-known/{document}"
    assert requests.get(url, timeout=10).status_code == 404


def test_documents_are_readable_from_any_origin(pool):
    answer = requests.get(
        f"{issuer(pool)}/.well-known/jwks.json", headers={"Origin": "https://app.example.com"}, timeout=10
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_id_token(pool, tokens):
    found = verify(pool, tokens["IdToken"], audience=pool.client_id)
    assert segment(tokens["IdToken"], 0).keys() == {"kid", "alg"}
    assert found["token_use"] == "id" and found["email"] == "anna@example.com" and found["name"] == "Anna"
    assert found["email_verified"] is True
    assert found["exp"] - found["iat"] == 3600 and found["auth_time"] == found["iat"]
    assert set(found) == {
        "sub", "email_verified", "iss", "cognito:username", "origin_jti", "aud", "event_id", "token_use",
        "auth_time", "name", "exp", "iat", "jti", "email", "acr", "amr",
    }  # fmt: skip


def test_the_access_token(pool, tokens):
    found = verify(pool, tokens["AccessToken"])
    assert found["token_use"] == "access" and found["client_id"] == pool.client_id
    assert found["scope"] == "aws.cognito.signin.user.admin"
    assert found["username"] == claims(tokens["IdToken"])["cognito:username"]
    assert set(found) == {
        "sub", "iss", "client_id", "origin_jti", "event_id", "token_use", "scope", "auth_time", "exp", "iat",
        "jti", "username", "acr", "amr",
    }  # fmt: skip


def test_both_tokens_belong_together_and_are_signed_by_different_keys(tokens):
    id_claims, access_claims = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
    for same in ("sub", "origin_jti", "event_id", "auth_time", "iss"):
        assert id_claims[same] == access_claims[same]
    assert id_claims["jti"] != access_claims["jti"]
    assert segment(tokens["IdToken"], 0)["kid"] != segment(tokens["AccessToken"], 0)["kid"]


def test_lifetimes_are_the_clients(pool):
    client = pool.with_client(
        AccessTokenValidity=5, IdTokenValidity=10, TokenValidityUnits={"AccessToken": "minutes", "IdToken": "minutes"}
    )
    found = client.sign_in(client.create_user())
    assert found["ExpiresIn"] == 300
    for kind, seconds in (("AccessToken", 300), ("IdToken", 600)):
        assert claims(found[kind])["exp"] - claims(found[kind])["iat"] == seconds


def test_the_id_token_shows_what_the_client_may_read(make_pool):
    pool = make_pool(client={"ReadAttributes": ["email"]})
    found = claims(pool.sign_in(pool.create_user(email="anna@example.com", name="Anna"))["IdToken"])
    assert found["email"] == "anna@example.com" and "name" not in found


def test_custom_attributes_are_strings(make_pool):
    pool = make_pool(Schema=[{"Name": "tier", "AttributeDataType": "Number", "Mutable": True}])
    found = claims(pool.sign_in(pool.create_user(custom__tier="12"))["IdToken"])
    assert found["custom:tier"] == "12"


def test_the_token_works(pool, tokens):
    assert pool.idp.get_user(AccessToken=tokens["AccessToken"])["Username"]


def test_an_id_token_is_no_access_token(pool, tokens):
    with refused(INVALID):
        pool.idp.get_user(AccessToken=tokens["IdToken"])


def test_a_refresh_token_is_no_access_token(pool, tokens):
    with refused(INVALID, "Invalid Access Token"):
        pool.idp.get_user(AccessToken=tokens["RefreshToken"])


def test_expired(pool, tokens, clock):
    clock.advance(3601)
    with refused(INVALID, "Access Token has expired"):
        pool.idp.get_user(AccessToken=tokens["AccessToken"])


def test_a_valid_signature_says_nothing_about_a_deleted_user(pool):
    user = pool.create_user()
    access = pool.sign_in(user)["AccessToken"]
    pool.idp.admin_delete_user(UserPoolId=pool.id, Username=user)
    with pytest.raises(pool.idp.exceptions.ClientError) as caught:
        pool.idp.get_user(AccessToken=access)
    assert caught.value.response["Error"]["Code"] in ("UserNotFoundException", "NotAuthorizedException")


def test_nor_about_a_disabled_one(pool):
    user = pool.create_user()
    access = pool.sign_in(user)["AccessToken"]
    pool.idp.admin_disable_user(UserPoolId=pool.id, Username=user)
    with refused(INVALID):
        pool.idp.get_user(AccessToken=access)


def test_nor_about_a_deleted_pool(make_pool):
    pool = make_pool()
    access = pool.sign_in(pool.create_user())["AccessToken"]
    pool.idp.delete_user_pool(UserPoolId=pool.id)
    with pytest.raises(pool.idp.exceptions.ClientError):
        pool.idp.get_user(AccessToken=access)


def forgeries(pool, access):
    """Tokens that say what the real one says, or more, and were not signed by the right key."""
    header, payload = segment(access, 0), claims(access)
    signature = access.split(".")[2]
    body = encode(payload)
    strangers_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    published = next(k for k in keys(pool) if k["kid"] == header["kid"])
    other_kid = next(k["kid"] for k in keys(pool) if k["kid"] != header["kid"])
    public_pem = RSAAlgorithm.from_jwk(published).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def rs256(header):
        return jwt.api_jws.encode(json.dumps(payload).encode(), strangers_key, algorithm="RS256", headers=header)

    def hs256(key):
        signed = f"{encode({**header, 'alg': 'HS256'})}.{body}"
        return f"{signed}.{encode(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"

    yield "alg none", f"{encode({**header, 'alg': 'none'})}.{body}."
    yield "alg None", f"{encode({**header, 'alg': 'None'})}.{body}.{signature}"
    yield "no alg", f"{encode({'kid': header['kid']})}.{body}.{signature}"
    yield "HS256 with the public key as PEM", hs256(public_pem)
    yield "HS256 with the modulus", hs256(published["n"].encode())
    yield "RS256 by another key under our kid", rs256({"kid": header["kid"]})
    yield "RS256 by another key under its own kid", rs256({"kid": "mine"})
    yield "the key comes along", rs256({"kid": "mine", "jwk": json.loads(RSAAlgorithm.to_jwk(strangers_key.public_key()))})
    yield "the kid of the ID token key", f"{encode({**header, 'kid': other_kid})}.{body}.{signature}"
    yield "kid of nobody", f"{encode({**header, 'kid': 'nobody'})}.{body}.{signature}"
    yield "no kid", f"{encode({'alg': 'RS256'})}.{body}.{signature}"
    yield "RS512", f"{encode({**header, 'alg': 'RS512'})}.{body}.{signature}"
    yield "another subject", f"{encode(header)}.{encode({**payload, 'sub': '0' * 36})}.{signature}"
    yield "a longer life", f"{encode(header)}.{encode({**payload, 'exp': payload['exp'] + 86400})}.{signature}"
    yield "no signature", f"{encode(header)}.{body}."
    yield "zeros as signature", f"{encode(header)}.{body}.{encode(bytes(256))}"
    yield "a short signature", access[:-4]
    yield "two parts", access.rsplit(".", 1)[0]
    yield "four parts", f"{access}.AAAA"
    yield "nothing of a token", "not-a-token"
    yield "dots", ".."


def test_forgeries(pool, tokens):
    tried = 0
    for name, forged in forgeries(pool, tokens["AccessToken"]):
        try:
            pool.idp.get_user(AccessToken=forged)
        except pool.idp.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NotAuthorizedException", (name, error)
        else:
            raise AssertionError(f"accepted: {name}")
        tried += 1
    assert tried == 21
    assert pool.idp.get_user(AccessToken=tokens["AccessToken"])


def test_a_token_that_names_another_pool_as_its_issuer(pool, make_pool, tokens):
    other = make_pool()
    header, payload = segment(tokens["AccessToken"], 0), claims(tokens["AccessToken"])
    forged = f"{encode(header)}.{encode({**payload, 'iss': issuer(other)})}.{tokens['AccessToken'].split('.')[2]}"
    with refused(INVALID):
        pool.idp.get_user(AccessToken=forged)


def test_every_operation_by_access_token_refuses_a_forgery(pool, tokens):
    forged = tokens["AccessToken"][:-6] + "AAAAAA"
    idp = pool.idp
    calls = [
        lambda t: idp.get_user(AccessToken=t),
        lambda t: idp.update_user_attributes(AccessToken=t, UserAttributes=[{"Name": "name", "Value": "x"}]),
        lambda t: idp.delete_user_attributes(AccessToken=t, UserAttributeNames=["name"]),
        lambda t: idp.get_user_attribute_verification_code(AccessToken=t, AttributeName="email"),
        lambda t: idp.verify_user_attribute(AccessToken=t, AttributeName="email", Code="123456"),
        lambda t: idp.change_password(AccessToken=t, PreviousPassword="a", ProposedPassword="Battery-Staple-8?"),
        lambda t: idp.global_sign_out(AccessToken=t),
        lambda t: idp.delete_user(AccessToken=t),
    ]
    for call in calls:
        for token in (forged, tokens["IdToken"]):
            with refused(INVALID):
                call(token)
    assert idp.get_user(AccessToken=tokens["AccessToken"])
